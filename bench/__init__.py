"""Everything measured: speed against others, growth, waiting, faults and their repair."""

"""What is remembered: the append-only record and the rows made from it."""

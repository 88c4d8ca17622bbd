"""Single faults, each on a household of its own: what people meet then, and that nothing was lost."""

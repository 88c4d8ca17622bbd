"""What a process, a case, a rule and a proof are: values and pure functions, nothing else."""

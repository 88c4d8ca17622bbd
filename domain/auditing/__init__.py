"""Auditing: what can be seen of a case afterwards, by rules that are data and ask the pure case."""

"""Patterns over many cases: where a process may have become a formality."""

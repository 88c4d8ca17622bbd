"""Patterns over many cases: are the planted ones found, are honest organisations left alone, how fast."""

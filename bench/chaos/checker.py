"""Compares what was acknowledged with what is there. It imports nothing of the product."""

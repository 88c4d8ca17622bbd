"""Compares what was acknowledged with what is there. It imports nothing of the product.

Everything is read in the plainest way: the database by SQL, the logs as lines of JSON, the workflows by
asking Temporal. The chain is computed by its published rule. What has to be told to whom is written down
here once more, for the few steps that are played.
"""

"""How a case moves through time: the workflows that Temporal runs."""

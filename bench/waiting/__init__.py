"""What open cases cost while nobody acts, and what happens when many are due at once."""

"""The commands of `accede`, a module each. Only cli.py loads them."""

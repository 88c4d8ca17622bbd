"""How the tables of the flow are made."""

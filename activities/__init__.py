"""What a workflow asks for: the work that touches the record or the world."""

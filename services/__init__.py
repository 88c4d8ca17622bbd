"""What a person asks for: one function per thing somebody wants done."""

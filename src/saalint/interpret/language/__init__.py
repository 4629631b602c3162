"""What Python's own statements and expressions do to values."""

"""What is known of a value while a function is run: abstract values, objects, memory, and how two of them join."""

"""Facts joined: symbols, classes, mappers."""

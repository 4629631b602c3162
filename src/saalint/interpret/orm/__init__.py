"""The life of an entity: how it is loaded, read, changed, flushed, expired and let go."""

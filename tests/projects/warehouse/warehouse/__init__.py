"""Orders of a warehouse over HTTP: half of its endpoints answer 500, because a schema reads what nobody loaded."""

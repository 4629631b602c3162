"""Events to findings; one module per rule."""

"""Abstract interpretation of functions over abstract values; emits events."""

"""Abstract interpretation of functions over abstract values; emits events.

`analysis` drives it; a `machine` runs one function, `transfer` sends each instruction to the module for its kind.
"""

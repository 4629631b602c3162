"""Calls of functions that libraries define: Python's own, and those of frameworks."""

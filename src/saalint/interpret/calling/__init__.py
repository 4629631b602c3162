"""Calls of the project's functions: which context a call has, what runs in it, and what of it comes back."""

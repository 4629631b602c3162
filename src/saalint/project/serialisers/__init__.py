"""Schemas: what a conversion reads of an object, and by which functions of the user's."""

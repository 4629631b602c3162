"""Sessions, statements and results: what a query is made of, what it gives, and what cannot work."""

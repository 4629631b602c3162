"""A bookshop with an API and a few pages."""

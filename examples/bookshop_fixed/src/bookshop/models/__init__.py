"""The tables of the shop."""

from bookshop.models.base import Base
from bookshop.models.catalogue import Author, Book, Publisher, Review, Tag
from bookshop.models.sales import Customer, Order, OrderLine

__all__ = [
    "Author",
    "Base",
    "Book",
    "Customer",
    "Order",
    "OrderLine",
    "Publisher",
    "Review",
    "Tag",
]

"""Queries for customers and orders."""

from bookshop.models import Customer, Order
from bookshop.repositories.base import Repository


class CustomerRepository(Repository[Customer]):
    model = Customer


class OrderRepository(Repository[Order]):
    model = Order

"""Customers and what they ordered."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bookshop.models.base import Base
from bookshop.models.catalogue import Book


class Customer(Base):
    __tablename__ = "customer"

    name: Mapped[str]
    # A customer may have thousands of orders: whoever wants them says so in the query.
    orders: Mapped[list[Order]] = relationship(back_populates="customer", lazy="raise")


class Order(Base):
    __tablename__ = "order"

    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    customer: Mapped[Customer] = relationship(back_populates="orders")
    lines: Mapped[list[OrderLine]] = relationship(back_populates="order")


class OrderLine(Base):
    __tablename__ = "order_line"

    quantity: Mapped[int]
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"))
    book_id: Mapped[int] = mapped_column(ForeignKey("book.id"))
    order: Mapped[Order] = relationship(back_populates="lines")
    book: Mapped[Book] = relationship(lazy="selectin")

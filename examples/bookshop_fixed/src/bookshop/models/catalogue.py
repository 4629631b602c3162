"""Authors, their books, and what belongs to a book."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bookshop.models.base import Base, Timestamps

book_tag = Table(
    "book_tag",
    Base.metadata,
    Column("book_id", ForeignKey("book.id"), primary_key=True),
    Column("tag_id", ForeignKey("tag.id"), primary_key=True),
)


class Publisher(Base):
    __tablename__ = "publisher"

    name: Mapped[str]
    city: Mapped[str]
    books: Mapped[list[Book]] = relationship(back_populates="publisher")


class Author(Base):
    __tablename__ = "author"

    name: Mapped[str]
    biography: Mapped[str | None] = mapped_column(Text, deferred=True)
    books: Mapped[list[Book]] = relationship(back_populates="author")


class Book(Timestamps, Base):
    __tablename__ = "book"

    title: Mapped[str]
    price: Mapped[int]
    summary: Mapped[str | None] = mapped_column(Text, deferred=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))
    publisher_id: Mapped[int] = mapped_column(ForeignKey("publisher.id"))
    author: Mapped[Author] = relationship(back_populates="books")
    publisher: Mapped[Publisher] = relationship(back_populates="books")
    reviews: Mapped[list[Review]] = relationship(back_populates="book")
    tags: Mapped[list[Tag]] = relationship(secondary=book_tag)

    @property
    def label(self) -> str:
        """What is printed on the back of the book."""
        return f"{self.title} ({self.publisher.name}, {self.publisher.city})"


class Review(Base):
    __tablename__ = "review"

    stars: Mapped[int]
    text: Mapped[str]
    book_id: Mapped[int] = mapped_column(ForeignKey("book.id"))
    book: Mapped[Book] = relationship(back_populates="reviews")


class Tag(Base):
    __tablename__ = "tag"

    name: Mapped[str]

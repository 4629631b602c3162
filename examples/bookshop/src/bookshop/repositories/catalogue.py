"""Queries for authors and books."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload, load_only, selectinload

from bookshop.models import Author, Book
from bookshop.repositories.base import Repository


class AuthorRepository(Repository[Author]):
    model = Author

    async def with_books(self) -> Sequence[Author]:
        return await self.all(selectinload(Author.books))


class BookRepository(Repository[Book]):
    model = Book

    async def titles_only(self) -> Sequence[Book]:
        return await self.all(load_only(Book.title))

    async def cheaper_than(self, price: int) -> Sequence[Book]:
        statement = select(Book).where(Book.price < price).order_by(Book.price)
        return (await self.session.scalars(statement)).all()

    async def with_author(self) -> Sequence[Book]:
        return await self.all(joinedload(Book.author))

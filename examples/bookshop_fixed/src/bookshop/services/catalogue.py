"""Authors and books, for the API and the pages."""

from typing import Annotated

from fastapi import Depends
from sqlalchemy.orm import selectinload

from bookshop.database import SessionDependency
from bookshop.models import Author, Book, Tag
from bookshop.repositories.catalogue import AuthorRepository, BookRepository


class CatalogueService:
    def __init__(self, authors: AuthorRepository, books: BookRepository) -> None:
        self.authors = authors
        self.books = books

    async def titles_of(self, author_id: int) -> list[str]:
        author = await self.authors.by_id(author_id, options=[selectinload(Author.books)])
        return [book.title for book in author.books]

    async def label_of(self, book_id: int) -> str:
        book = await self.books.by_id(book_id, options=[selectinload(Book.publisher)])
        return book.label

    async def price_list(self) -> dict[str, int]:
        return {book.title: book.price for book in await self.books.titles_and_prices()}

    async def tag_book(self, book_id: int, name: str) -> None:
        book = await self.books.by_id(book_id, options=[selectinload(Book.tags)])
        book.tags.append(Tag(name=name))
        await self.books.session.commit()

    async def rename(self, author_id: int, name: str) -> Author:
        author = await self.authors.by_id(author_id)
        author.name = name
        await self.authors.session.commit()
        await self.authors.session.refresh(author)
        return author


def get_catalogue(session: SessionDependency) -> CatalogueService:
    return CatalogueService(AuthorRepository(session), BookRepository(session))


Catalogue = Annotated[CatalogueService, Depends(get_catalogue)]

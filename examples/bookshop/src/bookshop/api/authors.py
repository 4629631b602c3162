"""Endpoints about authors."""

from fastapi import APIRouter
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from bookshop.database import SessionDependency
from bookshop.models import Author, Book
from bookshop.schemas import AuthorRead, AuthorWithBooks, NameChange
from bookshop.services.catalogue import Catalogue

router = APIRouter(prefix="/authors")


@router.get("")
async def list_authors(catalogue: Catalogue) -> list[AuthorWithBooks]:
    authors = await catalogue.authors.with_books()
    return [AuthorWithBooks.model_validate(author) for author in authors]


# The repository's query does not load the books that the service reads.
@router.get("/{author_id}/titles")
async def list_titles(author_id: int, catalogue: Catalogue) -> list[str]:
    return await catalogue.titles_of(author_id)


# The biography is a deferred column: a query for the author leaves it out.
@router.get("/{author_id}/biography")
async def read_biography(author_id: int, catalogue: Catalogue) -> str | None:
    author = await catalogue.authors.by_id(author_id)
    return author.biography


# The commit in the service expires the name that is answered with here.
@router.put("/{author_id}")
async def rename_author(author_id: int, change: NameChange, catalogue: Catalogue) -> AuthorRead:
    author = await catalogue.rename(author_id, change.name)
    return AuthorRead(id=author_id, name=author.name)


# The option is about books, but the query is about authors.
@router.get("/reviewed")
async def list_reviewed(session: SessionDependency) -> list[str]:
    authors = await session.scalars(select(Author).options(selectinload(Book.reviews)))
    return [author.name for author in authors]

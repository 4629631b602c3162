"""Endpoints about books."""

from fastapi import APIRouter
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from bookshop.database import SessionDependency
from bookshop.models import Book, Review
from bookshop.schemas import BookRead, NewReview, PriceChange
from bookshop.services.catalogue import Catalogue

router = APIRouter(prefix="/books")


@router.get("")
async def list_books(catalogue: Catalogue) -> list[BookRead]:
    return [BookRead.model_validate(book) for book in await catalogue.books.all()]


@router.get("/cheap")
async def list_cheap_books(catalogue: Catalogue) -> list[str]:
    return [book.title for book in await catalogue.books.cheaper_than(14)]


@router.get("/by-author")
async def list_by_author(catalogue: Catalogue) -> dict[str, str]:
    return {book.title: book.author.name for book in await catalogue.books.with_author()}


# The query loads titles only; the service makes a list of prices of it.
@router.get("/prices")
async def list_prices(catalogue: Catalogue) -> dict[str, int]:
    return await catalogue.price_list()


# The label is a property of the model, and reads the publisher.
@router.get("/{book_id}/label")
async def read_label(book_id: int, catalogue: Catalogue) -> str:
    return await catalogue.label_of(book_id)


# To append to the tags, SQLAlchemy first loads those that are there.
@router.post("/{book_id}/tags/{name}")
async def tag_book(book_id: int, name: str, catalogue: Catalogue) -> str:
    await catalogue.tag_book(book_id, name)
    return name


# The database sets the time of the change, and nobody has asked for it yet.
@router.put("/{book_id}/price")
async def change_price(book_id: int, change: PriceChange, session: SessionDependency) -> str:
    book = await session.get_one(Book, book_id)
    book.price = change.price
    await session.flush()
    changed_at = book.updated_at
    await session.commit()
    return changed_at.isoformat()


# Nothing comes back from `add`, so there is nothing to await.
@router.post("/{book_id}/reviews")
async def add_review(book_id: int, review: NewReview, session: SessionDependency) -> int:
    await session.add(Review(book_id=book_id, stars=review.stars, text=review.text))
    await session.commit()
    return review.stars


# A joined collection multiplies the rows; the result has to be told to make them unique.
@router.get("/tagged")
async def list_tagged(session: SessionDependency) -> list[str]:
    statement = select(Book).options(joinedload(Book.tags))
    return [book.title for book in (await session.scalars(statement)).all() if book.tags]


# The rows are already here: there is nothing to wait for in the loop.
@router.get("/export")
async def export_titles(session: SessionDependency) -> list[str]:
    titles = []
    async for book in await session.scalars(select(Book)):
        titles.append(book.title)
    return titles


# A method of the session that only the old, synchronous one has.
@router.get("/search")
async def search(session: SessionDependency, words: str = "Tide") -> list[str]:
    books = session.query(Book).filter(Book.title.contains(words))
    return [book.title for book in books]

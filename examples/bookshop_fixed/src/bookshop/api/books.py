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


@router.get("/prices")
async def list_prices(catalogue: Catalogue) -> dict[str, int]:
    return await catalogue.price_list()


@router.get("/{book_id}/label")
async def read_label(book_id: int, catalogue: Catalogue) -> str:
    return await catalogue.label_of(book_id)


@router.post("/{book_id}/tags/{name}")
async def tag_book(book_id: int, name: str, catalogue: Catalogue) -> str:
    await catalogue.tag_book(book_id, name)
    return name


@router.put("/{book_id}/price")
async def change_price(book_id: int, change: PriceChange, session: SessionDependency) -> str:
    book = await session.get_one(Book, book_id)
    book.price = change.price
    await session.flush()
    await session.refresh(book, ["updated_at"])
    changed_at = book.updated_at
    await session.commit()
    return changed_at.isoformat()


@router.post("/{book_id}/reviews")
async def add_review(book_id: int, review: NewReview, session: SessionDependency) -> int:
    session.add(Review(book_id=book_id, stars=review.stars, text=review.text))
    await session.commit()
    return review.stars


@router.get("/tagged")
async def list_tagged(session: SessionDependency) -> list[str]:
    statement = select(Book).options(joinedload(Book.tags))
    books = (await session.scalars(statement)).unique().all()
    return [book.title for book in books if book.tags]


@router.get("/export")
async def export_titles(session: SessionDependency) -> list[str]:
    titles = []
    async for book in await session.stream_scalars(select(Book)):
        titles.append(book.title)
    return titles


@router.get("/search")
async def search(session: SessionDependency, words: str = "Tide") -> list[str]:
    books = await session.scalars(select(Book).where(Book.title.contains(words)))
    return [book.title for book in books]

"""Endpoints with figures."""

from fastapi import APIRouter
from sqlalchemy import func, select

from bookshop.database import SessionDependency
from bookshop.models import Book
from bookshop.services.reports import newest_book

router = APIRouter(prefix="/reports")


@router.get("/average-price")
async def average_price(session: SessionDependency) -> float:
    return await session.scalar(select(func.avg(Book.price))) or 0.0


# The session of the report is closed when the reviews are read.
@router.get("/newest")
async def newest(minimum: int = 0) -> bool:
    book = await newest_book()
    return len(book.reviews) >= minimum


# The synchronous session inside the asynchronous one cannot wait for the database.
@router.get("/stock")
async def stock(session: SessionDependency) -> int:
    return session.sync_session.scalar(select(func.count(Book.id))) or 0

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


@router.get("/newest")
async def newest(minimum: int = 0) -> bool:
    book = await newest_book()
    return len(book.reviews) >= minimum


@router.get("/stock")
async def stock(session: SessionDependency) -> int:
    return await session.scalar(select(func.count(Book.id))) or 0

"""Figures about the shop; they open sessions of their own."""

from sqlalchemy import select

from bookshop.database import session_maker
from bookshop.models import Book


async def newest_book() -> Book:
    async with session_maker() as session:
        return (await session.scalars(select(Book).order_by(Book.id.desc()).limit(1))).one()

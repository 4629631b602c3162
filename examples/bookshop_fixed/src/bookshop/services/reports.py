"""Figures about the shop; they open sessions of their own."""

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from bookshop.database import session_maker
from bookshop.models import Book


async def newest_book() -> Book:
    async with session_maker() as session:
        statement = select(Book).options(selectinload(Book.reviews)).order_by(Book.id.desc())
        return (await session.scalars(statement.limit(1))).one()

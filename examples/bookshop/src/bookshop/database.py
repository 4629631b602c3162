"""The engine, the sessions, and what a new database is filled with."""

import os
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from bookshop.models import Author, Base, Book, Customer, Order, OrderLine, Publisher, Review, Tag

engine = create_async_engine(os.environ.get("BOOKSHOP_DATABASE", "sqlite+aiosqlite:///bookshop.db"))
session_maker = async_sessionmaker(engine)


async def get_session() -> AsyncIterator[AsyncSession]:
    async with session_maker() as session:
        yield session


SessionDependency = Annotated[AsyncSession, Depends(get_session)]


async def prepare_database() -> None:
    """Start with the same few books each time."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)
    async with session_maker.begin() as session:
        publisher = Publisher(name="Harbour Press", city="Lisbon")
        tags = [Tag(name="novel"), Tag(name="sea")]
        author = Author(name="Ana Mar", biography="Born by the sea.")
        author.books = [
            Book(title="Low Tide", price=12, summary="A voyage.", publisher=publisher, tags=tags),
            Book(title="High Tide", price=15, summary="A return.", publisher=publisher, tags=[]),
        ]
        author.books[0].reviews = [Review(stars=5, text="Read it."), Review(stars=4, text="Good.")]
        customer = Customer(name="Rui")
        customer.orders = [Order(lines=[OrderLine(book=author.books[0], quantity=2)])]
        session.add_all([author, customer])

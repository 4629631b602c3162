"""Endpoints about publishers."""

from fastapi import APIRouter
from sqlalchemy import select

from bookshop.database import SessionDependency
from bookshop.models import Publisher

router = APIRouter(prefix="/publishers")


# What `execute` returns has rows, and each row has a publisher.
@router.get("")
async def list_publishers(session: SessionDependency) -> list[str]:
    result = await session.execute(select(Publisher))
    return [publisher.name for publisher in result]


# The result itself is no publisher.
@router.get("/first")
async def first_publisher(session: SessionDependency) -> str:
    publisher = await session.execute(select(Publisher).limit(1))
    return publisher.name


# Without `await` this is a coroutine, and no publisher yet.
@router.get("/{publisher_id}/city")
async def read_city(publisher_id: int, session: SessionDependency) -> str:
    publisher = session.get_one(Publisher, publisher_id)
    return publisher.city


# The relationship is called `books`.
@router.get("/{publisher_id}/catalogue")
async def read_catalogue(publisher_id: int, session: SessionDependency) -> list[str]:
    publisher = await session.get_one(Publisher, publisher_id)
    return [book.title for book in await publisher.awaitable_attrs.titles]


@router.get("/{publisher_id}/books")
async def list_books(publisher_id: int, session: SessionDependency) -> list[str]:
    publisher = await session.get_one(Publisher, publisher_id)
    return [book.title for book in await publisher.awaitable_attrs.books]

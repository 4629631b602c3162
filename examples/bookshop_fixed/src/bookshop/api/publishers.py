"""Endpoints about publishers."""

from fastapi import APIRouter
from sqlalchemy import select

from bookshop.database import SessionDependency
from bookshop.models import Publisher

router = APIRouter(prefix="/publishers")


@router.get("")
async def list_publishers(session: SessionDependency) -> list[str]:
    return [publisher.name for publisher in await session.scalars(select(Publisher))]


@router.get("/first")
async def first_publisher(session: SessionDependency) -> str:
    publisher = (await session.execute(select(Publisher).limit(1))).scalar_one()
    return publisher.name


@router.get("/{publisher_id}/city")
async def read_city(publisher_id: int, session: SessionDependency) -> str:
    publisher = await session.get_one(Publisher, publisher_id)
    return publisher.city


@router.get("/{publisher_id}/catalogue")
async def read_catalogue(publisher_id: int, session: SessionDependency) -> list[str]:
    publisher = await session.get_one(Publisher, publisher_id)
    return [book.title for book in await publisher.awaitable_attrs.books]


@router.get("/{publisher_id}/books")
async def list_books(publisher_id: int, session: SessionDependency) -> list[str]:
    publisher = await session.get_one(Publisher, publisher_id)
    return [book.title for book in await publisher.awaitable_attrs.books]

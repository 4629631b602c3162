"""The settings `dialect` and `sqlalchemy-version`: what an INSERT fetches, what follows into a session, what exists."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis import analyse

SHOP = """
from sqlalchemy import ForeignKey, func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column, relationship


class Base(DeclarativeBase): ...


class Author(Base):
    __tablename__ = "author"
    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[str] = mapped_column(server_default=func.now())
    books: Mapped[list["Book"]] = relationship(back_populates="author")


class Book(Base):
    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))
    author: Mapped[Author] = relationship(back_populates="books")
    copies: Mapped[list["Copy"]] = relationship()


class Copy(Base):
    __tablename__ = "copy"
    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("book.id"))


async def add(session: AsyncSession) -> None:
    author = Author()
    session.add(author)
    await session.flush()
    print(author.created_at)


async def link(session: AsyncSession) -> None:
    author = await session.get_one(Author, 1)
    book = Book(author=author)
    await session.flush()
    print(book.copies)


class Room(MappedAsDataclass, Base):
    __tablename__ = "room"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    lamps: Mapped[list["Lamp"]] = relationship(default_factory=list)


class Lamp(MappedAsDataclass, Base):
    __tablename__ = "lamp"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id"), init=False)


async def furnish(session: AsyncSession) -> None:
    room = Room()
    session.add(room)
    await session.flush()
    print(room.lamps)


async def clear(session: AsyncSession) -> None:
    await session.delete_all([])
"""


@pytest.mark.parametrize(
    ("settings", "codes"),
    [
        ({}, ["SAA101"]),
        ({"dialect": "postgresql"}, ["SAA101"]),
        ({"dialect": "mysql"}, ["SAA202", "SAA101"]),
        ({"sqlalchemy-version": "2.0.30"}, ["SAA304"]),
        ({"sqlalchemy-version": "1.4"}, ["SAA202", "SAA304", "SAA101", "SAA304"]),
    ],
)
def test_what_the_backend_does_on_its_own(
    tmp_path: Path, settings: dict[str, object], codes: list[str]
) -> None:
    found = analyse({"shop.py": SHOP}, settings, tmp_path)

    assert [finding.code for finding in found.findings] == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ('create_async_engine("mysql+aiomysql://host/shop")', ["SAA202", "SAA101"]),
        ('create_async_engine(f"mysql+asyncmy://{password}@host/shop")', ["SAA202", "SAA101"]),
        ("create_async_engine(url=Settings().url)", ["SAA202", "SAA101"]),
        (
            'create_async_engine(os.getenv("URL", "mysql+aiomysql://host/shop"))',
            ["SAA202", "SAA101"],
        ),
        ('create_async_engine(URL.create("mysql+aiomysql", host="host"))', ["SAA202", "SAA101"]),
        ('create_async_engine("postgresql+asyncpg://host/shop")', ["SAA101"]),
        ('create_async_engine(os.environ["URL"])', ["SAA101"]),
        (
            'create_async_engine("sqlite+aiosqlite://"), create_async_engine("mysql+aiomysql://host")',
            ["SAA202", "SAA101"],
        ),
        (
            'create_async_engine("mysql+aiomysql://host"), create_async_engine("oracle://host")',
            ["SAA101"],
        ),
    ],
)
def test_the_database_that_the_engines_are_on(tmp_path: Path, text: str, codes: list[str]) -> None:
    engines = f"""
import os

from pydantic import Field
from pydantic_settings import BaseSettings
from sqlalchemy import URL
from sqlalchemy.ext.asyncio import create_async_engine


class Settings(BaseSettings):
    url: str = Field(default="mysql+aiomysql://host/shop")


engine = {text}
"""

    found = analyse({"shop.py": SHOP, "engines.py": engines}, {}, tmp_path)
    told = analyse({"shop.py": SHOP, "engines.py": engines}, {"dialect": "sqlite"}, tmp_path)

    assert [finding.code for finding in found.findings] == codes
    assert [finding.code for finding in told.findings] == ["SAA101"]

"""The project that all front ends are run on: models, a query, and a read in another file."""

from __future__ import annotations

from pathlib import Path

import pytest

from front_ends.hosts import write

MODELS = '''\
"""The mapped classes."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    """The base."""


class Author(Base):
    """Writes books."""

    __tablename__ = "author"
    id: Mapped[int] = mapped_column(primary_key=True)
    books: Mapped[list["Book"]] = relationship(back_populates="author")


class Book(Base):
    """Is written by an author."""

    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))
    author: Mapped[Author] = relationship(back_populates="books")
'''

QUERIES = '''\
"""The queries."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shop.models import Author


async def find_author(session: AsyncSession) -> Author:
    """Load an author without books."""
    return (await session.scalars(select(Author))).one()
'''

API = '''\
"""The reads."""

from sqlalchemy.ext.asyncio import AsyncSession

from shop.queries import find_author


async def shelf(session: AsyncSession) -> int:
    """Read the books."""
    author = await find_author(session)
    return len(author.books)
'''

READ_LINE = 11
READ_COLUMN = 23


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project with one finding: `shop/api.py` reads what `shop/queries.py` did not load."""
    return write(
        tmp_path,
        {
            "pyproject.toml": '[project]\nname = "shop"\n',
            "shop/__init__.py": '"""The shop."""\n',
            "shop/models.py": MODELS,
            "shop/queries.py": QUERIES,
            "shop/api.py": API,
        },
    )

"""Functions that a script calls itself, at the end of its module: what they meet first counts for everybody."""

from __future__ import annotations

from pathlib import Path

from analysis import analyse

SCRIPT = """
import asyncio
from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

class Base(DeclarativeBase): pass

class Author(Base):
    __tablename__ = "author"
    id: Mapped[int] = mapped_column(primary_key=True)
    books: Mapped[list["Book"]] = relationship()

class Book(Base):
    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))

class Listing:
    def __init_subclass__(cls):
        cls.model = Author

class Authors(Listing): pass

make = async_sessionmaker(create_async_engine("sqlite+aiosqlite://"))

async def main():
    async with make() as session:
        author = (await session.scalars(select(Authors.model))).first()
        print(author.books)

if __name__ == "__main__":
    asyncio.run(main())
"""


def test_a_hook_that_the_call_of_a_script_meets_first(tmp_path: Path) -> None:
    found = analyse({"main.py": SCRIPT}, {}, tmp_path)
    assert [finding.code for finding in found.findings] == ["SAA101"]

"""The work of an analysis grows with the size of a project, no faster: counted in instructions, so exact."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.analysis import analyse

from saalint.interpret import transfer

MODELS = """
from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
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

def shared(author):
    return author.id
"""
PART = """
async def load{n}(session: AsyncSession):
    return await session.scalar(select(Author))

async def show{n}(session: AsyncSession, is_long: bool):
    author = await load{n}(session)
    if is_long:
        shared(author)
    return plain{n}("text")

def plain{n}(text):
    return text.upper()
"""


def instructions(parts: int, directory: Path, patch: pytest.MonkeyPatch) -> int:
    """How many instructions the analysis of a project of that many parts runs."""
    counted = 0
    run = transfer.run

    def counting(machine: object, instruction: object) -> None:
        nonlocal counted
        counted += 1
        run(machine, instruction)  # type: ignore[arg-type]  # handed through as they are

    directory.mkdir()
    with patch.context() as inside:
        inside.setattr(transfer, "run", counting)
        analyse({"app.py": MODELS + "".join(PART.format(n=n) for n in range(parts))}, {}, directory)
    return counted


def test_instructions_grow_with_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each doubling adds twice what the one before added."""
    one, two, four = (
        instructions(parts, tmp_path / str(parts), monkeypatch) for parts in (10, 20, 40)
    )

    assert one > 0
    assert four - two == 2 * (two - one)


def test_what_reaches_no_entity_is_not_entered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Functions around a project that touch nothing of it cost no instruction but their definition."""
    around = {
        "around.py": "".join(f"def plain{n}(text):\n    return text.upper()\n" for n in range(50))
    }
    counted: list[int] = []
    run = transfer.run

    def counting(machine: object, instruction: object) -> None:
        counted[-1] += 1
        run(machine, instruction)  # type: ignore[arg-type]  # handed through as they are

    monkeypatch.setattr(transfer, "run", counting)
    for number, files in enumerate(({}, around)):
        counted.append(0)
        directory = tmp_path / str(number)
        directory.mkdir()
        analyse({"app.py": MODELS + PART.format(n=0), **files}, {}, directory)

    assert counted[0] == counted[1]

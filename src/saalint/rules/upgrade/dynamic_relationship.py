"""A relationship is mapped with `lazy="dynamic"`.

## Why is this bad

A dynamic relationship gives a legacy `Query`, which has no form under `AsyncSession`: all of its methods run SQL at
once.

## What to do

Map it with `WriteOnlyMapped`, or `lazy="write_only"`, and run what `author.books.select()` gives.

## What is not reported

Relationships of installed packages.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.interpret.events import Event, Idiom
from saalint.rules.context import RuleContext
from saalint.rules.rule import Level, Rule

RULE = Rule(
    number=809,
    name="dynamic-relationship",
    severity=Severity.REFACTOR,
    since="0.1",
    level=Level.STRICT,
    is_on_request=True,
    bad="""
        from sqlalchemy import ForeignKey
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


        class Base(DeclarativeBase):
            pass


        class Shelf(Base):
            __tablename__ = "shelf"

            id: Mapped[int] = mapped_column(primary_key=True)
            boards: Mapped[list["Board"]] = relationship(lazy="dynamic")


        class Board(Base):
            __tablename__ = "board"

            id: Mapped[int] = mapped_column(primary_key=True)
            shelf_id: Mapped[int] = mapped_column(ForeignKey("shelf.id"))


        def boards(shelf: Shelf) -> object:
            return shelf.boards
    """,
    good="""
        from sqlalchemy import ForeignKey
        from sqlalchemy.orm import DeclarativeBase, Mapped, WriteOnlyMapped, mapped_column, relationship


        class Base(DeclarativeBase):
            pass


        class Shelf(Base):
            __tablename__ = "shelf"

            id: Mapped[int] = mapped_column(primary_key=True)
            boards: WriteOnlyMapped["Board"] = relationship()


        class Board(Base):
            __tablename__ = "board"

            id: Mapped[int] = mapped_column(primary_key=True)
            shelf_id: Mapped[int] = mapped_column(ForeignKey("shelf.id"))


        def boards() -> object:
            return select(Shelf)
    """,
)


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where it is written in the form of 1.x."""
    yield from context.idiom(
        RULE,
        event,
        Idiom.DYNAMIC,
        'is mapped with `lazy="dynamic"`, which is legacy in SQLAlchemy 2.0',
    )

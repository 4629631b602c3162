"""A relationship is mapped without saying how it is loaded.

## Why is this bad

Without `lazy=` a relationship is loaded when it is first read, with a query that nobody wrote; under `AsyncSession`
the read raises.
A project that names the strategy of each relationship has decided that once, where the relationship is mapped.

## What to do

Write `lazy="raise"` where each query is to say what it loads, `lazy="selectin"` where the relationship is always
needed, or `lazy="select"` where loading at the first read is what you want.

## What is not reported

Relationships with `lazy=`, `DynamicMapped` and `WriteOnlyMapped`, and those whose settings are passed with `**`.
Relationships of installed packages.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.interpret.events import Event, ImplicitStrategy
from saalint.rules.context import RuleContext
from saalint.rules.rule import Level, Rule

RULE = Rule(
    number=901,
    name="implicit-loader-strategy",
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
            boards: Mapped[list["Board"]] = relationship()


        class Board(Base):
            __tablename__ = "board"

            id: Mapped[int] = mapped_column(primary_key=True)
            shelf_id: Mapped[int] = mapped_column(ForeignKey("shelf.id"))


        def boards() -> object:
            return select(Shelf)
    """,
    good="""
        from sqlalchemy import ForeignKey
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


        class Base(DeclarativeBase):
            pass


        class Shelf(Base):
            __tablename__ = "shelf"

            id: Mapped[int] = mapped_column(primary_key=True)
            boards: Mapped[list["Board"]] = relationship(lazy="raise")


        class Board(Base):
            __tablename__ = "board"

            id: Mapped[int] = mapped_column(primary_key=True)
            shelf_id: Mapped[int] = mapped_column(ForeignKey("shelf.id"))


        def boards() -> object:
            return select(Shelf)
    """,
)


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where a relationship says nothing of how it is loaded."""
    if not isinstance(event, ImplicitStrategy):
        return
    subject = f"{event.entity}.{event.attribute}"
    message = (
        f"`{subject}` is mapped without `lazy=`, so that reading it runs a query: "
        'write `lazy="raise"`, or the strategy you want'
    )
    yield context.misuse(RULE, event, message, subject)

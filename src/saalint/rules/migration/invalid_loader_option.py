"""A loader option names nothing that the query loads.

## Why is this bad

An option that is given a string, begins at a class that is not selected, goes on at an attribute of another class, or
names a column where a relationship is wanted raises `ArgumentError`.
Two options with different strategies for one attribute raise `InvalidRequestError`, where up to 1.4 the later one won.
Some of these errors arise when the option is made, most when the query is executed.
One arises later: `selectinload(Author.books).joinedload(Book.author)`, where `Book.author` is eager by its mapping,
loads the books of all authors well, and raises when `refresh()` loads those of one author.

## What to do

Name the attributes of the selected class, and of what each step leads to:
`selectinload(Author.books).joinedload(Book.publisher)`.
Options of an `aliased()` class begin at the alias.
Give one attribute one strategy.

## What is not reported

Queries of classes or with options that are not known, and classes whose bases are not all known.
With SQLAlchemy 1.4 installed, what it accepts.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.interpret.events import Event, InvalidOption
from saalint.rules.context import RuleContext
from saalint.rules.rule import Rule

RULE = Rule(
    number=310,
    name="invalid-loader-option",
    severity=Severity.ERROR,
    since="0.1",
    bad="""
        async def authors(session: AsyncSession) -> list[Author]:
            result = await session.scalars(select(Author).options(selectinload(Book.tags)))
            return result.all()
    """,
    good="""
        async def authors(session: AsyncSession) -> list[Author]:
            options = selectinload(Author.books).selectinload(Book.tags)
            result = await session.scalars(select(Author).options(options))
            return result.all()
    """,
)


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where a loader option raises."""
    if not isinstance(event, InvalidOption):
        return
    yield context.misuse(
        RULE, event, f"{event.reason}{context.source_of(event)}: {event.remedy}", event.reason
    )

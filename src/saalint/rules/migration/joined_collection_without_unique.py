"""Rows of a query that joins a collection are taken without `.unique()`.

## Why is this bad

`joinedload()` of a collection, `lazy="joined"` and `contains_eager()` give a row for each element, so each parent
comes several times.
`Query` removed them silently; a `Result` raises `InvalidRequestError` until it is told to, by `.unique()`.

## What to do

Call `.unique()` on the result before the rows are taken: `(await session.scalars(stmt)).unique().all()`.
Or load the collection by `selectinload()`, which adds no rows.

## What is not reported

`.first()`, `.scalar()`, `session.scalar()` and `session.get()`, which need no `.unique()`.
A legacy `Query`, queries of columns, and collections that are joined below a `selectinload()`.
Queries with options that are not known, where only the mapping joins a collection.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.findings.remedy import Rewrite
from saalint.interpret.events import Event, RepeatedRows
from saalint.rules.context import RuleContext
from saalint.rules.rule import Rule

RULE = Rule(
    number=305,
    name="joined-collection-without-unique",
    severity=Severity.ERROR,
    since="0.1",
    bad="""
        async def authors(session: AsyncSession) -> list[Author]:
            result = await session.scalars(select(Author).options(joinedload(Author.books)))
            return result.all()
    """,
    good="""
        async def authors(session: AsyncSession) -> list[Author]:
            result = await session.scalars(select(Author).options(joinedload(Author.books)))
            return result.unique().all()
    """,
)


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where rows are taken that a collection repeats."""
    if not isinstance(event, RepeatedRows):
        return
    taken = f"`.{event.method}()`" if event.method else "the loop"
    source = context.source_of(event)
    message = f"rows{source} are repeated by a joined collection: call `.unique()` before {taken}"
    yield context.misuse(
        RULE, event, message, event.entity, Rewrite.UNIQUE if event.method else None
    )

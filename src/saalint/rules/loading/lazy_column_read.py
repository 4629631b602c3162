"""A column is read that the query left out.

## Why is this bad

A deferred column, one that `load_only()` or `defer()` left out, and a column of a subclass whose object came from a
query of the base class are fetched when they are read.
Under `AsyncSession` that read raises `MissingGreenlet`.

## What to do

Undefer the column in the query, name it in `load_only()`, query the subclass or add `selectin_polymorphic()`.
Where only this place needs it, read it through `await article.awaitable_attrs.body`.

## What is not reported

Objects whose query is not in the analysed code, and columns that are there on some path.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.interpret.events import AttributeRead, Event, LoadState
from saalint.rules.context import RuleContext
from saalint.rules.costs import column_reason, column_remedy
from saalint.rules.rule import Rule

RULE = Rule(
    number=102,
    name="lazy-column-read",
    severity=Severity.ERROR,
    since="0.1",
    bad="""
        async def name(session: AsyncSession) -> str:
            query = select(Author).options(load_only(Author.id))
            author = (await session.scalars(query)).one()
            return author.name
    """,
    good="""
        async def name(session: AsyncSession) -> str:
            query = select(Author).options(load_only(Author.name))
            author = (await session.scalars(query)).one()
            return author.name
    """,
)


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where a column that was never fetched is read in an async session."""
    if not isinstance(event, AttributeRead) or event.kind.is_relationship:
        return
    if event.state is not LoadState.UNLOADED or not context.is_async_failure(event):
        return
    failure = f"{column_reason(event, context)}: {column_remedy(event, context)}"
    yield context.finding(RULE, event, f"`{context.subject(event)}` {failure}")

"""An attribute is read that was not loaded when the object left its session.

## Why is this bad

Without a session nothing can be loaded: the read raises `DetachedInstanceError`, under `Session` as well as under
`AsyncSession`.
An object is detached by the end of `async with session`, by `close()`, `expunge()` and `reset()`, and by its deletion.
`maker.begin()` commits and closes, so everything is expired and detached afterwards.

## What to do

Load what is needed before the session ends, with a loader option in the query.
Where a commit comes before that end, make the session with `expire_on_commit=False`.
Else use the object inside the block, or bring it into another session: `await other.merge(author)`.

## What is not reported

What was loaded before; it stays readable.
Objects that were added or merged into a session again: read the object that `merge()` returns.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.interpret.events import AttributeRead, Event
from saalint.rules.context import RuleContext
from saalint.rules.rule import Rule

RULE = Rule(
    number=203,
    name="detached-attribute-read",
    severity=Severity.ERROR,
    since="0.1",
    bad="""
        async def shelf(maker: async_sessionmaker[AsyncSession]) -> list[Book]:
            async with maker() as session:
                author = await session.get_one(Author, 1)
            return author.books
    """,
    good="""
        async def shelf(maker: async_sessionmaker[AsyncSession]) -> list[Book]:
            async with maker() as session:
                author = await session.get_one(Author, 1, options=[selectinload(Author.books)])
            return author.books
    """,
)


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where an attribute of a detached object needs a load."""
    if not isinstance(event, AttributeRead) or not context.is_detached_failure(event):
        return
    message = f"`{context.subject(event)}` {context.detachment(event)}"
    yield context.finding(RULE, event, message)

"""A column is read whose new value only the database knows.

## Why is this bad

An UPDATE leaves `onupdate=func.now()`, `server_onupdate=`, computed columns, `column_property()` and every attribute
that was set to a SQL expression to the server.
The flush does not fetch them, it expires them, also under `expire_on_commit=False`: the next read fetches the row, and
under `AsyncSession` it raises `MissingGreenlet`.
So do a `column_property()` and a SQL expression after the INSERT of a new object.

## What to do

`await session.refresh(book, ["updated_at"])` after the flush or commit, or map the class with
`__mapper_args__ = {"eager_defaults": True}`, which fetches the columns with the UPDATE.
A Python function as `onupdate=` is known without asking the server.

## What is not reported

Server defaults after an INSERT, which SQLAlchemy 2 fetches with `RETURNING`.
Objects of which no column was changed, so that no UPDATE is emitted.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.interpret.events import AttributeRead, Event, LoadState
from saalint.rules.context import RuleContext
from saalint.rules.rule import Rule

RULE = Rule(
    number=202,
    name="server-generated-read",
    severity=Severity.ERROR,
    since="0.1",
    bad="""
        async def rename(session: AsyncSession) -> str:
            book = await session.get_one(Book, 11)
            book.title = "The Lighthouse"
            await session.flush()
            return f"changed at {book.updated_at}"
    """,
    good="""
        async def rename(session: AsyncSession) -> str:
            book = await session.get_one(Book, 11)
            book.title = "The Lighthouse"
            await session.flush()
            await session.refresh(book, ["updated_at"])
            return f"changed at {book.updated_at}"
    """,
)


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where a value that a flush left to the server is read in an async session."""
    if not isinstance(event, AttributeRead) or event.kind.is_relationship:
        return
    if LoadState.SERVER not in event.state or LoadState.EXPIRED in event.state:
        return
    if not context.is_async_failure(event):
        return
    yield context.finding(RULE, event, f"`{context.subject(event)}` {context.failure(event)}")

"""A column is read after something took its value away.

## Why is this bad

A commit expires every object of its session, unless the session was made with `expire_on_commit=False`.
A rollback does so always, that of a savepoint for what was changed inside; `expire()` and `expire_all()` are there
for nothing else.
The next read fetches the row again, even of the primary key, and under `AsyncSession` it raises `MissingGreenlet`.
The commit is often in another function, and a log line or an `except` block is what reads.

## What to do

Make the session with `expire_on_commit=False`, which is what SQLAlchemy recommends for `AsyncSession`.
Else read the value into a variable before the commit, or `await session.refresh(author)` after it.
After a rollback only these two help.

## What is not reported

Attributes that were assigned since, and objects that a query, `get()` or `refresh()` fetched again.
Values that are expired on some path only.
Relationships, which are lazy-relationship-read.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.interpret.events import AttributeRead, Event, LoadState
from saalint.rules.context import RuleContext
from saalint.rules.rule import Rule

RULE = Rule(
    number=201,
    name="expired-attribute-read",
    severity=Severity.ERROR,
    since="0.1",
    bad="""
        async def rename(session: AsyncSession) -> str:
            author = await session.get_one(Author, 1)
            author.name = "Ada"
            await session.commit()
            return f"author {author.id} is renamed"
    """,
    good="""
        async def rename(session: AsyncSession) -> str:
            author = await session.get_one(Author, 1)
            author.name = "Ada"
            number = author.id
            await session.commit()
            return f"author {number} is renamed"
    """,
)


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where an expired column is read in an async session."""
    if not isinstance(event, AttributeRead) or event.kind.is_relationship:
        return
    if LoadState.EXPIRED not in event.state or not context.is_async_failure(event):
        return
    yield context.finding(RULE, event, f"`{context.subject(event)}` {context.failure(event)}")

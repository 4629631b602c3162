"""One session is used by several tasks at once.

## Why is this bad

An `AsyncSession` works for one task at a time.
Two queries at once on its one connection raise `InvalidRequestError` while the connection is provisioned, and
`InterfaceError` with drivers such as asyncpg; a flush in one task meets the half-made changes of the other.
With SQLite it seems to work: aiosqlite makes one query wait for the other.

## What to do

Give each task a session of its own: `async with maker() as session` inside the task.
Where the tasks only query, one query after the other is no slower, as the connection runs one at a time.

## What is not reported

Tasks that open their sessions themselves, those that use a session under an `asyncio.Lock`, and sessions of
`async_scoped_session`.
A task that is waited for before the next one is made, or before the session is used again.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.interpret.events import Event, SharedSession
from saalint.rules.context import RuleContext
from saalint.rules.rule import Rule

RULE = Rule(
    number=312,
    name="session-shared-between-tasks",
    severity=Severity.ERROR,
    since="0.1",
    bad="""
        async def names(session: AsyncSession) -> list[str]:
            authors, books = await asyncio.gather(
                session.scalars(select(Author)), session.scalars(select(Book))
            )
            return [*(author.name for author in authors), *(book.title for book in books)]
    """,
    good="""
        async def names(session: AsyncSession) -> list[str]:
            authors = await session.scalars(select(Author))
            books = await session.scalars(select(Book))
            return [*(author.name for author in authors), *(book.title for book in books)]
    """,
)


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where a second task uses a session that another one uses."""
    if not isinstance(event, SharedSession):
        return
    others = "several tasks"
    if event.site.origin is not None and event.function == "await":
        others = f"this function and the task made at {event.site.origin.place.shown}"
    elif event.site.origin is not None:
        others = f"this task and the one made at {event.site.origin.place.shown}"
    message = f"`AsyncSession` is used by {others} at once: give each a session of its own"
    yield context.misuse(RULE, event, message, "AsyncSession")

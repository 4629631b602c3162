"""A synchronous session of an async engine runs SQL in a coroutine.

## Why is this bad

`session.sync_session`, `object_session(author)` and a `Session` on `engine.sync_engine` use the async driver, which
needs a greenlet to wait in.
Outside of `run_sync` there is none, so the query, refresh or flush raises `MissingGreenlet`.
`inspect(engine)` of an `AsyncEngine` raises `NoInspectionAvailable`.

## What to do

Use the `AsyncSession` itself; `async_object_session(author)` gives that of an object.
Synchronous code is called through `await session.run_sync(function, ...)`, where it has its greenlet.

## What is not reported

What runs no SQL: `sync_session.add()`, building a query, `get()` of an object that the session holds.
A synchronous session on a synchronous engine: it blocks the event loop and works.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.interpret.events import BlockingCall, Event
from saalint.rules.context import RuleContext
from saalint.rules.rule import Rule

RULE = Rule(
    number=307,
    name="sync-io-in-coroutine",
    severity=Severity.ERROR,
    since="0.1",
    bad="""
        async def author(session: AsyncSession) -> Author | None:
            return session.sync_session.get(Author, 1)
    """,
    good="""
        async def author(session: AsyncSession) -> Author | None:
            return await session.run_sync(lambda sync: sync.get(Author, 1))
    """,
)


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where a sync session runs SQL in a coroutine."""
    if not isinstance(event, BlockingCall):
        return
    message = (
        f"`{event.call}` of an `{event.owner}` runs SQL in a coroutine: "
        "use `await connection.run_sync(…)`"
        if event.owner
        else f"`{event.call}` of a sync session runs SQL in a coroutine: "
        "use `await session.run_sync(…)`"
    )
    yield context.misuse(RULE, event, message, event.call)

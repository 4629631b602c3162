"""`await` stands before what is not awaitable.

## Why is this bad

Not everything of an `AsyncSession` is a coroutine: `add()`, `add_all()`, `expire()` and `expunge()` do no I/O.
The result of `await session.execute()` is buffered, and its methods give their rows at once.
`await` raises `TypeError` on what they return, after the call has been made.

## What to do

Remove the `await`, or await the query only: `(await session.scalars(stmt)).all()`.
Methods of a result must be awaited where the query was streamed: `await (await session.stream(stmt)).all()`.

## What is not reported

Sessions that are only declared to be a synchronous `Session`: who awaits their calls has an `AsyncSession`.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.findings.remedy import Rewrite
from saalint.interpret.events import Event, PlainAwaited
from saalint.rules.context import RuleContext
from saalint.rules.rule import Rule

RULE = Rule(
    number=306,
    name="awaited-plain-value",
    severity=Severity.ERROR,
    since="0.1",
    bad="""
        async def add(session: AsyncSession) -> None:
            await session.add(Tag(id=9, name="new"))
    """,
    good="""
        async def add(session: AsyncSession) -> None:
            session.add(Tag(id=9, name="new"))
    """,
)


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where something is awaited that is there at once."""
    if not isinstance(event, PlainAwaited):
        return
    message = f"`{event.call}` is not awaitable: remove `await`"
    yield context.misuse(RULE, event, message, event.call, Rewrite.NO_AWAIT)

"""A loop or block is of the wrong kind: `for` over a stream, `with` on an async session.

## Why is this bad

`await session.stream()` gives an `AsyncResult`, which only `async for` can go over; the result of
`await session.execute()` is buffered and only has the plain protocol, as have the list that `.all()` gives and a
loaded collection.
`AsyncSession`, its transactions, engines and connections need `async with`; `session.no_autoflush` needs `with`.
Each of the wrong kind raises `TypeError`.

## What to do

Use the other form of the loop or block.

## What is not reported

Sessions that are only declared to be a synchronous `Session`, and classes of sessions that the project defines.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.findings.remedy import Rewrite
from saalint.interpret.events import Event, WrongProtocol
from saalint.rules.context import RuleContext
from saalint.rules.rule import Rule

RULE = Rule(
    number=308,
    name="wrong-iteration-protocol",
    severity=Severity.ERROR,
    since="0.1",
    bad="""
        async def names(session: AsyncSession) -> list[str]:
            return [author.name for author in await session.stream_scalars(select(Author))]
    """,
    good="""
        async def names(session: AsyncSession) -> list[str]:
            return [author.name async for author in await session.stream_scalars(select(Author))]
    """,
)


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where a form of the language does not fit its subject."""
    if not isinstance(event, WrongProtocol):
        return
    message = f"`{event.subject}`{context.source_of(event)} is used by `{event.used}`: use `{event.needed}`"
    is_async = event.needed.startswith("async")
    remedy = Rewrite.WITH_ASYNC if is_async else Rewrite.WITHOUT_ASYNC
    yield context.misuse(RULE, event, message, event.subject, remedy)

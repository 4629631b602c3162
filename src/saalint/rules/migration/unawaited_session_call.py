"""A coroutine of a session, a streamed result or an engine is not awaited.

## Why is this bad

Without `await` nothing runs: `session.commit()` saves nothing, and says so in a warning at most.
What is used as the result is a coroutine, which has no `.scalars()`, cannot be iterated and has no attributes.
`await session.execute(stmt).scalars()` awaits the wrong thing: `await` binds weaker than the dot.

## What to do

Write `await` before the call, and parentheses around both where the result is used at once:
`(await session.execute(stmt)).scalars().all()`.

## What is not reported

Coroutines that are awaited later, given to `gather()` or `create_task()`, handed to functions that are not known, and
those that are returned, passed on or stored where no type is declared that tells of their result.
Functions of the project under decorators that are not understood.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.findings.remedy import Rewrite
from saalint.interpret.events import Event, LostCoroutine
from saalint.rules.context import RuleContext
from saalint.rules.rule import Rule

RULE = Rule(
    number=303,
    name="unawaited-session-call",
    severity=Severity.ERROR,
    since="0.1",
    bad="""
        async def names(session: AsyncSession) -> list[str]:
            authors = await session.scalars(select(Author)).all()
            return [author.name for author in authors]
    """,
    good="""
        async def names(session: AsyncSession) -> list[str]:
            authors = (await session.scalars(select(Author))).all()
            return [author.name for author in authors]
    """,
)


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where a coroutine is lost."""
    if not isinstance(event, LostCoroutine):
        return
    message = f"`{event.call}` is not awaited: write `(await …)` around the call"
    yield context.misuse(RULE, event, message, event.call, Rewrite.AWAIT)

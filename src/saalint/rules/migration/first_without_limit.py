"""`.first()` is called on the result of a query without LIMIT.

## Why is this bad

`Query.first()` added `LIMIT 1`; `Result.first()` does not: the database sends all rows, and all but one are thrown
away.

## What to do

Add `.limit(1)` to the query.

## What is not reported

Queries with a limit, and those that ask for one object by its primary key.
Queries of columns, which are often aggregates and have one row.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.interpret.events import Event, UnlimitedFirst
from saalint.rules.context import RuleContext
from saalint.rules.rule import Level, Rule

RULE = Rule(
    number=309,
    name="first-without-limit",
    severity=Severity.WARNING,
    since="0.1",
    level=Level.STRICT,
    is_on_request=True,
    bad="""
        async def author(session: AsyncSession) -> Author | None:
            return (await session.scalars(select(Author).order_by(Author.name))).first()
    """,
    good="""
        async def author(session: AsyncSession) -> Author | None:
            return (await session.scalars(select(Author).order_by(Author.name).limit(1))).first()
    """,
)


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where the first of any number of rows is taken."""
    if not isinstance(event, UnlimitedFirst):
        return
    message = f"`first()` fetches all rows{context.source_of(event)}: add `.limit(1)`"
    yield context.misuse(RULE, event, message, event.entity)

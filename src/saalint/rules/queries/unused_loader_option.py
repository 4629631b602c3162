"""A query loads by an option what no reader of its objects reads.

## Why is this bad

Each option costs a query or a join, and the memory of what it loads, each time the query is run.
Options outlive the code that needed them.

## What to do

Remove the option, or leave it to the callers that need it.

## What is not reported

Queries whose objects go where their readers are not known: returned to a framework or to a caller that is not seen,
given to a library, stored in something that outlives the function.
Relationships that are loaded by their mapping, `contains_eager()`, and options for columns.
Objects that are deleted or merged: cascades read what is loaded.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.interpret.events import Event, UnusedOption
from saalint.rules.context import RuleContext
from saalint.rules.rule import Level, Rule

RULE = Rule(
    number=705,
    name="unused-loader-option",
    severity=Severity.WARNING,
    since="0.1",
    level=Level.STRICT,
    is_on_request=True,
    bad="""
        async def names(session: AsyncSession) -> list[str]:
            authors = await session.scalars(select(Author).options(selectinload(Author.books)))
            return [author.name for author in authors]
    """,
    good="""
        async def names(session: AsyncSession) -> list[str]:
            authors = await session.scalars(select(Author))
            return [author.name for author in authors]
    """,
)


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where a query loads what nobody reads."""
    if isinstance(event, UnusedOption):
        message = f"`{event.option}` loads what no reader of the query's objects reads: remove it"
        yield context.misuse(RULE, event, message, event.option)

"""An attribute is read that may not be loaded lazily, and the query did not load it.

## Why is this bad

`relationship(lazy="raise")`, `raiseload()` and `raise_on_sql` turn every lazy load into `InvalidRequestError`.
The read fails under `Session` as well as under `AsyncSession`.

## What to do

Name the relationship in the query that loads the object.

## What is not reported

Objects whose query is not in the analysed code.
With `raise_on_sql`, a many-to-one whose target the session holds already.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.interpret.events import AttributeRead, Event, LoadState
from saalint.rules.context import RuleContext
from saalint.rules.rule import Rule

RULE = Rule(
    number=104,
    name="raise-loaded-read",
    severity=Severity.ERROR,
    since="0.1",
    bad="""
        async def titles(session: AsyncSession) -> list[str]:
            query = select(Author).options(raiseload(Author.books))
            author = (await session.scalars(query)).one()
            return [book.title for book in author.books]
    """,
    good="""
        async def titles(session: AsyncSession) -> list[str]:
            query = select(Author).options(raiseload("*"), selectinload(Author.books))
            author = (await session.scalars(query)).one()
            return [book.title for book in author.books]
    """,
)


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where an attribute is read that a raising strategy forbids to load."""
    if not isinstance(event, AttributeRead) or LoadState.RAISING not in event.state:
        return
    if not context.is_certain(event):
        return
    subject = context.subject(event)
    message = f"`{subject}` may not be loaded lazily, and {context.query(event)} does not load it"
    yield context.finding(RULE, event, f"{message}: add `{context.loader(event)}`")

"""A relationship is read that the query did not load.

## Why is this bad

The first read of an unloaded relationship emits SQL.
Under `AsyncSession` there is no greenlet to run it in: SQLAlchemy raises `MissingGreenlet`, which 2.1 may wrap in
`StatementError`.
The query and the read are most often in different functions, so nobody sees it in a review.

## What to do

Name the relationship in the query that loads the object, with `selectinload()` for a collection and `joinedload()`
for a single object.
Where a commit, a rollback or `expire()` took it away, refresh it after that, or set `expire_on_commit=False`.
Where only this place needs it, read it through `await author.awaitable_attrs.books`, or load it with
`await session.refresh(author, ["books"])`.

## What is not reported

Objects whose query is not in the analysed code, or stands in a test (the setting `exclude-from-counting`), where the
read stands in the program: a test that failed so would have been seen.
Reads that are loaded on some path and not on another.
A many-to-one whose target the session holds already, because it costs no SQL.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.interpret.events import AttributeKind, AttributeRead, Event, LoadState, Usage
from saalint.rules.context import RuleContext
from saalint.rules.rule import Rule

RULE = Rule(
    number=101,
    name="lazy-relationship-read",
    severity=Severity.ERROR,
    since="0.1",
    bad="""
        async def titles(session: AsyncSession) -> list[str]:
            author = (await session.scalars(select(Author))).one()
            return [book.title for book in author.books]
    """,
    good="""
        async def titles(session: AsyncSession) -> list[str]:
            query = select(Author).options(selectinload(Author.books))
            author = (await session.scalars(query)).one()
            return [book.title for book in author.books]
    """,
)


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where a relationship that was never loaded is read in an async session."""
    if not isinstance(event, AttributeRead) or not event.kind.is_relationship:
        return
    if (
        event.usage is Usage.LIST_USE
        or not context.is_async_failure(event)
        or LoadState.UNLOADED not in event.state
    ):
        return
    if event.usage.is_change and event.kind is AttributeKind.COLLECTION:
        return
    subject = context.subject(event)
    yield context.finding(
        RULE, event, f"`{subject}` {context.reason(event)}: {context.remedy(event)}"
    )

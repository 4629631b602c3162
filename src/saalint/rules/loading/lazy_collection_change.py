"""A collection is changed that the query did not load.

## Why is this bad

`author.books.append(book)`, `remove()`, `clear()`, `+=` and `author.books = [...]` must know what the collection holds.
An unloaded collection is therefore loaded first, and under `AsyncSession` that load raises `MissingGreenlet`.
It looks like a write, so nobody expects a query there.

## What to do

Name the collection in the query that loads its owner, with `selectinload()`.
To add one object, set the other side: `book.author = author` loads nothing.
For a new object, give the collection to the constructor, `Author(books=[])`, before the flush.
A collection that is only ever added to may be mapped with `lazy="write_only"`.

## What is not reported

Collections of new objects before the flush, and those that were set before it.
`del author.books`, which loads nothing.
Owners whose query is not in the analysed code.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.interpret.events import AttributeKind, AttributeRead, Event, LoadState
from saalint.rules.context import RuleContext
from saalint.rules.rule import Rule

RULE = Rule(
    number=103,
    name="lazy-collection-change",
    severity=Severity.ERROR,
    since="0.1",
    bad="""
        async def publish(session: AsyncSession) -> None:
            author = await session.get_one(Author, 1)
            book = Book(title="The Lighthouse", pages=90)
            author.books.append(book)
    """,
    good="""
        async def publish(session: AsyncSession) -> None:
            author = await session.get_one(Author, 1)
            book = Book(title="The Lighthouse", pages=90)
            book.author = author
    """,
)


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where a change of a collection loads it in an async session."""
    if not isinstance(event, AttributeRead) or event.kind is not AttributeKind.COLLECTION:
        return
    if not event.usage.is_change or not context.is_async_failure(event):
        return
    if event.state is LoadState.RAISING or event.is_target_plausible:
        return
    reason = context.reason(event)
    yield context.finding(
        RULE,
        event,
        f"changing `{context.subject(event)}` loads it, it {reason}: {context.remedy(event)}",
    )

"""A relationship is loaded once for each element of a loop.

## Why is this bad

Each read of an unloaded relationship is a query of its own.
In a loop, a comprehension or a generator over N objects that makes 1 + N queries where two would do, and the code looks
as if it made one.
The read is often in a property or a function that the loop calls, so nobody sees it in a review.

## What to do

Name the relationship in the query that loads the objects, with `selectinload()` for a collection and `joinedload()` for
a single object; the message says which path to write.
Where only a number or a few columns of the related rows are needed, select those in the query.

## What is not reported

A relationship that the first turn loads and later turns find loaded.
What is loaded by a query of its own more than three calls away from a loop over something else, as over jobs.
A many-to-one whose targets the session holds already, because it costs no SQL.
Objects whose query is not in the analysed code, and reads that are loaded on some path.
Functions that run under `run_sync`.
Files that the setting `exclude-from-counting` names: if it is not set, migrations and tests.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.interpret.events import AttributeRead, Event
from saalint.rules import costs
from saalint.rules.context import RuleContext
from saalint.rules.rule import Rule

RULE = Rule(
    number=701,
    name="lazy-load-in-loop",
    severity=Severity.WARNING,
    since="0.1",
    bad="""
        def titles(session: Session) -> list[str]:
            authors = session.scalars(select(Author)).all()
            return [book.title for author in authors for book in author.books]
    """,
    good="""
        def titles(session: Session) -> list[str]:
            query = select(Author).options(selectinload(Author.books))
            authors = session.scalars(query).all()
            return [book.title for author in authors for book in author.books]
    """,
)


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where a later turn of a loop loads a relationship too."""
    if not isinstance(event, AttributeRead) or not event.kind.is_relationship:
        return
    if not costs.is_repeated(event) or not costs.is_load(event, context):
        return
    subject, count = context.subject(event), costs.count(event)
    remedy = costs.relationship_remedy(event, context)
    yield context.finding(
        RULE,
        event,
        f"`{subject}`{costs.crossing(event, context)} is loaded in a loop, {count}: {remedy}",
    )

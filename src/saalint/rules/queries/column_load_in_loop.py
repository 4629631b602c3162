"""A column is fetched once for each element of a loop.

## Why is this bad

A deferred column, one that a commit or a rollback expired, one that a flush left to the server, and a column of a
subclass that was queried through its base are fetched when they are read, row by row.
In a loop over N objects that makes N queries more, and the code looks as if it made none.

## What to do

Undefer the column in the query, query the subclass or add `selectin_polymorphic()`.
After a commit, query the objects again, or make the session with `expire_on_commit=False`.
For what an UPDATE leaves to the server, map the class with `eager_defaults`.

## What is not reported

Columns that come with another one: the first read of an expired object fetches its whole row.
What an exception handler reads of an object after a rollback: few of them fail, if any.
Objects whose query is not in the analysed code, and columns that are there on some path.
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
    number=703,
    name="column-load-in-loop",
    severity=Severity.WARNING,
    since="0.1",
    bad="""
        def summaries(session: Session) -> list[str | None]:
            books = session.scalars(select(Book)).all()
            return [book.summary for book in books]
    """,
    good="""
        def summaries(session: Session) -> list[str | None]:
            books = session.scalars(select(Book).options(undefer(Book.summary))).all()
            return [book.summary for book in books]
    """,
)


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where a later turn of a loop fetches a column too."""
    if not isinstance(event, AttributeRead) or event.kind.is_relationship:
        return
    if not costs.is_repeated(event) or not costs.is_load(event, context):
        return
    if costs.is_of_failure(event):
        return
    subject, reason = context.subject(event), costs.column_reason(event, context)
    count, remedy = costs.count(event), costs.column_remedy(event, context)
    yield context.finding(
        RULE, event, f"`{subject}` {reason} and fetched in a loop, {count}: {remedy}"
    )

"""A column is fetched by reading it.

## Why is this bad

The read of a deferred, expired or server-generated column is a query that nobody wrote, which is seldom slow.
A project that moves to `AsyncSession` has to find each of them, because there the read raises.

## What to do

Undefer the column in the query, or read its value before the commit.

## What is not reported

Fetches that happen for each element of a loop, which are column-load-in-loop.
Objects whose query is not in the analysed code, and columns that are there on some path.
Files that the setting `exclude-from-counting` names: if it is not set, migrations and tests.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.interpret.events import AttributeRead, Event
from saalint.rules import costs
from saalint.rules.context import RuleContext
from saalint.rules.rule import Level, Rule

RULE = Rule(
    number=704,
    name="column-load",
    severity=Severity.REFACTOR,
    since="0.1",
    level=Level.STRICT,
    bad="""
        def rename(session: Session) -> str:
            author = session.get_one(Author, 1)
            author.name = "Ada"
            session.commit()
            return f"author {author.id} is renamed"
    """,
    good="""
        def rename(session: Session) -> str:
            author = session.get_one(Author, 1)
            author.name = "Ada"
            number = author.id
            session.commit()
            return f"author {number} is renamed"
    """,
)


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where a column is fetched once."""
    if not isinstance(event, AttributeRead) or event.kind.is_relationship:
        return
    if costs.is_repeated(event) or not costs.is_load(event, context):
        return
    subject, reason = context.subject(event), costs.column_reason(event, context)
    remedy = costs.column_remedy(event, context)
    yield context.finding(RULE, event, f"`{subject}` {reason} and fetched here: {remedy}")

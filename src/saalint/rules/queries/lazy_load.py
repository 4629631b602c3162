"""A relationship is loaded by reading it.

## Why is this bad

A single implicit load is one query that nobody wrote, which is seldom slow.
A project that moves to `AsyncSession` has to find each of them, because there the read raises.

## What to do

Name the relationship in the query that loads the object.

## What is not reported

Loads that happen for each element of a loop, which are lazy-load-in-loop.
A many-to-one whose target the session holds already.
Objects whose query is not in the analysed code, and reads that are loaded on some path.
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
    number=702,
    name="lazy-load",
    severity=Severity.REFACTOR,
    since="0.1",
    level=Level.STRICT,
    bad="""
        def titles(session: Session) -> list[str]:
            author = session.get_one(Author, 1)
            return [book.title for book in author.books]
    """,
    good="""
        def titles(session: Session) -> list[str]:
            author = session.get_one(Author, 1, options=[selectinload(Author.books)])
            return [book.title for book in author.books]
    """,
)


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where a relationship is loaded once."""
    if not isinstance(event, AttributeRead) or not event.kind.is_relationship:
        return
    if costs.is_repeated(event) or not costs.is_load(event, context):
        return
    subject, reason = context.subject(event), context.reason(event)
    remedy = costs.relationship_remedy(event, context)
    yield context.finding(RULE, event, f"`{subject}` {reason} and loaded here: {remedy}")

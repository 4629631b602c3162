"""A relationship is read from an object of unknown origin.

## Why is this bad

What the analysis cannot follow it does not report: a read of such an object may load, or raise under `AsyncSession`.
The coverage line counts these reads; this rule lists them.

## What to do

Declare what gives the object: a type for the parameter that is called with it, a models file for a helper that cannot
be read, or query the object in the analysed code.

## What is not reported

Columns, and reads that are certain to be loaded or not to be.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.interpret.events import AttributeRead, Event, LoadState
from saalint.rules.context import RuleContext
from saalint.rules.rule import Level, Rule

RULE = Rule(
    number=902,
    name="unverified-read",
    severity=Severity.REFACTOR,
    since="0.1",
    level=Level.STRICT,
    is_on_request=True,
    bad="""
        def titles(author: Author) -> list[str]:
            return [book.title for book in author.books]
    """,
    good="""
        def titles(session: Session) -> list[str]:
            author = session.get_one(Author, 1, options=[selectinload(Author.books)])
            return [book.title for book in author.books]
    """,
)


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where nobody tells whether a relationship is loaded."""
    if not isinstance(event, AttributeRead) or not event.kind.is_relationship:
        return
    if LoadState.UNKNOWN not in event.state:
        return
    subject = context.subject(event)
    message = (
        f"`{subject}` is read from an object of unknown origin, and may not be loaded: "
        "query the object where the analysis sees it"
    )
    yield context.finding(RULE, event, message)

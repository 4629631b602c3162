"""A loader option names a relationship by a string.

## Why is this bad

SQLAlchemy 2.0 takes no strings there: the option raises `ArgumentError` when it is made.

## What to do

Name the attribute of the mapped class; the message has the form for this very option.

## What is not reported

Options that are put together elsewhere and handed on, and strings that are not constants.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.findings.remedy import Replace
from saalint.interpret.events import Event, Idiom, LegacyIdiom
from saalint.rules.context import RuleContext
from saalint.rules.rule import Level, Rule

RULE = Rule(
    number=803,
    name="string-option",
    severity=Severity.REFACTOR,
    since="0.1",
    level=Level.STRICT,
    is_on_request=True,
    bad="""
        def authors(session: Session) -> list[Author]:
            return list(session.scalars(select(Author).options(selectinload("books"))))
    """,
    good="""
        def authors(session: Session) -> list[Author]:
            return list(session.scalars(select(Author).options(selectinload(Author.books))))
    """,
)


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where it is written in the form of 1.x."""
    if isinstance(event, LegacyIdiom):
        remedy = Replace(event.form, is_method=False)
        why = "is taken by SQLAlchemy 1.x only"
        yield from context.idiom(RULE, event, Idiom.STRING_OPTION, why, remedy)

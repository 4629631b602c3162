"""`select()` is given a list.

## Why is this bad

SQLAlchemy 2.0 takes what is selected as arguments of their own, and raises `ArgumentError` for a list.

## What to do

Leave the brackets out.

## What is not reported

Lists that are made elsewhere, and `select(*columns)`.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.findings.remedy import Rewrite
from saalint.interpret.events import Event, Idiom
from saalint.rules.context import RuleContext
from saalint.rules.rule import Level, Rule

RULE = Rule(
    number=804,
    name="list-in-select",
    severity=Severity.REFACTOR,
    since="0.1",
    level=Level.STRICT,
    is_on_request=True,
    bad="""
        def names(session: Session) -> list[str]:
            return list(session.scalars(select([Author.name])))
    """,
    good="""
        def names(session: Session) -> list[str]:
            return list(session.scalars(select(Author.name)))
    """,
)


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where it is written in the form of 1.x."""
    yield from context.idiom(
        RULE,
        event,
        Idiom.LISTED_SELECT,
        "is taken by SQLAlchemy 1.x only",
        Rewrite.UNPACKED_LIST,
    )

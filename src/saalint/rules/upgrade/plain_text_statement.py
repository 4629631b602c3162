"""A plain text is executed.

## Why is this bad

SQLAlchemy 2.0 executes no plain text: it raises `ObjectNotExecutableError`, so that a text
from a user is not run by mistake.

## What to do

Wrap it in `text()`, with `:name` for what is passed.

## What is not reported

Texts that are not known to be texts.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.findings.remedy import Rewrite
from saalint.interpret.events import Event, Idiom
from saalint.rules.context import RuleContext
from saalint.rules.rule import Level, Rule

RULE = Rule(
    number=805,
    name="plain-text-statement",
    severity=Severity.REFACTOR,
    since="0.1",
    level=Level.STRICT,
    is_on_request=True,
    bad="""
        def ping(session: Session) -> int:
            return session.execute("SELECT 1").scalar_one()
    """,
    good="""
        from sqlalchemy import text


        def ping(session: Session) -> int:
            return session.execute(text("SELECT 1")).scalar_one()
    """,
)


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where it is written in the form of 1.x."""
    yield from context.idiom(
        RULE,
        event,
        Idiom.PLAIN_TEXT,
        "is a plain text, which SQLAlchemy 2.0 does not execute",
        Rewrite.AS_TEXT,
    )

"""An engine executes a statement by itself.

## Why is this bad

`Engine.execute()` is gone in SQLAlchemy 2.0: nobody could see which connection and which transaction it ran in.

## What to do

Open a connection, with `begin()` where it is to be committed.

## What is not reported

Engines that are handed over without being made in the analysed code.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.findings.remedy import Rewrite
from saalint.interpret.events import Event, Idiom
from saalint.rules.context import RuleContext
from saalint.rules.rule import Level, Rule

RULE = Rule(
    number=806,
    name="engine-execute",
    severity=Severity.REFACTOR,
    since="0.1",
    level=Level.STRICT,
    is_on_request=True,
    bad="""
        from sqlalchemy import create_engine, text

        engine = create_engine("sqlite://")


        def ping() -> int:
            return engine.execute(text("SELECT 1")).scalar_one()
    """,
    good="""
        from sqlalchemy import create_engine, text

        engine = create_engine("sqlite://")


        def ping() -> int:
            with engine.begin() as connection:
                return connection.execute(text("SELECT 1")).scalar_one()
    """,
)


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where it is written in the form of 1.x."""
    why = "is gone in SQLAlchemy 2.0"
    yield from context.idiom(RULE, event, Idiom.ENGINE_EXECUTE, why, Rewrite.ON_CONNECTION)

"""The base of the mapped classes is made by `declarative_base()`.

## Why is this bad

It works in SQLAlchemy 2.0, and tells type checkers nothing: `Mapped[...]` is understood for a class that inherits
from `DeclarativeBase`.

## What to do

Declare the base as a class.

## What is not reported

Bases that `registry.generate_base()` makes, and those made in a function.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.findings.remedy import Rewrite
from saalint.interpret.events import Event, Idiom
from saalint.rules.context import RuleContext
from saalint.rules.rule import Level, Rule

RULE = Rule(
    number=807,
    name="declarative-base-function",
    severity=Severity.REFACTOR,
    since="0.1",
    level=Level.STRICT,
    is_on_request=True,
    bad="""
        from sqlalchemy.orm import declarative_base

        Base = declarative_base()


        def base() -> object:
            return Base
    """,
    good="""
        from sqlalchemy.orm import DeclarativeBase


        class Base(DeclarativeBase):
            pass


        def base() -> object:
            return Base
    """,
)


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where it is written in the form of 1.x."""
    yield from context.idiom(
        RULE,
        event,
        Idiom.BASE_FUNCTION,
        "is the form of SQLAlchemy 1.x",
        Rewrite.AS_BASE_CLASS,
    )

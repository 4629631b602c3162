"""`Query.get()` fetches an object by its primary key.

## Why is this bad

`Query.get()` is legacy in SQLAlchemy 2.0 and does not exist under `AsyncSession`.

## What to do

`session.get(Author, 1)`, with `options=[...]` for the loader options.

## What is not reported

`session.get()`, which is the form of 2.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.interpret.events import Event, SessionUse, UseKind
from saalint.rules.context import RuleContext
from saalint.rules.rule import Level, Rule

RULE = Rule(
    number=802,
    name="legacy-get",
    severity=Severity.REFACTOR,
    since="0.1",
    level=Level.STRICT,
    is_on_request=True,
    bad="""
        def author(session: Session) -> Author | None:
            return session.query(Author).get(1)
    """,
    good="""
        def author(session: Session) -> Author | None:
            return session.get(Author, 1)
    """,
)


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where a legacy query fetches by primary key."""
    if not isinstance(event, SessionUse) or event.kind is not UseKind.LEGACY_GET:
        return
    form = event.form or "session.get(…)"
    message = f"`Query.get()` is legacy in SQLAlchemy 2.0: write `{form}`"
    yield context.misuse(RULE, event, message, "", context.as_select(event))

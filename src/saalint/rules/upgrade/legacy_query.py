"""A legacy `Query` is run.

## Why is this bad

`session.query()` is legacy in SQLAlchemy 2.0: it still works under `Session`, gets no new features, and does not exist
under `AsyncSession`.
A project that plans to move to 2.0 style or to async has to write each of them in another form.

## What to do

Write the query as a `select()` and run it with `session.scalars()` or `session.execute()`; the message has the form for
this very expression.
Rows with joined eager collections need `.unique()` there, which `Query` did by itself.

## What is not reported

Queries that are built and not run in the analysed code.
`Query.get()`, which is legacy-get.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.interpret.events import Event, SessionUse, UseKind
from saalint.rules.context import RuleContext
from saalint.rules.rule import Level, Rule

RULE = Rule(
    number=801,
    name="legacy-query",
    severity=Severity.REFACTOR,
    since="0.1",
    level=Level.STRICT,
    is_on_request=True,
    bad="""
        def author(session: Session, name: str = "Author 1") -> Author | None:
            return session.query(Author).filter(Author.name == name).first()
    """,
    good="""
        def author(session: Session, name: str = "Author 1") -> Author | None:
            return session.scalars(select(Author).where(Author.name == name).limit(1)).first()
    """,
)


_CHANGES = {"update": "an `update()`", "delete": "a `delete()`"}


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where a legacy query is run."""
    if not isinstance(event, SessionUse) or event.kind is not UseKind.LEGACY_QUERY:
        return
    what = f"`Query.{event.method}()`" if event.method else "iterating a `Query`"
    form = event.form or (
        f"{_CHANGES[event.method]} that `session.execute()` runs"
        if event.method in _CHANGES
        else "a `select()` that `session.scalars()` or `session.execute()` runs"
    )
    written = f"`{form}`" if event.form else form
    message = f"{what} is legacy in SQLAlchemy 2.0: write {written}"
    yield context.misuse(RULE, event, message, "", context.as_select(event))

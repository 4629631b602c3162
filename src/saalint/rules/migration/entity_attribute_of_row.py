"""An attribute is read from a Row that the row does not have.

## Why is this bad

A `Row` holds what was selected under its name: `select(Author)` gives rows with one item, `row.Author`.
`row.name` raises `AttributeError`, `row["name"]` raises `TypeError`, a key that a mapping does not have `KeyError`.
`.first()`, `.one()` and a loop give rows unless `.scalars()` came before, which `Query` did by itself.
A row cannot be changed, and a session cannot `add()`, `delete()` or `refresh()` it.

## What to do

Query with `await session.scalars(stmt)`, or take the entities out: `result.scalars().first()`.
Where several things were selected, go through the row: `row.Author.name`, or `for author, book in result`.

## What is not reported

Rows with a column whose name is not known, such as that of an expression without a `label()`.
`row["name"]` where the project's SQLAlchemy is older than 2.0: its settings, lock file or requirements say so, or where
none of them does, a `select([…])` that 2.0 refuses.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.findings.remedy import GiveThrough, ReadThrough
from saalint.interpret.events import Event, ForeignToRow
from saalint.rules.context import RuleContext
from saalint.rules.rule import Rule

RULE = Rule(
    number=302,
    name="entity-attribute-of-row",
    severity=Severity.ERROR,
    since="0.1",
    bad="""
        async def names(session: AsyncSession) -> list[str]:
            result = await session.execute(select(Author))
            return [row.name for row in result]
    """,
    good="""
        async def names(session: AsyncSession) -> list[str]:
            authors = await session.scalars(select(Author))
            return [author.name for author in authors]
    """,
)


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where a row is asked for what it does not have."""
    if not isinstance(event, ForeignToRow):
        return
    if context.is_of_first_series and event.row == "Row" and event.used.startswith("["):
        return
    source = context.source_of(event)
    if event.used.endswith("()"):
        message = f"`{event.used}` is given a {event.row}{source}: {_entity(event)}"
    else:
        message = f"`{event.row}`{source} has no `{event.used}`: {_remedy(event)}"
    yield context.misuse(RULE, event, message, event.used, _through(event))


def _through(event: ForeignToRow) -> ReadThrough | GiveThrough | None:
    part = f'["{event.owner}"]' if event.row == "RowMapping" else f".{event.owner}"
    wanted = event.used.strip('[]"….')
    if event.used.endswith("()"):
        return GiveThrough(part) if event.owner.isidentifier() else None
    if event.row == "Row" and wanted in event.names:
        # `row["name"]`; an attribute of that name would be there, so something was assigned to it
        is_item = event.used != wanted and wanted.isidentifier()
        return ReadThrough(f".{wanted}", is_replaced=True) if is_item else None
    if not event.owner.isidentifier() or not wanted.isidentifier():
        return None
    if event.used == wanted:
        return ReadThrough(part)
    return ReadThrough(f"{part}.{wanted}", is_replaced=True)


def _entity(event: ForeignToRow) -> str:
    return f"give it `row.{event.owner}`" if event.owner else "give it an object of the row"


def _remedy(event: ForeignToRow) -> str:
    wanted = event.used.strip('[]"….')
    if wanted in event.names:
        return f"use `row.{wanted}`, or `row._mapping`"
    if not event.owner:
        known = ", ".join(f"`{name}`" for name in event.names)
        return f"it has {known}" if known else "name it in the query"
    through = f'["{event.owner}"]' if event.row == "RowMapping" else f".{event.owner}"
    return f"use `row{through}.{wanted}`, or `session.scalars(stmt)`"

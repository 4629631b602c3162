"""An attribute of an entity, an item or a length is read from a Result.

## Why is this bad

`session.execute()` gives a `Result`, which hands out rows and is none: `result.name` raises `AttributeError`,
`result[0]` and `len(result)` raise `TypeError`.
`Query` had `count()`, `filter_by()` and an index; a `Result` has not, and only that of an UPDATE or DELETE has a
`rowcount`.

## What to do

Take the entities out of it: `result.scalars().first()`, `result.scalars().all()`, `result.scalar_one()`.
`await session.scalars(stmt)` gives them without the rows in between, `await session.scalar(stmt)` the first one.

## What is not reported

Methods that a result has in any version of SQLAlchemy that the project may run with.
Results whose class is known on some paths only.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.findings.remedy import GiveThrough, ReadThrough, Remedy, Rename
from saalint.interpret.events import Event, ForeignToResult
from saalint.rules.context import RuleContext
from saalint.rules.rule import Rule

RULE = Rule(
    number=301,
    name="attribute-of-result",
    severity=Severity.ERROR,
    since="0.1",
    bad="""
        async def name(session: AsyncSession) -> str:
            author = await session.execute(select(Author))
            return author.name
    """,
    good="""
        async def name(session: AsyncSession) -> str:
            result = await session.execute(select(Author))
            return result.scalars().first().name
    """,
)

_REMEDIES = {
    "[…]": "use `result.all()`",
    "len()": "use `len(result.all())`",
    "count": "use `len(result.all())`, or select `func.count()`",
    "rowcount": "only UPDATE and DELETE count rows, use `len(result.all())`",
}
# what a ScalarResult is asked for that a Result has: it has taken the scalars already
_OF_SCALARS = {
    "scalars": "it is what `scalars()` gives, call `.all()` or `.first()` on it",
    "scalar": "use `.first()`",
    "scalar_one": "use `.one()`",
    "scalar_one_or_none": "use `.one_or_none()`",
    "mappings": "use `session.execute(stmt)` and `.mappings()`",
    "fetchone": "use `.first()`",
}

_TAKEN_BY = {
    "scalar": "first",
    "fetchone": "first",
    "scalar_one": "one",
    "scalar_one_or_none": "one_or_none",
}


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where a result is used as what it holds."""
    if not isinstance(event, ForeignToResult):
        return
    is_scalar = "Scalar" in event.result
    remedy = (_OF_SCALARS if is_scalar else {}).get(event.used) or _REMEDIES.get(event.used)
    if remedy is None:
        taken = "result" if is_scalar else "result.scalars()"
        remedy = f"use `{taken}.first()`" if event.entity else "use `result.first()`"
    source = context.source_of(event)
    message = f"`{event.result}`{source} has no `{event.used}`: {remedy}"
    yield context.misuse(RULE, event, message, event.used, _rewriting(event, is_scalar=is_scalar))


def _rewriting(event: ForeignToResult, *, is_scalar: bool) -> Remedy | None:
    if event.result.startswith("Async"):
        # what a stream gives has to be awaited
        return None
    match event.used:
        case "[…]":
            return ReadThrough(".all()")
        case "len()":
            return GiveThrough(".all()")
        case used if used in _TAKEN_BY and is_scalar:
            return Rename(_TAKEN_BY[used])
        case _ if event.is_of_entity:
            # the first of them may not be the one that was meant, and there may be none
            taken = ".first()" if is_scalar else ".scalars().first()"
            return ReadThrough(taken, is_safe=False)
        case _:
            return None

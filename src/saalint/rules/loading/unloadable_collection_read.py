"""A `dynamic` or `write_only` relationship is used like a list.

## Why is this bad

The attribute of such a relationship is no list.
With `lazy="write_only"` it can be added to and removed from, and it makes statements; iterating, `len()`, `in`,
an index or `append()` raise an error under every session.
With `lazy="dynamic"` it is a query of the synchronous kind: iterating, `count()`, `all()` or an index run SQL at once,
for which `AsyncSession` has no greenlet, and `len()` fails everywhere.
Assigning a list to either of them loads the old elements, and no loader option can load them beforehand:
`selectinload()`, `joinedload()`, `subqueryload()` and `contains_eager()` raise an error when the query is executed,
`immediateload()` with the first object.

## What to do

Execute the statement that the attribute makes: `await session.scalars(account.entries.select())`, for a dynamic
relationship `await session.scalars(chat.messages.statement)`.
Change a write-only collection by `add()`, `add_all()` and `remove()`.

## What is not reported

What both kinds can do without loading: `add()`, `remove()`, `select()`, and `append()` of a dynamic relationship.
Queries of a dynamic relationship under a synchronous `Session`.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.interpret.events import AttributeKind, AttributeRead, Event, UnloadableOption, Usage
from saalint.rules.context import RuleContext
from saalint.rules.rule import Rule

RULE = Rule(
    number=105,
    name="unloadable-collection-read",
    severity=Severity.ERROR,
    since="0.1",
    bad="""
        async def count(session: AsyncSession) -> int:
            reader = await session.get_one(Reader, 1)
            return len(reader.loans)
    """,
    good="""
        async def count(session: AsyncSession) -> int:
            reader = await session.get_one(Reader, 1)
            return len((await session.scalars(reader.loans.select())).all())
    """,
)

_STATEMENTS = {"dynamic": "statement", "write_only": "select()"}
_KINDS = {AttributeKind.DYNAMIC: "dynamic", AttributeKind.WRITE_ONLY: "write_only"}


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where what a relationship cannot load is loaded, or used as if it were."""
    match event:
        case AttributeRead(usage=Usage.LIST_USE, kind=kind) if kind in _KINDS:
            subject = context.subject(event)
            wrong = f"{_mapped(subject, _KINDS[kind])} and is no list"
            yield context.finding(RULE, event, f"{wrong}: {_remedy(event.attribute, _KINDS[kind])}")
        case UnloadableOption(owner=owner, attribute=attribute, lazy=lazy):
            subject = f"{owner}.{attribute}"
            wrong = f"{_mapped(subject, lazy)}, which `{event.option}` cannot load"
            yield context.misuse(RULE, event, f"{wrong}: {_remedy(attribute, lazy)}", subject)
        case _:
            return


def _mapped(subject: str, lazy: str) -> str:
    return f'`{subject}` has `lazy="{lazy}"`'


def _remedy(attribute: str, lazy: str) -> str:
    return f"execute `{attribute}.{_STATEMENTS[lazy]}` instead"

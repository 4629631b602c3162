"""A method is called that `AsyncSession`, `AsyncEngine` or `select()` does not have.

## Why is this bad

`AsyncSession` has no `query()`, no `bulk_save_objects()` and the like: `AttributeError`.
So has `AsyncEngine` no `execute()`: its connections have it.
A `select()` is a statement and no `Query`: it has no `.first()`, `.all()`, `.one()` or `.count()`; a session runs it.

## What to do

Write the query as `select()`, and run it: `await session.scalars(select(Author).where(...))`.
Rows are written by `session.add_all(...)` or `await session.execute(insert(Author), [...])`.
Code that needs the old API for now can be called through `await session.run_sync(function, ...)`.
Tables are created by `await connection.run_sync(Base.metadata.create_all)`.

## What is not reported

Sessions of classes that the project or another library defines.
Members that some version of SQLAlchemy since 2.0 has.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.findings.remedy import AsSelect, Remedy, Rename
from saalint.interpret.events import Event, MissingMember
from saalint.rules.context import RuleContext
from saalint.rules.rule import Rule

RULE = Rule(
    number=304,
    name="sync-api-on-async-session",
    severity=Severity.ERROR,
    since="0.1",
    bad="""
        async def author(session: AsyncSession) -> Author | None:
            return session.query(Author).filter(Author.name == "Ann").first()
    """,
    good="""
        async def author(session: AsyncSession) -> Author | None:
            return (await session.scalars(select(Author).where(Author.name == "Ann"))).first()
    """,
)

_REMEDIES = {
    "query": "use `await session.scalars(select(…))`, or `await session.run_sync(…)`",
    "bulk_save_objects": "use `session.add_all(…)`",
    "bulk_insert_mappings": "use `await session.execute(insert(…), […])`",
    "bulk_update_mappings": "use `await session.execute(update(…), […])`",
    "exec": "use `await session.scalars(…)`, or the AsyncSession of SQLModel",
    "remove": "only a scoped session has one, use `await session.close()`",
}

_OF_CONNECTIONS = {
    "execute": "a connection runs it, `async with engine.begin() as connection`",
    "query": "use `await session.scalars(select(…))`",
}

_RENAMED = {"bulk_save_objects": "add_all", "exec": "scalars"}


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where a member is missing."""
    if not isinstance(event, MissingMember):
        return
    if event.owner == "Select":
        remedy = f"execute it, as in `(await session.scalars(stmt)).{event.member}()`"
        if event.member in ("count", "get", "update", "delete"):
            remedy = "a session executes it, there is no `Query`"
    elif event.owner != "AsyncSession":
        remedy = _OF_CONNECTIONS.get(event.member, "use `await connection.run_sync(…)`")
    else:
        remedy = _REMEDIES.get(event.member, "use `await session.run_sync(…)`")
    message = f"`{event.owner}` has no `{event.member}()`: {remedy}"
    rewriting: Remedy | None = None
    if event.owner == "AsyncSession" and event.member == "query":
        rewriting = AsSelect("", is_unique=False, is_awaited=True)
    elif event.owner == "AsyncSession" and event.member in _RENAMED:
        rewriting = Rename(_RENAMED[event.member])
    yield context.misuse(RULE, event, message, f"{event.owner}.{event.member}", rewriting)

"""`awaitable_attrs` is asked for what is not there.

## Why is this bad

`await author.awaitable_attrs.books` loads an attribute of a class that inherits from `AsyncAttrs`.
Without that base, or where no such attribute is mapped, it raises `AttributeError`, and nothing else notices.

## What to do

Add `AsyncAttrs` to the declarative base: `class Base(AsyncAttrs, DeclarativeBase)`.
Or spell the attribute as the class does.

## What is not reported

Classes whose bases are not all known.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.interpret.events import Event, UnknownAwaitable
from saalint.rules.context import RuleContext
from saalint.rules.rule import Rule

RULE = Rule(
    number=311,
    name="unknown-awaitable-attribute",
    severity=Severity.ERROR,
    since="0.1",
    bad="""
        async def titles(session: AsyncSession) -> list[str]:
            author = await session.get_one(Author, 1)
            return [book.title for book in await author.awaitable_attrs.boks]
    """,
    good="""
        async def titles(session: AsyncSession) -> list[str]:
            author = await session.get_one(Author, 1)
            return [book.title for book in await author.awaitable_attrs.books]
    """,
)


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where an attribute cannot be awaited."""
    if not isinstance(event, UnknownAwaitable):
        return
    if event.lacks_mixin:
        message = f"`{event.entity}` has no `awaitable_attrs`: add `AsyncAttrs` to its base class"
    else:
        nearest = f"did you mean `{event.nearest}`" if event.nearest else "name one that it maps"
        message = f"`{event.entity}` has no attribute `{event.attribute}`: {nearest}"
    yield context.misuse(RULE, event, message, f"{event.entity}.{event.attribute}")

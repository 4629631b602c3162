"""A template reads an attribute that was not loaded for it.

## Why is this bad

A template reads like any other code, and nobody sees it: `{{ author.books|length }}` emits SQL where the books were not
loaded.
Under `AsyncSession` it raises `MissingGreenlet`, an asynchronous environment included; without a session it raises
`DetachedInstanceError`.

## What to do

Load what the template reads in the query whose objects it is rendered with.
The message names the place in the template; the finding stands at the call that renders it, because another call may
render the same template with objects that are loaded.

## What is not reported

Templates whose name is computed, and names that nobody is known to pass to them.
Blocks of a template's parent that the template replaces.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.interpret.events import Event, LoadState, RenderedRead, Usage
from saalint.rules.context import RuleContext
from saalint.rules.rule import Rule

RULE = Rule(
    number=601,
    name="lazy-read-in-template",
    severity=Severity.ERROR,
    since="0.1",
    bad="""
        async def shelf(session: AsyncSession) -> str:
            author = (await session.scalars(select(Author))).one()
            template = Template("{{ author.books|map(attribute='title')|join }}")
            return template.render(author=author)
    """,
    good="""
        async def shelf(session: AsyncSession) -> str:
            query = select(Author).options(selectinload(Author.books))
            author = (await session.scalars(query)).one()
            template = Template("{{ author.books|map(attribute='title')|join }}")
            return template.render(author=author)
    """,
)


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where a template reads what has to be loaded and cannot be."""
    if not isinstance(event, RenderedRead) or event.read.usage is Usage.LIST_USE:
        return
    read = event.read
    is_raising = context.is_certain(read) and LoadState.RAISING in read.state
    if context.is_detached_failure(read):
        why = context.detachment(read)
    elif is_raising or context.is_async_failure(read):
        why = context.failure(read)
    else:
        return
    place = context.template_place(read)
    yield context.finding(RULE, read, f"{place} reads `{context.subject(read)}`, which {why}")

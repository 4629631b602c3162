"""A schema reads an attribute of the object that it is handed, and the attribute is not loaded.

## Why is this bad

`BookOut.model_validate(book)` and a response model read every attribute that the schema declares, those of nested
schemas too, though no line of the code does.
Under `AsyncSession` the read of what is unloaded or expired raises `MissingGreenlet`, which Pydantic wraps in a
`ValidationError` ("Error extracting attribute") and FastAPI answers with status 500.
FastAPI reads the result of a handler after the handler has returned: after a commit, and after the end of
`async with session` around the `return`.
`response_model_exclude` and `Field(exclude=True)` change nothing, because what they leave out was read already.
Validators, serializers and computed fields are functions of a schema that read more: they are followed, where the
object is handed over and where `model_dump()` shows it.

## What to do

Name the relationship in the query that loads the object, along the path of the field.
After a flush or commit, `await session.refresh(book)` fetches what the database made of it, as `updated_at`.
Or hand over a schema that does not have the field.

Pydantic 1 and 2, SQLModel, msgspec, marshmallow, FastAPI, the DTOs of Litestar and the types of Strawberry are known;
each is a data file in `saalint/library/`, and more can be added.

## What is not reported

Objects whose query is not in the analysed code.
Schemas that do not read attributes (`from_attributes`, `orm_mode`), except as response models of FastAPI, which always
does.
Fields whose type is one of several schemas: which of them fits is decided while the program runs.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding, Severity
from saalint.interpret.events import Event, SerializedRead
from saalint.rules.context import RuleContext
from saalint.rules.rule import Rule

RULE = Rule(
    number=501,
    name="lazy-field-in-schema",
    severity=Severity.ERROR,
    since="0.1",
    bad="""
        from pydantic import BaseModel, ConfigDict


        class BookOut(BaseModel):
            model_config = ConfigDict(from_attributes=True)

            title: str


        class AuthorOut(BaseModel):
            model_config = ConfigDict(from_attributes=True)

            name: str
            books: list[BookOut]


        async def shelf(session: AsyncSession) -> AuthorOut:
            author = await session.get_one(Author, 1)
            return AuthorOut.model_validate(author)
    """,
    good="""
        from pydantic import BaseModel, ConfigDict


        class BookOut(BaseModel):
            model_config = ConfigDict(from_attributes=True)

            title: str


        class AuthorOut(BaseModel):
            model_config = ConfigDict(from_attributes=True)

            name: str
            books: list[BookOut]


        async def shelf(session: AsyncSession) -> AuthorOut:
            author = await session.get_one(Author, 1, options=[selectinload(Author.books)])
            return AuthorOut.model_validate(author)
    """,
)


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where a schema reads what is not loaded of an object that it was handed."""
    if not isinstance(event, SerializedRead):
        return
    read = event.read
    if context.is_detached_failure(read):
        why = context.detachment(read)
    elif context.is_async_failure(read):
        why = context.failure(read)
    else:
        return
    message = f"`{event.handover.reader}` reads `{context.subject(read)}`, which {why}"
    yield context.finding(RULE, read, message)

"""Forms of the language that a value cannot be used in: `for` over a stream, `with` on what needs `async with`."""

from __future__ import annotations

from saalint.facts.expressions import short_name
from saalint.interpret.domain.heap import Items, Session
from saalint.interpret.domain.values import (
    ExternalInstance,
    ExternalMethod,
    Reference,
    Result,
    Transaction,
    Value,
    members,
    without_none,
)
from saalint.interpret.events import SessionKind, Site, WrongProtocol
from saalint.interpret.language import coroutines
from saalint.interpret.machine import Machine
from saalint.interpret.queries import foreign, misuse
from saalint.source.positions import Place

_LOOPS = ("for", "async for")
_BLOCKS = ("with", "async with")
_ASYNC = "sqlalchemy.ext.asyncio."


def iterated(machine: Machine, value: Value, at: Place, *, is_async: bool) -> None:
    """A loop goes over a value."""
    coroutines.lost(machine, value)
    parts = members(without_none(value))
    if is_async and all(_is_list(machine, part) for part in parts):
        misuse.note(machine, _wrong(misuse.site(machine, at, 1), "list", _LOOPS, is_async=True))
    if not all(isinstance(part, Result) and part.is_streamed is not is_async for part in parts):
        return
    first = parts[0]
    assert isinstance(first, Result)
    subject = foreign.short_class_of(first)
    site = misuse.site(machine, at, 1, first.origin)
    misuse.note(machine, _wrong(site, subject, _LOOPS, is_async=is_async))


def _is_list(machine: Machine, value: Value) -> bool:
    # what `.all()` gives, or a mapped collection; other lists may stand for what is declared as `AsyncIterable`
    items = machine.object_of(value) if isinstance(value, Reference) else None
    return isinstance(items, Items) and (items.is_of_rows or items.owner is not None)


def _wrong(site: Site, subject: str, pair: tuple[str, str], *, is_async: bool) -> WrongProtocol:
    return WrongProtocol(site, subject=subject, used=pair[is_async], needed=pair[not is_async])


def entered(machine: Machine, manager: Value, at: Place, *, is_async: bool) -> None:
    """A block is entered with a value."""
    coroutines.lost(machine, manager)
    needed = {_needs_async(machine, part) for part in members(without_none(manager))}
    if needed != {not is_async}:
        return
    subject = _subject(machine, members(without_none(manager))[0])
    site = misuse.site(machine, at, 1)
    misuse.note(machine, _wrong(site, subject, _BLOCKS, is_async=is_async))


def _needs_async(machine: Machine, manager: Value) -> bool | None:
    match manager:
        case ExternalMethod(receiver=Reference() as reference, name="no_autoflush"):
            return None if _kind(machine, reference) is None else False
        case Transaction(session=reference) | (Reference() as reference):
            kind = _kind(machine, reference)
            return None if kind is None else kind is SessionKind.ASYNC
        case ExternalInstance(name=name) if name.startswith(_ASYNC):
            return True
        case _:
            return None


def _kind(machine: Machine, reference: Reference) -> SessionKind | None:
    # a session that is declared as the other kind is more often declared wrongly than used wrongly
    thing = machine.object_of(reference)
    if not isinstance(thing, Session) or thing.is_guessed or thing.class_name is not None:
        return None
    if thing.kind is SessionKind.SYNC and (thing.is_declared or machine.is_load_allowed):
        return None
    return thing.kind


def _subject(machine: Machine, manager: Value) -> str:
    match manager:
        case ExternalMethod(name=name):
            return f"AsyncSession.{name}"
        case Transaction(is_nested=is_nested):
            return "AsyncSession.begin_nested()" if is_nested else "AsyncSession.begin()"
        case ExternalInstance(name=name):
            return short_name(name)
        case Reference():
            session = machine.session(manager)
            is_async = session is not None and session.kind is SessionKind.ASYNC
            return "AsyncSession" if is_async else "Session"
        case _:
            return "the manager"

"""SQL of a synchronous session in a coroutine: through `sync_session`, `object_session()` or an engine's `sync_engine`.

There is no greenlet in which it could wait, so it raises MissingGreenlet. Inside `run_sync` there is one.
"""

from __future__ import annotations

from collections.abc import Callable

from saalint.facts.expressions import short_name
from saalint.interpret.domain.heap import Deletion
from saalint.interpret.domain.values import (
    ExternalInstance,
    ExternalMethod,
    Reference,
    Value,
    members,
)
from saalint.interpret.events import Attachment, BlockingCall, SessionKind
from saalint.interpret.machine import Machine, PlainCall
from saalint.interpret.queries import misuse
from saalint.library.api import ASYNC_CONNECTIONS
from saalint.source.positions import Place


def through(machine: Machine, name: str, at: Place, use: Callable[[], Value]) -> Value:
    """Call a method of a sync session that belongs to an async engine."""
    held = machine.blocking_call
    machine.blocking_call = PlainCall(at, f"{name}()")
    try:
        return use()
    finally:
        machine.blocking_call = held


def runs_sql(machine: Machine) -> None:
    """SQL is sent to the database."""
    call = machine.blocking_call
    if call is None or machine.is_load_allowed:
        return
    site = misuse.site(machine, call.at, len(call.text) - 2)
    misuse.note(machine, BlockingCall(site, call=call.text))


def runs_query(machine: Machine, session: Reference, name: str, at: Place) -> None:
    """A query of `session.sync_session.query(...)` sends its SQL."""
    known = machine.session(session)
    if known is None or known.is_guessed or machine.is_load_allowed:
        return
    if known.kind is SessionKind.ASYNC or known.is_bridged:
        site = misuse.site(machine, at, len(name))
        misuse.note(machine, BlockingCall(site, call=f"{name}()"))


def flushes(machine: Machine, session: Reference) -> None:
    """A flush sends SQL where something is to be written."""
    for _, entity in machine.entities(session):
        is_new = entity.attachment is Attachment.PENDING
        if entity.is_dirty or is_new or entity.deletion is Deletion.MARKED:
            runs_sql(machine)


def ends(machine: Machine, session: Reference) -> None:
    """A commit or rollback sends SQL where a transaction was begun."""
    known = machine.session(session)
    if known is not None and not known.is_idle:
        runs_sql(machine)


def closes(machine: Machine, session: Reference, at: Place) -> None:
    """The end of `with Session(engine.sync_engine)` rolls back what was begun."""
    known = machine.session(session)
    if known is not None and known.is_bridged and not known.is_idle:
        through(machine, "Session", at, lambda: _closed(machine, session))


def _closed(machine: Machine, session: Reference) -> Value:
    runs_sql(machine)
    return session


def inspected(machine: Machine, arguments: tuple[Value, ...], at: Place) -> None:
    """`inspect(engine)` sends SQL, which an asynchronous engine has to be waited for."""
    match arguments[:1]:
        case (ExternalInstance(name=name),) if name in ASYNC_CONNECTIONS:
            site = misuse.site(machine, at, len("inspect"))
            misuse.note(machine, BlockingCall(site, call="inspect()", owner=short_name(name)))
        case _:
            pass


def is_bridge(machine: Machine, bind: Value) -> bool:
    """Whether an engine is the sync side of an async one: `engine.sync_engine`, `session.bind.sync_engine`."""
    return all(_is_sync_engine(machine, member) for member in members(bind))


def _is_sync_engine(machine: Machine, bind: Value) -> bool:
    match bind:
        case ExternalMethod(receiver=ExternalInstance(name=name), name="sync_engine"):
            return name in ASYNC_CONNECTIONS
        case ExternalMethod(
            receiver=ExternalMethod(receiver=Reference() as session, name="bind"),
            name="sync_engine",
        ):
            known = machine.session(session)
            return known is not None and known.kind is SessionKind.ASYNC
        case _:
            return False

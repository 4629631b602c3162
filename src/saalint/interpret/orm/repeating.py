"""What a callee did with a session that it had without being given it, done again to the objects of its caller.

`async def finish(): await Scoped.commit()` expires what the caller fetched by `Scoped`, though it is handed nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import assert_never

from saalint.interpret.domain.heap import (
    Act,
    ActKind,
    Acts,
    Content,
    HeapObject,
    Key,
    Session,
    has_acted,
)
from saalint.interpret.domain.values import Reference
from saalint.interpret.machine import Machine
from saalint.interpret.orm import expiry, flushing, lifecycle
from saalint.interpret.record import replace


def repeat(
    machine: Machine, found: Iterable[tuple[Reference, Session]], shared: Mapping[Key, Content]
) -> set[Reference]:
    """Do to the objects of sessions what a callee did with them; gives those sessions.

    They are those that it `found` by itself or was given without all of their objects, with what it made of them, and
    those among what modules `share`.
    """
    held = [
        (Reference(key), thing)
        for key, thing in shared.items()
        if isinstance(key, int) and isinstance(thing, Session)
    ]
    done = dict([*found, *held])
    for session, thing in done.items():
        if has_acted(thing):
            _repeat_each_way(machine, session, thing)
    return set(done)


def with_acts(
    machine: Machine, thing: HeapObject, session: Reference, repeated: set[Reference]
) -> HeapObject:
    """A session as a callee leaves it, with what was done before the call too; any other object as it is."""
    before = machine.session(session)
    if before is None or not isinstance(thing, Session):
        return thing
    # what was repeated is noted already
    after = before if session in repeated else before.having_done(*thing.acts)
    return replace(thing, acts=after.acts, has_others=before.has_others)


def _repeat_each_way(machine: Machine, session: Reference, done: Session) -> None:
    machine.join(
        [machine.run_branch(partial(_repeat_way, machine, session, way)) for way in done.acts]
    )


def _repeat_way(machine: Machine, session: Reference, way: Acts) -> None:
    for act in way:
        with machine.inside(replace(machine.frame, path=act.place.path)):
            _repeat_act(machine, session, act)


def _repeat_act(machine: Machine, session: Reference, act: Act) -> None:
    at = act.place.at
    match act.kind:
        case ActKind.QUERY:
            flushing.before_query(machine, session, at)
        case ActKind.FLUSH:
            flushing.note_act(machine, session, ActKind.FLUSH, at)
            flushing.flush(machine, session, at)
        case ActKind.COMMIT:
            lifecycle.commit(machine, session, at)
        case ActKind.ROLLBACK:
            lifecycle.rollback(machine, session, at)
        case ActKind.EXPIRE_ALL:
            expiry.expire_all(machine, session, at)
        case ActKind.CLOSE:
            lifecycle.close(machine, session, at)
        case _:
            assert_never(act.kind)

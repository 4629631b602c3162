"""Functions of SQLAlchemy on the state of an object: `set_committed_value`, `make_transient`, `object_session`."""

from __future__ import annotations

from collections.abc import Sequence

from saalint.interpret.domain.heap import AttributeState, Background, Entity, Origin
from saalint.interpret.domain.values import (
    NONE,
    ExternalMethod,
    Literal,
    Reference,
    Unknown,
    Value,
    one_of,
)
from saalint.interpret.events import Attachment, LoadState, SessionKind
from saalint.interpret.language import attributes
from saalint.interpret.libraries.library_use import NOTHING_KNOWN, LibraryUse
from saalint.interpret.machine import Machine
from saalint.interpret.orm import entities, inspection, load_states, setting
from saalint.interpret.queries import blocking
from saalint.interpret.record import replace
from saalint.library.meanings import StateFunction
from saalint.source.positions import Place


def run(machine: Machine, use: LibraryUse, meaning: StateFunction) -> Value:
    """The result of such a function."""
    match meaning, use.arguments:
        case StateFunction.INSPECT, (target, *_):
            blocking.inspected(machine, use.arguments, use.at)
            return inspection.inspect(machine, target)
        case StateFunction.SET_COMMITTED, (target, Literal(value=name), value, *_):
            for reference in entities.references(machine, target):
                machine.set_state(reference, str(name), AttributeState(LoadState.LOADED, value))
            return NONE
        case StateFunction.ATTRIBUTE, (target, Literal(value=name), *rest):
            found = [
                _of_attribute(machine, use, reference, str(name), rest)
                for reference in entities.references(machine, target)
            ]
            return one_of(found, "an attribute of something unknown")
        case StateFunction.FLAG_DIRTY, (target, *_):
            for reference in entities.references(machine, target):
                machine.write(reference, machine.entity_at(reference).with_change(()))
            return NONE
        case StateFunction.MAKE_DETACHED, (target, *_):
            for reference in entities.references(machine, target):
                _make_detached(machine, reference, use.at)
            return NONE
        case StateFunction.MAKE_TRANSIENT, (target, *_):
            for reference in entities.references(machine, target):
                _make_transient(machine, reference)
            return NONE
        case StateFunction.OBJECT_SESSION, (target, *_):
            for reference in entities.references(machine, target):
                entity = machine.entity(reference)
                if entity is not None and entity.session is not None:
                    return _as_asked(machine, entity.session, use.detail)
            return Unknown("the session of an object")
        case _:
            return NOTHING_KNOWN


def _of_attribute(
    machine: Machine, use: LibraryUse, reference: Reference, name: str, rest: Sequence[Value]
) -> Value:
    # what `x.name` does in its several ways, by functions that take the name
    match use.detail:
        case "get":
            return attributes.read(machine, reference, name, use.at)
        case "set" if rest:
            setting.assign(machine, reference, name, rest[0], use.at)
        case "delete" | "new-collection":
            setting.delete_attribute(machine, reference, name)
        case "modified":
            machine.write(reference, machine.entity_at(reference).with_change((name,)))
        case "history" if not rest and "passive" not in dict(use.keywords):
            attributes.read(machine, reference, name, use.at)
            return Unknown("the history of an attribute")
        case _:
            return Unknown("the history of an attribute")
    return NONE


def _as_asked(machine: Machine, session: Reference, kind: str) -> Value:
    # `object_session(user)` of an async session's object gives the sync session inside it
    if kind == "sync" and machine.session_kind(session) is SessionKind.ASYNC:
        return ExternalMethod(session, "sync_session")
    return session


def _make_transient(machine: Machine, reference: Reference) -> None:
    entity = machine.entity(reference)
    if entity is None:
        return
    mappers = machine.analysis.mappers
    made = Entity(
        mapper=entity.mapper,
        backgrounds=(Background(Origin.CONSTRUCTOR),),
        states=tuple(
            (name, state)
            for name, state in entity.states
            if load_states.state_of(entity, name, mappers).state is LoadState.LOADED
        ),
        attachment=Attachment.TRANSIENT,
    )
    machine.write(reference, made)


def _make_detached(machine: Machine, reference: Reference, at: Place) -> None:
    # what was given to the constructor stays, all else is expired as if a session had left it behind
    entity = machine.entity_at(reference)
    if entity.attachment is not Attachment.TRANSIENT:
        return
    step = machine.step(at, len("make_transient_to_detached"), "make_transient_to_detached")
    for name in machine.analysis.mappers[entity.mapper].primary_key:
        known = entity.get(name)
        if known is None or isinstance(known.value, Unknown):
            # `Author(**data)`: whatever it was given, the key is among that
            entity = entity.with_state(name, AttributeState(LoadState.LOADED))
    machine.write(
        reference,
        replace(
            entity,
            backgrounds=(Background(Origin.EXPIRED, None, step),),
            attachment=Attachment.DETACHED,
            changed=(),
            is_dirty=False,
            is_constructed=False,
            left=step,
        ),
    )

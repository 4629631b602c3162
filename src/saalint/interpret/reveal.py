"""What is believed of a value, in words: `reveal(x)` in tests, and later the editor's hover."""

from __future__ import annotations

from saalint.facts.expressions import short_name
from saalint.interpret.domain.heap import Entity, Factory, Instance, Items, Origin, Session, Table
from saalint.interpret.domain.values import (
    NONE,
    ClassReference,
    ColumnTarget,
    EntityTarget,
    Literal,
    PendingCall,
    Reference,
    Result,
    Statement,
    Target,
    Tuple,
    Union,
    Unknown,
    UnknownTarget,
    Value,
)
from saalint.interpret.events import Attachment, LoadState, SessionKind
from saalint.interpret.machine import Machine
from saalint.interpret.orm import load_states

_DEPTH = 3


def describe(machine: Machine, value: Value, depth: int = 0) -> str:
    """A value in words."""
    if depth > _DEPTH:
        return "…"
    match value:
        case Unknown(reason=reason):
            return f"unknown: {reason}"
        case Literal(value=found):
            return "None" if value == NONE else repr(found)
        case Union(members=parts):
            # several objects may be known alike
            return " | ".join(dict.fromkeys(describe(machine, part, depth) for part in parts))
        case Tuple(items=items, names=names):
            inner = ", ".join(describe(machine, item, depth + 1) for item in items)
            return f"Row[{inner}]" if names else f"tuple[{inner}]"
        case Reference():
            return _object(machine, value, depth)
        case Statement(targets=targets, kind=kind):
            return f"{kind}({', '.join(_target(target) for target in targets)})"
        case Result(items=items, is_scalar=is_scalar):
            inner = ", ".join(describe(machine, item, depth + 1) for item in items)
            return f"{'ScalarResult' if is_scalar else 'Result'}[{inner}]"
        case ClassReference(name=name):
            return f"type[{short_name(name)}]"
        case PendingCall(kind=kind):
            return f"{kind} that has not run"
        case _:
            return type(value).__name__


def _target(target: Target) -> str:
    match target:
        case EntityTarget(mapper=mapper):
            return short_name(mapper)
        case ColumnTarget(name=name):
            return name or "expression"
        case UnknownTarget(reason=reason):
            return f"unknown: {reason}"


def _object(machine: Machine, reference: Reference, depth: int) -> str:
    thing = machine.object_of(reference)
    match thing:
        case Entity():
            return _entity(machine, thing)
        case Session(kind=kind):
            return {SessionKind.ASYNC: "AsyncSession", SessionKind.SYNC: "Session"}.get(
                kind, "session"
            )
        case Factory(kind=kind):
            return "async_sessionmaker" if kind is SessionKind.ASYNC else "sessionmaker"
        case Instance(class_name=name):
            return short_name(name)
        case Items(kind=kind):
            element = thing.element()
            return f"{kind}[{describe(machine, element, depth + 1) if element is not None else ''}]"
        case Table():
            element = thing.element()
            return f"dict[{describe(machine, element, depth + 1) if element is not None else ''}]"
        case None:
            return "unknown: an object that is gone"


def _entity(machine: Machine, entity: Entity) -> str:
    mappers = machine.analysis.mappers
    mapper = mappers[entity.mapper]
    words = {name: _word_of(entity, name, mappers) for name in mapper.columns}
    # that a column is there goes without saying, but for those that mostly are not
    told = [name for name in words if mapper.columns[name].is_deferred or words[name] not in _USUAL]
    parts = [f"{name}: {words[name]}" for name in told]
    parts += [f"{name}: {_word_of(entity, name, mappers)}" for name in mapper.relationships]
    attachment = _ATTACHMENTS.get(entity.attachment, "")
    return f"{attachment}{mapper.class_name}({', '.join(parts)})"


_USUAL = ("loaded", "unknown")
# in a session is what an object is mostly
_ATTACHMENTS = {
    Attachment.TRANSIENT: "transient ",
    Attachment.PENDING: "pending ",
    Attachment.DETACHED: "detached ",
}


def _word_of(entity: Entity, name: str, mappers: load_states.Mappers) -> str:
    # what the next load brings back counts as unloaded, and the object is expired all the same
    state = load_states.state_of(entity, name, mappers).state
    is_expired = all(background.origin is Origin.EXPIRED for background in entity.backgrounds)
    if is_expired and state is LoadState.UNLOADED and entity.get(name) is None:
        state = LoadState.EXPIRED
    return word(state)


_WORDS = {
    LoadState.LOADED: "loaded",
    LoadState.UNLOADED: "unloaded",
    LoadState.RAISING: "raising",
    LoadState.EXPIRED: "expired",
    LoadState.SERVER: "server",
}


def word(state: LoadState) -> str:
    """A load state in one word."""
    if LoadState.UNKNOWN in state:
        return "unknown"
    return _WORDS.get(state, "maybe")

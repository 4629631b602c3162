"""The references inside values: all of them in order, and a value with each replaced by another.

A call is analysed with references numbered as its context numbers them, and what it gives is numbered back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, assert_never

from saalint.interpret.domain.values import (
    Alias,
    AttributeAccess,
    BoundMethod,
    ClassReference,
    Criterion,
    Expression,
    External,
    ExternalInstance,
    ExternalMethod,
    FunctionReference,
    Literal,
    LoaderOption,
    Manager,
    MappedAttribute,
    ModuleReference,
    Partial,
    PendingCall,
    Ready,
    Reference,
    Result,
    Statement,
    Super,
    Transaction,
    Tuple,
    Union,
    Unknown,
    Value,
    union,
)
from saalint.interpret.record import replace

Change: TypeAlias = Callable[["Reference | Unknown"], "Value"]

# what most variables hold, and what holds no reference: asked first, since it is asked a million times
LEAVES = (Unknown, Literal, ClassReference, External, ExternalInstance, MappedAttribute)


def note_references(value: Value, found: dict[Reference, None]) -> None:
    """Add every reference that a value holds, in order."""
    if isinstance(value, LEAVES):
        return
    match value:
        case Reference():
            found.setdefault(value)
        case Union(members=parts) | Tuple(items=parts) | Result(items=parts):
            for part in parts:
                note_references(part, found)
        case FunctionReference(captured=pairs):
            for _, part in pairs:
                note_references(part, found)
        case BoundMethod(receiver=inner) | ExternalMethod(receiver=inner) | Super(receiver=inner):
            note_references(inner, found)
        case Partial(function=inner) | PendingCall(callee=inner):
            note_references(inner, found)
            for part in value.arguments:
                note_references(part, found)
            for _, part in value.keywords:
                note_references(part, found)
        case Ready(value=inner) | Criterion(value=inner) | Manager(call=inner):
            note_references(inner, found)
        case Expression(criteria=criteria):
            for criterion in criteria:
                note_references(criterion.value, found)
        case Statement(session=session, criteria=criteria):
            if session is not None:
                found.setdefault(session)
            for criterion in criteria:
                note_references(criterion.value, found)
        case Transaction(session=reference) | AttributeAccess(entity=reference):
            found.setdefault(reference)
        case _:
            return


def map_references(value: Value, change: Change) -> Value:
    """The value with every reference, and every unknown that has a symbol, replaced by what `change` makes of it."""
    match value:
        case Reference():
            return change(value)
        case Unknown(symbol=symbol):
            return value if symbol is None else change(value)
        case (
            Literal()
            | ClassReference()
            | Alias()
            | External()
            | ExternalInstance()
            | ModuleReference()
            | MappedAttribute()
            | LoaderOption()
        ):
            return value
        case Tuple(items=items):
            return replace(value, items=_map_all(items, change))
        case Union(members=parts):
            changed = _map_all(parts, change)
            return value if changed == parts else union(changed)
        case FunctionReference(captured=captured, frame=frame):
            if frame is None and not captured:
                return value
            # numbers of frames mean something inside one machine only: beyond it a closure has what it captured
            return replace(value, captured=_map_pairs(captured, change), frame=None)
        case (
            BoundMethod(receiver=receiver)
            | ExternalMethod(receiver=receiver)
            | Super(receiver=receiver)
        ):
            return replace(value, receiver=map_references(receiver, change))
        case Partial():
            return Partial(
                map_references(value.function, change),
                _map_all(value.arguments, change),
                _map_pairs(value.keywords, change),
            )
        case Criterion():
            return _map_criterion(value, change)
        case Expression(criteria=criteria):
            if not criteria:
                return value
            return replace(value, criteria=tuple(_map_criterion(one, change) for one in criteria))
        case Statement():
            return _map_statement(value, change)
        case Result(items=items):
            return replace(value, items=_map_all(items, change))
        case PendingCall():
            return replace(
                value,
                callee=map_references(value.callee, change),
                arguments=_map_all(value.arguments, change),
                keywords=_map_pairs(value.keywords, change),
            )
        case Ready():
            return replace(value, value=map_references(value.value, change))
        case Manager(call=call):
            mapped = map_references(call, change)
            assert isinstance(mapped, PendingCall)
            return Manager(mapped)
        case Transaction(session=reference):
            mapped = change(reference)
            return replace(value, session=mapped) if isinstance(mapped, Reference) else mapped
        case AttributeAccess(entity=reference):
            mapped = change(reference)
            return replace(value, entity=mapped) if isinstance(mapped, Reference) else mapped
        case _:
            assert_never(value)


def _map_all(values: tuple[Value, ...], change: Change) -> tuple[Value, ...]:
    return tuple(map_references(value, change) for value in values)


def _map_pairs(
    pairs: tuple[tuple[str, Value], ...], change: Change
) -> tuple[tuple[str, Value], ...]:
    return tuple((name, map_references(value, change)) for name, value in pairs)


def _map_statement(value: Statement, change: Change) -> Value:
    if value.session is None and not value.criteria:
        return value
    session = None if value.session is None else change(value.session)
    if session is not None and not isinstance(session, Reference):
        return session
    criteria = tuple(_map_criterion(criterion, change) for criterion in value.criteria)
    return replace(value, session=session, criteria=criteria)


def _map_criterion(value: Criterion, change: Change) -> Criterion:
    return replace(value, value=map_references(value.value, change))

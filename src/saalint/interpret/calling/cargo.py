"""What a call passes on with its arguments: nothing the analysis follows, callbacks, entities of others, or more."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum, auto
from typing import TYPE_CHECKING

from saalint.interpret.domain.heap import (
    Entity,
    Factory,
    HeapObject,
    Instance,
    Items,
    Origin,
    Session,
    Table,
)
from saalint.interpret.domain.values import (
    Alias,
    BoundMethod,
    ClassReference,
    ExternalMethod,
    FunctionReference,
    Literal,
    LoaderOption,
    Manager,
    MappedAttribute,
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
)

if TYPE_CHECKING:
    from saalint.interpret.knowledge import Analysis


class Cargo(IntEnum):
    """What a call passes on, the least first.

    CALLBACKS may lead to something. GIVEN are entities that somebody else loaded: nothing is known of their load
    states. DATA is what the analysis knows something of: entities, sessions, statements, results, options.
    """

    NOTHING = auto()
    CALLBACKS = auto()
    GIVEN = auto()
    DATA = auto()


def cargo_of(analysis: Analysis, values: Iterable[Value], objects: Iterable[HeapObject]) -> Cargo:
    """What a call passes on with its arguments and the objects they reach."""
    cargo = Cargo.NOTHING
    for thing in objects:
        cargo = max(cargo, _of_object(analysis, thing))
        if cargo is Cargo.DATA:
            return cargo
    return max(cargo, _of_all(analysis, values))


def _of_object(analysis: Analysis, thing: HeapObject) -> Cargo:
    match thing:
        case Session() | Factory():
            return Cargo.DATA
        case Entity():
            return Cargo.GIVEN if _is_of_others(thing) else Cargo.DATA
        case Instance(fields=fields):
            return _of_all(analysis, [value for _, value in fields])
        case Items(items=items, rest=rest):
            return _of_all(analysis, [*items, *(() if rest is None else (rest,))])
        case Table(entries=entries, rest=rest):
            return _of_all(
                analysis, [*(value for _, value in entries), *(() if rest is None else (rest,))]
            )


def _is_of_others(entity: Entity) -> bool:
    return (
        entity.session is None
        and not entity.states
        and not entity.is_new
        and not entity.is_constructed
        and all(background.origin is Origin.UNKNOWN for background in entity.backgrounds)
    )


def _of_all(analysis: Analysis, values: Iterable[Value]) -> Cargo:
    return max([_of_value(analysis, value) for value in values], default=Cargo.NOTHING)


def _of_value(analysis: Analysis, value: Value) -> Cargo:
    match value:
        case Unknown() | Literal() | Reference():
            # what most arguments are; the object that a reference leads to is among the objects
            return Cargo.NOTHING
        case Statement() | LoaderOption() | MappedAttribute() | Alias() | Transaction():
            return Cargo.DATA
        case FunctionReference(module=module, index=index, captured=captured):
            own = Cargo.CALLBACKS if (module, index) in analysis.relevance else Cargo.NOTHING
            return max(own, _of_all(analysis, [inner for _, inner in captured]))
        case BoundMethod(function=function, receiver=receiver):
            return _of_all(analysis, (function, receiver))
        case (
            ExternalMethod(receiver=inner)
            | Super(receiver=inner)
            | Ready(value=inner)
            | Manager(call=inner)
        ):
            return _of_value(analysis, inner)
        case Partial(function=callee) | PendingCall(callee=callee):
            return _of_all(
                analysis, (callee, *value.arguments, *(inner for _, inner in value.keywords))
            )
        case ClassReference(name=name):
            if name in analysis.mappers:
                return Cargo.DATA
            # `response(AuthorOut)`, `Router(AuthorOut)`: what it makes may read objects by the schema
            is_schema = analysis.project.schemas.of_class(name) is not None
            return Cargo.CALLBACKS if is_schema else Cargo.NOTHING
        case Tuple(items=items) | Union(members=items) | Result(items=items):
            return _of_all(analysis, items)
        case _:
            return Cargo.NOTHING

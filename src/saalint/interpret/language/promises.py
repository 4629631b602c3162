"""A value and the type declared where it stands to the value there: a coroutine that nobody waits for is told.

`Dashboard(orders=count_orders(session))` of a class with `orders: int`, `return session.scalar(query)` of a function
`-> int`: whoever declares a result expects no coroutine.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.facts import expressions as ex
from saalint.interpret.domain.heap import Items, Table
from saalint.interpret.domain.values import (
    PendingCall,
    Reference,
    Tuple,
    Unknown,
    Value,
    members,
    with_rest,
)
from saalint.interpret.language import coroutines
from saalint.interpret.machine import Machine
from saalint.project.names import definitions as symbols

# modules whose classes are results, but for those that anything is of
_OF_RESULTS = ("builtins.", "datetime.", "decimal.", "uuid.")
_ANYTHING = frozenset({"builtins.object", "builtins.type"})
_CHOICES = frozenset({"typing.Optional", "typing.Union"})
_HOLDING_ONE_KIND = frozenset(
    {
        "builtins.list",
        "builtins.set",
        "builtins.frozenset",
        "collections.abc.Sequence",
        "collections.abc.Collection",
        "collections.abc.Set",
    }
)
_MAPPINGS = frozenset(
    {"builtins.dict", "collections.abc.Mapping", "collections.abc.MutableMapping"}
)
_OPEN_BASES = frozenset({"typing.Protocol", "typing_extensions.Protocol"})


def kept(machine: Machine, module: str, annotation: ex.Expression | None, value: Value) -> Value:
    """A value that comes to stand where a module declares a type; what was told of a coroutine is not told again."""
    if annotation is None or not _may_hold(value):
        return value
    broken = list(_broken(machine, module, annotation, value))
    for call in broken:
        coroutines.lost(machine, call)
    return Unknown("a coroutine where its result is declared") if broken else value


def kept_in_field(machine: Machine, owner: str, name: str, value: Value) -> Value:
    """A value that is given to a field of a class."""
    classes = machine.analysis.project.classes
    field = classes.find_field(owner, name) if _may_hold(value) else None
    info = None if field is None else classes.info(field[0])
    if field is None or info is None:
        return value
    return kept(machine, info.module, field[1].annotation, value)


def _may_hold(value: Value) -> bool:
    # most values are neither
    return any(isinstance(each, PendingCall | Reference | Tuple) for each in members(value))


def _broken(
    machine: Machine, module: str, annotation: ex.Expression, value: Value
) -> Iterator[PendingCall]:
    pending = list(coroutines.pending(value))
    if pending and _is_of_results(machine, module, annotation):
        yield from pending
    if not isinstance(annotation, ex.Subscript):
        return
    index = annotation.index
    arguments = index.items if isinstance(index, ex.Sequence) else (index,)
    kind = _name(machine, module, annotation.base)
    for member in members(value):
        thing = machine.object_of(member) if isinstance(member, Reference) else None
        if isinstance(member, Tuple) and len(member.items) == len(arguments):
            pairs = list(zip(arguments, member.items, strict=True))
        elif isinstance(thing, Items) and kind in _HOLDING_ONE_KIND:
            pairs = [(arguments[0], item) for item in with_rest(thing.items, thing.rest)]
        elif isinstance(thing, Table) and kind in _MAPPINGS:
            held = with_rest([item for _, item in thing.entries], thing.rest)
            pairs = [(arguments[-1], item) for item in held]
        else:
            continue
        for declared, item in pairs:
            yield from _broken(machine, module, declared, item)


def _name(machine: Machine, module: str, kind: ex.Expression) -> str:
    definition = machine.analysis.project.symbols.resolve(module, kind)
    return definition.name if isinstance(definition, symbols.External) else ""


def _is_of_results(machine: Machine, module: str, annotation: ex.Expression) -> bool:
    """Whether no coroutine is of a declared type, as far as that is understood."""
    resolve = machine.analysis.project.symbols.resolve
    match annotation:
        case ex.Constant(value=None, is_ellipsis=False):
            return True
        case ex.Operation(operator="|", operands=parts):
            return all(_is_of_results(machine, module, part) for part in parts)
        case ex.Subscript(base=base, index=index):
            kind = _name(machine, module, base)
            parts = index.items if isinstance(index, ex.Sequence) else (index,)
            if kind in _CHOICES:
                return all(_is_of_results(machine, module, part) for part in parts)
            return kind in _HOLDING_ONE_KIND | _MAPPINGS or _is_of_results(machine, module, base)
        case ex.Name() | ex.Attribute():
            match resolve(module, annotation):
                case symbols.External(name=name):
                    return name.startswith(_OF_RESULTS) and name not in _ANYTHING
                case symbols.ClassDefinition(name=name):
                    return _is_no_awaitable(machine, name)
        case _:
            pass
    return False


def _is_no_awaitable(machine: Machine, name: str) -> bool:
    classes = machine.analysis.project.classes
    is_open = any(base in _OPEN_BASES for base in classes.mro(name))
    return not is_open and classes.find_method(name, "__await__") is None

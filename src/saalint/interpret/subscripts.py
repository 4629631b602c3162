"""`value[index]`: items of tuples, lists, dicts and rows, and the arguments of generic classes."""

from __future__ import annotations

from saalint.facts import expressions as ex
from saalint.interpret import inspection, iteration, names_of_rows, protocols, transfer
from saalint.interpret.heap import Items, Table
from saalint.interpret.machine import Machine
from saalint.interpret.values import (
    AttributeAccess,
    ClassReference,
    External,
    ExternalInstance,
    Literal,
    Reference,
    Tuple,
    Union,
    Unknown,
    Value,
    members,
    union,
)


def read(machine: Machine, expression: ex.Subscript) -> Value:
    """The value of a subscript."""
    base = transfer.evaluate(machine, expression.base)
    index = transfer.evaluate(machine, expression.index)
    if isinstance(expression.index, ex.Slice):
        return sliced(machine, base, expression)
    return item(machine, base, index, expression.at)


def item(machine: Machine, base: Value, index: Value, at: int) -> Value:
    """One item of a value."""
    match base:
        case Union(members=parts):
            return union(item(machine, part, index, at) for part in parts)
        case Tuple():
            return names_of_rows.by_index(base, index)
        case Reference():
            return _of_object(machine, base, index, at)
        case ClassReference(name=name):
            arguments = index.items if isinstance(index, Tuple) else (index,)
            return ClassReference(name, arguments)
        case External(name=name):
            arguments = index.items if isinstance(index, Tuple) else (index,)
            return ExternalInstance(f"alias:{name}", arguments)
        case AttributeAccess():
            return inspection.item(machine, base, index)
        case Unknown(symbol=symbol):
            return Unknown("an item of something unknown", symbol and ("item", *symbol))
        case _:
            return Unknown("an item of something unknown")


def _of_object(machine: Machine, base: Reference, index: Value, at: int) -> Value:
    match machine.object_of(base):
        case Items(items=items, rest=rest):
            return _of_items(machine, items, rest, index)
        case Table(entries=entries, rest=rest):
            known = dict(entries)
            if index in known:
                return known[index]
            parts = [*known.values(), *([rest] if rest is not None else [])]
            if isinstance(index, Literal) and rest is None:
                return Unknown("a key that was not put in")
            return union(parts) if parts else Unknown("an item of an empty dict")
        case _:
            made = protocols.enter(machine, base, "__getitem__", (index,), at)
            return Unknown("an item of an object") if made is None else made


def _of_items(machine: Machine, items: tuple[Value, ...], rest: Value | None, index: Value) -> Value:
    if isinstance(index, Literal) and isinstance(index.value, int):
        if -len(items) <= index.value < len(items) and (rest is None or index.value >= 0):
            return items[index.value]
        if rest is not None:
            return iteration.individual(machine, rest, (index.value,))
    parts = [*items, *([rest] if rest is not None else [])]
    if not parts:
        return Unknown("an item of an empty list")
    return union(
        iteration.individual(machine, member, ("some",)) for part in parts for member in members(part)
    )


def sliced(machine: Machine, base: Value, expression: ex.Subscript) -> Value:
    """A slice of a value: a list of any of its elements."""
    bounds = expression.index
    assert isinstance(bounds, ex.Slice)
    known, rest = iteration.elements(machine, base, expression.at)
    parts = [*known, *([rest] if rest is not None else [])]
    if rest is None and bounds.lower is None and isinstance(bounds.upper, ex.Constant):
        upper = bounds.upper.value
        if isinstance(upper, int):
            return Tuple(known[:upper]) if isinstance(base, Tuple) else _list(machine, known[:upper], expression)
    made = Items(rest=union(parts)) if parts else Items()
    return machine.allocate(machine.site(expression.at, "slice"), made)


def _list(machine: Machine, items: tuple[Value, ...], expression: ex.Subscript) -> Value:
    return machine.allocate(machine.site(expression.at, "slice"), Items(items=items))

"""`value[index]`: items of tuples, lists, dicts and rows, and the arguments of generic classes."""

from __future__ import annotations

from saalint.facts import expressions as ex
from saalint.interpret import transfer
from saalint.interpret.domain import names_of_rows
from saalint.interpret.domain.heap import Items, Table
from saalint.interpret.domain.values import (
    AttributeAccess,
    ClassReference,
    External,
    Literal,
    PendingCall,
    Reference,
    Result,
    Statement,
    Tuple,
    Union,
    Unknown,
    Value,
    literal,
    members,
    union,
    union_if_any,
    with_rest,
)
from saalint.interpret.language import coroutines, iteration, own_collections, protocols, tables
from saalint.interpret.machine import Machine
from saalint.interpret.orm import inspection, unloadable
from saalint.interpret.queries import foreign, misuse
from saalint.interpret.readers import template_reads


def read(machine: Machine, expression: ex.Subscript) -> Value:
    """The value of a subscript."""
    base = transfer.evaluate(machine, expression.base)
    if isinstance(expression.index, ex.Slice):
        machine.evaluated = expression
        return _sliced(machine, base, expression.index, expression.at)
    index = transfer.evaluate(machine, expression.index)
    machine.evaluated = expression
    if machine.frame.is_template:
        return template_reads.item(machine, base, index, expression.at)
    return item(machine, base, index, expression.at)


def item(machine: Machine, base: Value, index: Value, at: int) -> Value:
    """One item of a value."""
    match base:
        case Union(members=parts):
            return misuse.alternatives(machine, parts, lambda part: item(machine, part, index, at))
        case Result():
            foreign.item_of_result(machine, base, at)
            return Unknown("an item of a result")
        case PendingCall():
            coroutines.lost(machine, base)
            return Unknown("an item of a coroutine")
        case Tuple():
            foreign.item_of_row(machine, base, index, at)
            return names_of_rows.by_index(base, index)
        case Reference():
            return _of_object(machine, base, index, at)
        case ClassReference(name=name):
            arguments = index.items if isinstance(index, Tuple) else (index,)
            return ClassReference(name, arguments)
        case External(name=name):
            arguments = index.items if isinstance(index, Tuple) else (index,)
            return External(name, arguments)
        case Statement(session=session) if session is not None:
            return iteration.element(machine, base, at)
        case AttributeAccess():
            return inspection.item(machine, base, index)
        case Unknown(symbol=symbol):
            return Unknown("an item of something unknown", symbol and ("item", *symbol))
        case _:
            return Unknown("an item of something unknown")


def _of_object(machine: Machine, base: Reference, index: Value, at: int) -> Value:
    match machine.object_of(base):
        case Items(items=items, rest=rest) as thing:
            unloadable.use(machine, thing, at)
            if thing.last is not None and index == literal(-1):
                return thing.last
            return _of_items(machine, items, rest, index)
        case Table() as table:
            return tables.item(machine, base, table, index, at)
        case thing:
            made = protocols.enter(machine, base, "__getitem__", (index,), at)
            held = own_collections.held(machine, thing) if made is None else None
            if held is not None:
                return item(machine, held, index, at)
            return Unknown("an item of an object") if made is None else made


def _of_items(
    machine: Machine, items: tuple[Value, ...], rest: Value | None, index: Value
) -> Value:
    if isinstance(index, Literal) and isinstance(index.value, int):
        if -len(items) <= index.value < len(items) and (rest is None or index.value >= 0):
            return items[index.value]
        if rest is not None and index.value >= 0:
            return iteration.individual(machine, rest, (index.value,))
    parts = with_rest(items, rest)
    if not parts:
        return Unknown("an item of an empty list")
    return union(
        iteration.individual(machine, member, ("some",))
        for part in parts
        for member in members(part)
    )


def bounds(machine: Machine, expression: ex.Slice) -> tuple[int | None, int | None] | None:
    """Where a slice begins and ends; None where that is not known."""
    lower, lower_is_known = _bound(machine, expression.lower)
    upper, upper_is_known = _bound(machine, expression.upper)
    return (lower, upper) if lower_is_known and upper_is_known else None


def _sliced(machine: Machine, base: Value, expression: ex.Slice, at: int) -> Value:
    found = bounds(machine, expression)
    known, rest = iteration.elements(machine, base, at)
    if found is not None and (rest is None or _is_before_rest(*found, len(known))):
        made = known[slice(*found)]
        if isinstance(base, Tuple):
            return Tuple(made)
        return machine.allocate(machine.site(at, "slice"), Items(items=made))
    parts = with_rest(known, rest)
    return machine.allocate(machine.site(at, "slice"), Items(rest=union_if_any(parts)))


def _is_before_rest(lower: int | None, upper: int | None, count: int) -> bool:
    return upper is not None and (lower or 0) >= 0 and 0 <= upper <= count


def _bound(machine: Machine, expression: ex.Expression | None) -> tuple[int | None, bool]:
    if expression is None:
        return None, True
    value = transfer.evaluate(machine, expression)
    if isinstance(value, Literal) and isinstance(value.value, int):
        return value.value, True
    return None, False

"""Methods of lists, sets and dicts, mapped collections among them."""

from __future__ import annotations

from saalint.interpret import assignment, attributes, calls, iteration
from saalint.interpret.heap import Items, Table
from saalint.interpret.machine import Machine
from saalint.interpret.values import NONE, Reference, Tuple, Unknown, Value, union
from saalint.source.positions import Place

_GROWING = frozenset({"append", "add", "insert", "appendleft", "add_all"})
_EXTENDING = frozenset({"extend", "update", "extendleft", "union"})
_SHRINKING = frozenset({"remove", "discard", "clear", "sort", "reverse", "difference_update"})


def call_list(
    machine: Machine,
    receiver: Reference,
    items: Items,
    name: str,
    arguments: tuple[Value, ...],
    keywords: tuple[tuple[str, Value], ...],
    at: Place,
) -> Value:
    """A method of a list or set."""
    if name in _GROWING and arguments:
        if name == "add_all":
            attributes.extend(machine, receiver, arguments[0], at)
        else:
            attributes.append(machine, receiver, arguments[-1])
        return NONE
    if name in _EXTENDING and arguments:
        attributes.extend(machine, receiver, arguments[0], at)
        return NONE if name != "union" else receiver
    if name in _SHRINKING:
        key = dict(keywords).get("key")
        element = items.element()
        if key is not None and element is not None:
            calls.call(machine, key, (element,), (), at)
        attributes.change(machine, receiver, at)
        return NONE
    if name in ("pop", "popleft"):
        element = items.element()
        return element if element is not None else Unknown("an item of an empty list")
    if name in ("copy", "__iter__"):
        return receiver
    return Unknown("what a list tells of itself")


def call_dict(
    machine: Machine, receiver: Reference, table: Table, name: str, arguments: tuple[Value, ...], at: Place
) -> Value:
    """A method of a dict."""
    match name:
        case "values":
            parts = [value for _, value in table.entries]
            return machine.allocate(machine.site(at, "values"), Items(items=tuple(parts), rest=table.rest))
        case "keys":
            keys = tuple(key for key, _ in table.entries)
            return machine.allocate(machine.site(at, "keys"), Items(items=keys, rest=table.rest_key))
        case "items":
            pairs = tuple(Tuple((key, value)) for key, value in table.entries)
            rest = None
            if table.rest is not None:
                rest = Tuple((table.rest_key or Unknown("a key"), table.rest))
            return machine.allocate(machine.site(at, "items"), Items(items=pairs, rest=rest))
        case "get" | "pop" | "setdefault" if arguments:
            return _get(machine, receiver, table, name, arguments)
        case "update" if arguments:
            other = machine.object_of(arguments[0]) if isinstance(arguments[0], Reference) else None
            if isinstance(other, Table):
                joined = Table(entries=tuple({**dict(table.entries), **dict(other.entries)}.items()), rest=table.rest or other.rest)
                machine.write(receiver, joined)
            return NONE
        case "copy":
            return machine.allocate(machine.site(at, "copy"), table)
        case "clear":
            machine.write(receiver, Table())
            return NONE
        case _:
            return Unknown("what a dict tells of itself")


def _get(machine: Machine, receiver: Reference, table: Table, name: str, arguments: tuple[Value, ...]) -> Value:
    known = dict(table.entries)
    default = arguments[1] if len(arguments) > 1 else NONE
    if arguments[0] in known:
        return known[arguments[0]]
    if name == "setdefault":
        machine.write(receiver, assignment.put(table, arguments[0], default))
        return union((default, *([table.rest] if table.rest is not None else [])))
    parts = [default, *([table.rest] if table.rest is not None else [])]
    if isinstance(arguments[0], Unknown):
        parts.extend(known.values())
    return union(parts)


def collect(machine: Machine, value: Value, kind: str, at: Place) -> Value:
    """`list(value)` and its kin: a new collection of the same elements."""
    known, rest = iteration.elements(machine, value, at)
    if kind == "tuple" and rest is None:
        return Tuple(known)
    return machine.allocate(machine.site(at, "collected"), Items(items=known, rest=rest, kind=kind))


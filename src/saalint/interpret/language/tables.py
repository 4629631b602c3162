"""Dicts: values by key where the keys are known, what `defaultdict` makes of other keys, and their methods."""

from __future__ import annotations

from saalint.interpret.calling import calls
from saalint.interpret.domain import names_of_rows
from saalint.interpret.domain.heap import Items, Table
from saalint.interpret.domain.values import (
    NONE,
    Keywords,
    Literal,
    Reference,
    Tuple,
    Unknown,
    Value,
    literal,
    members,
    one_of,
    union,
    with_rest,
)
from saalint.interpret.language import iteration
from saalint.interpret.machine import Machine
from saalint.interpret.record import replace
from saalint.source.positions import Place

_MOST_ENTRIES = 64
_PAIR = 2


def by_text(table: Table) -> dict[str, Value]:
    """What a dict holds under keys that are texts."""
    return {
        key.value: value
        for key, value in table.entries
        if isinstance(key, Literal) and isinstance(key.value, str)
    }


def put(table: Table, index: Value, value: Value) -> Table:
    """A dict with one value put in."""
    known = dict(table.entries)
    if not is_certain(index) or len(known) >= _MOST_ENTRIES:
        rest = union(with_rest((value,), table.rest))
        rest_key = union(with_rest((index,), table.rest_key))
        return replace(table, rest=rest, rest_key=rest_key)
    return replace(table, entries=tuple({**known, index: value}.items()))


def is_certain(index: Value) -> bool:
    """Whether two uses of a key are known to mean the same entry."""
    match index:
        case Literal():
            return True
        case Unknown(symbol=symbol):
            return symbol is not None and "column" not in symbol
        case Tuple(items=items):
            return all(is_certain(item) for item in items)
        case _:
            return True


def has(table: Table, index: Value) -> bool:
    """Whether a key is certainly there."""
    return is_certain(index) and index in dict(table.entries)


def get(table: Table, index: Value) -> list[Value]:
    """The values that a key may lead to; none where it is known not to be there."""
    if has(table, index):
        return [dict(table.entries)[index]]
    found = [] if table.rest is None else [table.rest]
    for key, value in table.entries:
        # two literals that differ are two keys; anything else may be the same
        if not (isinstance(key, Literal) and isinstance(index, Literal)):
            found.append(value)
    return found


def item(machine: Machine, receiver: Reference, table: Table, index: Value, at: Place) -> Value:
    """`table[index]`; a `defaultdict` makes what is not there."""
    found = get(table, index)
    is_missing = not has(table, index) and (table.rest is None or is_certain(index))
    if table.default is not None and is_missing:
        made = calls.call(machine, table.default, (), (), at)
        machine.write(receiver, put(table, index, made))
        found.append(made)
    return one_of(found, "a key that was not put in")


def call_dict(
    machine: Machine,
    receiver: Reference,
    table: Table,
    name: str,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> Value:
    """A method of a dict."""
    match name:
        case "values":
            parts = tuple(value for _, value in table.entries)
            return machine.allocate(machine.site(at, "values"), Items(items=parts, rest=table.rest))
        case "keys":
            return machine.allocate(machine.site(at, "keys"), keys(table))
        case "items":
            pairs = tuple(Tuple(entry) for entry in table.entries)
            rest_key = table.rest_key or Unknown("a key")
            rest = None if table.rest is None else Tuple((rest_key, table.rest))
            return machine.allocate(machine.site(at, "items"), Items(items=pairs, rest=rest))
        case "get" if arguments:
            return _get(table, arguments)
        case "pop" if arguments:
            value = _get(table, arguments)
            machine.write(receiver, without(table, arguments[0]))
            return value
        case "popitem":
            element = table.element()
            key = keys(table).element() or Unknown("a key")
            return Unknown("an item of an empty dict") if element is None else Tuple((key, element))
        case "setdefault" if arguments:
            return _set_default(machine, receiver, table, arguments)
        case "update":
            added = from_values(machine, arguments, keywords, at)
            machine.write(receiver, updated(table, added))
            return NONE
        case "copy":
            return machine.allocate(machine.site(at, "copy"), table)
        case "clear":
            machine.write(receiver, Table(default=table.default))
            return NONE
        case _:
            return Unknown("what a dict tells of itself")


def keys(table: Table) -> Items:
    """What iterating a dict gives."""
    rest = None if table.rest is None else table.rest_key or Unknown("a key")
    return Items(items=tuple(key for key, _ in table.entries), rest=rest)


def _get(table: Table, arguments: tuple[Value, ...]) -> Value:
    found = get(table, arguments[0])
    if not has(table, arguments[0]):
        found.append(arguments[1] if len(arguments) > 1 else NONE)
    return union(found)


def _set_default(
    machine: Machine, receiver: Reference, table: Table, arguments: tuple[Value, ...]
) -> Value:
    found = get(table, arguments[0])
    if has(table, arguments[0]):
        return union(found)
    default = arguments[1] if len(arguments) > 1 else NONE
    machine.write(receiver, put(table, arguments[0], default))
    return union((*found, default))


def without(table: Table, index: Value) -> Table:
    """A dict from which a key was taken out."""
    if not isinstance(index, Literal):
        return table
    return replace(table, entries=tuple(entry for entry in table.entries if entry[0] != index))


def updated(table: Table, added: Table) -> Table:
    """A dict that took the entries of another one."""
    made = table
    for key, value in added.entries:
        made = put(made, key, value)
    if added.rest is not None:
        made = put(made, added.rest_key or Unknown("a key"), added.rest)
    return made


def from_values(
    machine: Machine, arguments: tuple[Value, ...], keywords: Keywords, at: Place
) -> Table:
    """`dict(…)`: of a mapping, of pairs, and by keywords."""
    made = Table()
    for argument in arguments:
        for member in members(argument):
            made = updated(made, of_value(machine, member, at))
    for name, value in keywords:
        made = put(made, literal(name), value)
    return made


def of_value(machine: Machine, value: Value, at: Place) -> Table:
    """A mapping, a row with names, or pairs, as a dict."""
    thing = machine.object_of(value) if isinstance(value, Reference) else None
    if isinstance(thing, Table):
        return replace(thing, default=None)
    if isinstance(value, Tuple) and value.names:
        return Table(entries=names_of_rows.entries(value))
    if isinstance(thing, Items) and thing.kind == "dict":
        return Table(rest=thing.element())
    known, rest = iteration.elements(machine, value, at)
    made = Table()
    for pair in known:
        made = put(made, *_entry(pair))
    for pair in members(rest) if rest is not None else ():
        made = put(made, Unknown("a key"), _entry(pair)[1])
    return made


def _entry(pair: Value) -> tuple[Value, Value]:
    if isinstance(pair, Tuple) and len(pair.items) == _PAIR:
        return pair.items[0], pair.items[1]
    return Unknown("a key"), Unknown("a value")


def merged(machine: Machine, left: Value, right: Value, at: Place) -> Value:
    """`left | right` of two dicts."""
    made = updated(of_value(machine, left, at), of_value(machine, right, at))
    return machine.allocate(machine.site(at, "merged"), made)

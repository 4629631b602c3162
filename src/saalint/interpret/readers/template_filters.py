"""Jinja's filters, as far as objects pass through them: what they read of each element, and what they give."""

from __future__ import annotations

from collections.abc import Sequence

from saalint.interpret.calling import calls
from saalint.interpret.domain.heap import Items, Table
from saalint.interpret.domain.values import (
    NONE,
    Literal,
    Reference,
    Tuple,
    Unknown,
    Value,
    literal,
    one_of,
    union,
    union_if_any,
    with_rest,
)
from saalint.interpret.language import iteration, names, protocols, tables
from saalint.interpret.libraries.library_use import NOTHING_KNOWN, LibraryUse
from saalint.interpret.machine import Machine
from saalint.interpret.readers import template_reads

# filters that a name given to `map` or `select` stands for are those of the template's module
_FILTER = "|{}"


def run(machine: Machine, use: LibraryUse) -> Value:
    """The result of a filter."""
    match use.detail:
        case "element":
            element = iteration.element(machine, use.first, use.at)
            return iteration.individual(machine, element, ("filtered", use.at))
        case "rows":
            row = _items(machine, use, _each(machine, use), "row")
            return _items(machine, use, [row], "rows")
        case "map":
            each = [
                iteration.apply(machine, one, lambda row: _mapped(machine, use, row), use.at)
                for one in _each(machine, use)
            ]
            return _items(machine, use, each)
        case "by-keyword-1" | "by-keyword-2" as detail:
            elements = _each(machine, use)
            _read_of_each(machine, use, elements, use.given("attribute", int(detail[-1]) + 1))
            return _items(machine, use, elements)
        case "extreme":
            elements = _each(machine, use)
            _read_of_each(machine, use, elements, use.given("attribute", 2))
            return union_if_any(elements) or NONE
        case "sum" | "join" as detail:
            position = 1 if detail == "sum" else 2
            for value in _read_of_each(
                machine, use, _each(machine, use), use.given("attribute", position)
            ):
                protocols.show(machine, value, use.at)
            return Unknown("a number or a text")
        case "groups":
            return _grouped(machine, use)
        case "elements":
            return _items(machine, use, _each(machine, use))
        case "elements-by":
            elements = _each(machine, use)
            _read_of_each(machine, use, elements, use.given("attribute", 1))
            return _items(machine, use, elements)
        case "attribute":
            return _attribute(machine, use, use.first, use.given("name", 1))
        case "default":
            return union((use.first, use.given("default_value", 1) or literal("")))
        case "entries":
            return _entries(machine, use)
        case _:
            return NOTHING_KNOWN


def _each(machine: Machine, use: LibraryUse) -> tuple[Value, ...]:
    return with_rest(*iteration.elements(machine, use.first, use.at))


def _items(
    machine: Machine, use: LibraryUse, elements: Sequence[Value], kind: str = "filtered"
) -> Value:
    made = Items(rest=union_if_any(elements))
    return machine.allocate(machine.site(use.at, kind), made)


def _read_of_each(
    machine: Machine, use: LibraryUse, elements: Sequence[Value], name: Value | None
) -> Sequence[Value]:
    if name is None or name == NONE:
        return elements
    return [
        iteration.apply(machine, element, lambda row: _attribute(machine, use, row, name), use.at)
        for element in elements
    ]


def _attribute(machine: Machine, use: LibraryUse, value: Value, name: Value | None) -> Value:
    """The attribute of a dotted name; several may be given with commas between them."""
    if not isinstance(name, Literal):
        return Unknown("an attribute by a name that is not known")
    found: list[Value] = []
    for path in str(name.value).split(","):
        current = value
        for part in path.strip().split("."):
            index = literal(int(part)) if part.isdigit() else literal(part)
            current = template_reads.item(machine, current, index, use.at)
        found.append(current)
    return found[0] if len(found) == 1 else Tuple(tuple(found))


def _mapped(machine: Machine, use: LibraryUse, element: Value) -> Value:
    given = dict(use.keywords)
    if "attribute" in given:
        found = _attribute(machine, use, element, given["attribute"])
        default = given.get("default")
        return found if default is None else union((found, default))
    name = use.given("name", 1)
    if not isinstance(name, Literal):
        return Unknown("what a filter gives")
    function = names.lookup(machine, _FILTER.format(name.value))
    return calls.call(machine, function, (element, *use.arguments[2:]), (), use.at)


def _grouped(machine: Machine, use: LibraryUse) -> Value:
    elements = _each(machine, use)
    keys = _read_of_each(machine, use, elements, use.given("attribute", 1))
    group = _items(machine, use, elements, "group")
    key = one_of(keys, "a key")
    return _items(machine, use, [Tuple((key, group), ("grouper", "list"))])


def _entries(machine: Machine, use: LibraryUse) -> Value:
    thing = machine.object_of(use.first) if isinstance(use.first, Reference) else None
    if not isinstance(thing, Table):
        return Unknown("the entries of something unknown")
    assert isinstance(use.first, Reference)
    return tables.call_dict(machine, use.first, thing, "items", (), (), use.at)

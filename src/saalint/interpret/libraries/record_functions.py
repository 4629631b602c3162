"""Functions that make records or take them apart: named tuples, namespaces, `asdict`, `replace`, `attrgetter`."""

from __future__ import annotations

from typing import assert_never

from saalint.interpret.calling import calls
from saalint.interpret.domain.heap import Instance, Items, Table
from saalint.interpret.domain.values import (
    NONE,
    ClassReference,
    Keywords,
    Literal,
    Reference,
    Tuple,
    Unknown,
    Value,
    members,
    union,
)
from saalint.interpret.language import (
    attributes,
    generated,
    iteration,
    operators,
    subscripts,
    tables,
)
from saalint.interpret.libraries.library_use import NOTHING_KNOWN, LibraryUse
from saalint.interpret.machine import Machine
from saalint.interpret.record import replace
from saalint.library.meanings import RecordFunction
from saalint.source.positions import Place


def run(machine: Machine, use: LibraryUse, meaning: RecordFunction) -> Value:
    """The result of such a function."""
    at, first = use.at, use.first
    match meaning:
        case RecordFunction.FIELDS:
            return generated.fields_of(machine, first, at, use.detail)
        case RecordFunction.PICK if len(use.arguments) > 1 and isinstance(first, Tuple):
            return _got(machine, use.detail, first.items, use.arguments[1], at)
        case RecordFunction.REPLACED:
            return _replaced(machine, first, _changes(machine, use), at)
        case RecordFunction.COPIED:
            return union(_copied(machine, member, at) for member in members(first))
        case RecordFunction.CONSTRUCTED if isinstance(first, ClassReference):
            # `Page.model_construct(author=author)`: the fields as they are given, checked by nobody
            made = Instance(
                class_name=first.name, arguments=first.arguments, fields=_sorted(use.keywords)
            )
            return machine.allocate(machine.site(at, "constructed"), made)
        case RecordFunction.NAMED_TUPLE if isinstance(first, Tuple):
            return _named_tuple(machine, first.items, use.arguments[1:], use.keywords, at)
        case RecordFunction.SENTINEL:
            return machine.allocate(
                machine.site(at, "sentinel"), Instance(class_name=operators.SENTINEL)
            )
        case RecordFunction.NAMESPACE:
            made = Instance(class_name="types.SimpleNamespace", fields=_sorted(use.keywords))
            return machine.allocate(machine.site(at, "namespace"), made)
        case RecordFunction.PICK | RecordFunction.CONSTRUCTED | RecordFunction.NAMED_TUPLE:
            return NOTHING_KNOWN
        case unreachable:
            assert_never(unreachable)


def _copied(machine: Machine, value: Value, at: Place) -> Value:
    # an entity keeps its own state: a copy of one is seldom more than a mistake
    match machine.object_of(value) if isinstance(value, Reference) else None:
        case Items() as thing:
            return machine.allocate(
                (*machine.site(at, "copied"), value), replace(thing, owner=None)
            )
        case (Instance() | Table()) as thing:
            return machine.allocate((*machine.site(at, "copied"), value), thing)
        case _:
            return value


def _sorted(keywords: Keywords) -> Keywords:
    return tuple(sorted(keywords, key=_name))


def _name(pair: tuple[str, Value]) -> str:
    return pair[0]


def _changes(machine: Machine, use: LibraryUse) -> Keywords:
    # `replace(page, author=author)`, `page.model_copy(update={"author": author})`
    if not use.detail:
        return use.keywords
    given = use.given(use.detail, 1)
    table = machine.object_of(given) if isinstance(given, Reference) else None
    return tuple(tables.by_text(table).items()) if isinstance(table, Table) else ()


def _got(
    machine: Machine, detail: str, wanted: tuple[Value, ...], value: Value, at: Place
) -> Value:
    # `attrgetter("author.name")(book)`, `itemgetter("id")(row)`, `methodcaller("titles")(author)`
    if detail == "method":
        name = wanted[0].value if wanted and isinstance(wanted[0], Literal) else ""
        return calls.call(
            machine, attributes.read(machine, value, str(name), at), wanted[1:], (), at
        )
    found: list[Value] = []
    for one in wanted:
        if detail == "item":
            found.append(subscripts.item(machine, value, one, at))
            continue
        held = value
        for name in str(one.value).split(".") if isinstance(one, Literal) else ():
            held = attributes.read(machine, held, name, at)
        found.append(held)
    return found[0] if len(found) == 1 else Tuple(tuple(found))


def _replaced(machine: Machine, value: Value, keywords: Keywords, at: Place) -> Value:
    found: list[Value] = []
    for member in members(value):
        thing = machine.object_of(member) if isinstance(member, Reference) else None
        if not isinstance(thing, Instance):
            found.append(Unknown("a copy of something unknown"))
            continue
        for name, changed in keywords:
            thing = thing.with_field(name, changed)
        found.append(machine.allocate((*machine.site(at, "replaced"), member), thing))
    return union(found)


def _named_tuple(
    machine: Machine,
    declared: tuple[Value, ...],
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> Value:
    # `Pair = namedtuple("Pair", "first second")`, and later `Pair(one, second=two)`
    given = declared[1] if len(declared) > 1 else NONE
    if isinstance(given, Literal):
        names = tuple(str(given.value).replace(",", " ").split())
    else:
        known, _ = iteration.elements(machine, given, at)
        names = tuple(str(name.value) for name in known if isinstance(name, Literal))
    values = {**dict(zip(names, arguments, strict=False)), **dict(keywords)}
    return Tuple(
        tuple(values.get(name, Unknown("a field that is not given")) for name in names), names
    )

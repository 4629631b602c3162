"""Functions of Python's library on iterables: what they go over, and what stands in what they give."""

from __future__ import annotations

from typing import assert_never

from saalint.interpret.calling import calls
from saalint.interpret.domain.heap import Items
from saalint.interpret.domain.values import (
    NONE,
    Literal,
    Reference,
    Tuple,
    Unknown,
    Value,
    union,
    union_if_any,
    with_rest,
)
from saalint.interpret.language import binding, iteration, protocols, tables
from saalint.interpret.libraries import collections_api
from saalint.interpret.libraries.library_use import NOTHING_KNOWN, LibraryUse
from saalint.interpret.machine import Machine
from saalint.interpret.record import replace
from saalint.library.meanings import SequenceFunction
from saalint.source.positions import Place

_MOST_FOLDED = 8
_POSITION = Unknown("a position")


def run(machine: Machine, use: LibraryUse, meaning: SequenceFunction) -> Value:
    """The result of such a function."""
    at, first = use.at, use.first
    match meaning:
        case SequenceFunction.CONSUME:
            iteration.element(machine, first, at)
            return Unknown("a number")
        case SequenceFunction.ITEMS:
            return _items(machine, use)
        case SequenceFunction.CHAIN:
            made = _chained(machine, use.arguments, at)
        case SequenceFunction.CHAIN_OF:
            known, rest = iteration.elements(machine, first, at)
            parts = known if rest is None else (*known, rest)
            made = _chained(machine, parts, at, is_loose=rest is not None)
        case SequenceFunction.DICT:
            table = tables.from_values(machine, use.arguments, use.keywords, at)
            return machine.allocate(machine.site(at, "dict"), table)
        case SequenceFunction.DEFAULTDICT:
            table = tables.from_values(machine, use.arguments[1:], use.keywords, at)
            return machine.allocate(machine.site(at, "dict"), replace(table, default=first))
        case SequenceFunction.ENUMERATE:
            made = _enumerated(machine, first, at)
        case SequenceFunction.ZIP:
            made = _zipped(machine, use.arguments, at)
        case SequenceFunction.ZIP_LONGEST:
            cells = _cells(machine, use.arguments, at)
            missing = dict(use.keywords).get("fillvalue", NONE)
            made = Items(rest=Tuple(tuple(union((cell, missing)) for cell in cells)))
        case SequenceFunction.PRODUCT:
            made = Items(rest=Tuple(_cells(machine, use.arguments, at)))
        case SequenceFunction.TUPLES:
            made = _tuples(machine, use)
        case SequenceFunction.MAP if len(use.arguments) > 1:
            made = _mapped(machine, use)
        case SequenceFunction.STARMAP if len(use.arguments) > 1:
            made = _starmapped(machine, use)
        case SequenceFunction.ACCUMULATE:
            made = Items(rest=_accumulated(machine, use))
        case SequenceFunction.REPEATED:
            made = Items(rest=first)
        case SequenceFunction.LARGEST if len(use.arguments) > 1:
            made = _largest(machine, use)
        case SequenceFunction.FILTER if len(use.arguments) > 1:
            made = _filtered(machine, use)
        case SequenceFunction.GROUPBY:
            made = _grouped(machine, use)
        case SequenceFunction.EXTREME:
            return _extreme(machine, use)
        case SequenceFunction.REDUCE if len(use.arguments) > 1:
            return _reduced(machine, use)
        case SequenceFunction.CHOSEN:
            return iteration.individual(
                machine, iteration.element(machine, first, at), ("chosen", at)
            )
        case SequenceFunction.ELEMENT:
            return _next(machine, use.arguments, at)
        case (
            SequenceFunction.MAP
            | SequenceFunction.STARMAP
            | SequenceFunction.LARGEST
            | SequenceFunction.FILTER
            | SequenceFunction.REDUCE
        ):
            # not given what it takes
            return NOTHING_KNOWN
        case unreachable:
            assert_never(unreachable)
    return machine.allocate(machine.site(at, meaning), made)


def _items(machine: Machine, use: LibraryUse) -> Value:
    if use.first == NONE:
        return machine.allocate(machine.site(use.at, "collected"), Items(kind=use.detail))
    if use.detail == "sorted":
        element = iteration.element(machine, use.first, use.at)
        collections_api.compare(machine, element, dict(use.keywords).get("key"), use.at)
    return collections_api.collect(machine, use.first, use.detail, use.at)


def _enumerated(machine: Machine, iterable: Value, at: Place) -> Items:
    known, rest = iteration.elements(machine, iterable, at)
    pairs = tuple(Tuple((_POSITION, value)) for value in known)
    return Items(items=pairs, rest=None if rest is None else Tuple((_POSITION, rest)))


def _zipped(machine: Machine, arguments: tuple[Value, ...], at: Place) -> Items:
    if any(_is_spread(machine, argument) for argument in arguments):
        return _transposed(machine, arguments, at)
    columns = [iteration.elements(machine, argument, at) for argument in arguments]
    if all(rest is None for _, rest in columns):
        return Items(
            items=tuple(Tuple(row) for row in zip(*(known for known, _ in columns), strict=False))
        )
    return Items(rest=Tuple(tuple(iteration.any_of(*column) for column in columns)))


def _cells(machine: Machine, arguments: tuple[Value, ...], at: Place) -> tuple[Value, ...]:
    return tuple(iteration.element(machine, argument, at) for argument in arguments)


def _tuples(machine: Machine, use: LibraryUse) -> Items:
    # `combinations(books, 2)`, `pairwise(books)`
    element = iteration.element(machine, use.first, use.at)
    match use.detail or use.given("r", 1):
        case "2" | Literal(value=2):
            pair = tuple(
                iteration.individual(machine, element, (SequenceFunction.TUPLES, n))
                for n in range(2)
            )
            return Items(rest=Tuple(pair))
        case _:
            return Items(rest=machine.allocate(machine.site(use.at, "tuple"), Items(rest=element)))


def _is_spread(machine: Machine, argument: Value) -> bool:
    thing = machine.object_of(argument) if isinstance(argument, Reference) else None
    return isinstance(thing, Items) and thing.kind == "spread"


def _transposed(machine: Machine, arguments: tuple[Value, ...], at: Place) -> Items:
    # `authors, books = zip(*rows)`: each column of the rows, with as many values as there are rows
    rows = [iteration.elements(machine, argument, at)[1] for argument in arguments]
    match rows:
        case [Tuple(items=cells)]:
            return Items(
                items=tuple(
                    machine.allocate((*machine.site(at, "column"), number), Items(rest=cell))
                    for number, cell in enumerate(cells)
                )
            )
        case _:
            return Items(rest=Unknown("the columns of rows that are not known"))


def _chained(
    machine: Machine, arguments: tuple[Value, ...], at: Place, *, is_loose: bool = False
) -> Items:
    parts = [iteration.elements(machine, argument, at) for argument in arguments]
    if not is_loose and all(rest is None for _, rest in parts):
        return Items(items=tuple(value for known, _ in parts for value in known))
    found = [value for known, rest in parts for value in with_rest(known, rest)]
    return Items(rest=union_if_any(found))


def _next(machine: Machine, arguments: tuple[Value, ...], at: Place) -> Value:
    first = arguments[0]
    thing = machine.object_of(first) if isinstance(first, Reference) else None
    if isinstance(first, Reference) and isinstance(thing, Items) and thing.items:
        found = collections_api.take(machine, first, thing, 0)
    else:
        made = protocols.enter(machine, first, "__next__", (), at)
        element = iteration.element(machine, first, at) if made is None else made
        found = iteration.individual(machine, element, ("next", at))
    return found if len(arguments) == 1 else union((found, *arguments[1:]))


def _mapped(machine: Machine, use: LibraryUse) -> Items:
    rows = _zipped(machine, use.arguments[1:], use.at)
    made = tuple(_applied(machine, use.first, row, use.at) for row in rows.items)
    return Items(
        items=made,
        rest=None
        if rows.rest is None
        else iteration.apply(
            machine, rows.rest, lambda row: _applied(machine, use.first, row, use.at), use.at
        ),
    )


def _starmapped(machine: Machine, use: LibraryUse) -> Items:
    row = iteration.element(machine, use.arguments[1], use.at)

    def applied(one: Value) -> Value:
        known, rest = iteration.elements(machine, one, use.at)
        more = () if rest is None else (binding.spread(machine, rest, use.at),)
        return calls.call(machine, use.first, (*known, *more), (), use.at)

    return Items(rest=iteration.apply(machine, row, applied, use.at))


def _applied(machine: Machine, function: Value, row: Value, at: Place) -> Value:
    assert isinstance(row, Tuple)
    return calls.call(machine, function, row.items, (), at)


def _filtered(machine: Machine, use: LibraryUse) -> Items:
    element = iteration.element(machine, use.arguments[1], use.at)
    if use.first != NONE:
        _each(machine, use.first, element, use.at)
    return Items(rest=element)


def _each(machine: Machine, function: Value, element: Value, at: Place) -> Value:
    return iteration.apply(
        machine, element, lambda one: calls.call(machine, function, (one,), (), at), at
    )


def _grouped(machine: Machine, use: LibraryUse) -> Items:
    element = iteration.element(machine, use.first, use.at)
    key = use.given("key", 1)
    made = element if key is None else _each(machine, key, element, use.at)
    group = machine.allocate(machine.site(use.at, "group"), Items(rest=element))
    return Items(rest=Tuple((made, group)))


def _extreme(machine: Machine, use: LibraryUse) -> Value:
    is_iterable = len(use.arguments) == 1
    element = iteration.element(machine, use.first, use.at) if is_iterable else union(use.arguments)
    settings = dict(use.keywords)
    collections_api.compare(machine, element, settings.get("key"), use.at)
    default = settings.get("default")
    return element if default is None else union((element, default))


def _reduced(machine: Machine, use: LibraryUse) -> Value:
    known, rest = iteration.elements(machine, use.arguments[1], use.at)
    start = use.given("initial", 2)
    if rest is None and len(known) <= _MOST_FOLDED:
        # `reduce(getattr, path.split("."), author)`
        steps = known if start is None else (start, *known)
        held = steps[0] if steps else Unknown("a fold of nothing")
        for step in steps[1:]:
            held = calls.call(machine, use.first, (held, step), (), use.at)
        return held
    return _folded(machine, use.first, iteration.any_of(known, rest), start, use.at)


def _accumulated(machine: Machine, use: LibraryUse) -> Value:
    element = iteration.element(machine, use.first, use.at)
    function = use.given("func", 1)
    if function is None or function == NONE:
        return Unknown("a sum")
    return _folded(machine, function, element, dict(use.keywords).get("initial"), use.at)


def _folded(
    machine: Machine, function: Value, element: Value, start: Value | None, at: Place
) -> Value:
    held = element if start is None else start
    return union((held, calls.call(machine, function, (held, element), (), at)))


def _largest(machine: Machine, use: LibraryUse) -> Items:
    # `heapq.nlargest(3, books, key=rank)`
    element = iteration.element(machine, use.arguments[1], use.at)
    collections_api.compare(machine, element, use.given("key", 2), use.at)
    return Items(rest=element)

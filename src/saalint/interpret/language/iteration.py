"""Iterating a value: its elements one by one, generators run with the loop body as their consumer.

The first and the second element of a query's result are told apart, so that what one turn of a loop does to its own
object is not taken to have happened to the next one, while a commit in the first turn reaches both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from saalint.interpret.domain.heap import Items, Table
from saalint.interpret.domain.values import (
    ExternalInstance,
    Literal,
    MappedAttribute,
    PendingCall,
    Reference,
    Result,
    RowShape,
    Statement,
    Tuple,
    Union,
    Unknown,
    Value,
    literal,
    members,
    one_of,
    union,
    union_if_any,
    with_rest,
)
from saalint.interpret.language import generators, own_collections, protocols, repetition, tables
from saalint.interpret.machine import INDIVIDUAL, Machine
from saalint.interpret.orm import extents, lifecycle, meetings, unloadable
from saalint.interpret.queries import results, upgrading
from saalint.interpret.record import replace

_MOST_ITEMS = 6
# the rows that a module writes itself, and asks for
_MOST_ROWS = 16
_MOST_NAMES = 32


def each(
    machine: Machine,
    iterable: Value,
    turn: Callable[[Value], None],
    at: int,
    *,
    is_unrolled: bool,
) -> bool:
    """Call `turn` with the elements of a value: each known one, and two that stand for any number more.

    True where each element was known, and met once.
    """
    iterable = protocols.iterated(machine, iterable, at)
    if isinstance(iterable, PendingCall) and iterable.kind == "generator":
        generators.iterate_generator(machine, iterable, turn)
        return False
    known, rest = elements(machine, iterable, at)
    if len(known) > _most_turns(machine, known) or _are_choices(known):
        rest = union(with_rest(known, rest))
        known = ()
    for element in known:
        if machine.is_alive:
            turn(element)
    if rest is None or not machine.is_alive:
        return rest is None
    if is_unrolled and _has_entity(machine, rest):
        _two_turns(machine, rest, turn, at)
        return False
    turn(rest)
    if is_unrolled and machine.is_alive:
        turn(rest)
    return False


def apply(machine: Machine, element: Value, body: Callable[[Value], Value], at: int) -> Value:
    """What a library gives that calls a function with each element, as `map` and `sorted(key=…)` do."""
    found: list[Value] = []
    with repetition.looping(machine, at) as around:

        def turn(one: Value) -> None:
            repetition.begin_turn(machine, around, one)
            found.append(body(one))

        if _has_entity(machine, element):
            _two_turns(machine, element, turn, at)
        else:
            turn(element)
    return union(found)


def _most_turns(machine: Machine, known: tuple[Value, ...]) -> int:
    if all(map(_is_named, known)):
        return _MOST_NAMES
    return _MOST_ROWS if all(_has_entity(machine, one) for one in known) else _MOST_ITEMS


def _is_named(element: Value) -> bool:
    # `for name, value in values.items(): setattr(self, name, value)`: which attribute it is depends on the turn, and so
    # it does in `for column in inspect(Book).column_attrs: getattr(book, column.key)`
    first = element.items[0] if isinstance(element, Tuple) and element.items else element
    is_name = isinstance(first, Literal) and isinstance(first.value, str)
    return is_name or isinstance(first, MappedAttribute)


def _are_choices(known: tuple[Value, ...]) -> bool:
    # `for query in (by_author, by_shop):` and in the body `if book.author_id is not None: book.author`: what the body
    # asks of a row tells the queries apart, so only what none of them loads is certain to be missing
    return len(known) > 1 and all(isinstance(element, Statement) for element in known)


def _two_turns(machine: Machine, rest: Value, turn: Callable[[Value], None], at: int) -> None:
    first = _copy(machine, rest, at, 1)
    second = _copy(machine, rest, at, 2)
    turn(first)
    if machine.is_alive:
        turn(second)
    # what each turn did to its own element has been done to all of them
    _write_back(machine, rest, first)


def _has_entity(machine: Machine, value: Value) -> bool:
    return any(
        machine.entity(part) is not None
        for member in members(value)
        for part in (member.items if isinstance(member, Tuple) else (member,))
    )


def _copy(machine: Machine, value: Value, at: int, number: int) -> Value:
    if isinstance(value, Union):
        return union(_copy(machine, member, at, number) for member in value.members)
    if isinstance(value, Tuple):
        copies = tuple(_copy(machine, item, at, number) for item in value.items)
        _relate(machine, value.items, copies)
        return replace(value, items=copies)
    entity = machine.entity(value)
    if entity is None or not isinstance(value, Reference):
        return value
    key = (*machine.site(at, "turn"), value.location, number)
    made = machine.allocate(key, extents.each(entity))
    for name, state in entity.states:
        if state.is_met and state.value is not None:
            behind = _copy_behind(machine, state.value, (value, made), at, number)
            machine.set_state(made, name, replace(state, value=behind))
    return made


def _relate(machine: Machine, items: tuple[Value, ...], copies: tuple[Value, ...]) -> None:
    # what was the key of another object of the row is that of its copy
    turned = {
        item.location: copy.location
        for item, copy in zip(items, copies, strict=True)
        if isinstance(item, Reference) and isinstance(copy, Reference)
    }
    for copy in copies:
        entity = machine.entity(copy)
        if entity is None or not isinstance(copy, Reference):
            continue
        for name, state in entity.states:
            match state.value:
                case Unknown(symbol=("column", int(location), key)) if location in turned:
                    told = replace(state.value, symbol=("column", turned[location], key))
                    machine.set_state(copy, name, replace(state, value=told))
                case _:
                    continue


def originals(machine: Machine, location: int) -> Iterator[int]:
    """The element of a collection that the element of one turn was copied from, and what that was copied from."""
    keys = {number: key for key, number in machine.located().items()}
    key = keys.get(location)
    while isinstance(key, tuple) and key[0] == "turn":
        yield key[-2]
        key = keys.get(key[-2])


def _copy_behind(
    machine: Machine, value: Value, owners: tuple[Reference, Reference], at: int, number: int
) -> Value:
    # what was met behind an object is another thing behind the next: `for author in authors: author.profile.picture`
    if isinstance(value, Union):
        return union(_copy_behind(machine, member, owners, at, number) for member in value.members)
    if not isinstance(value, Reference):
        return value
    items = machine.object_of(value)
    if not isinstance(items, Items):
        return _turned_back(machine, _copy(machine, value, at, number), owners)
    if items.owner is None or items.owner[0] != owners[0] or items.rest is None:
        return value
    rest = _turned_back(machine, _copy(machine, items.rest, at, number), owners)
    made = replace(items, rest=rest, last=None, owner=(owners[1], items.owner[1]))
    return machine.allocate((*machine.site(at, "turn"), value.location, number), made)


def _turned_back(machine: Machine, value: Value, owners: tuple[Reference, Reference]) -> Value:
    # the way back from there leads to the copy
    for member in members(value):
        entity = machine.entity(member)
        if entity is not None and isinstance(member, Reference):
            for name, state in entity.states:
                if state.value == owners[0]:
                    machine.set_state(member, name, replace(state, value=owners[1]))
    return value


def _write_back(machine: Machine, value: Value, copied: Value) -> None:
    for member, copy in zip(members(value), members(copied), strict=False):
        if isinstance(member, Tuple) and isinstance(copy, Tuple):
            for item, part in zip(member.items, copy.items, strict=True):
                _write_back(machine, item, part)
        elif isinstance(member, Reference) and isinstance(copy, Reference):
            entity, before = machine.entity(copy), machine.entity(member)
            if entity is not None and before is not None:
                machine.write(member, extents.again(entity, before.extent))
                _take_over(machine, copy, member)
                if before.is_whole:
                    # each object of the class that the session holds was among the elements
                    meetings.tell_aliases(machine, member, machine.entity_at(member))


def _take_over(machine: Machine, copy: Reference, original: Reference) -> None:
    # the collections that were met in the turn belong to the original from here on
    for _, state in machine.entity_at(original).states:
        for member in members(state.value) if state.is_met and state.value is not None else ():
            items = machine.object_of(member) if isinstance(member, Reference) else None
            if isinstance(items, Items) and items.owner is not None and items.owner[0] == copy:
                assert isinstance(member, Reference)
                machine.write(member, replace(items, owner=(original, items.owner[1])))
                if items.rest is not None:
                    _turned_back(machine, items.rest, (copy, original))
            else:
                _turned_back(machine, member, (copy, original))
                behind = machine.entity(member)
                if behind is not None and isinstance(member, Reference):
                    machine.write(member, extents.again(behind, behind.extent))


def elements(machine: Machine, iterable: Value, at: int) -> tuple[tuple[Value, ...], Value | None]:
    """The known elements of a value in order, and what stands for any number more."""
    match iterable:
        case Tuple(names=names, shape=RowShape(is_mapping=True)):
            return tuple(literal(name) for name in names), None
        case Tuple(items=items):
            return items, None
        case Reference():
            return _of_object(machine, iterable, at)
        case Result():
            results.take(machine, iterable, "", at)
            return results.rows(iterable)
        case Statement(session=session) if session is not None:
            result = results.execute(machine, session, iterable, "query", at)
            upgrading.note_legacy(machine, iterable, "", at)
            return elements(machine, result, at)
        case Union(members=parts):
            return _of_union(machine, parts, at)
        case Literal(value=str()):
            return (), Unknown("a character")
        case ExternalInstance(arguments=arguments) if arguments:
            return (), arguments[0]
        case Unknown(symbol=symbol):
            return (), Unknown("an element of something unknown", symbol and ("element", *symbol))
        case PendingCall(kind="generator"):
            return (), generators.collect(machine, iterable)
        case _:
            return (), Unknown("an element of something unknown")


def _of_object(
    machine: Machine, reference: Reference, at: int
) -> tuple[tuple[Value, ...], Value | None]:
    thing = machine.object_of(reference)
    match thing:
        case Items(kind="dict"):
            return (), Unknown("a key of a mapped collection")
        case Items(items=items, rest=rest):
            unloadable.use(machine, thing, at)
            return items, rest
        case Table():
            found = tables.keys(thing)
            return found.items, found.rest
        case _:
            iterated = protocols.iterated(machine, reference, at)
            if iterated == reference:
                held = own_collections.held(machine, thing)
                if held is not None:
                    return elements(machine, held, at)
                return (), Unknown("an element of an object")
            return elements(machine, iterated, at)


def _of_union(
    machine: Machine, parts: tuple[Value, ...], at: int
) -> tuple[tuple[Value, ...], Value | None]:
    found: list[Value] = []
    for part in parts:
        found.extend(with_rest(*elements(machine, part, at)))
    return (), union_if_any(found)


def element(machine: Machine, iterable: Value, at: int) -> Value:
    """Any one element of a value."""
    return any_of(*elements(machine, iterable, at))


def any_of(known: tuple[Value, ...], rest: Value | None) -> Value:
    """Any one of elements that were asked for already: to ask twice runs a generator twice."""
    return one_of(with_rest(known, rest), "an element of nothing")


def individual(machine: Machine, value: Value, key: tuple[object, ...]) -> Value:
    """One element told apart from the others it was summarised with, as `users[0]` is."""
    if isinstance(value, Union):
        return union(individual(machine, member, key) for member in value.members)
    if isinstance(value, Tuple):
        return replace(value, items=tuple(individual(machine, item, key) for item in value.items))
    entity = machine.entity(value)
    if entity is None or not isinstance(value, Reference):
        return value
    reference = Reference(machine.locate((INDIVIDUAL, value.location, *key)))
    if machine.entity(reference) is None:
        machine.write(reference, lifecycle.as_individual(entity))
    return reference

"""A call to its shape: what it passes on, and what modules hold that was changed, numbered in the order they are met.

The objects that the arguments reach, and the live objects of the sessions among them, are numbered in the order they
are met; two calls that pass the same shapes have the same numbers, and share one context.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from saalint.interpret.calling.canonical_names import Names
from saalint.interpret.calling.cargo import Cargo, cargo_of
from saalint.interpret.calling.contexts import ContextKey
from saalint.interpret.domain.heap import (
    OBJECTS,
    Content,
    Entity,
    HeapObject,
    Key,
    Session,
    as_given,
    without_others,
)
from saalint.interpret.domain.object_references import map_content, map_object, references_in
from saalint.interpret.domain.references import map_references
from saalint.interpret.domain.values import FunctionReference, Literal, Reference, Tuple, Value
from saalint.interpret.machine import Machine
from saalint.interpret.orm import asked_keys
from saalint.interpret.record import replace


@dataclass(slots=True)
class Given:
    """The objects that a call passes on, by location, and the sessions among them of which it leaves others out."""

    objects: dict[int, HeapObject]
    partial: frozenset[int] = frozenset()


def passes_objects(machine: Machine, bound: Mapping[str, Value]) -> bool:
    """Whether a call passes on entities, sessions or queries."""
    objects = behind(machine, bound.values())
    return cargo_of(machine.analysis, bound.values(), objects.values()) is Cargo.DATA


def shape_of(
    machine: Machine, function: FunctionReference, bound: Mapping[str, Value]
) -> ContextKey:
    """The shape of a call: the key of its context."""
    shared = dict(shared_cargo(machine))
    given = given_by(machine, (*bound.values(), *shared.values()))
    return shape(machine, function, bound, given, shared)[1]


def shape(
    machine: Machine,
    function: FunctionReference,
    bound: Mapping[str, Value],
    given: Given,
    shared: dict[Key, Content],
) -> tuple[Names, ContextKey]:
    """The number of each object that a call passes on, and the key of its context."""
    names = Names(
        {location: number for number, location in enumerate(given.objects)},
        partial(asked_keys.is_key_of_unseen, machine),
        partial=given.partial,
    )
    things = tuple(map_object(thing, names.inward) for thing in given.objects.values())
    arguments = tuple((name, map_references(value, names.inward)) for name, value in bound.items())
    return names, ContextKey(
        function.module,
        function.index,
        function.owner,
        arguments,
        things,
        tuple([(key, map_content(content, names.inward)) for key, content in shared.items()]),
        machine.is_load_allowed,
    )


def widened(key: ContextKey, names: Names) -> ContextKey:
    """A shape that says of texts and numbers only which of them are the same: one for all that differ in no more."""

    def widen(value: Value) -> Value:
        match value:
            case Literal(kind="str" | "int" | "float"):
                return names.of_literal(value)
            case Tuple(items=items):
                return replace(value, items=tuple(map(widen, items)))
            case _:
                return value

    def without_identity(thing: HeapObject) -> HeapObject:
        if not isinstance(thing, Entity) or thing.identity is None:
            return thing
        return replace(thing, identity=widen(thing.identity))

    return replace(
        key,
        arguments=tuple((name, widen(value)) for name, value in key.arguments),
        objects=tuple(map(without_identity, key.objects)),
    )


def behind(
    machine: Machine, contents: Iterable[Content], *, is_of_modules: bool = False
) -> dict[int, HeapObject]:
    """The objects that some values lead to, by location, the nearest first; those that modules hold if asked for."""
    order: dict[int, HeapObject] = {}
    queue = [reference for content in contents for reference in references_in(content)]
    _walk(machine, order, queue, sys.maxsize, is_of_modules=is_of_modules)
    return order


def given_by(machine: Machine, contents: Iterable[Content]) -> Given:
    """The objects that a call with some values passes on, no more than the settings allow.

    Those that the values lead to, the nearest first, and all that hang on a session among them.
    """
    most = machine.analysis.settings.max_given
    objects: dict[int, HeapObject] = {}
    queue = [reference for content in contents for reference in references_in(content)]
    is_whole = _walk(machine, objects, queue, most)
    sessions: list[int] = []
    while is_whole and (added := [n for n in _sessions_in(objects) if n not in sessions]):
        # whatever hangs on a session goes along: a commit in the callee expires it
        sessions.extend(added)
        more = dict(objects)
        is_whole = _walk(machine, more, _hanging_on(machine, added), most)
        objects = more if is_whole else objects
    if is_whole:
        return Given(objects)
    machine.analysis.hit("objects given to a call")
    left_open = {location: without_others(thing) for location, thing in objects.items()}
    return Given(left_open, frozenset(_sessions_in(objects)))


def _walk(
    machine: Machine,
    order: dict[int, HeapObject],
    roots: list[Reference],
    most: int,
    *,
    is_of_modules: bool = False,
) -> bool:
    # False where more than that many are reached; a session is taken however many there are before it
    read = machine.memory.read if is_of_modules else machine.own_content
    queue = deque(roots)
    is_whole = True
    while queue:
        location = queue.popleft().location
        if location in order or (location < 0 and not is_of_modules):
            continue
        content = read(location)
        if not isinstance(content, OBJECTS):
            continue
        if len(order) >= most and not isinstance(content, Session):
            is_whole = False
            continue
        order[location] = as_given(content)
        queue.extend(references_in(content))
    return is_whole


def _sessions_in(objects: dict[int, HeapObject]) -> list[int]:
    return [location for location, thing in objects.items() if isinstance(thing, Session)]


def _hanging_on(machine: Machine, sessions: list[int]) -> list[Reference]:
    return [
        Reference(location)
        for location in sorted(machine.live())
        if isinstance(content := machine.own_content(location), Entity)
        and content.session is not None
        and content.session.location in sessions
    ]


def shared_contents(machine: Machine, memory: dict[Key, Content]) -> dict[Key, Content]:
    """What modules hold and a memory has otherwise."""
    outside = machine.analysis.memory.writes
    return {
        key: content
        for key, content in memory.items()
        if (key if isinstance(key, int) else key[0]) < 0
        and content is not (known := outside.get(key))
        and content != known
    }


def shared_cargo(machine: Machine) -> Iterator[tuple[Key, Content]]:
    """What modules hold that was changed, and that matters to whoever is called."""
    # a counter, a lock or a set of tasks that a module keeps changes nothing for those it is passed to
    for key, left in shared_contents(machine, machine.contents()).items():
        content = as_given(left) if isinstance(left, OBJECTS) else left
        if content == machine.analysis.memory.writes.get(key):
            continue
        value = () if isinstance(content, OBJECTS) else (content,)
        thing = (content,) if isinstance(content, OBJECTS) else ()
        if (
            cargo_of(machine.analysis, value, (*thing, *behind(machine, (content,)).values()))
            > Cargo.CALLBACKS
        ):
            yield key, content

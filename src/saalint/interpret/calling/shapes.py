"""A call to its shape: what it passes on, and what modules hold that was changed, numbered in the order they are met.

The objects that the arguments reach, and the live objects of the sessions among them, are numbered in the order they
are met; two calls that pass the same shapes have the same numbers, and share one context.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
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
)
from saalint.interpret.domain.object_references import map_content, map_object, references_in
from saalint.interpret.domain.references import map_references
from saalint.interpret.domain.values import FunctionReference, Reference, Value
from saalint.interpret.machine import Machine
from saalint.interpret.orm import asked_keys


def passes_objects(machine: Machine, bound: dict[str, Value]) -> bool:
    """Whether a call passes on entities, sessions or queries."""
    objects = reached(machine, bound.values())
    return cargo_of(machine.analysis, bound.values(), objects.values()) is Cargo.DATA


def shape_of(machine: Machine, function: FunctionReference, bound: dict[str, Value]) -> ContextKey:
    """The shape of a call: the key of its context."""
    shared = dict(shared_cargo(machine))
    objects = reached(machine, (*bound.values(), *shared.values()))
    return shape(machine, function, bound, objects, shared)[1]


def shape(
    machine: Machine,
    function: FunctionReference,
    bound: dict[str, Value],
    objects: dict[int, HeapObject],
    shared: dict[Key, Content],
) -> tuple[Names, ContextKey]:
    """The number of each object that a call reaches, and the key of its context."""
    names = Names(
        {location: number for number, location in enumerate(objects)},
        partial(asked_keys.is_key_of_unseen, machine),
    )
    things = tuple(map_object(thing, names.inward) for thing in objects.values())
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


def reached(machine: Machine, contents: Iterable[Content]) -> dict[int, HeapObject]:
    """The objects that some values lead to, by location, with all that hang on a session among them."""
    read = machine.own_content
    order: dict[int, HeapObject] = {}
    queue = deque(reference for content in contents for reference in references_in(content))
    live: dict[int, Entity] | None = None
    while queue:
        reference = queue.popleft()
        location = reference.location
        if location in order or location < 0:
            continue
        content = read(location)
        if not isinstance(content, OBJECTS):
            continue
        order[location] = as_given(content)
        queue.extend(references_in(content))
        if isinstance(content, Session):
            # whatever hangs on a session goes along: a commit in the callee expires it
            live = _live_entities(machine) if live is None else live
            queue.extend(
                Reference(key) for key, other in live.items() if other.session == reference
            )
    return order


def _live_entities(machine: Machine) -> dict[int, Entity]:
    found = ((location, machine.own_content(location)) for location in sorted(machine.live()))
    return {location: content for location, content in found if isinstance(content, Entity)}


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
        behind = reached(machine, (content,)).values()
        if cargo_of(machine.analysis, value, (*thing, *behind)) > Cargo.CALLBACKS:
            yield key, content

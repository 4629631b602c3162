"""The references inside objects: all of them in order, what lies behind some of them, and an object with each replaced.

What `references` does for values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import assert_never

from saalint.interpret.domain.heap import (
    OBJECTS,
    AttributeState,
    Content,
    Entity,
    Factory,
    HeapObject,
    Instance,
    Items,
    Referring,
    Session,
    Table,
)
from saalint.interpret.domain.references import LEAVES, Change, map_references, note_references
from saalint.interpret.domain.values import Reference
from saalint.interpret.record import replace


def map_content(content: Content, change: Change) -> Content:
    """A value or object with its references replaced."""
    if isinstance(content, OBJECTS):
        return map_object(content, change)
    return map_references(content, change)


def map_object(thing: HeapObject, change: Change) -> HeapObject:
    """The object with every reference in it replaced by what `change` makes of it."""
    match thing:
        case Session() | Factory():
            return thing
        case Entity():
            return _map_entity(thing, change)
        case Instance(fields=fields, arguments=arguments):
            return Instance(
                class_name=thing.class_name,
                fields=tuple([(name, map_references(value, change)) for name, value in fields]),
                arguments=tuple([map_references(value, change) for value in arguments]),
                is_declared=thing.is_declared,
            )
        case Items():
            owner = None
            if thing.owner is not None:
                mapped = change(thing.owner[0])
                owner = (mapped, thing.owner[1]) if isinstance(mapped, Reference) else None
            return Items(
                items=tuple([map_references(value, change) for value in thing.items]),
                rest=None if thing.rest is None else map_references(thing.rest, change),
                last=None if thing.last is None else map_references(thing.last, change),
                kind=thing.kind,
                is_of_rows=thing.is_of_rows,
                owner=owner,
            )
        case Table():
            return Table(
                entries=tuple(
                    [
                        (map_references(key, change), map_references(value, change))
                        for key, value in thing.entries
                    ]
                ),
                rest=None if thing.rest is None else map_references(thing.rest, change),
                rest_key=None if thing.rest_key is None else map_references(thing.rest_key, change),
                default=thing.default,
            )
        case _:
            assert_never(thing)


def _map_entity(entity: Entity, change: Change) -> Entity:
    if entity.session is None and entity.identity is None and not entity.states:
        return entity
    session = None if entity.session is None else change(entity.session)
    return replace(
        entity,
        session=session if isinstance(session, Reference) else None,
        identity=None if entity.identity is None else map_references(entity.identity, change),
        states=tuple([(name, _map_state(state, change)) for name, state in entity.states]),
    )


def _map_state(state: AttributeState, change: Change) -> AttributeState:
    if state.value is None:
        return state
    value = map_references(state.value, change)
    return state if value is state.value else replace(state, value=value)


def references_in(content: Content) -> tuple[Reference, ...]:
    """Every reference that a value or object holds, in order."""
    if isinstance(content, LEAVES):
        return ()
    if isinstance(content, Reference):
        return (content,)
    if not isinstance(content, Referring):
        return _references_in(content)
    if not hasattr(content, "known_references"):
        # whatever is called is given the same objects again
        content.known_references = _references_in(content)
    return content.known_references


def _references_in(content: Content) -> tuple[Reference, ...]:
    found: dict[Reference, None] = {}
    match content:
        case Session() | Factory():
            return ()
        case Entity(session=session, identity=identity, states=states):
            if session is not None:
                found.setdefault(session)
            if identity is not None:
                note_references(identity, found)
            for _, state in states:
                if state.value is not None:
                    note_references(state.value, found)
        case Instance(fields=fields, arguments=arguments):
            for _, value in fields:
                note_references(value, found)
            for value in arguments:
                note_references(value, found)
        case Items(items=items, rest=rest, owner=owner):
            for value in items:
                note_references(value, found)
            if rest is not None:
                note_references(rest, found)
            if owner is not None:
                found.setdefault(owner[0])
        case Table(entries=entries, rest=rest, rest_key=rest_key):
            for pair in entries:
                for value in pair:
                    note_references(value, found)
            for loose in (rest, rest_key):
                if loose is not None:
                    note_references(loose, found)
        case _:
            note_references(content, found)
    return tuple(found)


def reach(read: Callable[[int], Content | None], roots: Iterable[Content]) -> set[int]:
    """The locations that lie behind some values or objects, by what `read` gives for a location."""
    queue = [reference.location for root in roots for reference in references_in(root)]
    found: set[int] = set()
    while queue:
        location = queue.pop()
        if location in found:
            continue
        found.add(location)
        content = read(location)
        if content is not None:
            queue.extend(reference.location for reference in references_in(content))
    return found

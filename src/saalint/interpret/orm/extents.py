"""Entities that stand for several objects: what each of them has in a turn of a loop, and what all of them have again.

first = session.get(Author, 1, options=[selectinload(Author.books)])
for author in session.scalars(select(Author)):
    print(author.books)  # all authors but the first lack their books
"""

from __future__ import annotations

from dataclasses import replace

from saalint.interpret.domain.heap import AttributeState, Entity, Extent
from saalint.interpret.events import LoadState


def lacking(entity: Entity) -> tuple[tuple[str, AttributeState], ...]:
    """The states of one of all objects, without what only few of them have."""
    return tuple(
        (name, replace(state, state=state.state & ~LoadState.LOADED, is_of_few=False))
        if state.is_of_few
        else (name, state)
        for name, state in entity.states
    )


def each(entity: Entity) -> Entity:
    """The element of one turn: of all objects of a class, one that lacks what only few of them have."""
    if not entity.is_whole:
        return entity
    states = tuple(
        (name, replace(state, state=state.state & ~LoadState.LOADED) if state.is_of_few else state)
        for name, state in entity.states
    )
    return replace(entity, extent=Extent.EACH, states=states)


def again(entity: Entity, extent: Extent) -> Entity:
    """What stands for all the elements after the turns, from the element of one of them."""
    kept = Extent.SEVERAL if extent is Extent.EACH else extent
    return replace(_with_all_had(entity), extent=kept)


def any_one(entity: Entity) -> Entity:
    """An element that a test has told from the others: it may be the one that has more than they have."""
    if entity.extent is not Extent.EACH:
        return entity
    states = tuple(
        (name, replace(state, is_of_few=False)) for name, state in _with_all_had(entity).states
    )
    return replace(entity, extent=Extent.ONE, states=states)


def _with_all_had(entity: Entity) -> Entity:
    if entity.extent is not Extent.EACH:
        return entity
    states = tuple(
        (name, replace(state, state=state.state | LoadState.LOADED) if state.is_of_few else state)
        for name, state in entity.states
    )
    return replace(entity, states=states)

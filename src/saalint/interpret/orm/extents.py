"""Entities that stand for several objects: what each of them has in a turn of a loop, and what all of them have again.

first = session.get(Author, 1, options=[selectinload(Author.books)])
for author in session.scalars(select(Author)):
    print(author.books)  # all authors but the first lack their books
"""

from __future__ import annotations

from collections.abc import Callable

from saalint.interpret.domain.heap import AttributeState, Entity, Extent, States
from saalint.interpret.events import LoadState
from saalint.interpret.record import replace


def lacking(entity: Entity) -> States:
    """The states of one of all objects, without what only few of them have."""
    return _where_few_have(entity, lambda state: replace(_lacked(state), is_of_few=False))


def one_of_all(entity: Entity) -> Entity:
    """One of all objects: it lacks what only few of them have, and has things of its own behind its relationships."""
    states = tuple(
        (name, replace(state, value=None) if state.is_met else state)
        for name, state in lacking(entity)
    )
    return replace(entity, extent=Extent.ONE, states=states)


def each(entity: Entity) -> Entity:
    """The element of one turn: of all objects of a class, one that lacks what only few of them have."""
    if not entity.is_whole:
        return entity
    return replace(entity, extent=Extent.EACH, states=_where_few_have(entity, _lacked))


def again(entity: Entity, extent: Extent) -> Entity:
    """What stands for all the elements after the turns, from the element of one of them."""
    kept = Extent.SEVERAL if extent is Extent.EACH else extent
    states = _where_few_have(entity, _had) if entity.extent is Extent.EACH else entity.states
    return replace(entity, extent=kept, states=states)


def any_one(entity: Entity) -> Entity:
    """An element that a test has told from the others: it may be the one that has more than they have."""
    if entity.extent is not Extent.EACH:
        return entity
    states = _where_few_have(entity, lambda state: replace(_had(state), is_of_few=False))
    return replace(entity, extent=Extent.ONE, states=states)


def _where_few_have(entity: Entity, change: Callable[[AttributeState], AttributeState]) -> States:
    return tuple(
        (name, change(state) if state.is_of_few else state) for name, state in entity.states
    )


def _lacked(state: AttributeState) -> AttributeState:
    return replace(state, state=state.state & ~LoadState.LOADED)


def _had(state: AttributeState) -> AttributeState:
    return replace(state, state=state.state | LoadState.LOADED)

"""What earlier queries loaded behind relationships that nobody has read: an object may be among it, or surely is."""

from __future__ import annotations

from saalint.interpret.domain import plans
from saalint.interpret.domain.heap import Background, Entity, Extent, Origin
from saalint.interpret.domain.values import Literal, Reference
from saalint.interpret.events import Attachment, LoadState
from saalint.interpret.machine import Machine
from saalint.interpret.orm import links, load_states, meetings, rows
from saalint.interpret.record import replace

Unseen = list[tuple[Entity, bool]]


def perhaps_met(machine: Machine, made: Entity, met: Unseen) -> Entity:
    """A new object that may be one behind a relationship of the session's objects, which nobody has looked at yet."""
    for probe, _ in met:
        made = meetings.perhaps_loaded(made, probe, machine.analysis.mappers)
    return made


def surely_met(machine: Machine, made: Entity, met: Unseen) -> Entity | None:
    """The object that is surely behind one of those relationships, as the query left it that put it there."""
    for probe, is_sure in met:
        if is_sure:
            (background,) = probe.backgrounds
            plan = background.plan and plans.stored(background.plan)
            held = replace(
                made, backgrounds=probe.backgrounds, plan=plan, states=(), is_first=False
            )
            return rows.with_keys(machine, held)
    return None


def filled(machine: Machine, made: Entity) -> Entity:
    """An object of a known key, with what is loaded for it behind other objects too.

    `print(book.author.shelf, review)`, where the review's query has loaded the shelf of that very author.
    """
    if made.session is None or not isinstance(made.identity, Literal):
        return made
    mappers = machine.analysis.mappers
    met = found(machine, made.session, made)
    made = perhaps_without_options(machine, made, [probe for probe, _ in met])
    for probe, is_sure in met:
        brought = meetings.perhaps_loaded(made, probe, mappers)
        for name, state in brought.states:
            if is_sure and state != made.get(name):
                brought = brought.with_state(name, replace(state, state=LoadState.LOADED))
        made = brought
    return made


def perhaps_without_options(machine: Machine, made: Entity, others: list[Entity]) -> Entity:
    """An object that may be one of others: what is given then never heard of a `raiseload()` in the options."""
    mappers = machine.analysis.mappers
    for relationship in mappers[made.mapper].relationships.values():
        name = relationship.name
        state = load_states.state_of(made, name, mappers)
        is_by_option = relationship.strategy not in load_states.FORBIDDING
        is_of_all = all(
            load_states.state_of(one, name, mappers).state is LoadState.RAISING for one in others
        )
        if state.state is LoadState.RAISING and is_by_option and not is_of_all:
            state = replace(state, state=LoadState.RAISING | LoadState.UNKNOWN)
            made = made.with_state(name, state)
    return made


def found(machine: Machine, session: Reference, like: Entity) -> Unseen:
    """What an object would be that earlier queries loaded behind relationships nobody has read.

    With each, whether it is surely there; those are left out that it is surely not among.
    """
    mappers = machine.analysis.mappers
    known: dict[tuple[plans.Plan, Extent], tuple[Entity, bool]] = {}
    live: set[int] | None = None
    for reference, entity in machine.entities(session):
        for background in entity.backgrounds:
            plan = background.plan
            if plan is None or background.origin is not Origin.QUERY:
                continue
            live = machine.live() if live is None else live
            if reference.location not in live or entity.attachment is not Attachment.PERSISTENT:
                continue
            for below in links.below(machine, plan, entity):
                has = below.has(like, mappers)
                is_kin = plans.is_kin(below.plan.mapper, like.mapper, mappers)
                key = (below.plan, below.extent)
                if has is False or not is_kin or (key in known and not has):
                    continue
                if has is None and not plan.entries:
                    # what the mapping loads with every object says little of this one
                    continue
                origin = Background(Origin.QUERY, replace(below.plan, mapper=like.mapper))
                probe = replace(like, backgrounds=(origin,), states=(), extent=below.extent)
                known[key] = (below.keys.told(probe, mappers), has is True)
    return list(known.values())

"""What earlier queries loaded behind relationships that nobody has read: an object may be among it, or surely is."""

from __future__ import annotations

from collections.abc import Iterator

from saalint.interpret.domain import plans
from saalint.interpret.domain.certainty import Certainty
from saalint.interpret.domain.heap import Background, Entity, Extent, Origin
from saalint.interpret.domain.values import Literal, Reference
from saalint.interpret.events import Attachment, LoadState
from saalint.interpret.machine import Machine
from saalint.interpret.orm import holding, links, load_states, meetings, rows
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
    for plan, below in _loaded_behind_others(machine, session):
        is_kin = plans.is_kin(below.plan.mapper, like.mapper, mappers)
        has = below.has(like, mappers)
        key = (below.plan, below.extent)
        if not is_kin or has is Certainty.EXCLUDED:
            continue
        # what the mapping loads with every object says little of this one
        if has is Certainty.POSSIBLE and (key in known or not plan.entries):
            continue
        origin = Background(Origin.QUERY, replace(below.plan, mapper=like.mapper))
        probe = replace(like, backgrounds=(origin,), states=(), extent=below.extent)
        known[key] = (below.keys.told(probe, mappers), has is Certainty.SURE)
    return list(known.values())


def _loaded_behind_others(
    machine: Machine, session: Reference
) -> Iterator[tuple[plans.Plan, links.Below]]:
    """The plans of the queries that gave the objects of a session, with what each loads behind them."""
    queried = (
        (reference, entity)
        for reference, entity in machine.entities(session)
        if entity.attachment is Attachment.PERSISTENT and any(_plans_of_queries(entity))
    )
    for _, entity in holding.reached(machine, queried):
        for plan in _plans_of_queries(entity):
            for below in links.below(machine, plan, entity):
                yield plan, below


def _plans_of_queries(entity: Entity) -> Iterator[plans.Plan]:
    for background in entity.backgrounds:
        if background.plan is not None and background.origin is Origin.QUERY:
            yield background.plan

"""A later query with options fills what earlier ones left out, also behind relationships that were loaded then."""

from __future__ import annotations

from saalint.interpret import behind, load_states, plans
from saalint.interpret.events import LoadState
from saalint.interpret.heap import AttributeState, Entity, Items
from saalint.interpret.machine import Machine
from saalint.interpret.values import Reference, Value, members
from saalint.project.mapped import Relationship


def fill_below(
    machine: Machine,
    reference: Reference,
    entity: Entity,
    name: str,
    state: AttributeState,
    found: list[plans.Plan],
) -> Value | None:
    """Fill the entities behind a loaded relationship with what the plans load there; None where nothing is known."""
    mappers = machine.analysis.mappers
    attribute = mappers[entity.mapper].relationships.get(name)
    if not isinstance(attribute, Relationship) or not isinstance(attribute.target, str):
        return state.value
    if attribute.target not in mappers:
        return state.value
    below = [
        plans.target_plan(plan, attribute, attribute.target)
        for plan in found
        if plans.relationship_state(plan, attribute, mappers) is LoadState.LOADED
    ]
    if not below or not any(plan.entries for plan in below):
        return state.value
    value = state.value
    if value is None:
        value = behind.materialise(machine, reference, entity, attribute, state)
    for member in members(value):
        if not isinstance(member, Reference):
            continue
        thing = machine.object_of(member)
        if isinstance(thing, Items):
            element = thing.element()
            targets = (
                [one for one in members(element) if isinstance(one, Reference)] if element else []
            )
        else:
            targets = [member]
        for target in targets:
            _fill(machine, target, below)
    return value


def loaded_below(
    machine: Machine, reference: Reference, probe: Entity, name: str, state: AttributeState
) -> Value | None:
    """What stands behind a relationship that a later query loads for an object of an earlier one.

    `probe` is the object as the later query alone would have made it; None where its options end here, so that
    nothing is to be told from an object loaded by default.
    """
    attribute = machine.analysis.mappers[probe.mapper].relationships.get(name)
    plans_here = [background.plan for background in probe.backgrounds]
    if not isinstance(attribute, Relationship) or not any(
        plan and plan.entries for plan in plans_here
    ):
        return None
    return behind.materialise(machine, reference, probe, attribute, state)


def _fill(machine: Machine, reference: Reference, found: list[plans.Plan]) -> None:
    entity = machine.entity(reference)
    if entity is None:
        return
    mappers = machine.analysis.mappers
    for name, relationship in mappers[entity.mapper].relationships.items():
        loads = all(
            plans.relationship_state(plan, relationship, mappers) is LoadState.LOADED
            for plan in found
        )
        before = load_states.state_of(entity, name, mappers)
        if loads and before.state is not LoadState.LOADED:
            entity = entity.with_state(name, AttributeState(LoadState.LOADED))
    machine.write(reference, entity)

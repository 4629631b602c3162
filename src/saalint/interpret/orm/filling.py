"""A later query with options fills what earlier ones left out, also behind relationships that were loaded then."""

from __future__ import annotations

from collections.abc import Iterator

from saalint.interpret.domain import plans
from saalint.interpret.domain.heap import AttributeState, Entity, Items
from saalint.interpret.domain.values import Reference, Value, members
from saalint.interpret.events import LoadState
from saalint.interpret.machine import Machine
from saalint.interpret.orm import behind, load_states
from saalint.project.mapped import Column, Mapper, Relationship


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
        plans.target_plan(plan, attribute, attribute.target, mappers)
        for plan in found
        if plans.relationship_state(plan, attribute, mappers) is LoadState.LOADED
        and plans.strategy_of(plan, attribute, mappers) not in _LEFT_ALONE
    ]
    if not below:
        return state.value
    value = state.value
    if value is None and not any(plan.entries for plan in below) and not _lacks(entity, attribute):
        return None
    if value is None:
        value = behind.materialise(machine, reference, entity, attribute, state)
    for target in _targets(machine, value):
        _fill(machine, target, below)
    return value


def _targets(machine: Machine, value: Value) -> Iterator[Reference]:
    for member in members(value):
        thing = machine.object_of(member) if isinstance(member, Reference) else None
        each = thing.element() if isinstance(thing, Items) else member
        for one in members(each) if each is not None else ():
            if isinstance(one, Reference):
                yield one


# `immediateload()` passes over what is loaded already, all others load it once more
_LEFT_ALONE = ("immediate", "noload")


def _lacks(entity: Entity, relationship: Relationship) -> bool:
    # what was loaded behind it with options, such as `load_only()`, may lack something
    return any(
        background.plan is not None
        and any(
            len(entry.path) > 1 and entry.path[0].attribute == relationship.name
            for entry in background.plan.entries
        )
        for background in entity.backgrounds
    )


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
    mapper = mappers[entity.mapper]
    mapped: dict[str, Column | Relationship] = {**mapper.columns, **mapper.relationships}
    for name, attribute in mapped.items():
        loads = all(_is_loaded_by(plan, attribute, mapper, mappers) for plan in found)
        before = load_states.state_of(entity, name, mappers)
        if loads and before.state is not LoadState.LOADED:
            entity = entity.with_state(name, AttributeState(LoadState.LOADED))
    machine.write(reference, load_states.reached(entity, found, mappers))


def _is_loaded_by(
    plan: plans.Plan, attribute: Column | Relationship, mapper: Mapper, mappers: load_states.Mappers
) -> bool:
    state = (
        plans.column_state(plan, attribute, mapper, mappers)
        if isinstance(attribute, Column)
        else plans.relationship_state(plan, attribute, mappers)
    )
    return state is LoadState.LOADED

"""`session.get()`: the object that the session holds under a key, or the one that is loaded by it."""

from __future__ import annotations

from dataclasses import replace

from saalint.facts.expressions import short_name
from saalint.interpret.domain.heap import Background, Entity, Origin
from saalint.interpret.domain.plans import Plan, plan_for, stored
from saalint.interpret.domain.values import (
    NONE,
    EntityTarget,
    Literal,
    Reference,
    Statement,
    Unknown,
    Value,
    with_rest,
)
from saalint.interpret.events import Step
from saalint.interpret.language import iteration
from saalint.interpret.machine import Machine
from saalint.interpret.orm import entities, flushing, load_states, loading, meetings
from saalint.interpret.queries import blocking, loading_notes, option_checks, statements
from saalint.source.positions import Place


def get(
    machine: Machine,
    session: Reference,
    mapper: str,
    key: Value | None,
    settings: dict[str, Value],
    at: Place,
) -> Value:
    """The object of a key: the session's own where it holds that, else one that is loaded (semantics: R14)."""
    origin = Step(machine.source_place(at), len("get"), f"get({short_name(mapper)})")
    target = EntityTarget(mapper)
    statement = Statement(kind="get", targets=(target,), is_filtered=True, origin=origin)
    options = settings.get("options")
    if options is not None and options != NONE:
        given = with_rest(*iteration.elements(machine, options, at))
        statement = statements.with_options(statement, given)
    option_checks.executed(machine, statement, at)
    populating = settings.get("populate_existing")
    is_populating = isinstance(populating, Literal) and bool(populating.value)
    plan = plan_for(target, statement, machine.analysis.mappers)
    return _held_or_loaded(machine, session, plan, statement, key, at, is_populating=is_populating)


def _held_or_loaded(
    machine: Machine,
    session: Reference,
    plan: Plan,
    statement: Statement,
    key: Value | None,
    at: Place,
    *,
    is_populating: bool,
) -> Value:
    # `get()` of an object in the session ignores the options (semantics: R14)
    mappers = machine.analysis.mappers
    loading_notes.queries(machine, session, [statement], at)
    possible: list[Entity] = []
    for reference, entity, is_same in meetings.held(machine, session, plan.mapper, key):
        if is_same:
            _revive(machine, reference, entity, plan, at, is_populating=is_populating)
            return reference
        if meetings.is_expired(entity) and not entity.is_constructed:
            # it may be the one that is asked for, whose row is fetched then
            fetched = load_states.with_row_fetched(entity, mappers)
            machine.write(reference, meetings.perhaps_loaded(entity, fetched, mappers))
        if not machine.is_past(reference):
            possible.append(entity)
    whole = next((one for one in possible if one.is_whole), None)
    if whole is not None and isinstance(key, Literal) and not is_populating:
        # all objects of the class are there: it is one of them
        return _one_of_all(machine, whole, key, plan, at)
    return _loaded_by_key(
        machine, session, plan, statement, key, at, possible, is_populating=is_populating
    )


def _loaded_by_key(
    machine: Machine,
    session: Reference,
    plan: Plan,
    statement: Statement,
    key: Value | None,
    at: Place,
    possible: list[Entity],
    *,
    is_populating: bool,
) -> Value:
    mappers = machine.analysis.mappers
    if not possible:
        blocking.runs_sql(machine)
    flushing.before_query(machine, session, at)
    known = key if isinstance(key, Literal | Unknown) else None
    made = loading.fresh(machine, session, known, [plan], statement, at)
    met = loading.unseen(machine, session, made)
    made = replace(made, is_as_queried=not possible and not met)
    for other in possible:
        made = meetings.perhaps_loaded(made, other, mappers)
    there = None if is_populating else loading.held_unseen(machine, made, met)
    if there is not None:
        # the options do not count for what the session holds, though nobody has looked at it
        return machine.allocate(machine.site(at, "get"), there)
    made = loading.perhaps_met(machine, made, met)
    made = loading.filled_from_below(machine, made)
    meetings.meet_behind(machine, session, [plan], made)
    return machine.allocate(machine.site(at, "get"), made)


def _one_of_all(machine: Machine, whole: Entity, key: Literal, plan: Plan, at: Place) -> Reference:
    one = replace(whole, identity=key, is_whole=False)
    reference = machine.allocate(machine.site(at, "get"), one)
    _revive(machine, reference, one, plan, at, is_populating=False)
    return reference


def _revive(
    machine: Machine,
    reference: Reference,
    entity: Entity,
    plan: Plan,
    at: Place,
    *,
    is_populating: bool,
) -> None:
    if is_populating:
        populated = replace(
            entity,
            backgrounds=(Background(Origin.QUERY, plan),),
            states=(),
            plan=stored(plan) if plan.has_options else entity.plan,
        )
        step = machine.step(at, len("get"), "populate_existing")
        mappers = machine.analysis.mappers
        machine.write(reference, loading.left_expired(populated, step, mappers))
    elif meetings.is_expired(entity):
        entities.load_expired(machine, reference, at)

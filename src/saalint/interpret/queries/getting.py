"""`session.get()`: the object that the session holds under a key, or the one that is loaded by it."""

from __future__ import annotations

from saalint.facts.expressions import short_name
from saalint.interpret.domain.certainty import Certainty
from saalint.interpret.domain.heap import Entity, Extent
from saalint.interpret.domain.plans import Plan, is_kin, plan_for
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
from saalint.interpret.events import LoadState, Step
from saalint.interpret.language import iteration
from saalint.interpret.machine import Machine
from saalint.interpret.orm import (
    entities,
    extents,
    flushing,
    holding,
    load_states,
    loading,
    meetings,
    rows,
    unseen,
)
from saalint.interpret.queries import blocking, loading_notes, option_checks, statements
from saalint.interpret.record import replace
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
    mappers = machine.analysis.mappers
    statement = _statement(machine, mapper, settings, at)
    plan = plan_for(EntityTarget(mapper), statement, mappers)
    option_checks.executed(machine, statement, at)
    loading_notes.queries(machine, session, [statement], at)
    possible: list[Entity] = []
    for reference, entity, is_same in holding.candidates(machine, session, mapper, key):
        if is_same is Certainty.SURE:
            # the options are ignored for an object of the session (semantics: R14)
            if statement.is_populating:
                flushing.before_query(machine, session, at)
                known = machine.entity_at(reference)
                anew = loading.filled(machine, reference, known, [plan], is_populating=True)
                machine.write(reference, anew)
            elif meetings.is_fetched_by_key(entity):
                entities.load_expired(machine, reference, at)
            known = machine.entity_at(reference)
            machine.write(reference, replace(known, again=statement.origin))
            return reference
        if meetings.is_fetched_by_key(entity) and not entity.is_constructed:
            # it may be the one that is asked for, whose row is fetched then
            one = replace(entity, extent=Extent.ONE)
            fetched = load_states.with_row_fetched(one, mappers)
            machine.write(reference, meetings.perhaps_loaded(entity, fetched, mappers))
        if not machine.is_past(reference):
            possible.append(entity)
    whole = next((one for one in possible if one.is_whole), None)
    if whole is not None and isinstance(key, Literal) and not statement.is_populating:
        return _one_of_all(machine, whole, possible, key, at)
    return _loaded(machine, session, plan, statement, key, possible, at)


def _statement(machine: Machine, mapper: str, settings: dict[str, Value], at: Place) -> Statement:
    origin = Step(machine.source_place(at), len("get"), f"get({short_name(mapper)})")
    populating = settings.get("populate_existing")
    statement = Statement(
        kind="get",
        targets=(EntityTarget(mapper),),
        is_filtered=True,
        is_populating=isinstance(populating, Literal) and bool(populating.value),
        origin=origin,
    )
    options = settings.get("options", NONE)
    if options == NONE:
        return statement
    return statements.with_options(statement, with_rest(*iteration.elements(machine, options, at)))


def _one_of_all(
    machine: Machine, whole: Entity, possible: list[Entity], key: Literal, at: Place
) -> Reference:
    # all objects of the class are there: it is one of them
    one = rows.with_keys(machine, replace(extents.one_of_all(whole), identity=key))
    for other in possible:
        one = meetings.perhaps_loaded(one, other, machine.analysis.mappers)
    if one.session is not None:
        one = unseen.perhaps_met(machine, one, unseen.found(machine, one.session, one))
    reference = machine.allocate((*machine.site(at, "get"), one.mapper), one)
    if meetings.is_fetched_by_key(one):
        entities.load_expired(machine, reference, at)
    return reference


def _is_refreshed_behind(machine: Machine, session: Reference, made: Entity) -> bool:
    """`session.refresh(book, ["author"])` brought an author to the session, and nobody knows which."""
    mappers = machine.analysis.mappers
    return any(
        state.value is None
        and LoadState.LOADED in state.state
        and is_kin(str(relationship.target), made.mapper, mappers)
        for _, entity in machine.entities(session)
        for name, state in entity.states
        if (relationship := mappers[entity.mapper].relationships.get(name)) is not None
    )


def _loaded(
    machine: Machine,
    session: Reference,
    plan: Plan,
    statement: Statement,
    key: Value | None,
    possible: list[Entity],
    at: Place,
) -> Value:
    """An object as its query makes it, or as one of the objects was that it may be."""
    mappers = machine.analysis.mappers
    # `[await session.get(model, key) for model, key in wanted]` gets objects of several classes at one place
    site = (*machine.site(at, "get"), plan.mapper)
    if not possible:
        blocking.runs_sql(machine)
    known = key if isinstance(key, Literal | Unknown) else None
    made = loading.fresh(machine, session, known, [plan], statement, at)
    met = unseen.found(machine, session, made)
    if statement.is_populating or not (possible or met):
        # the session asks the database for what it does not hold, and flushes before
        flushing.before_query(machine, session, at)
    is_unseen = met or _is_refreshed_behind(machine, session, made)
    made = replace(made, is_as_queried=not possible and not is_unseen)
    for other in possible:
        made = meetings.perhaps_loaded(made, other, mappers)
    there = None if statement.is_populating else unseen.surely_met(machine, made, met)
    if there is not None:
        # the options do not count for what the session holds, though nobody has looked at it
        return machine.allocate(site, there)
    if not statement.is_populating:
        others = [*possible, *(probe for probe, _ in met)]
        made = unseen.perhaps_without_options(machine, made, others)
    made = unseen.perhaps_met(machine, made, met)
    made = loading.filled_from_below(machine, made)
    load = meetings.Load(session=session, is_populating=statement.is_populating)
    meetings.meet_behind(machine, load, [plan], made)
    return machine.allocate(site, made)

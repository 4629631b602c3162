"""What a query does to the session's objects: new ones made, known ones filled (semantics: R14, R15, R16)."""

from __future__ import annotations

from dataclasses import dataclass

from saalint.facts.expressions import short_name
from saalint.interpret.domain import plans
from saalint.interpret.domain.certainty import Certainty
from saalint.interpret.domain.heap import AttributeState, Background, Entity, Extent, Origin
from saalint.interpret.domain.joins import join_entities, join_states
from saalint.interpret.domain.values import (
    Literal,
    Reference,
    Statement,
    Unknown,
    Value,
)
from saalint.interpret.events import Attachment, LoadState, Step
from saalint.interpret.machine import Machine
from saalint.interpret.orm import (
    asked_keys,
    extents,
    filling,
    holding,
    links,
    load_states,
    meetings,
    rows,
    sameness,
    unseen,
)
from saalint.interpret.queries import loading_notes, option_checks, statements
from saalint.interpret.record import replace
from saalint.source.positions import Place


def load(
    machine: Machine,
    session: Reference,
    loads: asked_keys.Loads,
    at: Place,
    position: int,
    *,
    is_many: bool,
) -> Value:
    """The entity that a query gives: one of the session's own where its key is known to be the same."""
    if not loads:
        return Unknown("an entity that only some of the statements select")
    statement, _ = loads[0]
    loading_notes.queries(machine, session, [one for one, _ in loads], at)
    identity = statements.identity_of(machine, statement) if position == 0 else None
    key = (*machine.site(at, "query"), position)
    return _load(machine, session, loads, at, identity, key, is_many=is_many)


def load_each(
    machine: Machine,
    session: Reference,
    loads: asked_keys.Loads,
    at: Place,
    keys: tuple[Literal, ...],
) -> tuple[Reference, ...]:
    """The entities that a query gives where the key of each row is known."""
    loading_notes.queries(machine, session, [one for one, _ in loads], at)
    site = machine.site(at, "query")
    return tuple(
        _load(machine, session, loads, at, key, (*site, key), is_many=False) for key in keys
    )


@dataclass(frozen=True, slots=True)
class _Query:
    """A query that is run: what its statement, or each of several, loads by which plan, and of which primary key."""

    load: meetings.Load
    loads: asked_keys.Loads
    found: list[plans.Plan]
    identity: Value | None

    @property
    def statement(self) -> Statement:
        return self.loads[0][0]

    @property
    def is_filtered(self) -> bool:
        return any(statement.is_filtered for statement, _ in self.loads)


def _load(
    machine: Machine,
    session: Reference,
    loads: asked_keys.Loads,
    at: Place,
    identity: Value | None,
    site: tuple[object, ...],
    *,
    is_many: bool,
) -> Reference:
    statement, _ = loads[0]
    found = [plans.plan_for(one, other, machine.analysis.mappers) for other, one in loads]
    load = meetings.Load(session=session, is_populating=statement.is_populating)
    query = _Query(load, loads, found, identity)
    same, fills = _touch_existing(machine, query)
    if same is not None:
        _give_again(machine, query, same)
        return same
    made = fresh(machine, session, identity, found, statement, at)
    is_many = is_many and identity is None
    made = asked_keys.told(machine, _as_many(made, query) if is_many else made, loads)
    # before the query itself fills what the session holds, and its options stand behind that
    met = unseen.found(machine, session, made)
    is_one = isinstance(identity, Literal)
    if not is_one:
        _meet_behind(machine, query, made)
    key = (*site, made.mapper)
    if not statement.is_populating:
        made = _as_held_already(machine, query, made, key, fills, met)
    made = _as_known(machine, made, fills, is_many=is_many)
    reference = machine.allocate(key, filled_from_below(machine, made, found))
    if is_one:
        _meet_again(machine, query, reference)
    return reference


def _as_many(made: Entity, query: _Query) -> Entity:
    is_whole = not query.is_filtered and len(query.statement.targets) == 1
    return replace(made, extent=Extent.WHOLE if is_whole else Extent.SEVERAL)


def _meet_again(machine: Machine, query: _Query, reference: Reference) -> None:
    # what the query loads behind objects of the session may be the very object that it gives
    held = machine.pinned
    machine.pinned = (*held, reference)
    made = machine.entity_at(reference)
    meetings.meet_behind(machine, query.load, query.found, made)
    machine.pinned = held
    if query.load.is_populating:
        # one query populates an object once
        machine.write(reference, made)


def _give_again(machine: Machine, query: _Query, same: Reference) -> None:
    known = filled_from_below(machine, machine.entity_at(same), query.found)
    if query.load.is_populating:
        # its columns are those of the row again, which the query was asked for by a key
        known = asked_keys.told(machine, known, query.loads)
    machine.write(same, replace(known, again=query.statement.origin))
    meetings.meet_behind(machine, query.load, query.found, known)


def _as_held_already(
    machine: Machine,
    query: _Query,
    made: Entity,
    key: tuple[object, ...],
    fills: list[Entity],
    met: unseen.Unseen,
) -> Entity:
    """A new object that is, or may be, one that the session has: it has what that one had, filled by the query."""
    whole = next((one for one in fills if one.is_whole and query.identity), None)
    if whole is not None:
        # all objects of the class were there: it is one of them
        states = extents.one_of_all(whole).states
        one = replace(made, backgrounds=whole.backgrounds, plan=whole.plan, states=states)
        one = rows.with_keys(machine, one)
        made = filled(machine, machine.allocate(key, one), one, query.found)
    there = unseen.surely_met(machine, made, met)
    if there is None:
        return unseen.perhaps_met(machine, made, met)
    return filled(machine, machine.allocate(key, there), there, query.found)


def _meet_behind(machine: Machine, query: _Query, made: Entity) -> None:
    session = query.load.session
    if made.is_whole:
        _forget(machine, session, made.mapper)
    before = {reference for reference, _ in machine.entities(session)}
    meetings.meet_behind(machine, query.load, query.found, made)
    if made.is_whole:
        # what stands behind other objects, and was looked at only now, is among the rows too
        for reference, entity, _ in holding.candidates(machine, session, made.mapper, None):
            if reference not in before:
                machine.write(reference, filled(machine, reference, entity, query.found))


def _forget(machine: Machine, session: Reference, mapper: str) -> None:
    # what nobody holds has left the session, and is not among the objects that are made of all rows now
    live = machine.live()
    for reference, entity in machine.entities(session):
        if entity.mapper == mapper and reference.location not in live:
            machine.write(reference, replace(entity, session=None))


def fresh(
    machine: Machine,
    session: Reference,
    identity: Value | None,
    found: list[plans.Plan],
    statement: Statement,
    at: Place,
) -> Entity:
    """An object as a query would make it."""
    mapper = found[0].mapper
    origin = statement.origin or Step(machine.source_place(at), 1, f"query of {short_name(mapper)}")
    made = Entity(
        mapper=mapper,
        backgrounds=tuple(dict.fromkeys(Background(Origin.QUERY, plan) for plan in found)),
        attachment=Attachment.PERSISTENT,
        session=session,
        identity=identity,
        plan=plans.stored(found[0]),
        query=origin,
        query_text=origin.text,
    )
    made = rows.with_keys(machine, made)
    is_reached_anew = statement.is_populating and _comes_back(machine, found[0])
    if len(found) > 1 or not found[0].entries or is_reached_anew:
        return made
    if _may_be_held(machine, session, made):
        return made
    first = replace(made, is_first=True)
    if option_checks.loaded_first(machine, first, at):
        return first
    # the query raises, and gives nothing
    unknown = (Background(Origin.UNKNOWN),)
    return replace(made, backgrounds=unknown, attachment=Attachment.UNKNOWN, session=None)


def _comes_back(machine: Machine, plan: plans.Plan) -> bool:
    # what another query populates again on its way back is loaded by the options of that way from then on
    back = plans.plans_back(plan, machine.analysis.mappers)
    return any(plan.mapper not in one.trail for one in back)


def _may_be_held(machine: Machine, session: Reference, made: Entity) -> bool:
    mappers = machine.analysis.mappers
    known = machine.session(session)
    if known is not None and known.has_others:
        return True
    among = holding.persistent(machine, machine.entities(session), made.mapper)
    return any(
        sameness.with_key(reference, entity, made.identity, mappers) is not Certainty.EXCLUDED
        for reference, entity in among
    ) or bool(unseen.found(machine, session, made))


def _touch_existing(machine: Machine, query: _Query) -> tuple[Reference | None, list[Entity]]:
    """Objects of the class that the session holds already are given again, filled where they lacked something.

    Comes out: the one that the query asks for, where that is there, and those of which it gives one or more, perhaps.
    """
    same: Reference | None = None
    possible: list[Entity] = []
    mappers, found = machine.analysis.mappers, query.found
    session, is_populating = query.load.session, query.load.is_populating
    _, target = query.loads[0]
    mapper, identity = target.mapper, query.identity
    for reference, entity, is_same in holding.candidates(machine, session, mapper, identity):
        if entity.is_whole and identity is not None:
            if not machine.is_past(reference):
                background = tuple(Background(Origin.QUERY, plan) for plan in found)
                one = replace(entity, backgrounds=background, states=(), extent=Extent.ONE)
                machine.write(reference, meetings.perhaps_loaded(entity, one, mappers))
                possible.append(entity)
            continue
        again = filled(machine, reference, entity, found, is_populating=is_populating)
        if is_same is Certainty.SURE:
            same = reference
            machine.write(reference, again)
        elif not query.is_filtered:
            machine.write(reference, again)
            if not machine.is_past(reference):
                possible.append(again)
        elif not machine.is_past(reference):
            joined = join_entities(entity, again, machine.analysis.resolve)
            machine.write(reference, joined)
            possible.append(again)
    if is_populating:
        meetings.populated_unseen(machine, session, mapper)
    return same, possible


def filled(
    machine: Machine,
    reference: Reference,
    entity: Entity,
    found: list[plans.Plan],
    *,
    is_populating: bool = False,
) -> Entity:
    """An object of the session that a query gives again: filled where it lacked something (semantics: R14, R15)."""
    mappers = machine.analysis.mappers
    background = tuple(Background(Origin.QUERY, plan) for plan in found)
    probe = replace(entity, backgrounds=background, states=(), attachment=Attachment.PERSISTENT)
    if is_populating:
        plan = plans.stored(found[0]) if found[0].has_options else entity.plan
        # its row has the keys that it was known to have, but for those that were never written
        anew = load_states.with_keys_of(replace(probe, plan=plan), entity, mappers)
        return _with_columns_kept(anew, entity, mappers)
    result = _lacking_filled(machine, reference, entity, probe, found)
    expired = next((one for one in entity.backgrounds if one.origin is Origin.EXPIRED), None)
    if expired is not None:
        # what the query does not load of an expired object is as if it had never been loaded
        kept = tuple(pair for pair in result.states if pair[1].state is not LoadState.EXPIRED)
        result = replace(result, backgrounds=background, states=kept)
        result = left_expired(result, entity, expired.cause, mappers)
    return load_states.with_keys_of(result, entity, mappers)


def _lacking_filled(
    machine: Machine,
    reference: Reference,
    entity: Entity,
    probe: Entity,
    found: list[plans.Plan],
) -> Entity:
    # the options of its first load stay the object's own, whatever later queries say (semantics: R16)
    mappers = machine.analysis.mappers
    keys = load_states.states_of_keys(entity, mappers)
    result = entity
    names = dict.fromkeys(
        name
        for qualified in (entity.mapper, *(plan.mapper for plan in found))
        for name in (*mappers[qualified].columns, *mappers[qualified].relationships)
    )
    for name in names:
        before = load_states.state_of(entity, name, mappers)
        if before.state is LoadState.LOADED and not before.is_by_identity:
            result = _push_down(machine, reference, result, name, before, found)
            continue
        loaded = load_states.state_of(probe, name, mappers)
        if loaded.state is LoadState.LOADED:
            value = before.value or filling.loaded_below(
                machine, reference, replace(probe, states=keys), name, loaded
            )
            result = result.with_state(name, AttributeState(LoadState.LOADED, value))
        elif before.state in load_states.REACHED and name in mappers[entity.mapper].relationships:
            # by what reaches those that are not loaded
            continue
        elif before.state is LoadState.UNLOADED and loaded.state is LoadState.RAISING:
            result = result.with_state(name, loaded)
        elif loaded.state is LoadState.UNKNOWN:
            result = result.with_state(name, join_states(before, loaded))
    return load_states.reached(result, found, mappers)


def _with_columns_kept(populated: Entity, before: Entity, mappers: load_states.Mappers) -> Entity:
    # the row has nothing for the columns that options leave out, and they stay what they were: loaded, or expired
    for name, column in mappers[populated.mapper].columns.items():
        known = load_states.state_of(before, name, mappers)
        is_left_out = LoadState.LOADED not in load_states.state_of(populated, name, mappers).state
        if is_left_out and not column.is_deferred and known.state is not LoadState.UNLOADED:
            populated = populated.with_state(name, known)
    return populated


def left_expired(
    entity: Entity, before: Entity, cause: Step | None, mappers: load_states.Mappers
) -> Entity:
    """An object loaded again after it expired: the columns that `defer()` puts off stay expired.

    So do those that `load_only()` leaves out, where they were there `before`, or had expired then already.

    Those that the mapping defers are fetched by themselves, as always.
    """
    found = [one.plan for one in entity.backgrounds if one.plan is not None]
    for name, column in mappers[entity.mapper].columns.items():
        state = load_states.state_of(entity, name, mappers).state
        was_missing = load_states.state_of(before, name, mappers).state is LoadState.UNLOADED
        is_left_out = any(
            plan.puts_off(name) or (plan.leaves_out(name) and not was_missing) for plan in found
        )
        if is_left_out and not column.is_deferred and state is LoadState.UNLOADED:
            entity = entity.with_state(name, AttributeState(LoadState.EXPIRED, None, cause))
    return entity


def _push_down(
    machine: Machine,
    reference: Reference,
    entity: Entity,
    name: str,
    before: AttributeState,
    found: list[plans.Plan],
) -> Entity:
    # a plan that goes on below a relationship fills the objects behind it too
    value = filling.fill_below(machine, reference, entity, name, before, found)
    return entity if value is None else entity.with_state(name, replace(before, value=value))


def _as_known(machine: Machine, made: Entity, possible: list[Entity], *, is_many: bool) -> Entity:
    """A new object that may be one the session holds already: what that one has loaded, this one may have."""
    mappers = machine.analysis.mappers
    for other in possible:
        if is_many and not (made.is_whole and other.extent in links.FEW):
            continue
        made = meetings.perhaps_loaded(made, other, mappers)
    return made


def filled_from_below(
    machine: Machine, entity: Entity, found: list[plans.Plan] | None = None
) -> Entity:
    """An object that its own query comes back to, as `selectinload(Author.books).joinedload(Book.author)` does."""
    mappers = machine.analysis.mappers
    if found is None:
        found = [
            background.plan for background in entity.backgrounds if background.plan is not None
        ]
    for plan in found:
        if not plan.entries:
            continue
        for back in plans.plans_back(plan, mappers):
            if plans.is_kin(back.mapper, entity.mapper, mappers):
                probe = replace(entity, backgrounds=(Background(Origin.QUERY, back),), states=())
                entity = meetings.perhaps_loaded(entity, probe, mappers)
                entity = load_states.reached(entity, [back], mappers)
    return entity

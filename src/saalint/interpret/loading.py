"""What a query does to the session's objects: new ones made, known ones filled (semantics: R14, R15, R16)."""

from __future__ import annotations

from dataclasses import replace

from saalint.interpret import filling, load_states, plans, statements
from saalint.interpret.events import Attachment, LoadState, Step
from saalint.interpret.heap import AttributeState, Background, Entity, Origin
from saalint.interpret.joins import join_entities, join_states
from saalint.interpret.machine import Machine
from saalint.interpret.values import (
    EntityTarget,
    Literal,
    Reference,
    Statement,
    Unknown,
    Value,
)
from saalint.source.positions import Place

Loads = list[tuple[Statement, EntityTarget]]

_MISSING = (LoadState.UNLOADED, LoadState.RAISING, LoadState.EXPIRED, LoadState.SERVER)


def load(
    machine: Machine, session: Reference, loads: Loads, at: Place, position: int, *, is_many: bool
) -> Value:
    """The entity that a query gives: one of the session's own where its key is known to be the same."""
    if not loads:
        return Unknown("an entity that only some of the statements select")
    statement, target = loads[0]
    mappers = machine.analysis.mappers
    found = [plans.plan_for(one, other, mappers) for other, one in loads]
    identity = statements.identity_of(machine, statement) if position == 0 else None
    is_filtered = any(other.is_filtered for other, _ in loads)
    same, fills = _touch_existing(
        machine, session, target.mapper, found, identity,
        is_filtered=is_filtered, is_populating=statement.is_populating,
    )  # fmt: skip
    if same is not None:
        machine.write(same, filled_from_below(machine, machine.entity_at(same), found))
        fill_others(machine, session, found)
        return same
    fill_others(machine, session, found)
    made = fresh(machine, session, target.mapper, found, statement, at)
    is_whole = is_many and not is_filtered and len(loads[0][0].targets) == 1
    made = replace(made, identity=identity, is_whole=is_whole)
    made = perhaps_met(machine, session, made)
    made = filled_from_below(
        machine, _as_known(machine, made, fills, is_many=is_many and identity is None), found
    )
    return machine.allocate((*machine.site(at, "query"), position), made)


def fresh(
    machine: Machine,
    session: Reference,
    mapper: str,
    found: list[plans.Plan],
    statement: Statement,
    at: Place,
) -> Entity:
    """An object as a query would make it."""
    origin = statement.origin or Step(
        machine.source_place(at), 1, f"query of {mapper.rsplit('.', 1)[-1]}"
    )
    return Entity(
        mapper=mapper,
        backgrounds=tuple(dict.fromkeys(Background(Origin.QUERY, plan) for plan in found)),
        attachment=Attachment.PERSISTENT,
        session=session,
        plan=found[0],
        query=origin,
        query_text=origin.text,
    )


def _touch_existing(
    machine: Machine,
    session: Reference,
    mapper: str,
    found: list[plans.Plan],
    identity: Value | None,
    *,
    is_filtered: bool,
    is_populating: bool,
) -> tuple[Reference | None, list[Entity]]:
    # objects of the class that the session holds already are given again, filled where they lacked something
    same: Reference | None = None
    possible: list[Entity] = []
    live: set[int] | None = None
    mappers = machine.analysis.mappers
    for reference, entity in machine.entities(session):
        if entity.attachment is not Attachment.PERSISTENT or not plans.is_kin(
            entity.mapper, mapper, mappers
        ):
            continue
        live = machine.live() if live is None else live
        if reference.location not in live:
            continue
        answer = is_same_object(reference, entity, identity)
        if answer is False:
            continue
        filled = _filled(machine, reference, entity, found, is_populating=is_populating)
        if answer is True:
            same = reference
            machine.write(reference, filled)
        elif not is_filtered:
            machine.write(reference, filled)
            if not machine.is_past(reference):
                possible.append(filled)
        elif not machine.is_past(reference):
            joined = join_entities(entity, filled, machine.analysis.resolve)
            machine.write(reference, joined)
            possible.append(filled)
    return same, possible


def is_same_object(reference: Reference, entity: Entity, identity: Value | None) -> bool | None:
    """Whether an object is the one of a primary key; a new object's key was made by the server, and is nobody's."""
    if entity.is_constructed and entity.identity is None and identity is not None:
        is_own = (
            isinstance(identity, Unknown)
            and identity.symbol is not None
            and reference.location in identity.symbol
        )
        return True if is_own else False  # noqa: SIM210 - the third answer is that it is not known
    return is_same(entity.identity, identity)


def is_same(one: Value | None, other: Value | None) -> bool | None:
    """Whether two primary keys are the same, where that is known."""
    if one is None or other is None:
        return None
    if isinstance(one, Literal) and isinstance(other, Literal):
        return one.value == other.value
    if isinstance(one, Unknown) and isinstance(other, Unknown) and one.symbol is not None:
        return True if one.symbol == other.symbol else None
    return None


def _filled(
    machine: Machine,
    reference: Reference,
    entity: Entity,
    found: list[plans.Plan],
    *,
    is_populating: bool,
) -> Entity:
    mappers = machine.analysis.mappers
    background = tuple(Background(Origin.QUERY, plan) for plan in found)
    probe = replace(entity, backgrounds=background, states=(), attachment=Attachment.PERSISTENT)
    if is_populating:
        return replace(probe, plan=found[0])
    # the options of its first load stay the object's own, whatever later queries say (semantics: R16)
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
            value = before.value or filling.loaded_below(machine, reference, probe, name, loaded)
            result = result.with_state(name, AttributeState(LoadState.LOADED, value))
        elif before.state is LoadState.UNLOADED and loaded.state is LoadState.RAISING:
            # `raiseload` reaches the unloaded attributes of objects already there (semantics: R12)
            result = result.with_state(name, loaded)
        elif loaded.state is LoadState.UNKNOWN:
            result = result.with_state(name, join_states(before, loaded))
    if _is_expired(entity):
        # what the query does not load of an expired object is as if it had never been loaded
        kept = tuple(pair for pair in result.states if pair[1].state is not LoadState.EXPIRED)
        return replace(result, backgrounds=background, states=kept)
    return result


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
    if is_many:
        return made
    for other in possible:
        made = perhaps_loaded(made, other, mappers)
    return made


def perhaps_loaded(made: Entity, other: Entity, mappers: load_states.Mappers) -> Entity:
    """An object that may be another one: what that one has loaded, this one may have."""
    mapper = mappers[made.mapper]
    for name in (*mapper.relationships, *(column.name for column in mapper.columns.values())):
        known = load_states.state_of(made, name, mappers)
        if known.state not in _MISSING:
            continue
        if load_states.state_of(other, name, mappers).state & LoadState.LOADED:
            made = made.with_state(
                name, AttributeState(known.state | LoadState.LOADED, None, known.cause)
            )
    return made


def perhaps_met(machine: Machine, session: Reference, made: Entity) -> Entity:
    """A new object that may be one behind a relationship of the session's objects, which nobody has looked at yet."""
    for probe in unseen(machine, session, made):
        made = perhaps_loaded(made, probe, machine.analysis.mappers)
    return made


def unseen(machine: Machine, session: Reference, like: Entity) -> list[Entity]:
    """What the objects of a class would be that earlier queries loaded behind relationships nobody has read."""
    mappers = machine.analysis.mappers
    found: dict[plans.Plan, Entity] = {}
    live: set[int] | None = None
    for reference, entity in machine.entities(session):
        for background in entity.backgrounds:
            plan = background.plan
            if plan is None or background.origin is not Origin.QUERY or not plan.entries:
                continue
            live = machine.live() if live is None else live
            if reference.location not in live or entity.attachment is not Attachment.PERSISTENT:
                continue
            for below in plans.plans_below(plan, mappers):
                if below not in found and plans.is_kin(below.mapper, like.mapper, mappers):
                    background_below = Background(Origin.QUERY, replace(below, mapper=like.mapper))
                    found[below] = replace(like, backgrounds=(background_below,), states=())
    return list(found.values())


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
                entity = perhaps_loaded(entity, probe, mappers)
    return entity


def _is_expired(entity: Entity) -> bool:
    return any(background.origin is Origin.EXPIRED for background in entity.backgrounds)


def fill_others(machine: Machine, session: Reference, found: list[plans.Plan]) -> None:
    """What a query loads behind relationships may be objects the session holds already, filled by it too."""
    mappers = machine.analysis.mappers
    fill_with(
        machine, session, [plan for root in found for plan in plans.plans_below(root, mappers)]
    )


def fill_with(machine: Machine, session: Reference, loaded: list[plans.Plan]) -> None:
    """What was loaded by some plans may be objects that the session holds already, which lacked something."""
    if not loaded:
        return
    mappers = machine.analysis.mappers
    for reference, entity in machine.entities(session):
        if entity.attachment is not Attachment.PERSISTENT:
            continue
        if entity.is_constructed and not _is_expired(entity):
            continue
        for plan in loaded:
            if plans.is_kin(plan.mapper, entity.mapper, mappers):
                background = (Background(Origin.QUERY, plan),)
                probe = replace(entity, backgrounds=background, states=())
                entity = perhaps_loaded(entity, probe, mappers)  # noqa: PLW2901 - it gets fuller plan by plan
                if entity.plan is not None and _is_expired(entity):
                    # an expired object that is met again is loaded with its own options too
                    own = replace(probe, backgrounds=(Background(Origin.QUERY, entity.plan),))
                    entity = perhaps_loaded(entity, own, mappers)  # noqa: PLW2901 - the same
        machine.write(reference, entity)


def note_implicit_load(
    machine: Machine, reference: Reference, loaded: list[plans.Plan], again: list[plans.Plan]
) -> None:
    """Reading an attribute loaded it: other objects may be the same one, or be among those that came with it.

    `loaded` are the plans of the objects that stand behind it, `again` those by which the object itself came back.
    """
    entity = machine.entity_at(reference)
    if entity.session is None:
        return
    mappers = machine.analysis.mappers
    for other_reference, other in machine.entities(entity.session):
        if other_reference == reference or machine.is_past(other_reference):
            continue
        if other.attachment is not Attachment.PERSISTENT or not plans.is_kin(
            other.mapper, entity.mapper, mappers
        ):
            continue
        if is_same_object(other_reference, other, entity.identity) is not False:
            machine.write(other_reference, perhaps_loaded(other, entity, mappers))
    fill_with(machine, entity.session, loaded)
    fill_others(machine, entity.session, [*loaded, *again])

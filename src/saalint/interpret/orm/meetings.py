"""Objects of the session that a query may give again, behind a relationship or by another name, filled by it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import assert_never

from saalint.interpret.domain import plans
from saalint.interpret.domain.certainty import Certainty
from saalint.interpret.domain.heap import Background, Entity, Extent, Origin
from saalint.interpret.domain.joins import join_entities
from saalint.interpret.domain.values import NONE, Literal, Reference, members
from saalint.interpret.events import Attachment, LoadState
from saalint.interpret.machine import Machine
from saalint.interpret.orm import extents, holding, links, load_states, loading, sameness
from saalint.interpret.record import replace
from saalint.project.mapped import Mapper

Test = Callable[[Reference, Entity], bool]

_UNREAD = (Background(Origin.UNKNOWN),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """A load in a session: how what it brings comes to the objects that the session holds already.

    `is_refresh` says that it fetches the row of one of them again, `is_failing` that it raises: what it would have
    filled is filled by no one, `is_populating` that it replaces what they had.
    """

    session: Reference
    is_refresh: bool = False
    is_failing: bool = False
    is_populating: bool = False


def meet_behind(machine: Machine, load: Load, found: list[plans.Plan], owner: Entity) -> None:
    """What plans load behind relationships of an object may be objects the session holds already."""
    mappers = machine.analysis.mappers
    for plan in found:
        looked_up = plans.looked_up(plan, mappers, is_refresh=load.is_refresh)
        meet(machine, load, list(links.below(machine, plan, owner, looked_up)))
        for relationship in looked_up:
            beyond = plans.target_plan(plan, relationship, str(relationship.target), mappers)
            look_up(machine, load, links.behind(machine, owner, relationship, beyond))


def populated_unseen(machine: Machine, session: Reference, mapper: str) -> None:
    """What nobody has looked at yet behind relationships may be what a query populates anew, which nobody will see."""
    mappers = machine.analysis.mappers
    for reference, entity in machine.entities(session):
        found = (one.plan for one in entity.backgrounds if one.plan is not None)
        if any(
            plans.is_kin(below.plan.mapper, mapper, mappers)
            for plan in found
            for below in links.below(machine, plan, entity)
        ):
            machine.write(reference, replace(entity, is_as_queried=False))


def _may_be_behind(entity: Entity, mappers: load_states.Mappers) -> bool:
    # a new row is behind a relationship where the program gave it the key of another
    if not entity.is_constructed:
        return True
    known = (entity.get(name) for name in mappers[entity.mapper].foreign_keys)
    return any(state is not None and state.value not in (None, NONE) for state in known)


def meet(
    machine: Machine, load: Load, found: list[links.Below], may_be_met: Test | None = None
) -> None:
    """Objects of the session that are among what plans load, or may be: what those load, they have then.

    And no more than that, where the query is populating what is there anew.
    """
    mappers = machine.analysis.mappers
    for reference, before in machine.entities(load.session) if found else ():
        if before.attachment is not Attachment.PERSISTENT or machine.is_past(reference):
            continue
        is_met = may_be_met(reference, before) if may_be_met else _may_be_behind(before, mappers)
        entity = before
        for below in found if is_met else ():
            if plans.is_kin(below.plan.mapper, entity.mapper, mappers):
                # a hundred queries in one function, each of them among what a hundred others gave
                machine.tick()
                entity = _met(machine, load, reference, entity, below)
                machine.write(reference, entity)


def _met(
    machine: Machine, load: Load, reference: Reference, entity: Entity, below: links.Below
) -> Entity:
    mappers = machine.analysis.mappers
    match below.has(entity, mappers):
        case Certainty.SURE:
            return loading.filled(
                machine, reference, entity, [below.plan], is_populating=load.is_populating
            )
        case Certainty.POSSIBLE:
            background = (Background(Origin.QUERY, below.plan),)
            probe = replace(entity, backgrounds=background, states=(), extent=below.extent)
            if load.is_populating:
                entity = join_entities(entity, probe, machine.analysis.resolve)
            return perhaps_loaded(entity, probe, mappers, is_failing=load.is_failing)
        case Certainty.EXCLUDED:
            return entity
        case unreachable:
            assert_never(unreachable)


def look_up(
    machine: Machine, load: Load, target: links.Below, may_be_met: Test | None = None
) -> None:
    """A target is looked up by its key: an expired object that has it is loaded as its own first query did."""
    mappers = machine.analysis.mappers
    among = machine.entities(load.session)
    for reference, entity in holding.of_class(machine, among, target.plan.mapper):
        is_met = may_be_met(reference, entity) if may_be_met else _may_be_behind(entity, mappers)
        has = target.has(entity, mappers)
        if not is_fetched_by_key(entity) or not is_met or has is Certainty.EXCLUDED:
            continue
        plan = load_states.refresh_plan(entity)
        if has is Certainty.SURE:
            own = load_states.with_row_fetched(entity, mappers)
            machine.write(reference, own)
        else:
            background = (Background(Origin.QUERY, plan),)
            own = replace(entity, backgrounds=background, states=(), extent=target.extent)
            own = perhaps_loaded(entity, own, mappers, is_failing=load.is_failing)
            machine.write(reference, own)
        # of several objects, the row of this target alone
        is_unsure = load.is_failing or has is not Certainty.SURE
        further = Load(session=load.session, is_failing=is_unsure)
        meet(machine, further, list(links.further(machine, replace(target, plan=plan))))


def perhaps_loaded(
    made: Entity, other: Entity, mappers: load_states.Mappers, *, is_failing: bool = False
) -> Entity:
    """An object that may be another one: what that one has loaded, this one may have.

    A relationship that only a load that raises would have filled (`is_failing`) is as good as not loaded.
    """
    mapper = mappers[made.mapper]
    is_of_few = _has_others(made, other, mapper)
    for name in (*mapper.relationships, *(column.name for column in mapper.columns.values())):
        known = load_states.state_of(made, name, mappers)
        is_had = known.state & (LoadState.LOADED | LoadState.UNKNOWN) and not known.is_by_identity
        if is_had and (is_of_few or not known.is_of_few):
            continue
        loaded = load_states.state_of(other, name, mappers)
        if not loaded.state & LoadState.LOADED:
            continue
        is_unsure = is_failing or loaded.is_plausible
        if is_of_few and made.extent is Extent.EACH:
            # of all objects, this is one of those that lack it
            after = replace(known, is_of_few=True)
        elif name in mapper.relationships and known.state is LoadState.UNLOADED and is_unsure:
            after = replace(known, is_plausible=True)
        else:
            # what the session's holding it makes free is free no more once the object has left
            either = known.state | LoadState.LOADED
            after = replace(
                known,
                state=either,
                is_by_identity=loaded.is_by_identity,
                is_of_few=is_of_few and LoadState.LOADED not in known.state,
            )
        made = made.with_state(name, after)
    return made


def _has_others(made: Entity, other: Entity, mapper: Mapper) -> bool:
    # of all objects, others lack what one has; what the turn of a loop asked for may be its own element
    is_one_of_them = made.extent is Extent.EACH and is_told(other, mapper)
    return (made.is_whole or is_one_of_them) and other.extent in links.FEW


def is_told(entity: Entity, mapper: Mapper) -> bool:
    """Whether the program itself says which object it is, or whose."""
    keys = (entity.get(name) for name in mapper.foreign_keys)
    known = (entity.identity, *(state.value for state in keys if state is not None))
    return any(isinstance(value, Literal) and value != NONE for value in known)


def aliases(
    machine: Machine, reference: Reference, entity: Entity
) -> Iterator[tuple[Reference, Entity]]:
    """The other objects of the session that may be this very one: of a new one that has no key yet, none."""
    if entity.is_constructed and entity.identity is None:
        return
    mappers = machine.analysis.mappers
    among = machine.entities(entity.session)
    for other, known in holding.persistent(machine, among, entity.mapper):
        if other == reference or machine.is_past(other):
            continue
        if reference in related(known):
            # a child in a tree is not its own parent
            continue
        is_same = sameness.with_key(other, known, entity.identity, mappers)
        if is_same is not Certainty.EXCLUDED and sameness.may_be_one(entity, known, mappers):
            yield other, known


def tell_aliases(
    machine: Machine, reference: Reference, entity: Entity, only: str | None = None
) -> None:
    """What an object has now, all of it or `only` one attribute, those have perhaps that may be the same one."""
    told = entity
    if only is not None:
        states = tuple(pair for pair in entity.states if pair[0] == only)
        told = replace(entity, backgrounds=_UNREAD, states=states)
    mappers = machine.analysis.mappers
    for other, known in aliases(machine, reference, entity):
        # what may not be loaded lazily was not: then it was another object that was read
        kept = [
            name
            for name in mappers[known.mapper].relationships
            if load_states.state_of(known, name, mappers).state is LoadState.RAISING
        ]
        for_others = tuple(pair for pair in told.states if pair[0] not in kept)
        machine.write(other, perhaps_loaded(known, replace(told, states=for_others), mappers))


def one_of_all(made: Entity, whole: Entity, mappers: load_states.Mappers) -> Entity:
    """An object of a class of which the session holds all: it was there, and is filled where it lacks something."""
    # what few of them have is for those to tell that may be this one
    states = extents.one_of_all(whole).states
    one = replace(made, backgrounds=whole.backgrounds, plan=whole.plan, states=states)
    mapper = mappers[made.mapper]
    for name in (*mapper.relationships, *mapper.columns):
        before = load_states.state_of(one, name, mappers)
        loaded = load_states.state_of(made, name, mappers)
        is_forbidden = before.state is LoadState.RAISING and loaded.is_by_identity
        if (
            before.state is not LoadState.LOADED
            and loaded.state is LoadState.LOADED
            and not is_forbidden
        ):
            one = one.with_state(name, loaded)
    return one


def is_expired(entity: Entity) -> bool:
    """Whether everything was taken from an object, and its row not fetched again."""
    return any(background.origin is Origin.EXPIRED for background in entity.backgrounds)


def is_fetched_by_key(entity: Entity) -> bool:
    """Whether who looks an object up in the session by its key fetches its row: not once a part of it was fetched."""
    return is_expired(entity) and not entity.is_fetched_in_part


def related(entity: Entity) -> frozenset[Reference]:
    """What the relationships of an object hold."""
    return frozenset(
        reference
        for _, state in entity.states
        if state.value is not None
        for reference in members(state.value)
        if isinstance(reference, Reference)
    )

"""What a lazy load does beyond the attribute that is read: a flush before it, and other objects filled by it."""

from __future__ import annotations

from saalint.interpret.domain import plans
from saalint.interpret.domain.heap import AttributeState, Entity, Extent
from saalint.interpret.domain.joins import join_entities
from saalint.interpret.domain.values import Reference
from saalint.interpret.events import Attachment, LoadState, SessionKind
from saalint.interpret.machine import Machine
from saalint.interpret.orm import flushing, holding, identity, links, meetings
from saalint.interpret.queries import option_checks
from saalint.project.mapped import Column, Direction, Relationship
from saalint.source.positions import Place

_NO_LOAD = LoadState.UNKNOWN | LoadState.RAISING


def begin(machine: Machine, entity: Entity, state: AttributeState, at: Place) -> None:
    """A lazy load is a query: it flushes first what is pending. One that may not happen does so perhaps."""
    session = entity.session
    if session is None or not needs_query(entity, state):
        return
    if LoadState.LOADED not in state.state:
        flushing.before_query(machine, session, at)
        return
    before = machine.entities(session)
    flushing.before_query(machine, session, at)
    for reference, known in before:
        flushed = machine.entity_at(reference)
        if flushed is not known:
            joined = join_entities(known, flushed, machine.analysis.resolve)
            machine.write(reference, joined)


def raises_before_query(
    machine: Machine,
    entity: Entity,
    attribute: Column | Relationship | None,
    state: AttributeState,
    at: Place,
) -> bool:
    """Check the options that a lazy load goes by: whether they make it raise before any SQL is sent.

    Then it is no `MissingGreenlet`. `attribute` is None where all of an expired object is asked for.
    """
    session = entity.session
    if session is None or not needs_query(entity, state) or LoadState.LOADED in state.state:
        return False
    if meetings.is_expired(entity):
        # a deferred column is fetched by itself, and the row stays expired
        if not (isinstance(attribute, Column) and attribute.is_deferred):
            option_checks.refreshed(machine, entity, None, at)
        return False
    if not isinstance(attribute, Relationship) or state.state is not LoadState.UNLOADED:
        return False
    if option_checks.loaded_alone(machine, entity, attribute, at):
        return False
    # where a flush comes first, that is what may not do I/O
    return raises(machine, session) and not flushing.has_changes(machine, session)


def needs_query(entity: Entity, state: AttributeState) -> bool:
    """Whether reading an attribute in this state asks the database, on some path at least."""
    return (
        entity.attachment is Attachment.PERSISTENT
        and state.state is not LoadState.LOADED
        and not state.state & _NO_LOAD
    )


def needs_row(entity: Entity, state: AttributeState) -> bool:
    """Whether the keys of the object itself are needed: `raise_on_sql` raises when they are there."""
    is_raising_later = state.state == LoadState.UNLOADED | LoadState.RAISING
    return needs_query(entity, state) or is_raising_later


def end(
    machine: Machine, reference: Reference, before: Entity, attribute: Column | Relationship | None
) -> None:
    """What was loaded may be objects that the session holds, and the object may be known by another name."""
    entity = machine.entity_at(reference)
    session = entity.session
    if session is None:
        return
    meet_row(machine, entity, before, is_failing=raises(machine, session))
    if isinstance(attribute, Relationship):
        load = meetings.Load(session=session, is_failing=raises(machine, session))
        meet_targets(machine, load, reference, before, attribute)
    if not raises(machine, session):
        meetings.tell_aliases(machine, reference, entity)
    elif isinstance(attribute, Relationship):
        # whoever lets the failure pass has loaded it all the same
        meetings.tell_aliases(machine, reference, entity, attribute.name)
    elif entity.extent is not Extent.ONE:
        # the row of each of several, one of which may be this one
        meetings.tell_aliases(machine, reference, entity)


def meet_row(machine: Machine, entity: Entity, before: Entity, *, is_failing: bool = False) -> None:
    """The row of an expired object may have come back: eager loading adds objects to it that the session holds."""
    if entity.session is None or entity.backgrounds == before.backgrounds:
        return
    found = [one.plan for one in entity.backgrounds if one.plan is not None]
    again = meetings.Load(session=entity.session, is_refresh=True, is_failing=is_failing)
    meetings.meet_behind(machine, again, found, entity)


def is_failing(machine: Machine, entity: Entity, state: AttributeState) -> bool:
    """Whether reading an attribute in this state raises, on some path at least, because the load may not happen."""
    return needs_query(entity, state) and raises(machine, entity.session)


def raises(machine: Machine, session: Reference | None) -> bool:
    """Whether a lazy load fails under this session: what it would have filled beside is filled by no one."""
    return not machine.is_load_allowed and machine.session_kind(session) is not SessionKind.SYNC


def meet_targets(
    machine: Machine,
    load: meetings.Load,
    reference: Reference,
    before: Entity,
    attribute: Relationship,
) -> None:
    """What is loaded behind one relationship alone may be objects that the session holds."""
    target = attribute.target
    if not isinstance(target, str):
        return

    def may_be_target(other: Reference, known: Entity) -> bool:
        return other != reference and identity.may_be_behind(
            machine, reference, attribute, other, known
        )

    owner = machine.entity_at(reference)
    for background in before.backgrounds:
        plan = before.plan or background.plan or plans.Plan(before.mapper)
        lazy = plans.lazy_plan(plan, attribute, target, machine.analysis.mappers)
        below = links.behind(machine, owner, attribute, lazy)
        if attribute.direction is Direction.MANY_TO_ONE:
            meetings.look_up(machine, load, below, may_be_target)
            if attribute.targets_primary_key and holding.is_held(machine, load.session, below):
                # the session gives it, loaded by its own options, and no query is sent that had others
                continue
        meetings.meet(machine, load, [below], may_be_target)
        meetings.meet(machine, load, list(links.further(machine, below)))

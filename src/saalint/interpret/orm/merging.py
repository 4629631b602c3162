"""`session.merge(obj)`: an object of another session, or of none, to what the session has of it (semantics: R25)."""

from __future__ import annotations

from collections.abc import Sequence

from saalint.interpret.domain.certainty import Certainty
from saalint.interpret.domain.heap import AttributeState, Entity
from saalint.interpret.domain.plans import plan_for
from saalint.interpret.domain.values import (
    EntityTarget,
    Literal,
    Reference,
    Statement,
    Value,
    one_of,
)
from saalint.interpret.events import Attachment, LoadState
from saalint.interpret.language import iteration
from saalint.interpret.machine import Machine
from saalint.interpret.orm import flushing, holding, load_states, loading, sameness
from saalint.interpret.queries import statements
from saalint.interpret.record import replace
from saalint.source.positions import Place


def merge(
    machine: Machine,
    session: Reference,
    given: Sequence[Reference],
    settings: dict[str, Value],
    at: Place,
) -> Value:
    """What the session has of the objects that it is given."""
    flushing.before_query(machine, session, at)
    found = [_merge_one(machine, session, target, settings, at) for target in given]
    return one_of(found, "a merged object")


def _merge_one(
    machine: Machine, session: Reference, target: Reference, settings: dict[str, Value], at: Place
) -> Value:
    # the result has its columns, and the relationships that were loaded on what was given (semantics: R25)
    given = machine.entity_at(target)
    if given.session == session and not given.attachment & (
        Attachment.DETACHED | Attachment.TRANSIENT
    ):
        return target
    mappers = machine.analysis.mappers
    statement = Statement(kind="merge", targets=(EntityTarget(given.mapper),))
    options = settings.get("options")
    if options is not None:
        known, _ = iteration.elements(machine, options, at)
        statement = statements.with_options(statement, known)
    plan = plan_for(EntityTarget(given.mapper), statement, mappers)
    merged = loading.fresh(machine, session, None, [plan], statement, at)
    is_held = any(
        sameness.of_keys(other.identity, given.identity) is not Certainty.EXCLUDED
        for _, other in holding.of_class(machine, machine.entities(session), given.mapper)
    )
    if _is_without_load(settings) and not is_held:
        # `merge(obj, load=False)` asks nothing: what the given object lacks, the result lacks too
        merged = replace(merged, backgrounds=given.backgrounds, states=_columns_of(machine, given))
    elif options is None and not given.attachment & Attachment.TRANSIENT:
        # the cascade goes on behind what is loaded: there the result has what the given object has
        merged = replace(
            merged, backgrounds=given.backgrounds, states=_as_asked_for(machine, merged)
        )
    merged = _with_relationships(machine, merged, given, is_held=is_held)
    if given.attachment & Attachment.TRANSIENT:
        # there is a row of its key, or the flush inserts one
        merged = replace(merged, attachment=Attachment.PERSISTENT | Attachment.PENDING)
    merged = replace(merged, identity=given.identity)
    return machine.allocate((*machine.site(at, "merge"), target.location), merged)


def _with_relationships(
    machine: Machine, merged: Entity, given: Entity, *, is_held: bool
) -> Entity:
    mappers = machine.analysis.mappers
    is_new = given.attachment is Attachment.TRANSIENT
    for name, relationship in mappers[given.mapper].relationships.items():
        if is_new and not is_held and given.get(name) is None:
            # what was never set is not merged
            continue
        if "merge" not in relationship.cascade and not is_held:
            # `relationship(cascade="save-update")`: the merged object has what its own row was loaded with
            continue
        before = load_states.state_of(given, name, mappers).state
        if before is LoadState.LOADED:
            merged = merged.with_state(name, AttributeState(LoadState.LOADED))
        elif before & (LoadState.LOADED | LoadState.UNKNOWN) or is_held:
            # what the session holds under this key already may have it
            merged = merged.with_state(name, AttributeState(LoadState.UNKNOWN))
    return merged


def _as_asked_for(machine: Machine, merged: Entity) -> tuple[tuple[str, AttributeState], ...]:
    mappers = machine.analysis.mappers
    mapper = mappers[merged.mapper]
    return tuple(
        (name, load_states.state_of(merged, name, mappers))
        for name in sorted({*mapper.columns, *mapper.relationships})
    )


def _is_without_load(settings: dict[str, Value]) -> bool:
    given = settings.get("load")
    return isinstance(given, Literal) and not given.value


def _columns_of(machine: Machine, given: Entity) -> tuple[tuple[str, AttributeState], ...]:
    columns = machine.analysis.mappers[given.mapper].columns
    return tuple((name, state) for name, state in given.states if name in columns)

"""An object, or all of a class, and its plan to the rows that the plan loads behind it, as far as keys are known.

They say whether an object of the session is surely among what each relationship loads, or surely not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from saalint.interpret.domain import plans
from saalint.interpret.domain.certainty import Certainty
from saalint.interpret.domain.heap import Entity, Extent
from saalint.interpret.domain.values import (
    NONE,
    Literal,
    Unknown,
    Value,
    members,
)
from saalint.interpret.machine import Machine
from saalint.interpret.orm import load_states, pairs, rows, target_keys
from saalint.interpret.record import replace
from saalint.project.mapped import Direction, Mapper, Relationship

FEW = frozenset({Extent.ONE, Extent.FEW})
_KEPT = FEW | {Extent.EACH}

_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Keys:
    """The rows that a plan loads: those whose `column` has one of `values`; None where nothing is known of them.

    No row is among them whose column has one of `others`. `is_all` says that it has any value but NULL, `is_exact` that
    no rows but those of the values are among them.
    """

    column: str | None = None
    values: frozenset[Literal] = frozenset()
    others: frozenset[Literal] = frozenset()
    is_all: bool = False
    is_exact: bool = False

    def have(self, value: Value) -> Certainty:
        """Whether a row that has this value in the column is one of them."""
        if not isinstance(value, Literal):
            return Certainty.POSSIBLE
        if value == NONE:
            return Certainty.EXCLUDED
        if self.is_all or value in self.values:
            return Certainty.SURE
        is_other = self.is_exact or value in self.others
        return Certainty.EXCLUDED if is_other else Certainty.POSSIBLE

    def told(self, entity: Entity, mappers: load_states.Mappers) -> Entity:
        """An object that is one of the rows, with the key that they have in common."""
        if self.column is None or self.is_all or len(self.values) != 1:
            return entity
        (value,) = self.values
        if self.column in mappers[entity.mapper].primary_key:
            return replace(entity, identity=value)
        state = load_states.state_of(entity, self.column, mappers)
        return entity.with_state(self.column, replace(state, value=value))


UNTOLD = Keys()


@dataclass(frozen=True, slots=True)
class Below:
    """A plan behind a relationship, the keys of the rows that it loads, and how many objects these are."""

    plan: plans.Plan
    keys: Keys
    extent: Extent

    def has(self, entity: Entity, mappers: load_states.Mappers) -> Certainty:
        """Whether an object is among the rows."""
        keys = self.keys
        if keys.column is None:
            return Certainty.POSSIBLE
        if keys.column in mappers[entity.mapper].primary_key:
            value = entity.identity
        else:
            touched = entity.get(keys.column)
            value = touched.value if touched is not None else None
        answers = {keys.have(one) for one in members(value)} if value is not None else set()
        return answers.pop() if len(answers) == 1 else Certainty.POSSIBLE


def below(
    machine: Machine, plan: plans.Plan, owner: Entity, looked_up: Sequence[Relationship] = ()
) -> Iterator[Below]:
    """What a plan loads behind an object, at every level that options name.

    What it has `looked_up` is left out: only an object that the session does not hold is loaded then.
    """
    mappers = machine.analysis.mappers
    for relationship, plan_below in plans.ways_below(plan, mappers, None):
        found = behind(machine, owner, relationship, plan_below)
        if relationship not in looked_up:
            yield found
        yield from _below(machine, found, relationship, 1)


def behind(machine: Machine, owner: Entity, relationship: Relationship, plan: plans.Plan) -> Below:
    """What is behind one relationship of an object, with the plan of the query that loads it."""
    keys = _behind(machine, _of_entity(machine, owner), relationship, owner)
    return Below(plan, keys, extent_behind(owner.extent, relationship))


def extent_behind(extent: Extent, relationship: Relationship) -> Extent:
    """How many objects stand behind a relationship of one object, or of several."""
    if extent is Extent.ONE and relationship.is_collection:
        return Extent.FEW
    is_kept = extent in _KEPT and not relationship.is_collection
    return extent if is_kept else Extent.SEVERAL


def further(machine: Machine, one: Below) -> Iterator[Below]:
    """What the plan of one relationship loads behind that, at every level that options name."""
    yield from _below(machine, one, None, 0)


def rows_behind(machine: Machine, owner: Entity, relationship: Relationship) -> frozenset[Literal]:
    """The primary keys of the rows behind a relationship that the module writes itself."""
    target = machine.analysis.mappers[str(relationship.target)]
    keys = _behind(machine, _of_entity(machine, owner), relationship, owner)
    return _known(machine, target, keys, target.single_key)


def _of_entity(machine: Machine, entity: Entity) -> Keys:
    mapper = machine.analysis.mappers[entity.mapper]
    if entity.is_whole:
        return Keys(mapper.single_key, is_all=True)
    if isinstance(entity.identity, Literal):
        return Keys(mapper.single_key, frozenset((entity.identity,)), is_exact=True)
    for name in mapper.foreign_keys:
        touched = entity.get(name)
        if touched is not None and isinstance(touched.value, Literal) and touched.value != NONE:
            # one of those that reference the same row, and perhaps another one
            return Keys(name, frozenset((touched.value,)))
    return UNTOLD


def _below(
    machine: Machine,
    one: Below,
    came: Relationship | None,
    depth: int,
) -> Iterator[Below]:
    mappers = machine.analysis.mappers
    # what the mapping loads eagerly is followed for one step
    is_followed = depth <= _DEEPEST and (one.plan.entries or depth <= 1)
    ways = plans.ways_below(one.plan, mappers, came) if is_followed else ()
    for relationship, plan_below in ways:
        keys = _behind(machine, one.keys, relationship, None)
        found = Below(plan_below, keys, extent_behind(one.extent, relationship))
        yield found
        yield from _below(machine, found, relationship, depth + 1)


def _behind(
    machine: Machine, keys: Keys, relationship: Relationship, entity: Entity | None
) -> Keys:
    if relationship.target not in machine.analysis.mappers:
        return UNTOLD
    match relationship.direction:
        case Direction.ONE_TO_MANY:
            return _of_children(machine, keys, relationship)
        case Direction.MANY_TO_ONE if relationship.targets_primary_key:
            return _of_parents(machine, keys, relationship, entity)
        case Direction.MANY_TO_MANY:
            return _of_partners(machine, keys, relationship)
        case _:
            return UNTOLD


def _of_children(machine: Machine, keys: Keys, relationship: Relationship) -> Keys:
    mappers = machine.analysis.mappers
    back = plans.key_back(relationship, mappers)
    if back is None:
        return UNTOLD
    owner = mappers[relationship.owner]
    if keys.column is not None and keys.column == owner.single_key:
        return replace(keys, column=back)
    among = _known(machine, owner, keys, owner.single_key)
    others = _known(machine, owner, keys, owner.single_key, Certainty.EXCLUDED)
    return Keys(back, among, others)


def _of_parents(
    machine: Machine, keys: Keys, relationship: Relationship, entity: Entity | None
) -> Keys:
    mappers = machine.analysis.mappers
    name = relationship.foreign_key
    if name is None:
        return UNTOLD
    key = mappers[str(relationship.target)].single_key
    own = load_states.key_value(entity, relationship) if entity is not None else None
    if isinstance(own, Literal):
        return Keys(key, frozenset(() if own == NONE else (own,)), is_exact=True)
    if target_keys.is_of_new(machine, own):
        # the key of a new row is none that was written before
        return Keys(key, is_exact=True)
    if keys.column == name and not keys.is_all:
        return Keys(key, keys.values, is_exact=True)
    told = entity.get(name) if entity is not None else None
    if told is not None and told.value not in (None, Unknown("")):
        # the program gave it something else: its row is not as it was written at first
        return UNTOLD
    owner = mappers[relationship.owner]
    written = machine.analysis.rows.of(machine.frame.module, owner)
    is_known = keys.column == owner.single_key and all(
        name in written.get(each, {}) for each in keys.values
    )
    values = _known(machine, owner, keys, name)
    return Keys(key, values, is_exact=keys.is_exact and is_known)


def _of_partners(machine: Machine, keys: Keys, relationship: Relationship) -> Keys:
    mappers = machine.analysis.mappers
    owner, target = mappers[relationship.owner], mappers[str(relationship.target)]
    written = pairs.known(machine, relationship)
    if written is None or owner.single_key is None:
        return UNTOLD
    told = machine.analysis.rows.of(machine.frame.module, owner)
    found: dict[Certainty, set[Literal]] = {each: set() for each in Certainty}
    for own, other in written:
        found[_has(keys, {owner.single_key: own, **told.get(own, {})})].add(other)
    return Keys(
        target.single_key,
        frozenset(found[Certainty.SURE]),
        frozenset(found[Certainty.EXCLUDED] - found[Certainty.POSSIBLE] - found[Certainty.SURE]),
        is_exact=not found[Certainty.POSSIBLE],
    )


def _known(
    machine: Machine,
    mapper: Mapper,
    keys: Keys,
    column: str | None,
    wanted: Certainty = Certainty.SURE,
) -> frozenset[Literal]:
    # what the rows that the module writes have in a column: those of these keys, or those that surely are others
    primary_key = mapper.single_key
    if keys.column is None or column is None or primary_key is None:
        return frozenset()
    written = machine.analysis.rows.of(machine.frame.module, mapper)
    told = ({primary_key: identity, **row} for identity, row in written.items())
    found = (row for row in told if _has(keys, row) is wanted)
    return frozenset(row[column] for row in found if row.get(column, NONE) != NONE)


def _has(keys: Keys, row: rows.Row) -> Certainty:
    value = row.get(keys.column or "")
    return keys.have(value) if value is not None else Certainty.POSSIBLE

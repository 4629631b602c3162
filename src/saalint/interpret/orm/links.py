"""Which rows stand behind the relationships that a plan loads, as far as keys are known.

Goes in: an object, or all objects of a class, and its plan. Comes out: each plan below, and whether an object of the
session is surely among what it loads, or surely not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from saalint.interpret.domain import plans
from saalint.interpret.domain.heap import Entity
from saalint.interpret.domain.values import NONE, Literal
from saalint.interpret.machine import Machine
from saalint.interpret.orm import load_states
from saalint.project.mapped import Direction, Relationship

_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Keys:
    """The rows that a plan loads: those whose `column` has one of `values`.

    `is_all` says that it has any value but NULL, `is_exact` that no other rows are among them.
    """

    column: str
    values: frozenset[Literal] = frozenset()
    is_all: bool = False
    is_exact: bool = False


UNTOLD = Keys("")


@dataclass(frozen=True, slots=True)
class Below:
    """A plan behind a relationship, and the keys of the rows that it loads."""

    plan: plans.Plan
    keys: Keys

    def has(self, entity: Entity, mappers: load_states.Mappers) -> bool | None:
        """Whether an object is among the rows, where that is known."""
        keys = self.keys
        if not keys.column:
            return None
        if keys.column in mappers[entity.mapper].primary_key:
            value = entity.identity
        else:
            touched = entity.get(keys.column)
            value = touched.value if touched is not None else None
        if not isinstance(value, Literal):
            return None
        if value == NONE:
            return False
        if keys.is_all or value in keys.values:
            return True
        return False if keys.is_exact else None


def below(machine: Machine, plan: plans.Plan, owner: Entity) -> Iterator[Below]:
    """What a plan loads behind an object, at every level that options name."""
    yield from _below(machine, plan, _of_entity(machine, owner), owner, None, 0)


def behind(machine: Machine, owner: Entity, relationship: Relationship, plan: plans.Plan) -> Below:
    """What a plan loads that is that of the objects behind one relationship of an object."""
    return Below(plan, _behind(machine, _of_entity(machine, owner), relationship, owner))


def further(machine: Machine, one: Below) -> Iterator[Below]:
    """What goes along behind it."""
    yield from _below(machine, one.plan, one.keys, None, None, 0)


def _of_entity(machine: Machine, entity: Entity) -> Keys:
    if entity.is_whole:
        return Keys(_primary_key(machine, entity.mapper), is_all=True)
    if isinstance(entity.identity, Literal):
        values = frozenset((entity.identity,))
        return Keys(_primary_key(machine, entity.mapper), values, is_exact=True)
    for name in machine.analysis.mappers[entity.mapper].foreign_keys:
        touched = entity.get(name)
        if touched is not None and isinstance(touched.value, Literal) and touched.value != NONE:
            # one of those that reference the same row, and perhaps another one
            return Keys(name, frozenset((touched.value,)))
    return UNTOLD


def _primary_key(machine: Machine, mapper: str) -> str:
    names = machine.analysis.mappers[mapper].primary_key
    return names[0] if len(names) == 1 else ""


def _below(
    machine: Machine,
    plan: plans.Plan,
    keys: Keys,
    entity: Entity | None,
    came: Relationship | None,
    depth: int,
) -> Iterator[Below]:
    mappers = machine.analysis.mappers
    for relationship, plan_below in plans.ways_below(plan, mappers, came):
        found = _behind(machine, keys, relationship, entity)
        yield Below(plan_below, found)
        if depth < _DEEPEST and (plan_below.entries or depth == 0):
            # what the mapping loads eagerly is followed for one step
            yield from _below(machine, plan_below, found, None, relationship, depth + 1)


def _behind(
    machine: Machine, keys: Keys, relationship: Relationship, entity: Entity | None
) -> Keys:
    mappers = machine.analysis.mappers
    target = relationship.target
    if not isinstance(target, str) or target not in mappers:
        return UNTOLD
    if relationship.direction is Direction.ONE_TO_MANY:
        back = plans.key_back(relationship, mappers)
        if back is None:
            return UNTOLD
        owner = _primary_key(machine, relationship.owner)
        if keys.column == owner:
            return replace(keys, column=back)
        return Keys(back, _known(machine, relationship.owner, keys, owner))
    if relationship.direction is not Direction.MANY_TO_ONE or not relationship.targets_primary_key:
        return UNTOLD
    if len(relationship.foreign_keys) != 1:
        return UNTOLD
    (name,) = relationship.foreign_keys
    key = _primary_key(machine, target)
    own = load_states.key_value(entity, relationship) if entity is not None else None
    if isinstance(own, Literal):
        values = frozenset(() if own == NONE else (own,))
        return Keys(key, values, is_exact=True)
    if keys.column == name and not keys.is_all:
        return Keys(key, keys.values, is_exact=True)
    values = _known(machine, relationship.owner, keys, name)
    is_exact = keys.is_exact and len(values) == len(keys.values) == 1
    return Keys(key, values, is_exact=is_exact)


def _known(machine: Machine, mapper: str, keys: Keys, column: str) -> frozenset[Literal]:
    # what the rows of these keys that the module writes have in a column
    primary_key = _primary_key(machine, mapper)
    rows = machine.analysis.rows.of(machine.frame.module, machine.analysis.mappers[mapper])
    found: set[Literal] = set()
    for identity, row in rows.items():
        told = {primary_key: identity, **row}
        is_among = keys.is_all or told.get(keys.column) in keys.values
        value = told.get(column)
        if keys.column and is_among and value is not None and value != NONE:
            found.add(value)
    return frozenset(found)

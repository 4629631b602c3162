"""A query of all rows of a class to each of them, where the module writes the rows itself.

session.add(Author(id=1))
session.add(Author(id=2))
first = session.get(Author, 1, options=[selectinload(Author.books)])
for author in session.scalars(select(Author)):
    print(author.books)  # the first has its books, the second lacks them
"""

from __future__ import annotations

from saalint.interpret.domain.certainty import Certainty
from saalint.interpret.domain.heap import Background, Deletion, Entity, Extent, Origin
from saalint.interpret.domain.joins import join_entities
from saalint.interpret.domain.plans import key_back, plan_for
from saalint.interpret.domain.values import (
    EntityTarget,
    Literal,
    Reference,
    Result,
    Statement,
    Value,
    members,
)
from saalint.interpret.events import Attachment
from saalint.interpret.machine import Machine
from saalint.interpret.orm import load_states, loading, pairs, rows, target_keys
from saalint.interpret.record import replace
from saalint.project.mapped import Mapper, Relationship
from saalint.source.positions import Place


def load(
    machine: Machine, session: Reference, alternatives: list[Statement], at: Place
) -> tuple[Reference, ...]:
    """The entities of all rows, the new ones last; none where the rows are not known, or only some are asked for."""
    loads = [
        (one, target)
        for one in alternatives
        for target in one.targets
        if isinstance(target, EntityTarget) and len(one.targets) == 1 and not one.is_filtered
    ]
    asked = {target.mapper for _, target in loads}
    if len(loads) != len(alternatives) or len(asked) != 1:
        return ()
    mappers = machine.analysis.mappers
    mapper = mappers[asked.pop()]
    keys = machine.analysis.rows.all_of(machine.frame.module, mapper)
    new = _new_rows(machine, session, mapper.name)
    if not keys or new is None:
        return ()
    each = loading.load_each(machine, session, loads, at, keys)
    found = [plan_for(target, one, mappers) for one, target in loads]
    background = tuple(Background(Origin.QUERY, plan) for plan in found)
    for reference in new:
        entity = machine.entity_at(reference)
        if reference.location in machine.live():
            again = loading.filled(machine, reference, entity, found)
        else:
            keys_only = load_states.states_of_keys(entity, mappers)
            again = replace(entity, backgrounds=background, states=keys_only)
        machine.write(reference, again)
    return (*each, *new)


def _new_rows(machine: Machine, session: Reference, mapper: str) -> list[Reference] | None:
    """The objects that the program put into the table; None where it may have taken some out."""
    found: list[Reference] = []
    for key, entity in machine.contents().items():
        if not isinstance(key, int) or not isinstance(entity, Entity) or entity.mapper != mapper:
            continue
        is_lost = entity.is_constructed and entity.attachment is Attachment.DETACHED
        if is_lost or entity.deletion is not Deletion.NONE:
            return None
        if entity.is_constructed and entity.session == session:
            if entity.attachment is not Attachment.PERSISTENT:
                return None
            found.append(Reference(key))
    return found


def behind(
    machine: Machine, reference: Reference, owner: Entity, relationship: Relationship
) -> list[Literal | Reference] | None:
    """The rows behind a collection of an object: the keys of those written before, and new objects.

    None where it is not known of every row whether it is behind it.
    """
    target = machine.analysis.mappers[str(relationship.target)]
    keys = machine.analysis.rows.all_of(machine.frame.module, target)
    new = _new_rows(machine, owner.session, target.name) if owner.session is not None else None
    own = target_keys.own_key(machine, reference, owner)
    is_told = isinstance(own, Literal) or target_keys.is_of_new(machine, own)
    if not keys or new is None or not is_told:
        return None
    if relationship.association is not None:
        return _partners(machine, own, relationship, keys)
    return _children(machine, own, relationship, (*keys, *new))


def _partners(
    machine: Machine, own: Value, relationship: Relationship, keys: tuple[Literal, ...]
) -> list[Literal | Reference] | None:
    # as long as nothing was put behind a many-to-many, no new object is
    written = pairs.known(machine, relationship)
    return None if written is None else [key for key in keys if (own, key) in written]


def _children(
    machine: Machine,
    own: Value,
    relationship: Relationship,
    among: tuple[Literal | Reference, ...],
) -> list[Literal | Reference] | None:
    target = machine.analysis.mappers[str(relationship.target)]
    column = key_back(relationship, machine.analysis.mappers)
    if column is None:
        return None
    found: dict[Literal | Reference, Certainty] = {}
    for row in among:
        value = _value_of(machine, target, row, column)
        found[row] = _is_key(machine, value, own)
    if Certainty.POSSIBLE in found.values():
        return None
    return [row for row in among if found[row] is Certainty.SURE]


def _value_of(
    machine: Machine, target: Mapper, row: Literal | Reference, column: str
) -> Value | None:
    # what the program made of a foreign key, or what was written at first; None where that is not known
    if isinstance(row, Reference):
        known = machine.entity_at(row).get(column)
        return known.value if known is not None else None
    told = {
        state.value
        for thing in machine.contents().values()
        if isinstance(thing, Entity) and thing.mapper == target.name and thing.identity == row
        if (state := thing.get(column)) is not None
    }
    if not told:
        return machine.analysis.rows.of(machine.frame.module, target)[row].get(column)
    return told.pop() if len(told) == 1 else None


def _is_key(machine: Machine, value: Value | None, own: Value) -> Certainty:
    if value == own:
        return Certainty.SURE
    is_told = isinstance(value, Literal) or target_keys.is_of_new(machine, value)
    return Certainty.EXCLUDED if is_told else Certainty.POSSIBLE


def of_row(machine: Machine, child: Entity, row: Literal | Reference) -> Entity:
    """An object as a query makes it, that is the one of a row."""
    one = replace(child, extent=Extent.ONE)
    if isinstance(row, Literal):
        return rows.with_keys(machine, replace(one, identity=row))
    new = machine.entity_at(row)
    keys = load_states.states_of_keys(new, machine.analysis.mappers)
    return replace(one, identity=target_keys.own_key(machine, row, new), states=keys)


def is_all_held(machine: Machine, held: list[Entity]) -> bool:
    """Whether all rows of some class are among objects: as what stands for all of them, or one by one."""
    if any(each.is_whole for each in held):
        return True
    keys: dict[str, set[Value]] = {}
    for each in held:
        if each.is_one_row and each.identity is not None:
            keys.setdefault(each.mapper, set()).add(each.identity)
    mappers, module = machine.analysis.mappers, machine.frame.module
    written = {name: machine.analysis.rows.all_of(module, mappers[name]) for name in keys}
    return any(written[name] and found.issuperset(written[name]) for name, found in keys.items())


def any_one(machine: Machine, result: Result, at: Place) -> Result:
    """A result whose rows are known, as one of which a single row is taken: nobody says which."""
    if not result.is_row_by_row:
        return result
    (item,) = result.items
    entities = [one for one in map(machine.entity, members(item)) if one is not None]
    joined = entities[0]
    for one in entities[1:]:
        joined = join_entities(joined, one, machine.analysis.resolve)
    reference = machine.allocate((*machine.site(at, "any one"), joined.mapper), joined)
    return replace(result, items=(reference,), is_row_by_row=False)

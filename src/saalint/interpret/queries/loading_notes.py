"""What queries load by their options, and who reads it: notes that are taken while functions are run.

They are judged when all functions have been run, since only then all readers of an object are known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from saalint.interpret.domain.heap import Entity, Origin
from saalint.interpret.domain.object_references import reach
from saalint.interpret.domain.values import OptionEntry, Statement, Unknown, Value
from saalint.interpret.record import record
from saalint.project.mapped import Column, Direction, Relationship, SourcePlace
from saalint.source.positions import Place

if TYPE_CHECKING:
    from saalint.interpret.domain.values import Reference
    from saalint.interpret.machine import Machine


@record()
class Loads:
    """A query was run, with options or without."""

    query: SourcePlace
    width: int
    scope: str
    entries: tuple[OptionEntry, ...]


@record()
class Reads:
    """A relationship was read from an object of a query; `path` are the relationships from what the query selects."""

    query: SourcePlace
    mapper: str
    path: tuple[str, ...]

    @property
    def attribute(self) -> str:
        """The relationship that was read."""
        return self.path[-1]


@record()
class Seeks:
    """An object of a query needed a target that the session may hold; `path` leads there, as in `Reads`."""

    query: SourcePlace
    target: str
    path: tuple[str, ...] = ()


@record()
class Meets:
    """A query was run while its session held objects of another one: it may have given the same ones."""

    query: SourcePlace
    other: SourcePlace


@record()
class Shares:
    """A call gave objects of a query to a function whose outcome for objects of another one was known."""

    query: SourcePlace
    other: SourcePlace


@record()
class Leaves:
    """An object of a query went where its readers are not known."""

    query: SourcePlace


@record()
class Takes:
    """What nobody knows was taken for an object of a class, since a parameter declares that."""

    mapper: str


@record()
class Names:
    """The name of a relationship was read from something, which is known or not."""

    place: SourcePlace
    is_known: bool


Note: TypeAlias = Loads | Reads | Seeks | Meets | Shares | Leaves | Takes | Names


def queries(
    machine: Machine, session: Reference, statements: Sequence[Statement], at: Place
) -> None:
    """One of several queries is run: what it gives is taken for an object of the first one."""
    places = [_query(machine, session, statement, at) for statement in statements]
    machine.record.notes.update(Shares(place, places[0]) for place in places[1:])


def _query(machine: Machine, session: Reference, statement: Statement, at: Place) -> SourcePlace:
    origin = statement.origin
    place = machine.source_place(at) if origin is None else origin.place
    # what is loaded anew where it is there already has a use of its own
    options = () if statement.is_populating else statement.options
    entries = tuple(entry for option in options for entry in option.entries)
    width = 1 if origin is None else origin.width
    machine.record.notes.add(Loads(place, width, machine.frame.scope, entries))
    for _, entity in machine.entities(session):
        if entity.query is not None and entity.query.place != place:
            machine.record.notes.add(Meets(place, entity.query.place))
        if any(background.origin is Origin.EXPIRED for background in entity.backgrounds):
            # a query that comes across an expired object fetches its row
            machine.record.notes.add(Seeks(place, entity.mapper))
    return place


def read(machine: Machine, entity: Entity, attribute: Column | Relationship) -> None:
    """An attribute of an object is read."""
    if not isinstance(attribute, Relationship):
        return
    touch(machine, entity, attribute)
    if entity.query is not None and attribute.direction is Direction.MANY_TO_ONE:
        path = _path_to(entity, attribute)
        machine.record.notes.add(Seeks(entity.query.place, str(attribute.target), path))


def touch(machine: Machine, entity: Entity, relationship: Relationship) -> None:
    """A relationship of an object is read or set."""
    if entity.query is not None:
        path = _path_to(entity, relationship)
        machine.record.notes.add(Reads(entity.query.place, entity.mapper, path))


def _path_to(entity: Entity, relationship: Relationship) -> tuple[str, ...]:
    return (*(step.attribute for step in entity.path), relationship.name)


def named(machine: Machine, value: Value, name: str, at: Place) -> None:
    """A name is read from a value: it matters where it may be a relationship of an object that got lost."""
    if not at or name not in machine.analysis.relationship_names:
        return
    is_known = not isinstance(value, Unknown)
    if is_known or not _is_parameter(value):
        machine.record.notes.add(Names(machine.source_place(at), is_known))


def taken(machine: Machine, value: Value, declared: Value) -> None:
    """A value is taken for what a parameter declares."""
    entity = machine.entity(declared)
    if entity is not None and not _is_parameter(value):
        machine.record.notes.add(Takes(entity.mapper))


def _is_parameter(value: Value) -> bool:
    # a function is also run by itself, where nobody says what it is given
    return (
        isinstance(value, Unknown)
        and value.symbol is not None
        and value.symbol[0] in ("parameter", "declared", "refined")
    )


def leave(machine: Machine, values: Iterable[Value]) -> None:
    """Values are handed to something that may read all that they lead to."""
    for location in reach(machine.memory.read, values):
        content = machine.memory.read(location)
        if isinstance(content, Entity) and content.query is not None:
            machine.record.notes.add(Leaves(content.query.place))


def share(machine: Machine, known: Iterable[object], given: Iterable[object]) -> None:
    """The outcome of an earlier call is that of this one: what was read then is read now.

    Where the calls pass different numbers of objects, none of them is one that a query gave.
    """
    for one, other in zip(known, given, strict=False):
        if not isinstance(one, Entity) or not isinstance(other, Entity):
            continue
        if one.query is None or other.query is None or one.query.place == other.query.place:
            continue
        machine.record.notes.add(Shares(other.query.place, one.query.place))

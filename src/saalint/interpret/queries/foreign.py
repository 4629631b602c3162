"""Names, items and lengths that results and rows do not have: an entity's attribute read from what holds the entity.

`session.execute(select(User))` gives a Result of rows, each of which holds a `User`: none of the three is another.
"""

from __future__ import annotations

from saalint.facts.expressions import short_name
from saalint.interpret.domain.values import (
    ClassReference,
    Literal,
    MappedAttribute,
    Reference,
    Result,
    RowShape,
    Tuple,
    Value,
    members,
    without_none,
)
from saalint.interpret.events import ForeignToResult, ForeignToRow
from saalint.interpret.machine import Machine
from saalint.interpret.queries import misuse
from saalint.project.mapped import Mapper
from saalint.source.positions import Place

_CURSOR_RESULT = "sqlalchemy.CursorResult"


def class_of(result: Result) -> str:
    """The canonical name of a result's class."""
    kind = "Scalar" if result.is_scalar else "Mapping" if result.is_mapping else ""
    if result.is_streamed:
        return f"sqlalchemy.ext.asyncio.Async{kind}Result"
    return f"sqlalchemy.{kind}Result"


def short_class_of(result: Result) -> str:
    """The name of a result's class as users write it."""
    return class_of(result).rsplit(".", 1)[-1]


def of_result(machine: Machine, result: Result, name: str, at: Place) -> None:
    """`result.name`: a result has its own methods only."""
    if not misuse.lacks(machine, class_of(result), name):
        return
    if not result.is_of_entities and not misuse.lacks(machine, _CURSOR_RESULT, name):
        return
    _note_result(machine, result, name, at, len(name))


def item_of_result(machine: Machine, result: Result, at: Place) -> None:
    """`result[0]`: a result has no items."""
    _note_result(machine, result, "[…]", at, 1)


def length_of_result(machine: Machine, result: Result, at: Place) -> None:
    """`len(result)`: nobody knows how many rows will come."""
    _note_result(machine, result, "len()", at, len("len"))


def _note_result(machine: Machine, result: Result, used: str, at: Place, width: int) -> None:
    mappers = [
        machine.analysis.mappers[entity.mapper]
        for item in result.items
        for member in members(item)
        if (entity := machine.entity(member)) is not None
    ]
    event = ForeignToResult(
        misuse.site(machine, at, width, result.origin),
        result=short_class_of(result),
        used=used,
        entity=short_name(mappers[0].name) if mappers else "",
        is_of_entity=bool(mappers) and _maps(mappers[0], used),
    )
    misuse.note(machine, event)


def _maps(mapper: Mapper, name: str) -> bool:
    return name in mapper.columns or name in mapper.relationships


def of_row(machine: Machine, row: Tuple, name: str, at: Place) -> None:
    """`row.name`: a row has the names of what was selected."""
    shape = row.shape
    if shape is None or not shape.is_named or _has(row, name):
        return
    owner = "sqlalchemy.RowMapping" if shape.is_mapping else "sqlalchemy.Row"
    if misuse.lacks(machine, owner, name):
        _note_row(machine, row, shape, name, at, len(name))


def _has(row: Tuple, name: str) -> bool:
    # databases fold the case of names in a written statement
    return name.lower() in {known.lower() for known in row.names}


def item_of_row(machine: Machine, row: Tuple, index: Value, at: Place) -> None:
    """`row["name"]`: a row is a tuple; its mapping has the names of what was selected, and the classes."""
    shape = row.shape
    if shape is None:
        return
    match index:
        case Literal(value=str(name)):
            used = f'["{name}"]'
        case MappedAttribute(name=name):
            used = f"[….{name}]"
        case ClassReference(name=qualified):
            name = short_name(qualified)
            used = f"[{name}]"
        case _:
            return
    is_wrong = shape.is_named and not _has(row, name) if shape.is_mapping else True
    if is_wrong and not (not shape.is_mapping and machine.analysis.surroundings.is_legacy):
        _note_row(machine, row, shape, used, at, 1)


def assigned_to_row(machine: Machine, row: Tuple, name: str, at: Place) -> None:
    """`row.name = value`: nothing of a row can be set."""
    if row.shape is not None:
        _note_row(machine, row, row.shape, name, at, len(name))


def row_as_entity(machine: Machine, value: Value, method: str, at: Place) -> None:
    """`session.add(row)`: a row is no object that a session can hold."""
    match without_none(value):
        case Tuple(shape=RowShape() as shape) as row:
            _note_row(machine, row, shape, f"{method}()", at, len(method))
        case _:
            pass


def _note_row(
    machine: Machine, row: Tuple, shape: RowShape, used: str, at: Place, width: int
) -> None:
    event = ForeignToRow(
        misuse.site(machine, at, width, shape.origin),
        row="RowMapping" if shape.is_mapping else "Row",
        used=used,
        names=tuple(name for name in row.names if name),
        owner=_owner_of(machine, row, used),
    )
    misuse.note(machine, event)


def _owner_of(machine: Machine, row: Tuple, used: str) -> str:
    wanted = used.strip('[]"….')
    for name, item in zip(row.names, row.items, strict=False):
        for member in members(item):
            entity = machine.entity(member) if isinstance(member, Reference) else None
            if entity is None or not name:
                continue
            mapper = machine.analysis.mappers[entity.mapper]
            if used.endswith("()") or _maps(mapper, wanted):
                return name
    return ""

"""`Table(...)` calls to tables: their name, columns and the column names their foreign keys point to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from saalint.facts.expressions import Attribute, Call, Name, Subscript
from saalint.library.names import Role
from saalint.project.mapped import UNKNOWN_NAME, Column, SourcePlace
from saalint.project.mapping.columns import DeclaredColumn, read_column
from saalint.project.names.bound import Bound, LibraryCall
from saalint.project.names.definitions import ClassDefinition
from saalint.project.names.reading import Reader

_WRAPPERS = frozenset({Role.FOREIGN, Role.REMOTE, Role.DEFERRED_COLUMN, Role.COLUMN_PROPERTY})


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A `Table(...)`; columns by their key, with `foreign_key` filled in as far as it is text."""

    name: str
    place: SourcePlace
    columns: tuple[DeclaredColumn, ...]


def read_table(reader: Reader, found: Bound) -> Table | None:
    """The table an expression stands for: a `Table(...)` call or the name of a variable that holds one."""
    call = reader.call(found)
    if call is None or call.role is not Role.TABLE:
        return None
    named = call.argument(0, "name")
    schema = reader.text(call.keywords.get("schema"))
    name = reader.text(named) or UNKNOWN_NAME
    full = f"{schema}.{name}" if schema else name
    return Table(full, call.place, tuple(_columns(reader, call, full)))


def _columns(reader: Reader, call: LibraryCall, table: str) -> Iterator[DeclaredColumn]:
    primary: set[str] = set()
    foreign: dict[str, list[Bound]] = {}
    columns: list[DeclaredColumn] = []
    for argument in call.arguments[1:]:
        inner = reader.call(argument)
        if inner is None:
            continue
        if inner.role is Role.PRIMARY_KEY_CONSTRAINT:
            primary.update(text for each in inner.arguments if (text := reader.text(each)))
        elif inner.role is Role.FOREIGN_KEY_CONSTRAINT:
            names = reader.items(inner.argument(0, "columns"))
            targets = reader.items(inner.argument(1, "refcolumns"))
            for name, target in zip(names, targets, strict=False):
                foreign.setdefault(reader.text(name) or UNKNOWN_NAME, []).append(target)
        elif inner.role is Role.COLUMN:
            columns.append(_column(reader, inner, table))
    for declared in columns:
        column = declared.column
        if column.column_name in primary:
            column = replace(column, is_primary_key=True)
        further = foreign.get(column.column_name, ())
        yield DeclaredColumn(column, (*declared.foreign_keys, *further))


def _column(reader: Reader, call: LibraryCall, table: str) -> DeclaredColumn:
    named = call.arguments[0] if call.arguments else call.keywords.get("name")
    name = reader.text(named) or UNKNOWN_NAME
    key = reader.text(call.keywords.get("key")) or name
    column = Column(name=key, owner=table, place=call.place, table=table)
    return read_column(reader, column, call, None)


@dataclass(frozen=True, slots=True)
class TableColumn:
    """`user_table.c.id`: a column of a table, by name."""

    table: str
    column: str


@dataclass(frozen=True, slots=True)
class ClassColumn:
    """`User.id`: a column attribute of a mapped class."""

    owner: str
    attribute: str


def column_reference(reader: Reader, found: Bound) -> TableColumn | ClassColumn | None:
    """The column that an expression names: `User.id`, `user_table.c.id`, `User.__table__.c.id`."""
    match found.expression:
        case Attribute(base=Attribute(base=base, name="c" | "columns"), name=name):
            return _of_table(reader, found.within(base), name)
        case Subscript(base=Attribute(base=base, name="c" | "columns"), index=index):
            text = reader.text(found.within(index))
            return None if text is None else _of_table(reader, found.within(base), text)
        case Attribute(base=base, name=name):
            definition = reader.definition(found.within(base))
            if isinstance(definition, ClassDefinition):
                return ClassColumn(definition.name, name)
        case Call(function=function, arguments=(argument, *_)) if (
            reader.role(found.within(function)) in _WRAPPERS
        ):
            return column_reference(reader, found.within(argument))
        case _:
            pass
    unfolded = reader.unfold(found)
    return None if unfolded is found else column_reference(reader, unfolded)


def _of_table(reader: Reader, base: Bound, name: str) -> TableColumn | ClassColumn | None:
    match base.expression:
        case Attribute(base=owner, name="__table__"):
            definition = reader.definition(base.within(owner))
            if isinstance(definition, ClassDefinition):
                return ClassColumn(definition.name, name)
        case Name(name="__table__"):
            return ClassColumn(f"{base.module}.{base.scope}", name)
        case _:
            pass
    table = read_table(reader, base)
    return None if table is None else TableColumn(table.name, name)

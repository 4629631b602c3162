"""`mapped_column(...)`, `Column(...)`, `Field(...)` and their kin to columns.

Goes in: the library call, the annotation beside it, or both. Comes out: a `Column` and the foreign keys it declares,
which are resolved when all tables are known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from saalint.facts.expressions import Attribute, Call, Operation
from saalint.facts.written_out import is_absent
from saalint.library.names import Role
from saalint.project.mapped import Column
from saalint.project.mapping.annotations import MappedAnnotation
from saalint.project.names.bound import Bound, LibraryCall
from saalint.project.names.reading import Reader


@dataclass(frozen=True, slots=True, eq=False)
class DeclaredColumn:
    """A column, with the first arguments of its `ForeignKey(...)` calls."""

    column: Column
    foreign_keys: tuple[Bound, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ColumnParts:
    """The arguments that make a column: those of the call, laid over those of `Annotated[…]`."""

    arguments: tuple[Bound, ...] = ()
    keywords: Mapping[str, Bound] = field(default_factory=dict)


def parts_of(
    reader: Reader, call: LibraryCall | None, annotation: MappedAnnotation | None
) -> ColumnParts:
    """What a call and an annotation say together; the call has the last word."""
    arguments: list[Bound] = []
    keywords: dict[str, Bound] = {}
    for extra in () if annotation is None else annotation.extras:
        inner = reader.call(extra)
        if inner is not None and inner.role in {Role.COLUMN, Role.SQLMODEL_FIELD}:
            arguments.extend(inner.arguments)
            keywords.update(inner.keywords)
        elif inner is not None:
            arguments.append(extra)
    if call is not None:
        arguments.extend(call.arguments)
        keywords.update(call.keywords)
    return ColumnParts(tuple(arguments), keywords)


def read_column(
    reader: Reader,
    column: Column,
    call: LibraryCall | None,
    annotation: MappedAnnotation | None,
) -> DeclaredColumn:
    """The column that a call and an annotation declare; `column` has its name, owner and place."""
    role = None if call is None else call.role
    match role:
        case Role.DEFERRED_COLUMN | Role.COLUMN_PROPERTY if call is not None:
            inner = _wrapped(reader, column, call, annotation)
            return replace(inner, column=options_of(reader, inner.column, call))
        case Role.QUERY_EXPRESSION:
            return DeclaredColumn(replace(column, is_expression=True))
        case Role.COMPOSITE:
            return DeclaredColumn(column)
        case Role.SQLMODEL_FIELD if call is not None:
            return _field(reader, column, call)
        case _:
            named = replace(column, is_required=_is_required(annotation))
            return _plain(reader, named, parts_of(reader, call, annotation))


def _is_required(annotation: MappedAnnotation | None) -> bool:
    # `Mapped[int]` is NOT NULL unless the call says otherwise
    if annotation is None or annotation.container is None:
        return False
    return not annotation.is_optional


def _wrapped(
    reader: Reader, column: Column, call: LibraryCall, annotation: MappedAnnotation | None
) -> DeclaredColumn:
    """The column inside `deferred(Column(...))`; anything else there is a SQL expression."""
    inner = reader.call(call.arguments[0]) if call.arguments else None
    if inner is None or inner.role is not Role.COLUMN:
        return DeclaredColumn(replace(column, is_expression=True))
    return read_column(reader, column, inner, annotation)


def options_of(reader: Reader, column: Column, call: LibraryCall | None) -> Column:
    """A column with what `deferred(...)` or `column_property(...)` around it says."""
    if call is None or call.role not in {Role.DEFERRED_COLUMN, Role.COLUMN_PROPERTY}:
        return column
    keywords = call.keywords
    group = keywords.get("group") or keywords.get("deferred_group")
    raiseload = keywords.get("raiseload") or keywords.get("deferred_raiseload")
    is_deferred = call.role is Role.DEFERRED_COLUMN or reader.flag(keywords.get("deferred"))
    return replace(
        column,
        is_deferred=is_deferred,
        deferred_group=reader.text(group),
        is_deferred_raiseload=reader.flag(raiseload),
        has_active_history=reader.flag(keywords.get("active_history")),
        is_kept_by_flush="expire_on_flush" in keywords
        and not reader.flag(keywords["expire_on_flush"]),
    )


def _field(reader: Reader, column: Column, call: LibraryCall) -> DeclaredColumn:
    """`Field(...)` of SQLModel: its own keywords, `sa_column` or `sa_column_args` and `sa_column_kwargs`."""
    whole = call.keywords.get("sa_column")
    inner = None if whole is None else reader.call(whole)
    if inner is not None:
        return _plain(reader, column, ColumnParts(inner.arguments, inner.keywords))
    default = call.argument(0, "default")
    factory = call.keywords.get("default_factory")
    keywords = dict[str, Bound]()
    if "primary_key" in call.keywords:
        keywords["primary_key"] = call.keywords["primary_key"]
    if factory is not None:
        keywords["default"] = factory
    elif default is not None and not is_absent(default.expression):
        # `Field(default=None, primary_key=True)`: the database makes the value. `Field(...)`: required.
        keywords["default"] = default
    keywords.update(reader.entries(call.keywords.get("sa_column_kwargs")))
    arguments = reader.items(call.keywords.get("sa_column_args"))
    declared = _plain(reader, column, ColumnParts(arguments, keywords))
    named = call.keywords.get("foreign_key")
    if named is None:
        return declared
    return replace(declared, foreign_keys=(*declared.foreign_keys, named))


def _plain(reader: Reader, column: Column, parts: ColumnParts) -> DeclaredColumn:
    keywords = parts.keywords
    calls = [call for call in map(reader.call, parts.arguments) if call is not None]
    roles = {call.role for call in calls} | {reader.role(each) for each in parts.arguments}
    is_computed = Role.COMPUTED in roles
    is_primary_key = column.is_primary_key or reader.flag(keywords.get("primary_key"))
    default = keywords.get("insert_default", keywords.get("default"))
    read = replace(
        column,
        column_name=_column_name(reader, column, parts),
        is_primary_key=is_primary_key,
        is_required=not reader.flag(keywords["nullable"], default=True)
        if "nullable" in keywords
        else column.is_required,
        is_deferred=_is_deferred(reader, keywords),
        deferred_group=reader.text(keywords.get("deferred_group")),
        is_deferred_raiseload=reader.flag(keywords.get("deferred_raiseload")),
        has_active_history=reader.flag(keywords.get("active_history")),
        has_server_default=is_computed
        or Role.SERVER_DEFAULT in roles
        or is_given(reader, keywords.get("server_default")),
        has_default=Role.SEQUENCE in roles or is_given(reader, default),
        has_sql_default=default is not None and is_sql(reader, default),
        onupdate=_onupdate(reader, keywords.get("onupdate")),
        has_server_onupdate=is_computed or is_given(reader, keywords.get("server_onupdate")),
        is_computed=is_computed,
    )
    return DeclaredColumn(read, tuple(_foreign_keys(calls)))


def _is_deferred(reader: Reader, keywords: Mapping[str, Bound]) -> bool:
    # `deferred_group=` and `deferred_raiseload=` alone defer the column too.
    if "deferred" in keywords:
        return reader.flag(keywords["deferred"])
    return "deferred_group" in keywords or "deferred_raiseload" in keywords


def _column_name(reader: Reader, column: Column, parts: ColumnParts) -> str:
    named = parts.keywords.get("name")
    if named is None and parts.arguments:
        named = parts.arguments[0]
    return reader.text(named) or column.name


def _foreign_keys(calls: list[LibraryCall]) -> Iterator[Bound]:
    for call in calls:
        target = call.argument(0, "column")
        if call.role is Role.FOREIGN_KEY and target is not None:
            yield target


def is_given(reader: Reader, value: Bound | None) -> bool:
    """Whether a keyword is there with anything but None."""
    return value is not None and reader.constant(value) is not None


def _onupdate(reader: Reader, value: Bound | None) -> str:
    if value is None or not is_given(reader, value):
        return ""
    return "sql" if is_sql(reader, value) else "python"


def is_sql(reader: Reader, value: Bound) -> bool:
    """Whether an expression is SQL that the database computes: `func.now()`, `text("…")`, `Other.id + 1`."""
    found = reader.unfold(value)
    if isinstance(found.expression, Operation):
        return any(is_sql(reader, found.within(each)) for each in found.expression.operands)
    call = reader.call(found)
    if call is None:
        return _is_method_of_sql(reader, found)
    return call.role is Role.SQL_EXPRESSION


def _is_method_of_sql(reader: Reader, found: Bound) -> bool:
    # `select(…).scalar_subquery()`
    match found.expression:
        case Call(function=Attribute(base=base)):
            return is_sql(reader, found.within(base))
        case _:
            return False

"""Running a statement: the entities it loads into the session, and the result that gives its rows."""

from __future__ import annotations

from saalint.facts.expressions import short_name
from saalint.interpret.calling import failures
from saalint.interpret.domain import plans
from saalint.interpret.domain.heap import Extent, Items
from saalint.interpret.domain.values import (
    NONE,
    ClassReference,
    ColumnTarget,
    EntityTarget,
    Expression,
    ExternalMethod,
    Literal,
    MappedAttribute,
    Reference,
    Result,
    RowShape,
    Statement,
    Tuple,
    Union,
    Unknown,
    UnknownTarget,
    Value,
    literal,
    members,
    union,
    without_none,
)
from saalint.interpret.events import Attachment, RepeatedRows, Step, UnlimitedFirst
from saalint.interpret.machine import Machine, PlainCall
from saalint.interpret.orm import (
    entities,
    flushing,
    lifecycle,
    loading,
    meetings,
    row_by_row,
)
from saalint.interpret.queries import (
    blocking,
    foreign,
    idioms,
    misuse,
    option_checks,
    row_links,
    statements,
)
from saalint.interpret.record import replace
from saalint.source.positions import Place

_CHANGES = ("update", "delete", "insert")


def execute(machine: Machine, session: Reference, statement: Value, kind: str, at: Place) -> Value:
    """Run a statement; `kind` is that of the session's method. An unknown one flushes and gives unknown rows."""
    blocking.runs_sql(machine)
    alternatives = statements.as_statement(machine, statement)
    flushing.begin(machine, session)
    if not alternatives or any(each.is_flushed_first for each in alternatives):
        failures.query_may_fail(machine, session, at)
        flushing.before_query(machine, session, at)
    failures.statement_may_fail(
        machine,
        is_change=not alternatives or any(each.kind in _CHANGES for each in alternatives),
    )
    if not alternatives:
        idioms.executed(machine, statement, at)
        if kind == "scalar":
            return Unknown("the result of an unknown statement")
        return _of_text(machine, statement, kind, at)
    first = alternatives[0]
    if len(alternatives) == 1:
        option_checks.executed(machine, first, at)
        _bind(machine, first, at)
    if first.kind in _CHANGES and not first.is_returning:
        lifecycle.bulk_change(machine, session, first, at)
        return _result((Unknown("a row of a statement that changes"),), ("",), kind, first.origin)
    many = kind != "scalar"
    each = row_by_row.load(machine, session, alternatives, at) if many else ()
    items = (Union(each),) if each else _items(machine, session, alternatives, at, is_many=many)
    names = tuple(_name(target) for target in first.targets)
    if kind == "scalar":
        return union((items[0], NONE)) if items else NONE
    made = _result(items, names, kind, first.origin)
    return replace(
        made,
        is_named=all(map(_is_named, alternatives)) and _are_different(names),
        is_of_entities=all(_selects_entities(other) for other in alternatives),
        is_repeated=all(_is_repeated(machine, other) for other in alternatives),
        is_open_ended=all(_is_open_ended(machine, other) for other in alternatives),
        is_row_by_row=bool(each),
    )


def _bind(machine: Machine, statement: Statement, at: Place) -> None:
    # `where(Post.author == user)` asks for the key of the user: its row is fetched if it has expired (semantics: F12l)
    for criterion in statement.criteria:
        bound = without_none(criterion.value)
        if not isinstance(bound, Reference) or (entity := machine.entity(bound)) is None:
            continue
        if entity.attachment is Attachment.PERSISTENT and meetings.is_expired(entity):
            entities.load_expired(machine, bound, at)


def of_columns(machine: Machine, statement: Value, kind: str, at: Place) -> Value:
    """Run a statement by a connection, which knows no entities: `select(User)` gives rows of columns."""
    alternatives = statements.as_statement(machine, statement)
    if kind == "scalar":
        return Unknown("a column's value", is_stored=True)
    if not alternatives:
        return _of_text(machine, statement, kind, at)
    targets = alternatives[0].targets
    names = tuple(target.name for target in targets if isinstance(target, ColumnTarget))
    items = tuple(Unknown("a column's value", is_stored=True) for _ in targets)
    if len(alternatives) > 1 or len(names) < len(targets) or not all(names):
        return _result(items[:1], ("",), kind)
    is_named = len(set(names)) == len(names)
    return replace(_result(items, names, kind, alternatives[0].origin), is_named=is_named)


def _of_text(machine: Machine, statement: Value, kind: str, at: Place) -> Result:
    # `text("SELECT id, name FROM …")` names its columns
    columns = statement.columns if isinstance(statement, Expression) else ()
    origin = machine.step(at, 1, "text") if columns else None
    is_named = bool(columns) and all(columns) and "*" not in columns
    items = tuple(Unknown("a column of a written statement", is_stored=True) for _ in columns)
    if not is_named:
        return _result((Unknown("a row of an unknown statement"),), ("",), kind)
    return replace(_result(items, columns, kind, origin), is_named=True)


def _is_named(statement: Statement) -> bool:
    return all(
        bool(target.name)
        if isinstance(target, ColumnTarget)
        else isinstance(target, EntityTarget) and target.name is not None
        for target in statement.targets
    )


def _are_different(names: tuple[str, ...]) -> bool:
    written = [name for name in names if name]
    return len(set(written)) == len(written)


def _selects_entities(statement: Statement) -> bool:
    is_select = statement.kind in ("select", "query")
    return is_select and any(isinstance(target, EntityTarget) for target in statement.targets)


def _is_repeated(machine: Machine, statement: Statement) -> bool:
    return statement.kind != "query" and needs_unique(machine, statement)


def needs_unique(machine: Machine, statement: Statement) -> bool:
    """Whether joined eager collections repeat the rows of a statement; a legacy `Query` drops them itself."""
    mappers = machine.analysis.mappers
    return any(
        plans.needs_unique(plans.plan_for(target, statement, mappers), mappers)
        for target in statement.targets
        if isinstance(target, EntityTarget)
    )


def _is_open_ended(machine: Machine, statement: Statement) -> bool:
    return (
        statement.kind == "select"
        and not statement.is_limited
        and bool(statement.targets)
        and isinstance(statement.targets[0], EntityTarget)
        and statements.identity_of(machine, statement) is None
    )


def _result(
    items: tuple[Value, ...], names: tuple[str, ...], kind: str, origin: Step | None = None
) -> Result:
    return Result(
        items=items,
        names=names,
        is_scalar=kind in ("scalars", "stream-scalars")
        or (kind in ("exec", "query") and len(items) == 1),
        is_streamed=kind in ("stream", "stream-scalars"),
        is_unique=False,
        origin=origin,
    )


def _name(target: EntityTarget | ColumnTarget | UnknownTarget) -> str:
    match target:
        case EntityTarget(mapper=mapper, alias=()):
            return short_name(mapper)
        case EntityTarget(name=name):
            # `select(aliased(User))`: an alias without a name of its own gives its column none
            return name or ""
        case ColumnTarget(name=name):
            return name
        case UnknownTarget():
            return ""


def _items(
    machine: Machine, session: Reference, alternatives: list[Statement], at: Place, *, is_many: bool
) -> tuple[Value, ...]:
    first = alternatives[0]
    items: list[Value] = []
    for position, target in enumerate(first.targets):
        match target:
            case EntityTarget():
                loads = [
                    (other, there)
                    for other in alternatives
                    if position < len(other.targets)
                    and isinstance(there := other.targets[position], EntityTarget)
                ]
                items.append(loading.load(machine, session, loads, at, position, is_many=is_many))
            case ColumnTarget():
                items.append(Unknown("a column's value", is_stored=True))
            case UnknownTarget(reason=reason):
                items.append(Unknown(reason))
    if len(alternatives) == 1:
        row_links.tell(machine, first, items)
    return tuple(items)


def row(result: Result) -> Value:
    """Any row of a result."""
    if result.is_scalar:
        return _first(result)
    return Tuple(
        result.items, result.names, RowShape(result.is_mapping, result.is_named, result.origin)
    )


def rows(result: Result) -> tuple[tuple[Value, ...], Value | None]:
    """The rows of a result that are known one by one, and what stands for any number more."""
    if not result.is_row_by_row:
        return (), row(result)
    (item,) = result.items
    return tuple(row(replace(result, items=(one,))) for one in members(item)), None


def take(machine: Machine, result: Result, method: str, at: Place) -> None:
    """Rows are taken from a result by a method, or one by one where there is none (semantics: R17)."""
    if result.is_repeated and not result.is_unique and method not in _TAKING_ONE and at:
        site = misuse.site(machine, at, max(len(method), 1), result.origin)
        misuse.note(machine, RepeatedRows(site, method=method, entity=_name_of_first(result)))
    if result.is_open_ended and method == "first":
        site = misuse.site(machine, at, len(method), result.origin)
        misuse.note(machine, UnlimitedFirst(site, entity=_name_of_first(result)))


_TAKING = frozenset({"all", "one", "optional", "scalar", "scalar-optional", "partitions"})
# these look at the first row alone, and do not count the others
_TAKING_ONE = frozenset({"first", "scalar"})

# these give one row, the only one that is kept
_TAKING_ALONE = frozenset({"one", "optional", "scalar", "scalar-optional"})


def _as_one(machine: Machine, result: Result) -> None:
    for item in result.items:
        entity = machine.entity(item)
        if entity is not None and isinstance(item, Reference):
            machine.write(item, replace(entity, extent=Extent.ONE))


def _name_of_first(result: Result) -> str:
    return result.names[0] if result.names else ""


def call_method(
    machine: Machine, result: Result, name: str, arguments: tuple[Value, ...], at: Place
) -> Value:
    """What a method of a result gives; of a streamed one, waiting is left to the caller."""
    if not result.is_streamed:
        machine.plain_call = PlainCall(at, f"{foreign.short_class_of(result)}.{name}()")
    operation = machine.analysis.operations.result_methods.get(name)
    if operation in _TAKING:
        take(machine, result, name, at)
    if operation in _TAKING_ALONE:
        result = row_by_row.any_one(machine, result, at)
        _as_one(machine, result)
    match operation:
        case "all":
            known, rest = rows(result)
            made = Items(items=known, rest=rest, is_of_rows=True)
            return machine.allocate(machine.site(at, "rows"), made)
        case "page":
            known, rest = rows(result)
            made = Items(items=known, rest=rest, kind="page")
            return machine.allocate(machine.site(at, "page"), made)
        case "partitions":
            inner = machine.allocate(machine.site(at, "rows"), Items(rest=row(result)))
            return machine.allocate(machine.site(at, "partitions"), Items(rest=inner))
        case "one":
            return row(result)
        case "optional":
            return union((row(result), NONE))
        case "scalar":
            return _first(result)
        case "scalar-optional":
            return union((_first(result), NONE))
        case "scalars":
            return _scalars(result, arguments)
        case "columns":
            return _columns(result, arguments)
        case "unique":
            return replace(result, is_unique=True)
        case "mappings":
            return replace(result, is_mapping=True)
        case "self":
            return result
        case "none":
            return NONE
        case _:
            return (
                ExternalMethod(result, name) if operation is None else Unknown("keys of a result")
            )


def _first(result: Result) -> Value:
    return result.items[0] if result.items else Unknown("a row without columns")


def _position(result: Result, index: Value) -> int | None:
    # a column of a row by its position, its name, or what was selected
    match index:
        case Literal(value=int(position)):
            return position if -len(result.items) <= position < len(result.items) else None
        case Literal(value=str(name)) | MappedAttribute(name=name) | Expression(label=name):
            return result.names.index(name) if name in result.names else None
        case ClassReference(name=name):
            return _position(result, literal(short_name(name)))
        case _:
            return None


def _columns(result: Result, arguments: tuple[Value, ...]) -> Result:
    positions = [_position(result, argument) for argument in arguments]
    return replace(
        result,
        is_row_by_row=result.is_row_by_row and positions == [0],
        items=tuple(
            Unknown("a column that is not known") if position is None else result.items[position]
            for position in positions
        ),
        names=tuple("" if position is None else result.names[position] for position in positions),
        is_named=result.is_named and None not in positions,
    )


def _scalars(result: Result, arguments: tuple[Value, ...]) -> Result:
    position = _position(result, arguments[0]) if arguments else 0
    if position is None:
        return replace(
            result,
            items=(Unknown("a column that is not known"),),
            names=("",),
            is_scalar=True,
            is_row_by_row=False,
        )
    if result.is_scalar or position >= len(result.items):
        return replace(result, is_scalar=True)
    return replace(
        result,
        items=(result.items[position],),
        names=(result.names[position],) if position < len(result.names) else ("",),
        is_scalar=True,
    )

"""`select()` and its kin to statement values, and what their methods do to them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from saalint.facts.expressions import short_name
from saalint.interpret.domain import plans
from saalint.interpret.domain.heap import Items
from saalint.interpret.domain.values import (
    Alias,
    ClassReference,
    ColumnTarget,
    Criterion,
    EntityTarget,
    Expression,
    ExternalMethod,
    Keywords,
    Literal,
    LoaderOption,
    MappedAttribute,
    OptionEntry,
    OptionLink,
    Reference,
    Statement,
    Target,
    Tuple,
    Union,
    Unknown,
    UnknownTarget,
    Value,
    members,
    union,
    with_rest,
)
from saalint.interpret.events import Step
from saalint.interpret.language import binding, iteration
from saalint.interpret.machine import Machine
from saalint.interpret.queries import idioms, row_links
from saalint.interpret.record import replace
from saalint.source.positions import Place


def select(machine: Machine, kind: str, arguments: tuple[Value, ...], at: Place) -> Statement:
    """A statement on what it is given; also `session.query(...)`."""
    flat: list[Value] = []
    for argument in arguments:
        if isinstance(argument, Reference):
            flat.extend(with_rest(*iteration.elements(machine, argument, at)))
        elif isinstance(argument, Tuple):
            flat.extend(argument.items)
        else:
            flat.append(argument)
    if kind == "select":
        idioms.selected(machine, at)
    targets = tuple(target_of(machine, argument) for argument in flat)
    text = ", ".join(_name(target) for target in targets)
    origin = Step(machine.source_place(at), len("select"), f"{kind}({text})")
    return Statement(kind=kind, targets=targets, origin=origin)


def _name(target: Target) -> str:
    match target:
        case EntityTarget(mapper=mapper):
            return short_name(mapper)
        case ColumnTarget(name=name):
            return name or "…"
        case UnknownTarget():
            return "…"


def target_of(machine: Machine, value: Value) -> Target:
    """What selecting a value gives."""
    match value:
        case ClassReference(name=name):
            if name in machine.analysis.mappers:
                return EntityTarget(name)
            return UnknownTarget("a class that is not mapped")
        case Alias(mapper=mapper, key=key, subclasses=subclasses, name=name):
            return EntityTarget(mapper, key, subclasses, name)
        case MappedAttribute(entity=entity, name=name):
            owner = entity.name if isinstance(entity, ClassReference) else entity.mapper
            known = machine.analysis.mappers.get(owner)
            if known is not None and name in known.relationships:
                return UnknownTarget("a relationship that is selected")
            return ColumnTarget(name)
        case Expression(label=label):
            return ColumnTarget(label)
        case Criterion():
            return ColumnTarget("")
        case Unknown():
            return UnknownTarget(value.reason)
        case Union():
            targets = {target_of(machine, member) for member in members(value)}
            return targets.pop() if len(targets) == 1 else UnknownTarget("one of several entities")
        case _:
            return ColumnTarget("")


def call_method(
    machine: Machine,
    statement: Statement,
    name: str,
    arguments: tuple[Value, ...],
    keywords: Keywords,
) -> Value:
    """What a method of a statement makes of it."""
    idioms.extended(machine, statement, name)
    operation = machine.analysis.operations.statement_methods.get(name)
    match operation:
        case "options":
            return _with_options(machine, statement, arguments)
        case "filter":
            return _filtered(statement, arguments)
        case "filter-by":
            return _filtered(
                statement, tuple(_criterion(statement, key, value) for key, value in keywords)
            )
        case "keep":
            return statement
        case "join":
            return row_links.joined(machine, statement, name, arguments)
        case "narrow" | "compound":
            return replace(statement, is_filtered=True)
        case "limit":
            return replace(statement, is_filtered=True, is_limited=True)
        case "populate":
            return replace(statement, is_populating=True)
        case "execution-options":
            return with_execution_options(statement, keywords)
        case "from-statement":
            return _from_statement(
                machine, statement, arguments[0] if arguments else Unknown("no statement")
            )
        case "add":
            added = tuple(target_of(machine, argument) for argument in arguments)
            return replace(statement, targets=(*statement.targets, *added))
        case "with-only":
            return replace(
                statement, targets=tuple(target_of(machine, argument) for argument in arguments)
            )
        case "returning":
            returned = tuple(target_of(machine, argument) for argument in arguments)
            return replace(statement, targets=returned, is_returning=True)
        case "values":
            return _values(statement, keywords)
        case "subquery" | "expression":
            return Expression()
        case _:
            return _other_method(statement, name)


def _other_method(statement: Statement, name: str) -> Value:
    if name in ("c", "columns", "selected_columns"):
        return Expression()
    return ExternalMethod(statement, name)


def _with_options(machine: Machine, statement: Statement, arguments: tuple[Value, ...]) -> Value:
    # `options(*[LOADERS[name] for name in names])`: each of them is among the options, or not
    rest = binding.spread_rest(machine, arguments)
    found = members(rest) if rest is not None else ()
    are_known = all(isinstance(option, LoaderOption) for option in found)
    if not found or not are_known or len(found) > _MOST_PERHAPS:
        return with_options(statement, arguments)
    possible = [with_options(statement, arguments[:-1])]
    for option in found:
        possible += [with_options(each, (option,)) for each in possible]
    return union(possible)


def with_options(statement: Statement, arguments: tuple[Value, ...]) -> Statement:
    """A statement with loader options; what cannot be read makes everything it may load uncertain."""
    options = list(statement.options)
    vague = statement.has_unknown_options
    for argument in arguments:
        for option in members(argument):
            if isinstance(option, LoaderOption):
                options.append(option)
            elif not isinstance(option, Literal):
                vague = True
        if len(members(argument)) > 1:
            vague = True
    return replace(statement, options=tuple(options), has_unknown_options=vague)


def _filtered(statement: Statement, arguments: tuple[Value, ...]) -> Statement:
    return replace(
        statement,
        criteria=(*statement.criteria, *criteria_of(arguments)),
        is_filtered=statement.is_filtered or bool(arguments),
    )


def criteria_of(arguments: tuple[Value, ...]) -> tuple[Criterion, ...]:
    """What rows meet of which all of some conditions are true: `and_(Book.author_id == 1, …)` asks for each part."""
    found: list[Criterion] = []
    for argument in arguments:
        match argument:
            case Criterion():
                found.append(argument)
            case Expression(criteria=criteria):
                found.extend(criteria)
            case _:
                continue
    return tuple(found)


def _criterion(statement: Statement, key: str, value: Value) -> Value:
    if statement.targets and isinstance(target := statement.targets[0], EntityTarget):
        return Criterion(MappedAttribute(ClassReference(target.mapper), key), value)
    return Expression()


def with_execution_options(statement: Statement, keywords: Keywords) -> Statement:
    """A statement with execution options, as far as they change what is loaded."""
    given = {name: value.value for name, value in keywords if isinstance(value, Literal)}
    return replace(
        statement,
        is_populating=bool(given.get("populate_existing", statement.is_populating)),
        is_unsynchronized=statement.is_unsynchronized or given.get("synchronize_session") is False,
        is_flushed_first=bool(given.get("autoflush", statement.is_flushed_first)),
    )


def _from_statement(machine: Machine, statement: Statement, source: Value) -> Statement:
    # `select(User).from_statement(text("SELECT id, name FROM user"))` loads the columns it names, and joins nothing
    names = _columns_of(machine, source)
    target = statement.targets[0] if statement.targets else None
    if not isinstance(target, EntityTarget) or not names:
        return replace(statement, is_filtered=True, has_unknown_options=True)
    columns = machine.analysis.mappers[target.mapper].columns.values()
    known = tuple(
        column.name for column in columns if {column.name, column.column_name, "*"} & set(names)
    )
    entry = OptionEntry((OptionLink(target.mapper, ""),), "from_statement", known)
    return replace(
        statement, is_filtered=True, options=(*statement.options, LoaderOption((entry,)))
    )


def _columns_of(machine: Machine, source: Value) -> tuple[str, ...]:
    match source:
        case Expression(columns=columns):
            return columns
        case Statement(targets=targets):
            names: list[str] = []
            for target in targets:
                match target:
                    case EntityTarget(mapper=mapper):
                        names.extend(machine.analysis.mappers[mapper].columns)
                    case UnknownTarget() | ColumnTarget(name=""):
                        # `.returning(*some_columns)`: nobody says which
                        return ()
                    case ColumnTarget(name=name):
                        names.append(name)
            return tuple(names)
        case _:
            return ()


# two options that may be there or not make four statements
_MOST_PERHAPS = 2

_IN_PARENTHESES = re.compile(r"\([^()]*\)")
_SELECTED = re.compile(
    r"\s*select\s+(?:distinct\s+)?(?P<columns>.+?)\s+from\s", re.IGNORECASE | re.DOTALL
)
_NAMED = re.compile(r"(?:.+[\s.])?[\"`\[]?(?P<name>\w+|\*)[\"`\]]?\s*", re.DOTALL)


def text(arguments: tuple[Value, ...]) -> Expression:
    """`text("SELECT …")` with the names of the columns it selects, `*` for all of a table."""
    written = arguments[0].value if arguments and isinstance(arguments[0], Literal) else None
    if not isinstance(written, str):
        return Expression()
    # what stands inside parentheses is not a column of its own
    before = ""
    while before != written:
        before, written = written, _IN_PARENTHESES.sub("", written)
    selected = _SELECTED.match(written)
    if selected is None:
        return Expression()
    parts = [_NAMED.fullmatch(part.strip()) for part in selected["columns"].split(",")]
    return Expression(columns=tuple(part["name"] for part in parts if part is not None))


def columns_named(expression: Expression, arguments: tuple[Value, ...]) -> Expression:
    """`text(…).columns(User.id, User.name)`: the columns are named apart from the text."""
    names = tuple(argument.name for argument in arguments if isinstance(argument, MappedAttribute))
    return replace(expression, columns=names or expression.columns)


def _values(statement: Statement, keywords: Keywords) -> Statement:
    # what Python can compute is set in the objects of the session, all other SQL expires it (semantics: R27)
    by_sql = tuple(
        name for name, value in keywords if isinstance(value, Expression) and not value.is_evaluable
    )
    others = tuple(name for name, _ in keywords if name not in by_sql)
    return replace(
        statement,
        changes=(*statement.changes, *others),
        sql_changes=(*statement.sql_changes, *by_sql),
    )


def identity_of(machine: Machine, statement: Statement) -> Value | None:
    """The primary key that a statement asks for, where its criteria name one."""
    if not statement.targets or not isinstance(target := statement.targets[0], EntityTarget):
        return None
    key = machine.analysis.mappers[target.mapper].single_key
    return None if key is None else asked_of(machine, statement, target, key)


def asked_of(
    machine: Machine, statement: Statement, target: EntityTarget, column: str
) -> Value | None:
    """The value that a statement asks a column of one of its entities to have, where its criteria name one."""
    for criterion in statement.criteria:
        is_of_column = criterion.attribute.name == column and _is_on(machine, criterion, target)
        if is_of_column and not criterion.is_among and not _is_of_row(criterion.value):
            return criterion.value
    return None


def _is_of_row(value: Value) -> bool:
    # `where(Book.author_id == Author.id)` asks for no key: it compares two columns of each row
    return isinstance(value, MappedAttribute | Expression)


def asks_among(machine: Machine, statement: Statement, key: str) -> Iterator[Value]:
    """The keys that a statement asks for by a list: `where(Author.id.in_([author.id for author in authors]))`."""
    for criterion in statement.criteria:
        keys = (
            machine.object_of(criterion.value) if isinstance(criterion.value, Reference) else None
        )
        target = statement.targets[0]
        if criterion.attribute.name != key or not isinstance(target, EntityTarget):
            continue
        if criterion.is_among and isinstance(keys, Items) and _is_on(machine, criterion, target):
            for value in with_rest(keys.items, keys.rest):
                for member in members(value):
                    yield member
                    yield from _of_all_elements(machine, member)


def _of_all_elements(machine: Machine, value: Value) -> Iterator[Value]:
    # a list that was made in a loop holds what each turn made of its element
    match value:
        case Unknown(symbol=("column", int() as location, name)):
            for original in iteration.originals(machine, location):
                yield replace(value, symbol=("column", original, name))


def _is_on(machine: Machine, criterion: Criterion, target: EntityTarget) -> bool:
    # `select(Node).where(Parent.id == 1)` with `Parent = aliased(Node)` says nothing of the node itself
    match criterion.attribute.entity:
        case Alias(key=key):
            return key == target.alias
        case ClassReference(name=owner):
            return not target.alias and (
                owner == target.mapper
                or owner in plans.ancestors(target.mapper, machine.analysis.mappers)
            )


def as_statement(machine: Machine, value: Value) -> list[Statement]:
    """The statements that a value may be; a class stands for `select()` of it."""
    found: list[Statement] = []
    for member in members(value):
        if isinstance(member, Statement):
            found.append(member)
        elif isinstance(member, ClassReference | Alias):
            found.append(Statement(kind="select", targets=(target_of(machine, member),)))
    return found

"""Operators, comparisons and displays: their values, and what is known of their truth."""

from __future__ import annotations

import operator as operator_functions
from collections.abc import Callable

from saalint.facts import expressions as ex
from saalint.interpret import transfer
from saalint.interpret.calling import functions
from saalint.interpret.domain import texts
from saalint.interpret.domain.heap import Content, Entity, Instance, Items, Key, Session, Table
from saalint.interpret.domain.values import (
    NONE,
    BoundMethod,
    ClassReference,
    Criterion,
    Expression,
    External,
    ExternalInstance,
    ExternalMethod,
    FunctionReference,
    Literal,
    MappedAttribute,
    Reference,
    Statement,
    Tuple,
    Union,
    Unknown,
    Value,
    literal,
    members,
    union,
    union_if_any,
)
from saalint.interpret.events import Attachment
from saalint.interpret.language import classes, coroutines, iteration, narrowing, protocols, tables
from saalint.interpret.libraries import collections_api
from saalint.interpret.machine import Machine
from saalint.interpret.queries import statements
from saalint.interpret.record import replace
from saalint.library.names import library_names

_MOST_ITEMS = 64
_FARTHEST = 3
# the class of what `object()` makes
SENTINEL = "builtins.object"
# bases outside the project whose objects are always true
_WITHOUT_LENGTH = (
    "abc.ABC",
    "builtins.object",
    "pydantic.BaseModel",
    "typing.Generic",
    "typing.Protocol",
)
_ON_NUMBERS: dict[str, Callable[[float, float], float | bool]] = {
    "-": operator_functions.sub,
    "<": operator_functions.lt,
    "<=": operator_functions.le,
    ">": operator_functions.gt,
    ">=": operator_functions.ge,
}


def operate(machine: Machine, expression: ex.Operation) -> Value:
    """The value of a unary or binary operator or a comparison."""
    values = [transfer.evaluate(machine, operand) for operand in expression.operands]
    operator = expression.operator
    at = expression.at
    if operator == "not":
        known = protocols.truth(machine, values[0], at)
        return _truth_value(None if known is None else not known)
    if len(values) == 1:
        return _unary(machine, operator, values[0], at)
    left, right = values
    if operator not in ("is", "is not"):
        coroutines.lost(machine, left)
        coroutines.lost(machine, right)
    if any(isinstance(value, MappedAttribute | Criterion | Expression) for value in values):
        return _criterion(operator, left, right)
    match operator:
        case "is" | "is not":
            known = equal(machine, left, right)
            return _truth_value(known if operator == "is" or known is None else not known)
        case "in" | "not in":
            known = protocols.contains(machine, right, left, at)
            return _truth_value(known if operator == "in" or known is None else not known)
        case "%" if isinstance(left, Literal) and isinstance(left.value, str):
            protocols.show(machine, right, at)
            return _percent(machine, left.value, right, at)
        case _:
            return binary(machine, operator, left, right, at)


def _percent(machine: Machine, text: str, given: Value, at: int) -> Value:
    match given:
        case Tuple(items=items):
            return texts.percent(text, items, {})
        case Reference() if isinstance(machine.object_of(given), Table):
            return texts.percent(text, (), tables.by_text(tables.of_value(machine, given, at)))
        case _:
            return texts.percent(text, (given,), {})


def _unary(machine: Machine, operator: str, value: Value, at: int) -> Value:
    if isinstance(value, Expression):
        return replace(value, criteria=())
    if operator == "-" and isinstance(value, Literal) and isinstance(value.value, int | float):
        return literal(-value.value)
    made = protocols.negate(machine, operator, value, at)
    return Unknown("an arithmetic result") if made is None else made


def binary(machine: Machine, operator: str, left: Value, right: Value, at: int) -> Value:
    """What a binary operator gives of two values."""
    made = protocols.compare(machine, operator, left, right, at)
    if made is None:
        made = protocols.combine(machine, operator, left, right, at)
    if made is not None:
        return made
    match operator:
        case "|" if _is_type(left) and _is_type(right):
            return Tuple((left, right))
        case "==" | "!=":
            known = equal(machine, left, right)
            return _truth_value(known if operator == "==" or known is None else not known)
        case "+" | "|":
            return _add(machine, left, right, at)
        case _ if isinstance(left, Literal) and isinstance(right, Literal):
            return _of_numbers(operator, left.value, right.value)
        case _:
            return Unknown("an arithmetic result")


def _of_numbers(operator: str, left: object, right: object) -> Value:
    # `def names(node, depth): … if depth > 0: names(child, depth - 1)`
    apply = _ON_NUMBERS.get(operator)
    if apply is None or not isinstance(left, int | float) or not isinstance(right, int | float):
        return Unknown("an arithmetic result")
    found = apply(left, right)
    # a count from far away is left to the fixpoint, which comes to rest before it does
    return literal(found) if abs(found) <= _FARTHEST else Unknown("an arithmetic result")


def _is_type(value: Value) -> bool:
    # `Author | Book | None` is for `isinstance` what the tuple of them is
    if isinstance(value, Tuple):
        return all(map(_is_type, value.items))
    return isinstance(value, ClassReference | External) or value == NONE


def _truth_value(known: bool | None) -> Value:  # noqa: FBT001 - the value is the datum
    return Unknown("a truth value") if known is None else literal(known)


def _criterion(operator: str, left: Value, right: Value) -> Value:
    if operator == "==":
        if isinstance(left, MappedAttribute):
            return Criterion(left, right)
        if isinstance(right, MappedAttribute):
            return Criterion(right, left)
    is_evaluable = all(_is_evaluable(side) for side in (left, right))
    criteria = statements.criteria_of((left, right)) if operator == "&" else ()
    return Expression(is_evaluable=is_evaluable, criteria=criteria)


def _is_evaluable(side: Value) -> bool:
    match side:
        case Expression(is_evaluable=is_evaluable):
            return is_evaluable
        case MappedAttribute() | Literal() | Unknown():
            return True
        case _:
            return False


def _add(machine: Machine, left: Value, right: Value, at: int) -> Value:
    if isinstance(left, Literal) and isinstance(right, Literal):
        try:
            return literal(left.value + right.value)  # type: ignore[operator]  # tried, see below
        except TypeError:
            return Unknown("an arithmetic result")
    found = collections_api.add(machine, left, right, at)
    return Unknown("an arithmetic result") if found is None else found


def concatenated(machine: Machine, left: Value, right: Value) -> Items | None:
    """The list that two lists make together; None where they are no lists."""
    sides = [side for side in (_alternatives(machine, left), _alternatives(machine, right)) if side]
    if len(sides) < 2:  # noqa: PLR2004 - both sides
        return None
    parts = [_merge(side) for side in sides]
    if all(part.rest is None for part in parts):
        return Items(items=(*parts[0].items, *parts[1].items))
    found = [element for part in parts if (element := part.element()) is not None]
    return Items(rest=union_if_any(found))


def _alternatives(machine: Machine, value: Value) -> list[Items]:
    found = []
    for member in members(value):
        if isinstance(member, Tuple):
            found.append(Items(items=member.items))
        elif isinstance(member, Reference):
            thing = machine.object_of(member)
            if isinstance(thing, Items):
                found.append(thing)
        elif isinstance(member, Unknown):
            found.append(Items(rest=member))
    return found


def _merge(parts: list[Items]) -> Items:
    if len(parts) == 1:
        return parts[0]
    if len({len(part.items) for part in parts}) > 1:
        found = [element for part in parts if (element := part.element()) is not None]
        return Items(rest=union([*found, Unknown("an item present on some path only")]))
    items = tuple(union(column) for column in zip(*(part.items for part in parts), strict=True))
    return Items(items=items)


def equal(machine: Machine, left: Value, right: Value) -> bool | None:
    """Whether two values are equal, where that is known."""
    if isinstance(left, Literal) and isinstance(right, Literal):
        return left.value == right.value
    if isinstance(left, Union) or isinstance(right, Union):
        answers = {equal(machine, one, other) for one in members(left) for other in members(right)}
        return answers.pop() if len(answers) == 1 else None
    if isinstance(left, ClassReference | External) and isinstance(right, ClassReference | External):
        return classes.is_same(machine, left, right)
    if NONE in (left, right):
        other = right if left == NONE else left
        return False if is_something(machine, other) else None
    if _is_sentinel(machine, left) or _is_sentinel(machine, right):
        return None if _may_be_made(left) or _may_be_made(right) else left == right
    return None


def _may_be_made(value: Value) -> bool:
    # `show(user, user.nickname)`, `def show(user, name=UNSET)`: no row holds the object that `UNSET` is
    return isinstance(value, Unknown) and not value.is_stored


def _is_sentinel(machine: Machine, value: Value) -> bool:
    # `MISSING = object()` is the same as nothing but itself
    thing = machine.object_of(value) if isinstance(value, Reference) else None
    return isinstance(thing, Instance) and thing.class_name == SENTINEL


def is_something(machine: Machine, value: Value) -> bool:
    """Whether a value is known not to be `None`."""
    match value:
        case Unknown():
            return _is_key(machine, value)
        case Literal():
            return value != NONE
        case Union(members=parts):
            return all(is_something(machine, part) for part in parts)
        case External(name=name):
            # `settings.timeout` of an installed package: a constant, as far as anybody knows
            return name.startswith("builtins.") or library_names().is_known(name)
        case ExternalMethod(receiver=ExternalInstance()):
            # `response.error`: a field is not told from a method where the class is not in the project
            return False
        case _:
            return True


def truth(machine: Machine, value: Value) -> bool | None:
    """Whether a value is true, where that is known."""
    match value:
        case Literal():
            return bool(value.value)
        case Tuple(items=items):
            return bool(items)
        case Reference():
            return _truth_of_object(machine, value)
        case Union(members=parts):
            answers = {truth(machine, part) for part in parts}
            return answers.pop() if len(answers) == 1 else None
        case FunctionReference() | ClassReference() | BoundMethod() | Statement():
            return True
        case External(name=name) if name.startswith("builtins."):
            # the class of an exception, in `if exc_type:`
            return True
        case Unknown() if _is_key(machine, value):
            return True
        case _:
            return None


def _is_key(machine: Machine, value: Unknown) -> bool:
    # `if self.id: session.merge(self) else: session.add(self)`: what has a row has a primary key, and it has the keys
    # of others that are NOT NULL: `book.author_id or book.author.id`
    match value.symbol:
        case ("column", int(location), str(name)):
            entity = machine.entity(Reference(location))
        case _:
            return False
    if entity is None:
        return False
    mapper = machine.analysis.mappers[entity.mapper]
    column = mapper.columns.get(name)
    is_other_key = column is not None and column.is_required and column.foreign_key is not None
    if name not in mapper.primary_key and not is_other_key:
        return False
    return entity.attachment in (Attachment.PERSISTENT, Attachment.DETACHED)


def _truth_of_object(machine: Machine, reference: Reference) -> bool | None:
    match machine.object_of(reference):
        case Session():
            return True
        case Entity():
            is_asked = any(
                functions.method_of(machine, reference, name) for name in ("__bool__", "__len__")
            )
            return None if is_asked else True
        case Items(items=items, rest=rest):
            return True if items else (False if rest is None else None)
        case Table(entries=entries, rest=rest):
            return True if entries else (False if rest is None else None)
        case Instance(class_name=name, is_declared=False):
            # `__bool__` and `__len__` of the project were asked before: `settings or Settings()`
            ancestors = machine.analysis.project.classes.mro(name)
            is_known = all(
                machine.analysis.project.classes.info(each) is not None
                or each.startswith(_WITHOUT_LENGTH)
                for each in ancestors
            )
            return True if is_known and ancestors else None
        case _:
            return None


def logical(machine: Machine, expression: ex.Logical) -> Value:
    """`and` and `or`: later values only where the earlier ones let them be reached."""
    stops = expression.operator == "or"
    found: list[Value] = []
    states: list[dict[Key, Content]] = []
    base = machine.memory
    machine.memory = base.fork()
    try:
        for position, part in enumerate(expression.values):
            value = transfer.evaluate(machine, part)
            is_last = position == len(expression.values) - 1
            known = None if is_last else protocols.truth(machine, value, protocols.place_of(part))
            if known is stops or is_last:
                found.append(value)
                break
            if known is None:
                found.append(_when(value, holds=stops))
                states.append(machine.memory.since(base))
            narrowing.assume(machine, part, holds=not stops)
        states.append(machine.memory.since(base))
    finally:
        machine.memory = base
    machine.join(states)
    return union(found)


def _when(value: Value, *, holds: bool) -> Value:
    kept = [
        member
        for member in members(value)
        if (member != NONE) is holds or isinstance(member, Unknown)
    ]
    return union(kept) if kept else value


def formatted(machine: Machine, expression: ex.Formatted) -> Value:
    """An f-string calls `__str__`, `__repr__` or `__format__` of what it shows."""
    values: list[Value] = []
    wanted = literal("") if expression.texts else Unknown("a format")
    for part, conversion in zip(expression.values, expression.conversions, strict=True):
        value = transfer.evaluate(machine, part)
        protocols.show_in_text(machine, value, conversion, wanted, expression.at)
        values.append(value)
    is_plain = expression.texts and not set(expression.conversions) & {"r", "a"}
    return texts.joined(expression.texts, values) if is_plain else texts.UNKNOWN


def display(machine: Machine, expression: ex.Sequence) -> Value:
    """A list, tuple or set display."""
    items: list[Value] = []
    rest: list[Value] = []
    for item in expression.items:
        value = transfer.evaluate(machine, item)
        if expression.kind == "set":
            protocols.hashed(machine, value, expression.at)
        if not isinstance(item, ex.Starred):
            items.append(value)
            continue
        known, more = iteration.elements(machine, value, expression.at)
        items.extend(known)
        if more is not None:
            rest.append(more)
    if expression.kind == "tuple" and not rest:
        return Tuple(tuple(items))
    if rest or len(items) > _MOST_ITEMS:
        made = Items(rest=union([*items, *rest]), kind=expression.kind)
    else:
        made = Items(items=tuple(items), kind=expression.kind)
    return machine.allocate(machine.site(expression.at, "display"), made)


def mapping(machine: Machine, expression: ex.Mapping) -> Value:
    """A dict display; a `**value` adds what is known of it."""
    table = Table()
    for entry in expression.entries:
        value = transfer.evaluate(machine, entry.value)
        if entry.key is None:
            table = tables.updated(table, tables.of_value(machine, value, expression.at))
            continue
        key = transfer.evaluate(machine, entry.key)
        protocols.hashed(machine, key, expression.at)
        table = tables.put(table, key, value)
    return machine.allocate(machine.site(expression.at, "mapping"), table)

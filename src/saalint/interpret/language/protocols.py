"""What the language calls on an object without naming it: `len(x)`, `if x`, `for … in x`, `x in y`, `x == y`, `f"{x}"`.

Goes in: values and what is done with them. Comes out: what the special method of the project gives, entered like any
other function; None where the project defines none.
"""

from __future__ import annotations

from saalint.facts import expressions as ex
from saalint.interpret import transfer
from saalint.interpret.calling import calls, functions
from saalint.interpret.domain.heap import Entity, Instance, Items, Table
from saalint.interpret.domain.values import (
    AttributeAccess,
    Reference,
    Tuple,
    Union,
    Unknown,
    Value,
    literal,
    members,
    union,
    union_if_any,
)
from saalint.interpret.language import coroutines, generated, iteration, operators, waiting
from saalint.interpret.machine import Machine
from saalint.interpret.orm import inspection, unloadable
from saalint.source.positions import Place

# of a binary operator: the method of the left operand, `r` before its name for that of the right one
_OPERATORS = {
    "+": "add", "-": "sub", "*": "mul", "/": "truediv", "//": "floordiv", "%": "mod", "**": "pow", "@": "matmul",
    "&": "and", "|": "or", "^": "xor", "<<": "lshift", ">>": "rshift",
}  # fmt: skip
_COMPARISONS = {
    "==": "__eq__",
    "!=": "__ne__",
    "<": "__lt__",
    "<=": "__le__",
    ">": "__gt__",
    ">=": "__ge__",
}
_REFLECTED = {
    "==": "__eq__",
    "!=": "__ne__",
    "<": "__gt__",
    "<=": "__ge__",
    ">": "__lt__",
    ">=": "__le__",
}
_UNARY = {"-": "__neg__", "+": "__pos__", "~": "__invert__"}
_TEXT = ("__str__", "__repr__")
_REPRESENTATION = ("__repr__",)


def enter(
    machine: Machine, value: Value, name: str, arguments: tuple[Value, ...], at: Place
) -> Value | None:
    """What a special method gives, for the alternatives of a value whose class has one; None where none has."""
    found: list[Value] = []
    for member in members(value):
        method = functions.method_of(machine, member, name)
        if method is not None:
            found.append(calls.call(machine, method, arguments, (), at))
    return union_if_any(found)


def test(machine: Machine, expression: ex.Expression) -> bool | None:
    """Evaluate a test and decide it, where that is possible: `if basket:` runs `__bool__`, or else `__len__`."""
    return truth(machine, transfer.evaluate(machine, expression), place_of(expression))


def place_of(expression: ex.Expression) -> Place:
    """Where an expression stands; those without a place of their own stand where their first part does."""
    match expression:
        case ex.Conditional(test=part) | ex.NamedExpression(target=part) | ex.Starred(value=part):
            return place_of(part)
        case ex.Logical(values=values):
            return place_of(values[0])
        case ex.Slice():
            return 0
        case _:
            return expression.at


def truth(machine: Machine, value: Value, at: Place) -> bool | None:
    """Whether a value is true, where that is known after asking it."""
    answers: set[bool | None] = set()
    if coroutines.is_pending(value):
        # a coroutine is always true; where it may be `None`, that is what is asked
        coroutines.lost(machine, value)
    for member in members(value):
        made = None
        if isinstance(member, Reference):
            made = enter(machine, member, "__bool__", (), at)
            if made is None:
                made = enter(machine, member, "__len__", (), at)
        answers.add(operators.truth(machine, member if made is None else made))
    return answers.pop() if len(answers) == 1 else None


def iterated(machine: Machine, value: Value, at: Place) -> Value:
    """What a `for` goes over: what `__iter__` of an object of the project gives, or the value itself."""
    if isinstance(value, Union):
        return union(iterated(machine, part, at) for part in value.members)
    if not isinstance(value, Reference) or not isinstance(
        machine.object_of(value), Entity | Instance
    ):
        return value
    for name, following in (("__iter__", "__next__"), ("__aiter__", "__anext__")):
        made = enter(machine, value, name, (), at)
        if made is None:
            continue
        if value not in members(made):
            return made
        element = enter(machine, value, following, (), at)
        return _any_number(machine, element, at)
    element = enter(machine, value, "__getitem__", (Unknown("a position"),), at)
    return value if element is None else _any_number(machine, element, at)


def _any_number(machine: Machine, element: Value | None, at: Place) -> Value:
    element = (
        Unknown("an element of an object")
        if element is None
        else waiting.wait(machine, element, at)
    )
    return machine.allocate(machine.site(at, "iterated"), Items(rest=element))


def contains(machine: Machine, container: Value, item: Value, at: Place) -> bool | None:
    """Whether `item in container`, where that is known after asking."""
    answers = {_contains(machine, member, item, at) for member in members(container)}
    return answers.pop() if len(answers) == 1 else None


def _contains(machine: Machine, container: Value, item: Value, at: Place) -> bool | None:
    if isinstance(container, AttributeAccess):
        return inspection.contains(machine, container, item)
    if isinstance(container, Tuple):
        return _among(machine, (*container.items, *inspection.keys_of(container)), None, item, at)
    if not isinstance(container, Reference):
        return None
    match machine.object_of(container):
        case Items(items=items, rest=rest) as thing:
            unloadable.use(machine, thing, at)
            return _among(machine, items, rest, item, at)
        case Table(entries=entries, rest=rest):
            return _among(machine, tuple(key for key, _ in entries), rest, item, at)
        case Entity() | Instance():
            made = enter(machine, container, "__contains__", (item,), at)
            if made is not None:
                return operators.truth(machine, made)
            known, rest = iteration.elements(machine, container, at)
            return _among(machine, known, rest, item, at)
        case _:
            return None


def _among(
    machine: Machine, items: tuple[Value, ...], rest: Value | None, item: Value, at: Place
) -> bool | None:
    answers = {equal(machine, item, other, at) for other in items}
    if rest is not None:
        answers.add(None if equal(machine, item, rest, at) is not False else False)
    if True in answers:
        return True
    return None if None in answers else False


def equal(machine: Machine, left: Value, right: Value, at: Place) -> bool | None:
    """Whether two values are equal, where that is known after asking `__eq__`."""
    made = compare(machine, "==", left, right, at)
    return operators.equal(machine, left, right) if made is None else operators.truth(machine, made)


def compare(machine: Machine, operator: str, left: Value, right: Value, at: Place) -> Value | None:
    """What a comparison of objects of the project gives; None where they do not compare themselves."""
    name = _COMPARISONS.get(operator)
    if name is None:
        return None
    made = enter(machine, left, name, (right,), at)
    if made is None and operator == "!=":
        made = enter(machine, left, "__eq__", (right,), at)
        if made is not None:
            known = operators.truth(machine, made)
            made = Unknown("a truth value") if known is None else literal(not known)
    if made is None:
        made = enter(machine, right, _REFLECTED[operator], (left,), at)
    return made


def combine(machine: Machine, operator: str, left: Value, right: Value, at: Place) -> Value | None:
    """What an operator between objects of the project gives; None where they define none."""
    name = _OPERATORS.get(operator)
    if name is None:
        return None
    made = enter(machine, left, f"__{name}__", (right,), at)
    return made if made is not None else enter(machine, right, f"__r{name}__", (left,), at)


def negate(machine: Machine, operator: str, value: Value, at: Place) -> Value | None:
    """What `-x`, `+x` and `~x` of an object of the project give; None where it defines none."""
    name = _UNARY.get(operator)
    return enter(machine, value, name, (), at) if name is not None else None


def hashed(machine: Machine, value: Value, at: Place) -> None:
    """A value becomes a key of a dict or an item of a set: `__hash__` runs."""
    for member in members(value):
        parts = member.items if isinstance(member, Tuple) else (member,)
        for part in parts:
            enter(machine, part, "__hash__", (), at)


def ordered(machine: Machine, element: Value, at: Place) -> None:
    """Values are sorted without a key: `__lt__` of their class runs."""
    enter(machine, element, "__lt__", (element,), at)


def show(
    machine: Machine, value: Value, at: Place, *, is_representation: bool = False, depth: int = 0
) -> None:
    """A value is turned into text: `__str__` or `__repr__` runs, `__repr__` of what a list, tuple or dict holds."""
    coroutines.lost(machine, value)
    for member in members(value):
        if isinstance(member, Tuple):
            _show_tuple(machine, member, at, is_representation=is_representation, depth=depth)
        elif isinstance(member, Reference):
            _show_object(machine, member, at, is_representation=is_representation, depth=depth)


def show_in_text(machine: Machine, value: Value, conversion: str, wanted: Value, at: Place) -> None:
    """A value stands in a text as its format says: `f"{song!r}"`, `"{:long}".format(song)`."""
    if conversion:
        show(machine, value, at, is_representation=conversion in ("r", "a"))
    elif enter(machine, value, "__format__", (wanted,), at) is None:
        show(machine, value, at)


def _show_tuple(
    machine: Machine, value: Tuple, at: Place, *, is_representation: bool, depth: int
) -> None:
    for name in _REPRESENTATION if is_representation else _TEXT:
        if enter(machine, value, name, (), at) is not None:
            return
    for item in value.items:
        show(machine, item, at, is_representation=True, depth=depth)


def _show_object(
    machine: Machine, reference: Reference, at: Place, *, is_representation: bool, depth: int
) -> None:
    match machine.object_of(reference):
        case Entity() | Instance():
            for name in _REPRESENTATION if is_representation else _TEXT:
                if enter(machine, reference, name, (), at) is not None:
                    return
            generated.represent(machine, reference, at, depth)
        case Items() | Table() as held:
            element = held.element()
            if element is not None and reference not in members(element):
                show(machine, element, at, is_representation=True, depth=depth)
        case _:
            return

"""Questions about classes themselves: which of two is which, what one inherits from."""

from __future__ import annotations

from saalint.interpret.domain.values import (
    ClassReference,
    External,
    ExternalInstance,
    Tuple,
    Unknown,
    Value,
    literal,
)
from saalint.interpret.machine import Machine


def is_same(
    machine: Machine, one: ClassReference | External, other: ClassReference | External
) -> bool | None:
    """Whether two names are one class: two names of a library may be, unless they are different sessions."""
    if one.name == other.name:
        return True
    if isinstance(one, ClassReference) and isinstance(other, ClassReference):
        return False
    kinds = [machine.analysis.session_kind_of(side) for side in (one, other)]
    return False if None not in kinds and kinds[0] is not kinds[1] else None


def ancestry(machine: Machine, kind: ClassReference | External) -> Value:
    """`AsyncSession.__mro__`, as far as it is known."""
    if isinstance(kind, External):
        is_session = machine.analysis.session_kind_of(kind) is not None
        return Tuple((kind,)) if is_session else Unknown("the bases of a class")
    names = machine.analysis.project.classes.mro(kind.name)
    return Tuple(tuple(_named(machine, name) for name in names))


def type_arguments(kind: Value) -> Value:
    """`get_args(Repository[Author])`."""
    if isinstance(kind, ClassReference | ExternalInstance):
        return Tuple(kind.arguments)
    return Unknown("type arguments")


def _named(machine: Machine, name: str) -> ClassReference | External:
    is_own = machine.analysis.project.classes.info(name) is not None
    return ClassReference(name) if is_own else External(name)


def subclass_test(machine: Machine, arguments: tuple[Value, ...]) -> Value:
    """`issubclass(maker.class_, AsyncSession)`, where the classes tell."""
    unknown = Unknown("a test of a class")
    match arguments:
        case (ClassReference() | External() as kind, ClassReference() | External() as base):
            known = ancestry(machine, kind)
        case _:
            return unknown
    if not isinstance(known, Tuple):
        return unknown
    answers = {
        is_same(machine, one, base)
        for one in known.items
        if isinstance(one, ClassReference | External)
    }
    if True in answers:
        return literal(True)  # noqa: FBT003 - the value is the datum
    return unknown if None in answers else literal(False)  # noqa: FBT003 - the value is the datum

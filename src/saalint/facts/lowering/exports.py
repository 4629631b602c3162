"""The instructions of a module, those in branches too, to the names its `__all__` lists."""

from __future__ import annotations

from saalint.facts.expressions import (
    Attribute,
    Call,
    Constant,
    Expression,
    Name,
    Operation,
    Sequence,
)
from saalint.facts.instructions import Assign, AugmentedAssign, Evaluate, Instruction


def exports_of(instructions: tuple[Instruction, ...]) -> tuple[str, ...] | None:
    """The listed names; None when there is no `__all__`, or when part of it is computed."""
    exported: tuple[str, ...] | None = None
    for instruction in instructions:
        match instruction:
            case Assign(targets=(Name(name="__all__"),), value=value) if value is not None:
                exported = _texts(value)
            case AugmentedAssign(target=Name(name="__all__"), value=value):
                exported = _joined(exported, _texts(value))
            case Evaluate(
                value=Call(
                    function=Attribute(base=Name(name="__all__"), name=method),
                    arguments=(argument,),
                )
            ):
                if method == "extend":
                    exported = _joined(exported, _texts(argument))
                elif method == "append":
                    exported = _joined(exported, _texts(Sequence("list", (argument,), 0)))
    return exported


def _texts(value: Expression) -> tuple[str, ...] | None:
    """The items of a display of texts, or of several with `+` between them."""
    match value:
        case Sequence(items=items):
            texts = [
                item.value
                for item in items
                if isinstance(item, Constant) and isinstance(item.value, str)
            ]
            return tuple(texts) if len(texts) == len(items) else None
        case Operation(operator="+", operands=(left, right)):
            return _joined(_texts(left), _texts(right))
        case _:
            return None


def _joined(
    first: tuple[str, ...] | None, second: tuple[str, ...] | None
) -> tuple[str, ...] | None:
    return None if first is None or second is None else first + second

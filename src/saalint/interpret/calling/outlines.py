"""Arguments of a call that passes on nothing the analysis knows to their outline: what may still decide what it does.

Flags, literals, classes and callbacks are kept, and of each object whether its class has functions that matter. Which
objects they are, and whatever is not known, is left out: calls of one outline share one context.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from saalint.interpret.domain.heap import (
    Entity,
    Factory,
    HeapObject,
    Instance,
    Items,
    Session,
    Table,
)
from saalint.interpret.domain.values import (
    NONE,
    BoundMethod,
    ExternalInstance,
    ExternalMethod,
    FunctionReference,
    Literal,
    Reference,
    Tuple,
    Union,
    Unknown,
    Value,
)

_DEEPEST = 2
_UNTOLD = "unknown"


@dataclass(frozen=True, slots=True)
class Outliner:
    """Makes outlines; `objects` are those that references number, `is_telling` says which classes matter."""

    objects: tuple[HeapObject, ...]
    is_telling: Callable[[str], bool]

    def of(self, value: Value, depth: int = 0) -> Hashable:
        """The outline of a value."""
        match value:
            case Literal(kind="int" | "float") | ExternalInstance() | ExternalMethod():
                return _UNTOLD
            case Literal() | Unknown() if depth:
                return _UNTOLD
            case Unknown(symbol=symbol):
                return "flag" if symbol is not None and symbol[0] == "flag" else _UNTOLD
            case Reference(location=location):
                return value if location < 0 else self._of_object(self.objects[location], depth)
            case Tuple(items=items):
                return self._together(items, depth)
            case Union(members=parts):
                told = frozenset(self.of(part, depth) for part in parts)
                return _UNTOLD if _UNTOLD in told else told
            case FunctionReference(module=module, index=index, captured=captured):
                inner = tuple((name, self.of(each, depth)) for name, each in captured)
                return (module, index, inner)
            case BoundMethod(function=function, receiver=receiver):
                return (self.of(function, depth), self.of(receiver, depth))
            case _:
                return value

    def _of_object(self, thing: HeapObject, depth: int) -> Hashable:
        match thing:
            case Entity(mapper=name):
                return name
            case Instance() if depth >= _DEEPEST:
                return _UNTOLD
            case Instance(class_name=name):
                fields = [(field, self.of(value, depth + 1)) for field, value in thing.fields]
                told = tuple(pair for pair in fields if pair[1] not in (_UNTOLD, NONE))
                if not told and not self.is_telling(name):
                    return _UNTOLD
                return (name, thing.arguments, told)
            case Items(items=items, rest=rest):
                return self._together((*items, *(() if rest is None else (rest,))), depth + 1)
            case Table(entries=entries):
                return self._together([part for entry in entries for part in entry], depth + 1)
            case Session() | Factory():
                return thing

    def _together(self, values: tuple[Value, ...] | list[Value], depth: int) -> Hashable:
        if depth > _DEEPEST:
            return _UNTOLD
        told = tuple(self.of(value, depth) for value in values)
        return _UNTOLD if all(each == _UNTOLD for each in told) else told

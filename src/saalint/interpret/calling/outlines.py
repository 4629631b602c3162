"""Arguments of a call that passes on nothing the analysis knows to their outline: what may still decide what it does.

Flags, literals, classes and callbacks are kept, and of each object whether its class has functions that matter. Which
objects they are, whatever is not known, and the fields that every object of the class has alike is left out: calls of
one outline share one context.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Protocol

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
    KEY_AT_HAND,
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
# unknowns of which something is known: what is done may depend on it
_TOLD = frozenset({"flag", KEY_AT_HAND})


class Classes(Protocol):
    """What is known of the classes of objects, whatever the object."""

    def is_telling(self, name: str) -> bool:
        """Whether a class has functions that matter."""

    def usual(self, name: str) -> Mapping[str, Hashable]:
        """The outlines of the fields of an object of a class, of which only the class is known."""


@dataclass(frozen=True, slots=True)
class Outliner:
    """Makes outlines; `object_at` gives the object that a reference numbers."""

    object_at: Callable[[int], HeapObject | None]
    classes: Classes

    def of(self, value: Value, depth: int = 0) -> Hashable:
        """The outline of a value."""
        match value:
            case Literal(kind="int" | "float") | ExternalInstance() | ExternalMethod():
                return _UNTOLD
            case Literal() | Unknown() if depth:
                return _UNTOLD
            case Unknown(symbol=symbol):
                return symbol[0] if symbol is not None and symbol[0] in _TOLD else _UNTOLD
            case Reference(location=location):
                return value if location < 0 else self._of_object(self.object_at(location), depth)
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

    def _of_object(self, thing: HeapObject | None, depth: int) -> Hashable:
        match thing:
            case None:
                return _UNTOLD
            case Entity(mapper=name):
                return name
            case Instance() if depth >= _DEEPEST:
                return _UNTOLD
            case Instance(class_name=name):
                fields = self.fields_of(thing, depth + 1)
                # `self.books = BookService()`: an object that was only declared has it too, when it is asked for
                usual = self.classes.usual(name) if fields else {}
                told = tuple(pair for pair in fields.items() if usual.get(pair[0]) != pair[1])
                if not told and not self.classes.is_telling(name):
                    return _UNTOLD
                return (name, thing.arguments, told)
            case Items(items=(), rest=None) | Table(entries=(), rest=None) if not depth:
                # `posts.one(key)` of `def one(self, key, *options)`: no options are not unknown ones
                return ()
            case Items(items=items, rest=rest):
                return self._together((*items, *(() if rest is None else (rest,))), depth + 1)
            case Table(entries=entries):
                return self._together([part for entry in entries for part in entry], depth + 1)
            case Session() | Factory():
                return thing

    def fields_of(self, instance: Instance, depth: int) -> dict[str, Hashable]:
        """The outlines of the fields of an object that tell something."""
        outlines = ((name, self.of(value, depth)) for name, value in instance.fields)
        return {name: outline for name, outline in outlines if outline not in (_UNTOLD, NONE)}

    def _together(self, values: tuple[Value, ...] | list[Value], depth: int) -> Hashable:
        if depth > _DEEPEST:
            return _UNTOLD
        told = tuple(self.of(value, depth) for value in values)
        return _UNTOLD if all(each == _UNTOLD for each in told) else told

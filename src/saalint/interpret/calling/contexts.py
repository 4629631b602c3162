"""The contexts of all functions: each a function in one shape of call, with what came of it."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from saalint.interpret.calling.outlines import Classes, Outliner
from saalint.interpret.domain.heap import Content, HeapObject, Instance, Key, Session, has_acted
from saalint.interpret.domain.object_references import (
    map_content,
    map_object,
    reach,
    references_in,
)
from saalint.interpret.domain.references import map_references
from saalint.interpret.domain.values import (
    BoundMethod,
    ClassReference,
    FunctionReference,
    Literal,
    Reference,
    Unknown,
    Value,
)
from saalint.interpret.language.exits import Failure, Vagueness
from saalint.interpret.machine import Called, Record
from saalint.interpret.record import record, replace

# a function by module and number; a method that many classes inherit is one of each of them
FunctionKey: TypeAlias = tuple[str, int, str | None, tuple[tuple[str, int], ...]]


@record()
class ContextKey:
    """The shape of a call: arguments and reached objects with canonical numbers."""

    module: str
    index: int
    owner: str | None
    arguments: tuple[tuple[str, Value], ...]
    objects: tuple[HeapObject, ...]
    shared: tuple[tuple[Key, Content], ...]
    is_load_allowed: bool
    is_handler: bool = False

    @property
    def receiver(self) -> str | None:
        """The class of the object that a method was called on: one that many classes inherit is one of each."""
        if self.owner is None or not self.arguments:
            return None
        match self.arguments[0][1]:
            case Reference(location=number) if 0 <= number < len(self.objects):
                return getattr(self.objects[number], "class_name", None)
            case ClassReference(name=name):
                return name
            case _:
                return None

    @property
    def function(self) -> FunctionKey:
        """What is analysed, and counted: a decorator is one function of each that it is given, or that it holds."""
        values = [value for _, value in self.arguments]
        given = [key for value in (*values, *self._held()) for key in _functions_in(value)]
        match values[0] if self.owner is not None and values else None:
            case Reference(location=number) if number < 0:
                # `@injected def load(…)`: the object that stands for the function is one of its module
                given.append(("", number))
            case _:
                pass
        return (self.module, self.index, self.receiver, tuple(given))

    def _held(self) -> Iterator[Value]:
        # what the object holds that a method was called on
        match self.arguments[0][1] if self.owner is not None and self.arguments else None:
            case Reference(location=number) if 0 <= number < len(self.objects):
                thing = self.objects[number]
                if isinstance(thing, Instance):
                    yield from (value for _, value in thing.fields)
            case _:
                return

    def has_number(self) -> bool:
        """Whether a number is among what is passed on."""
        return any(_is_number(part) for part in _parts((self.arguments, self.objects)))

    def outline(self, classes: Classes) -> Hashable:
        """What is left of the shape where no object in it matters."""
        outliner = Outliner(self.objects.__getitem__, classes)
        told = tuple(outliner.of(value) for _, value in self.arguments)
        return (self.owner, self.is_load_allowed, self.is_handler, told)


@dataclass(slots=True)
class Outcome:
    """What a run gives back: the value, the objects as they are afterwards, and whether it comes back at all.

    `origins` tell of the objects that came out of a recursive call where they were made, whatever the way they took.
    `awaited` are the sessions of which it waited for something, `failed` is what it raises where somebody listens.
    `sides` tell what it leaves by what it gives.
    """

    value: Value
    objects: dict[int, HeapObject]
    shared: dict[Key, Content]
    comes_back: bool
    awaited: frozenset[Reference] = frozenset()
    origins: dict[int, tuple[Hashable, ...]] = field(default_factory=dict)
    failed: Failed | None = field(default=None, compare=False)
    sides: tuple[Side, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Side:
    """What a function leaves of the objects that it was given, where it gives one of some values."""

    values: tuple[Value, ...]
    objects: dict[int, HeapObject]


@dataclass(frozen=True, slots=True)
class Left:
    """What a run of a body leaves beside its outcome."""

    failed: Failed | None
    sides: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """What leaves a function by an exception, each with its kind: the value is what is raised; and what else may."""

    ways: tuple[tuple[Failure, Outcome], ...]
    vague: Vagueness


@dataclass(slots=True)
class Context:
    """One function in one shape of call. `runs` has one record for each combination of its flags.

    `assumed` is what a recursive call of it gives while it is being run, `leans_on` the outermost context that its
    outcome leans on, `is_restless` one whose outcome does not come to rest.
    """

    key: ContextKey
    runs: list[Run] = field(default_factory=list)
    outcome: Outcome | None = None
    assumed: Outcome | None = None
    leans_on: Context | None = None
    is_restless: bool = False

    _gives_on: bool | None = None
    _lent: Outcome | None = None

    def settle(self, outcome: Outcome) -> None:
        """This came of it."""
        self.outcome = outcome
        self._gives_on = self._lent = None

    def forget(self) -> None:
        """It is to be run again."""
        self.outcome = self.leans_on = None
        self.runs.clear()

    def outcome_for(self, key: ContextKey) -> Outcome:
        """What came of it, for a call of the same outline: what only the first call was given is not known."""
        assert self.outcome is not None
        if key == self.key:
            return self.outcome
        if self._lent is None:
            self._lent = self.lent(self.outcome)
        return self._lent

    def lent(self, outcome: Outcome) -> Outcome:
        """An outcome without what only the first call was given."""
        given = {part for part in _parts(self._given()) if _is_told(part)}

        def forget(part: Reference | Unknown) -> Value:
            return Unknown("what another call was given") if part in given else part

        failed = outcome.failed
        if failed is not None:
            failed = replace(failed, ways=tuple((k, self.lent(each)) for k, each in failed.ways))
        return replace(
            outcome,
            failed=failed,
            sides=(),
            value=map_references(outcome.value, forget),
            objects={n: map_object(each, forget) for n, each in outcome.objects.items()},
        )

    def gives_on(self) -> bool:
        """Whether what comes of it holds a number or an unknown value that it was given: a key, in a query."""
        if self._gives_on is None and self.outcome is not None:
            given = {part for part in _parts(self._given()) if _is_number(part) or _is_told(part)}
            outcome = (self.outcome.value, tuple(self.outcome.objects.values()))
            self._gives_on = any(
                part in given for part in _parts(outcome) if _is_number(part) or _is_told(part)
            )
        return bool(self._gives_on)

    def _given(self) -> tuple[object, ...]:
        return (self.key.arguments, self.key.objects)


@dataclass(slots=True)
class Run:
    """What one run of a context saw, the contexts it called, and what it yielded as a generator."""

    record: Record
    called: list[Called] = field(default_factory=list)
    yielded: list[Value] = field(default_factory=list)


def _is_number(part: object) -> bool:
    return isinstance(part, Literal) and part.kind in ("int", "float")


def _is_told(part: object) -> bool:
    return isinstance(part, Unknown) and part.symbol is not None


def _parts(node: object) -> Iterator[object]:
    # in no certain order
    queue = [node]
    while queue:
        part = queue.pop()
        yield part
        if isinstance(part, tuple):
            queue.extend(part)
        else:
            # `dataclasses.fields` would make a tuple of them for each object again
            names = getattr(part, "__dataclass_fields__", ())
            queue.extend([getattr(part, name) for name in names])


def _functions_in(value: Value) -> Iterator[tuple[str, int]]:
    # `in_session(load_book)` and `in_session(load_author)` have nothing in common but the way there
    match value:
        case FunctionReference(module=module, index=index, captured=captured):
            yield (module, index)
            for _, inner in captured:
                yield from _functions_in(inner)
        case BoundMethod(function=function):
            yield from _functions_in(function)
        case _:
            return


def reachable(outcome: Outcome, incoming: int) -> set[int]:
    """The objects that whoever called can reach afterwards: what came in, what is given back or left in a module."""
    found = reach(outcome.objects.get, _at_hand(outcome, incoming))
    return {number for number in found if number >= 0}


def _at_hand(outcome: Outcome, incoming: int) -> tuple[Content, ...]:
    # whoever called has objects of a session that the callee found by itself
    acting = (number for number, thing in outcome.objects.items() if has_acted(thing))
    given = map(Reference, (*range(incoming), *acting))
    return (outcome.value, *outcome.shared.values(), *given)


def nearest(outcome: Outcome, incoming: int, most: int) -> Outcome:
    """What a run gives back with so many objects of its own at most: those nearest to its value, and its sessions.

    `def pair(n): return [pair(n - 1), pair(n - 1)]` makes twice as many with each call that it goes deeper.
    """
    kept: set[int] = set()
    queue = deque[Reference]()
    for content in _at_hand(outcome, incoming):
        queue.extend(references_in(content))
    while queue:
        number = queue.popleft().location
        thing = outcome.objects.get(number)
        if number in kept or thing is None:
            continue
        if number < incoming or len(kept) < incoming + most or isinstance(thing, Session):
            kept.add(number)
            queue.extend(references_in(thing))

    def forget(part: Reference | Unknown) -> Value:
        match part:
            case Reference(location=number) if number >= incoming and number not in kept:
                return Unknown("one of more objects than are followed")
            case _:
                return part

    return replace(
        outcome,
        value=map_references(outcome.value, forget),
        shared={key: map_content(each, forget) for key, each in outcome.shared.items()},
        objects={n: map_object(outcome.objects[n], forget) for n in sorted(kept)},
        sides=(),
    )


# a small project may take what so many more functions would
_FREE_FUNCTIONS = 250


class Contexts:
    """The contexts that are known, by function."""

    def __init__(self, classes: Classes, most_steps: int) -> None:
        self._classes = classes
        self._most_steps = most_steps
        self._steps = 0
        self._by_shape: dict[FunctionKey, dict[ContextKey, Context]] = {}
        self._by_outline: dict[FunctionKey, dict[Hashable, Context]] = {}

    def __iter__(self) -> Iterator[Context]:
        for contexts in self._by_shape.values():
            yield from contexts.values()

    def spend(self, steps: int) -> None:
        """So many steps were taken in one of them."""
        self._steps += steps

    @property
    def is_spent(self) -> bool:
        """Whether the functions that were met so far have taken more steps together than they may."""
        return self._steps > self._most_steps * (_FREE_FUNCTIONS + len(self._by_shape))

    def of_shape(self, key: ContextKey, *, most: int) -> Context | None:
        """The context of a shape of call; None where the function has `most` others already."""
        known = self._by_shape.setdefault(key.function, {})
        found = known.get(key)
        if found is None:
            if len(known) >= most:
                return None
            found = known[key] = Context(key)
        return found

    def like(self, key: ContextKey, *, most: int, most_exact: int) -> Context | None:
        """The context of a shape of call in which no object matters: the first one of its outline.

        Not where that gives on what it was given, and this call gives a number: `by_key(1)` and `by_key(2)` are two.
        """
        known = self._by_outline.setdefault(key.function, {})
        outline = key.outline(self._classes)
        found = known.get(outline)
        if found is None:
            if len(known) >= most:
                return None
            found = self.of_shape(key, most=sys.maxsize)
            assert found is not None
            known[outline] = found
        elif found.key != key and found.gives_on() and key.has_number():
            return self.of_shape(key, most=most_exact)
        return found

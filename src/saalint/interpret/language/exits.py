"""Where control goes that leaves a block early: the handlers of a `try`, the ends of a loop."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, Flag, auto

from saalint.interpret.domain.heap import Content, HeapObject, Key
from saalint.interpret.domain.memory import Memory
from saalint.interpret.domain.values import Union, Value
from saalint.project.mapped import SourcePlace


class Failure(Enum):
    """What fails: a flush or statement that changes rows, one that only asks, or what the code raises itself."""

    CHANGE = auto()
    QUERY = auto()
    RAISE = auto()


class Vagueness(Flag):
    """What may be raised from anywhere: what libraries raise, what databases do, what the project declares."""

    NONE = 0
    LIBRARY = auto()
    DATABASE = auto()
    OWN = auto()
    ALL = LIBRARY | DATABASE | OWN


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception on its way: what the code raised, where it did so itself, and what was written until then."""

    kind: Failure
    value: Value
    written: dict[Key, Content]


@dataclass(slots=True)
class Catcher:
    """Where an exception raised inside a `try` body ends up, and whether it waits for what a raising read raises.

    A function that is called inside a `try` has one around its body, which hands on what comes there. `past` are the
    entities that other turns of a loop had made before the body began.
    """

    base: Memory
    cleanup_depth: int
    is_for_raising: bool = False
    past: frozenset[int] = frozenset()
    raised: list[Raised] = field(default_factory=list)
    vague: Vagueness = Vagueness.NONE


@dataclass(frozen=True, slots=True)
class Handling:
    """A handler that is being run: inside how many loops, and what it caught, where that is known."""

    loop_depth: int
    caught: tuple[Raised, ...] = ()


@dataclass(slots=True)
class Relay:
    """A `with` whose manager is a generator, inside so many `try`: its body raises at the `yield`."""

    base: Memory
    depth: int
    raised: list[Raised] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Taken:
    """One side of a call: the values that it gives there, and objects as they are after it on either and on this."""

    values: tuple[Value, ...]
    objects: dict[int, tuple[HeapObject, HeapObject]]


@dataclass(frozen=True, slots=True)
class Fork:
    """A call whose value tells which side it took."""

    value: Union
    place: SourcePlace
    sides: tuple[Taken, ...]


@dataclass(slots=True)
class LoopExits:
    """Where `break` and `continue` end up."""

    base: Memory
    cleanup_depth: int
    breaks: list[dict[Key, Content]] = field(default_factory=list)
    continues: list[dict[Key, Content]] = field(default_factory=list)

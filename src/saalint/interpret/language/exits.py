"""Where control goes that leaves a block early: the handlers of a `try`, the ends of a loop."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

from saalint.interpret.domain.heap import Content, Key
from saalint.interpret.domain.memory import Memory


class Failure(Enum):
    """What fails: a flush or statement that changes rows, or one that only asks."""

    CHANGE = auto()
    QUERY = auto()


@dataclass(slots=True)
class Catcher:
    """Where an exception raised inside a `try` body ends up, and whether it waits for what a raising read raises.

    `states` are what `raise` leads from, `failures` what calls of sessions do. It is vague where other calls may raise
    too, and vague for the database where they may be such that use one.
    """

    base: Memory
    cleanup_depth: int
    is_for_raising: bool = False
    states: list[dict[Key, Content]] = field(default_factory=list)
    failures: list[tuple[Failure, dict[Key, Content]]] = field(default_factory=list)
    is_vague: bool = False
    is_vague_for_database: bool = False


@dataclass(slots=True)
class Relay:
    """A `with` whose manager is a generator, inside so many `try`: its body raises at the `yield`."""

    base: Memory
    depth: int
    states: list[dict[Key, Content]] = field(default_factory=list)


@dataclass(slots=True)
class LoopExits:
    """Where `break` and `continue` end up."""

    base: Memory
    cleanup_depth: int
    breaks: list[dict[Key, Content]] = field(default_factory=list)
    continues: list[dict[Key, Content]] = field(default_factory=list)

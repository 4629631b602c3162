"""Reads to what tells two of them apart, and which of two at one place is told."""

from __future__ import annotations

from typing import TypeAlias

from saalint.interpret.events import AttributeRead, Handover, LoadState
from saalint.project.mapped import SourcePlace

ReadKey: TypeAlias = tuple[SourcePlace, str, Handover | None, bool]


def key_of(read: AttributeRead) -> ReadKey:
    """What tells two reads apart: the place, the attribute, where the object was handed over, if it is forbidden.

    In one loop `raiseload()` may forbid what one object lacks, and another one of an earlier query loads lazily.
    """
    return read.place, read.attribute, read.handover, read.state is LoadState.RAISING


def kinds(key: ReadKey) -> tuple[ReadKey, ReadKey]:
    """The keys of one read where it is forbidden, and where it is not."""
    return (*key[:3], True), (*key[:3], False)


def severity(read: AttributeRead) -> tuple[int, bool, bool, int]:
    """How bad a read is: of two at one place, the worse one is told."""
    if LoadState.UNKNOWN in read.state:
        rank = 0
    elif LoadState.LOADED in read.state:
        rank = 1 if read.state is LoadState.LOADED else 2
    else:
        rank = 3
    is_plausible = read.is_target_plausible
    return rank, not read.is_load_allowed, not is_plausible, len(read.repetitions)


def is_failing(read: AttributeRead) -> bool:
    """Whether a read needs a load on every path that was analysed."""
    return not read.state & (LoadState.LOADED | LoadState.UNKNOWN) and bool(read.state)

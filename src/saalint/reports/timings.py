"""The times of a run to lines: each stage, and the functions that took longest."""

from __future__ import annotations

from collections.abc import Iterator

from saalint.source.watch import Watch

_SHOWN = 10


def timing_lines(watch: Watch) -> Iterator[str]:
    """`1.24 s  interpretation` for each stage, then for the slowest functions."""
    for name, seconds in watch.stages.items():
        yield f"{seconds:7.3f} s  {name}"
    slowest = sorted(watch.functions.items(), key=lambda item: (-item[1], item[0]))[:_SHOWN]
    if slowest:
        yield "slowest functions, with what they call first:"
    for name, seconds in slowest:
        yield f"{seconds:7.3f} s  {name}"

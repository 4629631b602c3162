"""The times of a run to lines: each stage, and the rules and functions that took longest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from saalint.source.watch import Watch

_SHOWN = 10


def timing_lines(watch: Watch) -> Iterator[str]:
    """`1.240 s  interpretation` for each stage, then for the slowest rules and functions."""
    for name, seconds in watch.stages.items():
        yield f"{seconds:7.3f} s  {name}"
    yield from _slowest("slowest rules:", watch.rules)
    yield from _slowest("slowest functions, with what they call first:", watch.functions)


def _slowest(title: str, times: Mapping[str, float]) -> Iterator[str]:
    slowest = sorted(times.items(), key=lambda item: (-item[1], item[0]))[:_SHOWN]
    if slowest:
        yield title
    for name, seconds in slowest:
        yield f"{seconds:7.3f} s  {name}"

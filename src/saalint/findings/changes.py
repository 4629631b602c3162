"""Findings and changed lines to the findings that the changes touch or cause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet

from saalint.findings.finding import Finding
from saalint.findings.location import Location

Changes = Mapping[str, AbstractSet[int]]
"""The changed lines of each changed file, by its path in output."""


def touched_findings(findings: Iterable[Finding], changes: Changes) -> Iterator[Finding]:
    """The findings with the read, the query, or a step between the two in a changed line."""
    for finding in findings:
        places = [finding.location, *(step.location for step in finding.trace)]
        if finding.origin is not None:
            places.append(finding.origin)
        if any(_is_touched(place, changes) for place in places):
            yield finding


def with_functions(
    lines: AbstractSet[int], functions: Iterable[tuple[int, int]]
) -> AbstractSet[int]:
    """The changed lines with all lines of each innermost function that has one.

    A loader option taken out of a query leaves no line of its own: its function has changed.
    """
    # Functions come in order of their first line, so that the last around a line is the innermost.
    around: dict[int, tuple[int, int]] = {}
    for first, last in functions:
        around.update((line, (first, last)) for line in lines if first <= line <= last)
    return {
        *lines,
        *(line for first, last in around.values() for line in range(first, last + 1)),
    }


def _is_touched(place: Location, changes: Changes) -> bool:
    lines = changes.get(place.path, frozenset())
    return any(line in lines for line in range(place.line, place.end_line + 1))

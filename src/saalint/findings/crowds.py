"""Findings for people: of many at one place, such as all that one schema reads, the first, and how many are left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from saalint.findings.finding import Finding
from saalint.findings.location import Location

_MOST_AT_ONE_PLACE = 10


def thinned(findings: Sequence[Finding]) -> Iterator[Finding]:
    """The findings that anyone reads; the last at a crowded place says how many more there are."""
    totals = Counter(map(_place, findings))
    shown: Counter[tuple[Location, str]] = Counter()
    for finding in findings:
        place = _place(finding)
        shown[place] += 1
        left = totals[place] - shown[place]
        if shown[place] == _MOST_AT_ONE_PLACE and left:
            message = f"{finding.message} (and {left} more here: `--output-format json` lists all)"
            yield replace(finding, message=message)
        elif shown[place] <= _MOST_AT_ONE_PLACE:
            yield finding


def _place(finding: Finding) -> tuple[Location, str]:
    return finding.location, finding.code

"""A finding to the numbered steps that lead from its query to its read."""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Finding
from saalint.reports.places import place_text


def trace_lines(finding: Finding) -> Iterator[str]:
    """The steps as an indented table, and where to read on."""
    places = [place_text(step.location) for step in finding.trace]
    width = max(map(len, places), default=0)
    for number, (step, place) in enumerate(zip(finding.trace, places, strict=True), start=1):
        yield f"   {number:<2} {place:<{width}}   {step.text}"
    if finding.trace:
        yield f"   explain: saalint explain {finding.code}"

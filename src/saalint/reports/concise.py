"""Findings to lines of text: `app/api.py:31:24: SAA101 message`, with the trace on request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from saalint.findings.finding import Finding
from saalint.reports.places import place_text
from saalint.reports.trace import trace_lines


def concise_lines(findings: Iterable[Finding], *, has_trace: bool) -> Iterator[str]:
    """One line for each finding, followed by its trace if asked for."""
    for finding in findings:
        yield f"{place_text(finding.location)}: {finding.code} {finding.message}"
        if has_trace:
            yield from trace_lines(finding)

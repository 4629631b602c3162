"""Findings to a count for each rule, most frequent first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from saalint.findings.finding import Finding


def statistics_lines(findings: Iterable[Finding]) -> Iterator[str]:
    """`12  SAA101 lazy-relationship-read` for each rule that reported."""
    counts = Counter((finding.code, finding.rule) for finding in findings)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    width = max((len(str(count)) for _, count in ordered), default=0)
    for (code, rule), count in ordered:
        yield f"{count:>{width}}  {code} {rule}"

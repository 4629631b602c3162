"""Coverage to the line that ends every report for people: what was checked, what could not be."""

from __future__ import annotations

from collections.abc import Mapping

from saalint.findings.coverage import Coverage


def coverage_line(coverage: Coverage, *, is_partly_told: bool = False) -> str:
    """`relationship reads: 120 checked, 110 safe, 4 reported, 6 not verifiable (…)`.

    They are `found` where some were left out of the report: `is_partly_told`.
    """
    word = "found" if is_partly_told else "reported"
    line = (
        f"relationship reads: {coverage.reads} checked, {coverage.safe} safe, "
        f"{coverage.reported} {word}, {coverage.unverifiable} not verifiable"
    )
    if coverage.reasons:
        line += f" ({_counts(coverage.reasons)})"
    if coverage.bounds:
        line += f"; bounds hit: {_counts(coverage.bounds)}"
    return line


def _counts(counts: Mapping[str, int]) -> str:
    by_count = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{reason}: {count}" for reason, count in by_count)

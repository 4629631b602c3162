"""Findings to the lines that GitHub's workflows turn into annotations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from saalint.findings.finding import Finding, Severity

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.REFACTOR: "notice"}


def github_lines(findings: Iterable[Finding]) -> Iterator[str]:
    """`::error file=app/api.py,line=31,…,title=SAA101 …::message` for each finding."""
    for finding in findings:
        place = finding.location
        properties = {
            "file": place.path,
            "line": str(place.line),
            "endLine": str(place.end_line),
            "col": str(place.column + 1),
            "endColumn": str(place.end_column + 1),
            "title": f"{finding.code} {finding.rule}",
        }
        if place.end_line != place.line:
            # Columns of several lines are refused.
            del properties["col"], properties["endColumn"]
        listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
        yield f"::{_LEVELS[finding.severity]} {listed}::{_text(finding.message)}"


def _text(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _text(text).replace(":", "%3A").replace(",", "%2C")

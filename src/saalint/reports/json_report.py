"""Findings, coverage and errors to the versioned JSON document; lines and columns from 1."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from saalint.findings.coverage import Coverage
from saalint.findings.finding import Finding, TraceStep
from saalint.findings.fix import Fix
from saalint.findings.location import Location
from saalint.findings.run_error import RunError

JsonValue: TypeAlias = "str | int | list[JsonValue] | dict[str, JsonValue] | None"

VERSION = 1


def json_report(
    findings: Iterable[Finding],
    coverage: Coverage,
    errors: Iterable[RunError],
    fixes: Mapping[Finding, Fix],
) -> str:
    """The whole report as one document."""
    document: JsonValue = {
        "version": VERSION,
        "findings": [_finding(finding, fixes.get(finding)) for finding in findings],
        "coverage": {
            "reads": coverage.reads,
            "safe": coverage.safe,
            "reported": coverage.reported,
            "unverifiable": coverage.unverifiable,
            "reasons": dict(sorted(coverage.reasons.items())),
            "bounds": dict(sorted(coverage.bounds.items())),
        },
        "errors": [{"path": error.path, "message": error.message} for error in errors],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _finding(finding: Finding, fix: Fix | None) -> JsonValue:
    return {
        "path": finding.location.path,
        "line": finding.location.line,
        "column": finding.location.column + 1,
        "end_line": finding.location.end_line,
        "end_column": finding.location.end_column + 1,
        "code": finding.code,
        "rule": finding.rule,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "message": finding.message,
        "subject": finding.subject,
        "scope": finding.scope,
        "origin": None if finding.origin is None else _place(finding.origin),
        "trace": [_step(step) for step in finding.trace],
        "fix": None if fix is None else _fix(fix),
    }


def _fix(fix: Fix) -> JsonValue:
    return {
        "applicability": fix.applicability.value,
        "message": fix.message,
        "edits": [
            {
                **_place(edit.location),
                "end_line": edit.location.end_line,
                "end_column": edit.location.end_column + 1,
                "text": edit.text,
            }
            for edit in fix.edits
        ],
    }


def _place(location: Location) -> dict[str, JsonValue]:
    return {"path": location.path, "line": location.line, "column": location.column + 1}


def _step(step: TraceStep) -> JsonValue:
    return {**_place(step.location), "text": step.text}

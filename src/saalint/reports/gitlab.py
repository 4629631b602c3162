"""Findings to GitLab's code quality document: its merge requests show them beside the changed lines."""

from __future__ import annotations

import json
from collections.abc import Iterable

from saalint.findings.finding import Finding, Severity
from saalint.findings.fingerprint import with_fingerprints
from saalint.reports.json_report import JsonValue

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.REFACTOR: "info"}


def gitlab_report(findings: Iterable[Finding]) -> str:
    """The document, a list."""
    document: list[JsonValue] = [
        _issue(finding, fingerprint) for finding, fingerprint in with_fingerprints(findings)
    ]
    return json.dumps(document, indent=2, ensure_ascii=False)


def _issue(finding: Finding, fingerprint: str) -> JsonValue:
    location = finding.location
    return {
        "description": f"{finding.code} {finding.message}",
        "check_name": finding.rule,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {
            "path": location.path,
            "lines": {"begin": location.line, "end": location.end_line},
        },
    }

"""A report to SARIF 2.1.0: code scanning shows the way from the query to the read as a code flow."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

from saalint.findings.finding import Finding, Severity, TraceStep
from saalint.findings.fingerprint import with_fingerprints
from saalint.findings.fix import Fix
from saalint.findings.location import Location
from saalint.findings.run_error import RunError
from saalint.reports.json_report import JsonValue
from saalint.rules.registry import RegisteredRule

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.REFACTOR: "note"}


def sarif_report(
    findings: Sequence[Finding],
    errors: Iterable[RunError],
    rules: Sequence[RegisteredRule],
    *,
    version: str,
    fixes: Mapping[Finding, Fix],
) -> str:
    """The whole report as one document. `fixes` are what there is for each finding."""
    numbers = {registered.rule.code: number for number, registered in enumerate(rules)}
    failures = [_notification(error) for error in errors]
    document: JsonValue = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "saalint",
                        "version": version,
                        "rules": [_rule(registered) for registered in rules],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "invocations": [
                    {
                        "executionSuccessful": not failures,
                        "toolExecutionNotifications": list(failures),
                    }
                ],
                "results": [
                    _result(finding, fingerprint, numbers[finding.code], fixes.get(finding))
                    for finding, fingerprint in with_fingerprints(findings)
                ],
            }
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _rule(registered: RegisteredRule) -> JsonValue:
    rule = registered.rule
    return {
        "id": rule.code,
        "name": "".join(word.title() for word in rule.name.split("-")),
        "shortDescription": {"text": registered.summary},
        "fullDescription": {"text": " ".join(registered.explanation.partition("\n## ")[0].split())},
        "help": {"text": registered.explanation, "markdown": registered.explanation},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": ["sqlalchemy", registered.group]},
    }


def _result(finding: Finding, fingerprint: str, rule: int, fix: Fix | None) -> JsonValue:
    result: dict[str, JsonValue] = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [_location(finding.location, scope=finding.scope)],
        "partialFingerprints": {"saalint/v1": fingerprint},
        "properties": {"confidence": finding.confidence.value, "subject": finding.subject},
    }
    if finding.origin is not None and finding.origin != finding.location:
        result["relatedLocations"] = [_location(finding.origin, text="the query")]
    if finding.trace:
        steps: list[JsonValue] = [_step(step) for step in finding.trace]
        result["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    if fix is not None:
        result["fixes"] = [_fix(fix)]
    return result


def _fix(fix: Fix) -> JsonValue:
    replacements: dict[str, list[JsonValue]] = {}
    for edit in fix.edits:
        replaced: JsonValue = {
            "deletedRegion": _region(edit.location),
            "insertedContent": {"text": edit.text},
        }
        replacements.setdefault(edit.location.path, []).append(replaced)
    return {
        "description": {"text": fix.message},
        "artifactChanges": [
            {"artifactLocation": {"uri": _uri(path)}, "replacements": in_file}
            for path, in_file in replacements.items()
        ],
        "properties": {"applicability": fix.applicability.value},
    }


def _step(step: TraceStep) -> JsonValue:
    return {"location": _location(step.location, text=step.text)}


def _mark(location: Location) -> JsonValue:
    # of a call only its beginning is known: without an end, what is marked goes on to the end of the line
    is_beginning = location.line == location.end_line and location.end_column - location.column <= 1
    if is_beginning:
        return {"startLine": location.line, "startColumn": location.column + 1}
    return _region(location)


def _location(location: Location, *, scope: str = "", text: str = "") -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(location.path)},
            "region": _mark(location),
        }
    }
    if scope:
        found["logicalLocations"] = [{"fullyQualifiedName": scope, "kind": "function"}]
    if text:
        found["message"] = {"text": text}
    return found


def _region(location: Location) -> JsonValue:
    return {
        "startLine": location.line,
        "startColumn": location.column + 1,
        "endLine": location.end_line,
        "endColumn": location.end_column + 1,
    }


def _uri(path: str) -> str:
    uri = quote(path, safe="/", errors="surrogateescape")
    return f"file://{uri}" if path.startswith("/") else uri


def _notification(error: RunError) -> JsonValue:
    text = f"{error.path}: {error.message}" if error.path else error.message
    return {"level": "error", "message": {"text": text}}

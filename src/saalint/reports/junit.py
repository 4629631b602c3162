"""A report to JUnit's XML: each finding is a failed test of its file, a run without findings a passed one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from saalint.findings.finding import Finding
from saalint.findings.run_error import RunError
from saalint.reports.places import place_text
from saalint.reports.trace import trace_lines

# What no XML document may hold, even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_report(findings: Sequence[Finding], errors: Sequence[RunError]) -> str:
    """The whole report as one document."""
    cases = [*(_failed(finding) for finding in findings), *map(_broken, errors)]
    if not cases:
        cases = ['    <testcase classname="saalint" name="no findings"/>']
    counts = f'tests="{len(cases)}" failures="{len(findings)}" errors="{len(errors)}"'
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<testsuites name="saalint" {counts}>',
        f'  <testsuite name="saalint" {counts}>',
        *cases,
        "  </testsuite>",
        "</testsuites>",
    ]
    return "\n".join(lines)


def _failed(finding: Finding) -> str:
    place = finding.location
    name = f"{finding.code} {finding.rule} {place.line}:{place.column + 1}"
    text = "\n".join([f"{place_text(place)}: {finding.message}", *trace_lines(finding)])
    return _case(place.path, name, "failure", finding.severity.value, finding.message, text)


def _broken(error: RunError) -> str:
    return _case(error.path or "saalint", "run", "error", "error", error.message, error.message)


def _case(of: str, name: str, element: str, kind: str, message: str, text: str) -> str:
    return (
        f"    <testcase classname={_attribute(of)} name={_attribute(name)} file={_attribute(of)}>\n"
        f"      <{element} type={_attribute(kind)} message={_attribute(message)}>"
        f"{escape(_printable(text))}</{element}>\n"
        "    </testcase>"
    )


def _attribute(text: str) -> str:
    return quoteattr(_printable(text))


def _printable(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)

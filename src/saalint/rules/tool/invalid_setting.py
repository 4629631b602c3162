"""A setting has an unknown name or a value that it does not take.

## Why is this bad

The setting has no effect: the run uses the default in its place, which may report more or less than
was asked for.

## What to do

Write the name or value that the message proposes. `saalint rules` lists what can be selected.

## What is not reported

Values that are of the right kind and name nothing that exists, such as a pattern that matches no
file. An `environment` that is not there, which the run notes beside its findings: it may be on another
machine. Settings of flake8 and pylint, which check their own.
"""

from __future__ import annotations

from pathlib import Path

from saalint.config.files import SettingProblem
from saalint.findings.finding import Confidence, Finding, Severity
from saalint.findings.location import Location
from saalint.rules.rule import Rule
from saalint.source.paths import shown_path

RULE = Rule(number=3, name="invalid-setting", severity=Severity.WARNING, since="0.1")


def finding_of(problem: SettingProblem, working_directory: Path) -> Finding:
    """The finding about one setting."""
    place = problem.range
    shown = shown_path(problem.path, working_directory)
    return Finding(
        location=Location(shown, place.line, place.column, place.line, place.end_column),
        code=RULE.code,
        rule=RULE.name,
        message=problem.message,
        severity=RULE.severity,
        confidence=Confidence.HIGH,
        subject=problem.setting,
        scope="",
    )

"""`saalint migrate`: a sync project to the report that its move to async is planned with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from saalint import engine
from saalint.config.settings import Level
from saalint.front_ends.cli.scope import CommandScope, request_for
from saalint.front_ends.cli.status import (
    CLEAN,
    FAILED,
    NO_PYTHON,
    RefusedError,
    is_empty,
    print_errors,
)
from saalint.reports.coverage import coverage_line
from saalint.reports.migration import migration_json, migration_lines, plans_of

# the rules whose findings raise under `AsyncSession`
_RAISING = ("SAA101", "SAA102", "SAA103", "SAA201", "SAA202", "SAA501", "SAA601")


def run_migrate(path: Path, output_format: str) -> int:
    """Print the report."""
    scope = CommandScope(
        paths=(str(path),), select=_RAISING, level=Level.DEFAULT, is_async_assumed=True
    )
    request = request_for(scope)
    report = engine.check(replace(request, needs_events=True))
    if is_empty(report):
        raise RefusedError(NO_PYTHON)
    if report.errors and not report.files:
        print_errors(report.errors)
        return FAILED
    plans = plans_of(report.events, report.findings)
    if output_format == "json":
        print(migration_json(plans))
    else:
        for line in migration_lines(plans):
            print(line)
        print()
        print(coverage_line(report.coverage))
    print_errors(report.errors)
    return FAILED if report.errors else CLEAN

"""How a command ends: its exit status, and what is said on standard error when it cannot do what it was asked."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from saalint import engine
from saalint.findings.run_error import RunError

CLEAN, FOUND, FAILED = 0, 1, 2

NO_PYTHON = "no Python file was found: check the path, `exclude` and .gitignore"


class RefusedError(Exception):
    """What was asked for cannot be done; the text says what is wrong, where, and what helps."""


def fail(message: str) -> int:
    """Say why nothing was done."""
    print(f"saalint: {message}", file=sys.stderr)
    return FAILED


def is_empty(report: engine.Report) -> bool:
    """Whether there was nothing to look at, and no error that says why."""
    return not (report.files or report.errors)


def print_errors(errors: Iterable[RunError]) -> None:
    """Say what failed."""
    for error in errors:
        where = f"{error.path}: " if error.path else ""
        print(f"saalint: {where}{error.message}", file=sys.stderr)

"""The project holds to its own rules."""

from __future__ import annotations

from pathlib import Path

from front_ends.hosts import saalint

ROOT = Path(__file__).parents[2]


def test_saalint_has_no_findings_in_itself() -> None:
    outcome = saalint(ROOT, "check", ".", "--level=strict")

    assert (outcome.lines[:-1], outcome.complaints, outcome.status) == ([], "", 0)

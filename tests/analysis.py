"""Files and settings to what saalint says about them: the one place where the tests meet the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from saalint.findings.finding import Finding


@dataclass(frozen=True, slots=True)
class Belief:
    """What the interpreter said at a `reveal(...)`."""

    path: str
    line: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """The findings, the beliefs, the errors, and the full report as text."""

    findings: tuple[Finding, ...]
    reveals: tuple[Belief, ...]
    errors: tuple[str, ...]
    report: str


def analyse(
    files: Mapping[str, str], settings: Mapping[str, object], directory: Path
) -> Analysis:
    """Analyse files as a project of their own, written to `directory`."""
    raise NotImplementedError

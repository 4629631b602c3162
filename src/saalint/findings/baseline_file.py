"""The settings of a run to the entries of the baseline they name, or to what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from saalint.config.files import SettingProblem, SettingsFile
from saalint.config.settings import Settings
from saalint.findings.baseline import (
    BaselineKey,
    Counts,
    MalformedLine,
    baseline_text,
    read_baseline,
)
from saalint.findings.finding import Finding
from saalint.source.paths import absolute, shown_path
from saalint.source.reading import ReadFailure, read_text

DEFAULT_NAME = "saalint-baseline.txt"


def baseline_path(settings: Settings) -> Path:
    """Where the baseline is, or would be written."""
    return absolute(settings.directory / (settings.baseline or DEFAULT_NAME))


def baseline_of(file: SettingsFile) -> Counts | SettingProblem:
    """The entries of the baseline that the settings name; none where they name none."""
    name = file.settings.baseline
    if name is None:
        return {}
    text = read_text(baseline_path(file.settings))
    if isinstance(text, ReadFailure):
        message = f"`{name}` is not read, {text.reason}: run `saalint baseline write`"
        return file.problem_with("baseline", name, message) or {}
    counts = read_baseline(text)
    if isinstance(counts, MalformedLine):
        message = f"`{name}` has no entry on line {counts.number}: correct it, or write it anew"
        return file.problem_with("baseline", name, message) or {}
    return counts


def write_baseline(settings: Settings, counts: Counts) -> None:
    """Write the file."""
    baseline_path(settings).write_text(
        baseline_text(counts), encoding="utf-8", errors="surrogateescape", newline="\n"
    )


def keys_of(settings: Settings, working_directory: Path) -> Callable[[Finding], BaselineKey]:
    """How findings are named in the baseline of these settings."""

    def key_of(finding: Finding) -> BaselineKey:
        path = absolute(working_directory / finding.location.path)
        shown = shown_path(path, absolute(settings.directory))
        return BaselineKey(shown, finding.code, finding.scope, finding.subject)

    return key_of

"""Files and settings to what saalint says about them: the one place where the tests meet the engine."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from saalint.config.files import find_settings
from saalint.engine import Request, SourceLines, check
from saalint.findings.finding import Finding
from saalint.interpret.events import Reveal
from saalint.reports.frames import FrameStyle, frame_lines
from saalint.source.positions import line_of


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


def analyse(files: Mapping[str, str], settings: Mapping[str, object], directory: Path) -> Analysis:
    """Analyse files as a project of their own, written to `directory`."""
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    (directory / "pyproject.toml").write_text(_toml(settings), "utf-8")
    return analyse_folder(directory)


def analyse_folder(directory: Path) -> Analysis:
    """Analyse a folder as it is."""
    found = find_settings(directory)
    settings = replace(found, settings=replace(found.settings, cache_dir=None))
    request = Request(
        paths=(directory,), settings=settings, working_directory=directory, needs_events=True
    )
    report = check(request)
    lines_of = SourceLines(overlay={}, working_directory=directory)
    style = FrameStyle(has_colour=False, has_trace=True)
    return Analysis(
        findings=report.findings,
        reveals=tuple(
            Belief(event.place.path, line_of(event.place.at), event.text)
            for event in report.events
            if isinstance(event, Reveal)
        ),
        errors=tuple(f"{error.path}: {error.message}" for error in report.errors),
        report="".join(f"{line}\n" for line in frame_lines(report.findings, lines_of, style)),
    )


def _toml(settings: Mapping[str, object]) -> str:
    lines = [f"{name} = {_toml_value(value)}" for name, value in settings.items()]
    return "\n".join(["[tool.saalint]", *lines, ""])


def _toml_value(value: object) -> str:
    """Strings, numbers, booleans and lists are written in TOML as in JSON."""
    if isinstance(value, Mapping):
        pairs = [f"{json.dumps(key)} = {_toml_value(item)}" for key, item in value.items()]
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(_toml_value(item) for item in value)}]"
    return json.dumps(value)

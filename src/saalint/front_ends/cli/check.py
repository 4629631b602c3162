"""`saalint check`: paths and options to a printed report and an exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import assert_never

from saalint import engine
from saalint.config.files import SettingsFile, defaults_for, find_settings, read_settings
from saalint.config.paths import absolute, shown_path
from saalint.config.settings import Level
from saalint.findings.run_error import RunError
from saalint.findings.selection import nearest_rule, selects_some
from saalint.reports.concise import concise_lines
from saalint.reports.coverage import coverage_line
from saalint.reports.frames import FrameStyle, frame_lines
from saalint.reports.json_report import json_report
from saalint.reports.statistics import statistics_lines
from saalint.rules.registry import identities

CLEAN, FOUND, FAILED = 0, 1, 2

_STDIN = "-"
_STDIN_NAME = "stdin"


class OutputFormat(StrEnum):
    """How the report is printed."""

    CONCISE = "concise"
    FULL = "full"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckArguments:
    """What was asked for on the command line; `None` where the settings file decides."""

    paths: tuple[str, ...]
    select: tuple[str, ...] | None
    ignore: tuple[str, ...] | None
    level: Level | None
    output_format: OutputFormat
    has_trace: bool
    has_statistics: bool
    is_exit_zero: bool
    is_only_given_files: bool
    stdin_filename: Path | None
    config: Path | None
    is_isolated: bool


def run_check(arguments: CheckArguments) -> int:
    """Check, print, and tell the exit status."""
    unknown = _unknown_selector((*(arguments.select or ()), *(arguments.ignore or ())))
    if unknown is not None:
        return _fail(unknown)
    paths, overlay = _paths(arguments)
    settings = _settings(arguments, paths)
    if settings.failure is not None:
        place = settings.failure.range
        shown = shown_path(settings.failure.path, Path.cwd())
        return _fail(f"{shown}:{place.line}:{place.column + 1}: {settings.failure.message}")
    report = engine.check(
        engine.Request(
            paths=paths,
            settings=settings,
            overlay=overlay,
            working_directory=Path.cwd(),
            is_only_given_files=arguments.is_only_given_files,
        )
    )
    _print(report, arguments, overlay)
    if report.errors:
        return FAILED
    return FOUND if report.findings and not arguments.is_exit_zero else CLEAN


def _fail(message: str) -> int:
    print(f"saalint: {message}", file=sys.stderr)
    return FAILED


def _unknown_selector(selectors: Iterable[str]) -> str | None:
    rules = identities().values()
    for selector in selectors:
        if not selects_some(selector, rules):
            match = nearest_rule(selector, rules)
            remedy = "see `saalint rules`" if match is None else f"did you mean `{match}`"
            return f"`{selector}` selects no rule: {remedy}"
    return None


def _paths(arguments: CheckArguments) -> tuple[tuple[Path, ...], dict[Path, str]]:
    if _STDIN not in arguments.paths:
        return tuple(absolute(Path(path)) for path in arguments.paths), {}
    named = absolute(arguments.stdin_filename or Path(_STDIN_NAME))
    others = tuple(absolute(Path(path)) for path in arguments.paths if path != _STDIN)
    return (*others, named), {named: sys.stdin.buffer.read().decode("utf-8", "surrogateescape")}


def _settings(arguments: CheckArguments, paths: Sequence[Path]) -> SettingsFile:
    first = paths[0] if paths[0].is_dir() else paths[0].parent
    if arguments.is_isolated:
        file = defaults_for(first)
    elif arguments.config is not None:
        file = read_settings(absolute(arguments.config))
    else:
        file = find_settings(first)
    settings = file.settings
    return replace(
        file,
        settings=replace(
            settings,
            select=settings.select if arguments.select is None else arguments.select,
            ignore=settings.ignore if arguments.ignore is None else arguments.ignore,
            level=arguments.level or settings.level,
        ),
    )


def _print(report: engine.Report, arguments: CheckArguments, overlay: dict[Path, str]) -> None:
    if arguments.output_format is OutputFormat.JSON:
        print(json_report(report.findings, report.coverage, report.errors))
        return
    _print_lines(_report_lines(report, arguments, overlay))
    print(coverage_line(report.coverage))
    for note in report.notes:
        print(f"saalint: {note}", file=sys.stderr)
    for error in report.errors:
        print(_error_line(error), file=sys.stderr)


def _report_lines(
    report: engine.Report, arguments: CheckArguments, overlay: dict[Path, str]
) -> Iterable[str]:
    if arguments.has_statistics:
        return statistics_lines(report.findings)
    match arguments.output_format:
        case OutputFormat.CONCISE | OutputFormat.JSON:
            return concise_lines(report.findings, has_trace=arguments.has_trace)
        case OutputFormat.FULL:
            style = FrameStyle(has_colour=_has_colour(), has_trace=arguments.has_trace)
            lines = engine.SourceLines(overlay=overlay, working_directory=Path.cwd())
            return frame_lines(report.findings, lines, style)
        case _:
            assert_never(arguments.output_format)


def _print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


def _error_line(error: RunError) -> str:
    return f"saalint: {error.path}: {error.message}" if error.path else f"saalint: {error.message}"


def _has_colour() -> bool:
    return (
        sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )

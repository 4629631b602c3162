"""`saalint check`: paths and options to a printed report and an exit status."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from saalint import engine
from saalint.config.files import SettingsFile, defaults_for, find_settings, read_settings
from saalint.config.paths import absolute, shown_path
from saalint.config.settings import Level
from saalint.findings.run_error import RunError
from saalint.findings.selection import nearest_rule, selects_some
from saalint.front_ends.cli.output import (
    Colour,
    OutputFormat,
    OutputStyle,
    has_colour,
    output_lines,
)
from saalint.rules.registry import identities
from saalint.source.git_changes import GitFailure, changed_lines

CLEAN, FOUND, FAILED = 0, 1, 2

_STDIN = "-"
_STDIN_NAME = "stdin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which findings are asked for on the command line; `None` where the settings file decides."""

    paths: tuple[str, ...]
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    level: Level | None = None
    config: Path | None = None
    is_isolated: bool = False
    is_only_given_files: bool = False
    stdin_filename: Path | None = None
    since: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckArguments:
    """What was asked for on the command line."""

    scope: Scope
    output_format: OutputFormat
    output_file: Path | None
    colour: Colour
    has_trace: bool
    has_statistics: bool
    is_exit_zero: bool
    is_baseline_strict: bool


class RefusedError(Exception):
    """What was asked for cannot be done; the text says why."""


def run_check(arguments: CheckArguments) -> int:
    """Check, print, and tell the exit status."""
    try:
        request = request_for(arguments.scope)
    except RefusedError as refusal:
        return fail(str(refusal))
    report = engine.check(request)
    _print(report, arguments, request)
    if report.errors:
        return FAILED
    is_found = bool(report.findings) or (arguments.is_baseline_strict and bool(report.stale))
    return FOUND if is_found and not arguments.is_exit_zero else CLEAN


def request_for(scope: Scope) -> engine.Request:
    """What the engine is asked; refused where a selector, a reference or the settings are of no use."""
    unknown = _unknown_selector((*(scope.select or ()), *(scope.ignore or ())))
    if unknown is not None:
        raise RefusedError(unknown)
    paths, overlay = _paths(scope)
    settings = _settings(scope, paths)
    if settings.failure is not None:
        place = settings.failure.range
        shown = shown_path(settings.failure.path, Path.cwd())
        raise RefusedError(f"{shown}:{place.line}:{place.column + 1}: {settings.failure.message}")
    return engine.Request(
        paths=paths,
        settings=settings,
        overlay=overlay,
        working_directory=Path.cwd(),
        is_only_given_files=scope.is_only_given_files,
        changes=None if scope.since is None else _changes(scope.since, paths),
    )


def fail(message: str) -> int:
    """Say why nothing was done."""
    print(f"saalint: {message}", file=sys.stderr)
    return FAILED


def print_errors(errors: Iterable[RunError]) -> None:
    """Say what failed."""
    for error in errors:
        where = f"{error.path}: " if error.path else ""
        print(f"saalint: {where}{error.message}", file=sys.stderr)


def _unknown_selector(selectors: Iterable[str]) -> str | None:
    rules = identities().values()
    for selector in selectors:
        if not selects_some(selector, rules):
            match = nearest_rule(selector, rules)
            remedy = "see `saalint rules`" if match is None else f"did you mean `{match}`"
            return f"`{selector}` selects no rule: {remedy}"
    return None


def _paths(scope: Scope) -> tuple[tuple[Path, ...], dict[Path, str]]:
    if _STDIN not in scope.paths:
        return tuple(absolute(Path(path)) for path in scope.paths), {}
    named = absolute(scope.stdin_filename or Path(_STDIN_NAME))
    others = tuple(absolute(Path(path)) for path in scope.paths if path != _STDIN)
    return (*others, named), {named: sys.stdin.buffer.read().decode("utf-8", "surrogateescape")}


def _changes(reference: str, paths: Sequence[Path]) -> dict[Path, set[int]]:
    folder = paths[0] if paths[0].is_dir() else paths[0].parent
    changes = changed_lines(reference, folder)
    if isinstance(changes, GitFailure):
        raise RefusedError(f"`--since {reference}`: {changes.reason}")
    return changes


def _settings(scope: Scope, paths: Sequence[Path]) -> SettingsFile:
    first = paths[0] if paths[0].is_dir() else paths[0].parent
    if scope.is_isolated:
        file = defaults_for(first)
    elif scope.config is not None:
        file = read_settings(absolute(scope.config))
    else:
        file = find_settings(first)
    settings = file.settings
    return replace(
        file,
        settings=replace(
            settings,
            select=settings.select if scope.select is None else scope.select,
            ignore=settings.ignore if scope.ignore is None else scope.ignore,
            level=scope.level or settings.level,
        ),
    )


def _print(report: engine.Report, arguments: CheckArguments, request: engine.Request) -> None:
    style = OutputStyle(
        output_format=arguments.output_format,
        lines_of=engine.SourceLines(
            overlay=request.overlay, working_directory=request.working_directory
        ),
        model_of=lambda: engine.understand(request),
        has_trace=arguments.has_trace,
        has_statistics=arguments.has_statistics,
        has_colour=arguments.output_file is None and has_colour(arguments.colour, sys.stdout),
    )
    lines = output_lines(report, style)
    if arguments.output_file is None:
        for line in lines:
            print(line)
    else:
        text = "".join(f"{line}\n" for line in lines)
        arguments.output_file.write_text(text, encoding="utf-8", errors="backslashreplace")
    for line in (*report.notes, *_stale_notes(report)):
        print(f"saalint: {line}", file=sys.stderr)
    if arguments.output_format is not OutputFormat.JSON:
        print_errors(report.errors)


def _stale_notes(report: engine.Report) -> Iterator[str]:
    count = sum(report.stale.values())
    if count:
        what = (
            "baseline entry no longer occurs" if count == 1 else "baseline entries no longer occur"
        )
        yield f"{count} {what}: run `saalint baseline prune`"

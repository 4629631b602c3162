"""`saalint check`: paths and options to a printed report and an exit status."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from saalint import engine
from saalint.config.files import SettingsFile, defaults_for, find_settings, read_settings
from saalint.config.paths import absolute, shown_path
from saalint.config.settings import Level
from saalint.findings.finding import Finding
from saalint.findings.fix import Applicability, Fix
from saalint.findings.run_error import RunError
from saalint.findings.selection import nearest_rule, selects_some
from saalint.front_ends.cli.output import (
    Colour,
    OutputFormat,
    OutputStyle,
    amount_of,
    has_colour,
    output_lines,
)
from saalint.front_ends.cli.progress import ProgressNote
from saalint.reports.timings import timing_lines
from saalint.source.watch import Watch
from saalint.source.writing import write_text

CLEAN, FOUND, FAILED = 0, 1, 2

# scripts have no suffix
_PYTHON_SUFFIXES = ("", ".py", ".pyi", ".pyw")

_STDIN = "-"
_STDIN_NAME = "stdin"


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """Which findings are asked for on the command line; `None` where the settings file decides.

    An empty `cache_dir` keeps nothing on disk.
    """

    paths: tuple[str, ...]
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    level: Level | None = None
    config: Path | None = None
    is_isolated: bool = False
    is_only_given_files: bool = False
    stdin_filename: Path | None = None
    since: str | None = None
    is_async_assumed: bool = False
    cache_dir: str | None = None


class Fixing(msgspec.Struct, frozen=True, kw_only=True):
    """What is done about findings: `is_diff` shows the fixes in place of writing them."""

    is_fix: bool = False
    is_unsafe: bool = False
    is_diff: bool = False


class CheckArguments(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for on the command line."""

    scope: Scope
    output_format: OutputFormat
    output_file: Path | None
    colour: Colour
    has_trace: bool
    has_statistics: bool
    has_timings: bool
    is_exit_zero: bool
    is_baseline_strict: bool
    fixing: Fixing


class RefusedError(Exception):
    """What was asked for cannot be done; the text says why."""


class UnwritableError(Exception):
    """A file that was to be written could not be; the text says which, and why."""


def run_check(arguments: CheckArguments) -> int:
    """Check, print, and tell the exit status."""
    try:
        request = request_for(arguments.scope)
    except RefusedError as refusal:
        return fail(str(refusal))
    if arguments.fixing.is_diff:
        return _run_diff(arguments, request)
    run = _run_fix if arguments.fixing.is_fix else _run_and_print
    try:
        report = run(arguments, request)
    except UnwritableError as refusal:
        return fail(str(refusal))
    if report.errors:
        return FAILED
    is_found = bool(report.findings) or (arguments.is_baseline_strict and bool(report.stale))
    return FOUND if is_found and not arguments.is_exit_zero else CLEAN


def _run_diff(arguments: CheckArguments, request: engine.Request) -> int:
    from saalint.front_ends.fixing import diff_lines, fix_all

    fixed = fix_all(request, is_unsafe=arguments.fixing.is_unsafe)
    lines_of = _lines_of(request)
    for path, text in sorted(fixed.texts.items()):
        before = "\n".join(lines_of(path))
        print("\n".join(diff_lines(before, text, path)))
    print_errors(fixed.report.errors)
    left = len(fixed.report.findings)
    print(f"Would fix {amount_of(fixed.count)} ({left} remaining)", file=sys.stderr)
    if fixed.report.errors:
        return FAILED
    return FOUND if fixed.texts and not arguments.is_exit_zero else CLEAN


def _run_fix(arguments: CheckArguments, request: engine.Request) -> engine.Report:
    from saalint.front_ends.fixing import fix_all

    fixed = fix_all(request, is_unsafe=arguments.fixing.is_unsafe)
    is_piped = _STDIN in arguments.scope.paths
    _write_all(
        {
            path: text
            for path, text in sorted(fixed.texts.items())
            if request.working_directory / path not in request.overlay
        },
        request.working_directory,
    )
    overlay = {**request.overlay}
    overlay.update((request.working_directory / path, text) for path, text in fixed.texts.items())
    if is_piped:
        # standard output is the fixed text, for the editor that asked
        text = overlay[request.paths[-1]]
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
    with contextlib.redirect_stdout(sys.stderr if is_piped else sys.stdout):
        _print(fixed.report, arguments, replace(request, overlay=overlay), fixed.count)
    return fixed.report


def _write_all(texts: Mapping[str, str], folder: Path) -> None:
    """Write the fixed files: all, or none where one of them says beforehand that it cannot be written."""
    for path in texts:
        if not os.access(folder / path, os.W_OK):
            raise UnwritableError(f"{path}: it may not be written, and no file was changed")
    written: list[str] = []
    for path, text in texts.items():
        with _writing(path, written):
            write_text(folder / path, text)
        written.append(path)


def _run_and_print(arguments: CheckArguments, request: engine.Request) -> engine.Report:
    """Check and print; on a terminal, whoever waits long is told what is being done."""
    progress = ProgressNote(stream=sys.stderr)
    watch = Watch(tell=progress.tell)
    report = engine.check(request, watch)
    progress.clear()
    _print(report, arguments, request, None)
    for line in (report.version, *timing_lines(watch)) if arguments.has_timings else ():
        print(line, file=sys.stderr)
    return report


def request_for(scope: Scope) -> engine.Request:
    """What the engine is asked; refused where a selector, a reference or the settings are of no use."""
    selectors = (*(scope.select or ()), *(scope.ignore or ()))
    unknown = _unknown_selector(selectors) if selectors else None
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
    from saalint.rules.registry import identities

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
    from saalint.source.git_changes import GitFailure, changed_lines

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
            assume_async=scope.is_async_assumed or settings.assume_async,
            cache_dir=settings.cache_dir if scope.cache_dir is None else scope.cache_dir,
        ),
    )


# what tells of fixes that nobody applied
_FORMATS_WITH_FIXES = (OutputFormat.JSON, OutputFormat.SARIF)


def _print(
    report: engine.Report, arguments: CheckArguments, request: engine.Request, fixed: int | None
) -> None:
    # looking at the syntax again takes time that only those who asked for fixes are ready to wait
    is_wanted = arguments.fixing != Fixing() or arguments.output_format in _FORMATS_WITH_FIXES
    fixes = engine.fixes(report, request) if is_wanted else {}
    style = OutputStyle(
        output_format=arguments.output_format,
        lines_of=_lines_of(request),
        fixes=fixes,
        summary=tuple(_summary(report, fixes, arguments.fixing, fixed)),
        model_of=lambda: report.project or engine.understand(request),
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
        with _writing(str(arguments.output_file)):
            arguments.output_file.write_text(text, encoding="utf-8", errors="backslashreplace")
    for line in (*report.notes, *_stale_notes(report), *emptiness(report, request)):
        print(f"saalint: {line}", file=sys.stderr)
    if arguments.output_format is not OutputFormat.JSON:
        print_errors(report.errors)


def _lines_of(request: engine.Request) -> engine.SourceLines:
    return engine.SourceLines(overlay=request.overlay, working_directory=request.working_directory)


def _summary(
    report: engine.Report, fixes: Mapping[Finding, Fix], fixing: Fixing, fixed: int | None
) -> Iterator[str]:
    """How many findings were fixed, or can be; `fixed` is absent where nothing was tried."""
    left = len(report.findings)
    if fixed is not None and fixed + left:
        yield f"Found {amount_of(fixed + left)} ({fixed} fixed, {left} remaining)"
    hidden = sum(fix.applicability is Applicability.UNSAFE for fix in fixes.values())
    if fixing.is_unsafe and fixes and fixed is None:
        yield f"{len(fixes)} fixable with `--fix --unsafe-fixes`"
    elif hidden < len(fixes) and fixed is None:
        more = f" ({hidden} more with `--unsafe-fixes`)" if hidden else ""
        yield f"{len(fixes) - hidden} fixable with `--fix`{more}"
    elif hidden and not fixing.is_unsafe:
        yield f"{hidden} fixable with `--fix --unsafe-fixes`"


@contextlib.contextmanager
def _writing(path: str, before: Sequence[str] = ()) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        changed = f"; changed before it: {', '.join(before)}" if before else ""
        raise UnwritableError(f"{path}: it cannot be written, {reason}{changed}") from error


def emptiness(report: engine.Report, request: engine.Request) -> Iterator[str]:
    """What is said where there was nothing to look at, or something that looks like no Python."""
    if not (report.files or report.errors or request.is_only_given_files):
        yield "no Python file was found: check the path, `exclude` and .gitignore"
    for path in request.files:
        if path.suffix not in _PYTHON_SUFFIXES:
            yield f"{shown_path(path, Path.cwd())}: read as Python, since it was named"


def _stale_notes(report: engine.Report) -> Iterator[str]:
    count = sum(report.stale.values())
    if count:
        what = (
            "baseline entry no longer occurs" if count == 1 else "baseline entries no longer occur"
        )
        yield f"{count} {what}: run `saalint baseline prune`"

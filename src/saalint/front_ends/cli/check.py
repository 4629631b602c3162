"""`saalint check`: paths and options to a printed report and an exit status."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from saalint import engine
from saalint.findings.finding import Finding
from saalint.findings.fix import Applicability, Fix
from saalint.front_ends.cli.output import (
    Colour,
    OutputFormat,
    OutputStyle,
    amount_of,
    has_colour,
    output_lines,
)
from saalint.front_ends.cli.progress import ProgressNote
from saalint.front_ends.cli.scope import STDIN, CommandScope, request_for
from saalint.front_ends.cli.status import (
    CLEAN,
    FAILED,
    FOUND,
    NO_PYTHON,
    RefusedError,
    is_empty,
    print_errors,
)
from saalint.reports.timings import timing_lines
from saalint.source.paths import shown_path
from saalint.source.watch import Watch
from saalint.source.writing import write_text

# scripts have no suffix
_PYTHON_SUFFIXES = ("", ".py", ".pyi", ".pyw")


class Fixing(msgspec.Struct, frozen=True, kw_only=True):
    """What is done about findings: `is_diff` shows the fixes in place of writing them."""

    is_fix: bool = False
    is_unsafe: bool = False
    is_diff: bool = False


class CheckArguments(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for on the command line."""

    scope: CommandScope
    output_format: OutputFormat
    output_file: Path | None
    colour: Colour
    has_trace: bool
    has_statistics: bool
    has_timings: bool
    is_exit_zero: bool
    is_baseline_strict: bool
    fixing: Fixing


def run_check(arguments: CheckArguments) -> int:
    """Check, print, and tell the exit status."""
    request = request_for(arguments.scope)
    if arguments.fixing.is_diff:
        return _run_diff(arguments, request)
    run = _run_fix if arguments.fixing.is_fix else _run_and_print
    report = run(arguments, request)
    if report.errors:
        return FAILED
    is_found = bool(report.findings) or (arguments.is_baseline_strict and bool(report.stale))
    return FOUND if is_found and not arguments.is_exit_zero else CLEAN


def _run_diff(arguments: CheckArguments, request: engine.Request) -> int:
    from saalint.front_ends.fixing import diff_lines, fix_all, with_texts

    fixed = fix_all(request, is_unsafe=arguments.fixing.is_unsafe)
    lines_of = _lines_of(request)
    for path, text in sorted(fixed.texts.items()):
        before = "\n".join(lines_of(path))
        print("\n".join(diff_lines(before, text, path)))
    print_errors(fixed.report.errors)
    left = len(fixed.report.findings)
    print(f"Would fix {amount_of(fixed.count)} ({left} remaining)", file=sys.stderr)
    hidden = _unsafe(engine.fixes(fixed.report, with_texts(request, fixed.texts)))
    if hidden and not arguments.fixing.is_unsafe:
        print(f"{hidden} more with `--diff --unsafe-fixes`", file=sys.stderr)
    if fixed.report.errors:
        return FAILED
    return FOUND if fixed.texts and not arguments.is_exit_zero else CLEAN


def _run_fix(arguments: CheckArguments, request: engine.Request) -> engine.Report:
    from saalint.front_ends.fixing import fix_all, with_texts

    fixed = fix_all(request, is_unsafe=arguments.fixing.is_unsafe)
    is_piped = STDIN in arguments.scope.paths
    _write_all(
        {
            path: text
            for path, text in sorted(fixed.texts.items())
            if request.working_directory / path not in request.overlay
        },
        request.working_directory,
    )
    after = with_texts(request, fixed.texts)
    if is_piped:
        # standard output is the fixed text, for the editor that asked
        text = after.overlay[request.paths[-1]]
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
    with contextlib.redirect_stdout(sys.stderr if is_piped else sys.stdout):
        _print(fixed.report, arguments, after, fixed.count)
    return fixed.report


def _unsafe(fixes: Mapping[Finding, Fix]) -> int:
    return sum(fix.applicability is Applicability.UNSAFE for fix in fixes.values())


def _write_all(texts: Mapping[str, str], folder: Path) -> None:
    """Write the fixed files: all, or none where one of them says beforehand that it cannot be written."""
    for path in texts:
        if not os.access(folder / path, os.W_OK):
            raise RefusedError(f"{path}: it may not be written, and no file was changed")
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
    for line in _notes(report, request):
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
    hidden = _unsafe(fixes)
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
        raise RefusedError(f"{path}: it cannot be written, {reason}{changed}") from error


def _notes(report: engine.Report, request: engine.Request) -> Iterator[str]:
    """What is said beside the findings: what was left out, what is there no more, what looks like no Python."""
    yield from report.notes
    yield from _stale_notes(report)
    if is_empty(report) and not request.is_only_given_files:
        yield NO_PYTHON
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

"""`saalint baseline`: the findings of legacy code to a file, and that file to what it says."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

from saalint import engine
from saalint.config.files import SettingProblem, SettingsFile
from saalint.findings.baseline import Counts, counted, entry_lines
from saalint.findings.baseline_file import (
    baseline_of,
    baseline_path,
    keys_of,
    write_baseline,
)
from saalint.findings.selection import Selection
from saalint.front_ends.cli.output import amount_of
from saalint.front_ends.cli.scope import CommandScope, request_for
from saalint.front_ends.cli.status import (
    CLEAN,
    FAILED,
    NO_PYTHON,
    RefusedError,
    is_empty,
    print_errors,
)
from saalint.rules.registry import identities
from saalint.screening import is_under
from saalint.source.paths import absolute, shown_path


def run_baseline(action: str, scope: CommandScope) -> int:
    """Write, prune or show the baseline of a project."""
    request = request_for(scope)
    match action:
        case "write":
            return _write(request, scope)
        case "prune":
            return _prune(request)
        case _:
            return _show(request)


def _write(request: engine.Request, scope: CommandScope) -> int:
    """Write an entry for each finding; the entries of files and rules that were not asked for stay."""
    file = request.settings
    report = engine.check(replace(request, has_baseline=False))
    print_errors(report.errors)
    if report.errors:
        return FAILED
    if is_empty(report):
        raise RefusedError(NO_PYTHON)
    key_of = keys_of(file.settings, request.working_directory)
    has_all_rules = (scope.select, scope.ignore, scope.level) == (None, None, None)
    kept = _not_asked_for(request, has_all_rules=has_all_rules)
    counts = {**kept, **counted(report.findings, key_of)}
    write_baseline(file.settings, counts)
    print(f"{_shown(file)}: {_size(counts)}")
    if file.settings.baseline is None:
        path = baseline_path(file.settings)
        print(f'add `baseline = "{path.name}"` to `[tool.saalint]` in {path.parent}/pyproject.toml')
    return CLEAN


def _not_asked_for(request: engine.Request, *, has_all_rules: bool) -> Counts:
    """The entries of the baseline that writing it leaves as they are."""
    file = request.settings
    is_anew = has_all_rules and is_under(file.settings.directory, request.paths)
    if is_anew or _is_missing(file):
        # nobody has to read what a merge may have made of the file
        return {}
    settings = file.settings
    selection = Selection(select=settings.select, ignore=settings.ignore, level=settings.level)
    silent = {
        code
        for code, rule in (() if has_all_rules else identities().items())
        if not selection.has(rule, is_strict=rule.is_strict)
    }
    return {
        key: count
        for key, count in _entries(file).items()
        if key.code in silent
        or not is_under(absolute(settings.directory / key.path), request.paths)
    }


def _prune(request: engine.Request) -> int:
    """Remove what no longer occurs; nothing is added."""
    file = request.settings
    entries = _entries(file)
    report = engine.check(request)
    print_errors(report.errors)
    if report.errors:
        return FAILED
    left = {key: count - report.stale.get(key, 0) for key, count in entries.items()}
    write_baseline(file.settings, left)
    print(f"{_shown(file)}: {amount_of(sum(report.stale.values()))} removed")
    return CLEAN


def _show(request: engine.Request) -> int:
    """Print the entries, and how many findings of each rule they cover."""
    entries = _entries(request.settings)
    for line in entry_lines(entries):
        print(line)
    by_rule: Counter[str] = Counter()
    for key, count in entries.items():
        by_rule[key.code] += count
    listed = ", ".join(f"{code}: {count}" for code, count in sorted(by_rule.items()))
    print(f"{_size(entries)} ({listed or 'none'})")
    return CLEAN


def _entries(file: SettingsFile) -> Counts:
    """The entries of the baseline, named in the settings or where it is written without."""
    named = file.settings.baseline or baseline_path(file.settings).name
    if _is_missing(file):
        raise RefusedError(f"{_shown(file)}: there is no baseline: run `saalint baseline write`")
    found = baseline_of(replace(file, settings=replace(file.settings, baseline=named)))
    if isinstance(found, SettingProblem):
        raise RefusedError(found.message)
    return found


def _is_missing(file: SettingsFile) -> bool:
    return not baseline_path(file.settings).is_file()


def _shown(file: SettingsFile) -> str:
    return shown_path(baseline_path(file.settings), Path.cwd())


def _size(entries: Counts) -> str:
    return f"{amount_of(sum(entries.values()))} in {amount_of(len(entries), 'entry')}"

"""All findings of a run to those that are reported: by comments, selection, baseline, changes and paths."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

import msgspec

from saalint.config.files import SettingsFile
from saalint.findings.baseline import Counts, counted, covered, stale
from saalint.findings.baseline_file import keys_of
from saalint.findings.changes import Changes, touched_findings, with_functions
from saalint.findings.finding import Finding
from saalint.findings.outcome import Outcome
from saalint.findings.run_error import INTERNAL_ERROR
from saalint.findings.selection import RuleIdentity, Selection, selected_findings
from saalint.findings.suppression import (
    Rules,
    SuppressionsOf,
    unsuppressed_findings,
    unused_suppressions,
)
from saalint.rules.tool import unused_suppression
from saalint.source.paths import shown_path
from saalint.source.suppression import CommentDialect


class Screen(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for. `changes` are the changed lines by absolute path, absent where all are."""

    paths: tuple[Path, ...]
    settings: SettingsFile
    working_directory: Path
    host: CommentDialect | None
    is_alone: bool
    baseline: Counts
    changes: Mapping[Path, AbstractSet[int]] | None


class Screened(msgspec.Struct, frozen=True, kw_only=True):
    """What is reported, how many findings the baseline and the changes leave out, and entries that no longer occur."""

    findings: tuple[Finding, ...]
    covered: int
    untouched: int
    stale: Counts


def screened(findings: Sequence[Finding], outcome: Outcome, screen: Screen) -> Screened:
    """Leave out what nobody wants to see. `findings` are those of the outcome and those about settings."""
    suppressions = outcome.suppressions
    rules = {rule.code: rule for rule in outcome.rules}
    commented = [*findings, *_findings_about_comments(findings, screen, suppressions, rules)]
    selected = [
        finding
        for finding in dict.fromkeys(sorted(_selected(commented, screen, rules)))
        if _is_asked_for(finding, screen)
    ]
    key_of = keys_of(screen.settings.settings, screen.working_directory)
    # Hosts apply comments of their dialect later; those findings count in no front end.
    unsuppressed = list(unsuppressed_findings(selected, suppressions, rules))
    found = counted(unsuppressed, key_of)
    legacy = covered(screen.baseline, found) if screen.baseline else frozenset()
    kept = unsuppressed_findings(selected, suppressions, rules, host=screen.host)
    remaining = tuple(each for each in kept if key_of(each) not in legacy)
    reported = remaining
    if screen.changes is not None:
        reported = tuple(touched_findings(remaining, _changes(outcome, screen)))
    return Screened(
        findings=reported,
        covered=sum(found[key] for key in legacy),
        untouched=len(remaining) - len(reported),
        stale=_stale(screen, found, rules),
    )


def _selected(findings: Iterable[Finding], screen: Screen, rules: Rules) -> Iterator[Finding]:
    return selected_findings(
        findings,
        screen.settings.settings,
        rules,
        working_directory=screen.working_directory,
    )


def _findings_about_comments(
    findings: Sequence[Finding], screen: Screen, suppressions: SuppressionsOf, rules: Rules
) -> Iterator[Finding]:
    """What is known of comments where all findings in their file are known."""
    if screen.is_alone:
        return
    failed = {f.location.path for f in findings if f.code == INTERNAL_ERROR}
    judged = {path: found for path, found in suppressions.items() if path not in failed}
    for unused in unused_suppressions(findings, judged, rules):
        yield unused_suppression.finding_of(unused)


def _is_asked_for(finding: Finding, screen: Screen) -> bool:
    file = screen.working_directory / finding.location.path
    return file == screen.settings.path or is_under(file, screen.paths)


def is_under(file: Path, paths: Iterable[Path]) -> bool:
    """Whether a file is one of the paths or lies in one."""
    return any(file.is_relative_to(path) for path in paths)


def _stale(screen: Screen, found: Counts, rules: Rules) -> Counts:
    """The entries of files and rules that were asked for and that occur no more."""
    settings = screen.settings.settings
    selection = Selection(select=settings.select, ignore=settings.ignore, level=settings.level)
    judged = {
        key: count
        for key, count in screen.baseline.items()
        if is_under(settings.directory / key.path, screen.paths)
        and (key.code not in rules or _speaks(rules[key.code], selection))
    }
    return stale(judged, found)


def _speaks(rule: RuleIdentity, selection: Selection) -> bool:
    return selection.has(rule, is_strict=rule.is_strict)


def _changes(outcome: Outcome, screen: Screen) -> Changes:
    changes = {
        shown_path(path, screen.working_directory): lines
        for path, lines in (screen.changes or {}).items()
    }
    return {
        path: with_functions(lines, outcome.functions.get(path, ()))
        for path, lines in changes.items()
    }

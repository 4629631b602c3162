"""A request to the texts after all fixes: findings are fixed, then looked for again, until nothing is left to fix."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from saalint import engine
from saalint.findings.edits import applied
from saalint.findings.finding import Finding
from saalint.findings.fix import Applicability, Edit
from saalint.findings.location import Location
from saalint.fixes.verification import Proposal, Told, taken_back

_ROUNDS = 10

_Key: TypeAlias = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """What is left, how many findings were fixed, and the texts of the files that changed by the path shown."""

    report: engine.Report
    count: int
    texts: Mapping[str, str]


def fix_all(
    request: engine.Request, *, is_unsafe: bool, shown: frozenset[str] | None = None
) -> Fixed:
    """Fix what can be fixed in the files that were asked for; nothing is written.

    Of findings in some files only, by the paths that are shown for them, where these are `shown`.
    """
    request = replace(request, needs_events=True)
    report = engine.check(request)
    texts: dict[str, str] = {}
    count = 0
    given_up: set[_Key] = set()
    for _ in range(_ROUNDS):
        told = [each for each in report.findings if shown is None or each.location.path in shown]
        wanted = [each for each in told if _key(each) not in given_up]
        proposed = _proposed(report, request, wanted, is_unsafe=is_unsafe)
        if not proposed:
            break
        edits = tuple(dict.fromkeys(edit for fix, _ in proposed for edit in fix.edits))
        changed = _changed(request, edits)
        after_request = with_texts(request, changed)
        after = engine.check(after_request)
        failed = taken_back(proposed, edits, _told(report), _told(after))
        given_up.update(map(_key, failed))
        if failed:
            # what did not help or did harm is not left behind: this round is made again without it
            continue
        # what failed beside other fixes may help after them
        given_up.clear()
        report, request = after, after_request
        texts.update(changed)
        count += sum(len(findings) for _, findings in proposed)
    return Fixed(report=report, count=count, texts=texts)


def diff_lines(before: str, after: str, path: str) -> Iterator[str]:
    """The unified difference of two versions of a file, as `patch` and `git apply` read it."""
    for line in difflib.unified_diff(_lines(before), _lines(after), path, path):
        yield line.removesuffix("\n")
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"


def _lines(text: str) -> list[str]:
    # `str.splitlines` would part lines at form feeds too
    *lines, last = text.split("\n")
    return [*(f"{line}\n" for line in lines), *([last] if last else ())]


def _proposed(
    report: engine.Report, request: engine.Request, wanted: list[Finding], *, is_unsafe: bool
) -> list[Proposal]:
    proposals = engine.proposals(report, request)
    if proposals is None:
        return []
    chosen: list[Proposal] = []
    taken: dict[Location, str] = {}
    for fix, findings in proposals.together(wanted):
        if fix.applicability is Applicability.UNSAFE and not is_unsafe:
            continue
        if not all(_is_given(edit, request) for edit in fix.edits):
            continue
        if any(taken.get(edit.location, edit.text) != edit.text for edit in fix.edits):
            # two fixes that each need an import of their own: the second finds the first one's line there
            continue
        taken.update((edit.location, edit.text) for edit in fix.edits)
        chosen.append((fix, findings))
    return chosen


def _is_given(edit: Edit, request: engine.Request) -> bool:
    file = request.working_directory / edit.location.path
    return any(file.is_relative_to(path) for path in request.paths)


def _changed(request: engine.Request, edits: Sequence[Edit]) -> dict[str, str]:
    lines_of = engine.SourceLines(
        overlay=request.overlay, working_directory=request.working_directory
    )
    changed: dict[str, str] = {}
    for path in sorted({edit.location.path for edit in edits}):
        own = [edit for edit in edits if edit.location.path == path]
        text = applied("\n".join(lines_of(path)), own)
        if text is not None:
            changed[path] = text
    return changed


def with_texts(request: engine.Request, texts: Mapping[str, str]) -> engine.Request:
    """The request, as if the files had these texts, by the paths that are shown for them."""
    overlay = {request.working_directory / path: text for path, text in texts.items()}
    return replace(request, overlay={**request.overlay, **overlay})


def _told(report: engine.Report) -> Told:
    return Told(report.findings, report.events)


def _key(finding: Finding) -> _Key:
    return (finding.location.path, finding.code, finding.scope, finding.subject)

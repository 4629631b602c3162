"""A request to the texts after all fixes: findings are fixed, then looked for again, until nothing is left to fix."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from saalint import engine
from saalint.findings.edits import applied, moved
from saalint.findings.finding import Finding, Location
from saalint.findings.fix import Applicability, Edit, Fix
from saalint.interpret.events import AttributeRead, LoadState, RenderedRead, SerializedRead
from saalint.source.positions import column_of, line_of

_ROUNDS = 10

_Proposal: TypeAlias = tuple[Fix, tuple[Finding, ...]]
_Key: TypeAlias = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """What is left, how many findings were fixed, and the texts of the files that changed by the path shown."""

    report: engine.Report
    count: int
    texts: Mapping[str, str]


def fix_all(request: engine.Request, *, is_unsafe: bool) -> Fixed:
    """Fix what can be fixed in the files that were asked for; nothing is written."""
    report = engine.check(request)
    texts: dict[str, str] = {}
    count = 0
    given_up: set[_Key] = set()
    for _ in range(_ROUNDS):
        proposed = _proposed(report, request, given_up, is_unsafe=is_unsafe)
        if not proposed:
            break
        edits = tuple(dict.fromkeys(edit for fix, _ in proposed for edit in fix.edits))
        changed = _changed(request, edits)
        after_request = _with_texts(request, changed)
        after = engine.check(after_request)
        failed = list(_failed(proposed, edits, report.findings, after))
        given_up.update(map(_key, failed))
        if failed:
            # an option that did not help is not left behind: this round is made again without it
            continue
        report, request = after, after_request
        texts.update(changed)
        count += sum(len(findings) for _, findings in proposed)
    return Fixed(report=report, count=count, texts=texts)


def diff_lines(before: str, after: str, path: str) -> Iterator[str]:
    """The unified difference of two versions of a file."""
    found = difflib.unified_diff(
        before.splitlines(), after.splitlines(), f"{path}", f"{path}", lineterm=""
    )
    yield from found


def _proposed(
    report: engine.Report, request: engine.Request, given_up: set[_Key], *, is_unsafe: bool
) -> list[_Proposal]:
    proposals = engine.proposals(report, request)
    if proposals is None:
        return []
    wanted = [finding for finding in report.findings if _key(finding) not in given_up]
    chosen: list[_Proposal] = []
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


def _with_texts(request: engine.Request, texts: Mapping[str, str]) -> engine.Request:
    overlay = {request.working_directory / path: text for path, text in texts.items()}
    return replace(request, overlay={**request.overlay, **overlay})


def _failed(
    proposed: Sequence[_Proposal],
    edits: Sequence[Edit],
    before: Sequence[Finding],
    after: engine.Report,
) -> Iterator[Finding]:
    """The findings that a fix was for and that it did not help, or of which nobody can tell any more.

    A fix may load so much that another query finds its objects in the session already, and loads nothing for them.
    """
    fixed = {finding for _, findings in proposed for finding in findings}
    told = {
        (finding.code, finding.subject, finding.location, finding.origin)
        for finding in after.findings
    }
    told_places = {(subject, location) for _, subject, location, _ in told}
    doubtful = set(_doubtful(after))
    hidden: set[str] = set()
    for finding in before:
        location = moved(finding.location, edits)
        origin = None if finding.origin is None else moved(finding.origin, edits)
        is_told = (finding.code, finding.subject, location, origin) in told
        start = (location.path, location.line, location.column, finding.subject)
        is_hidden = (finding.subject, location) not in told_places and start in doubtful
        if finding in fixed and (is_told or is_hidden):
            yield finding
        elif is_hidden:
            hidden.add(finding.scope)
    yield from (finding for finding in fixed if finding.scope in hidden)


def _doubtful(report: engine.Report) -> Iterator[tuple[str, int, int, str]]:
    """The reads that may need a load on some path, which is told of none of them."""
    for event in report.events:
        read = event.read if isinstance(event, SerializedRead | RenderedRead) else event
        if isinstance(read, AttributeRead) and read.state & _LACKING:
            place = event.place
            subject = f"{read.owner}.{read.attribute}"
            yield place.path, line_of(place.at), column_of(place.at), subject


_LACKING = LoadState.UNLOADED | LoadState.RAISING | LoadState.EXPIRED | LoadState.SERVER


def _key(finding: Finding) -> _Key:
    return (finding.location.path, finding.code, finding.scope, finding.subject)

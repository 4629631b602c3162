"""The last run on a project to the outcome of this one, where nothing has changed that an analysis looks into.

Most edits change the body of a function that no analysis looked into, a comment, or nothing but the place of what
follows. What was found stays, and moves along with its lines: neither the project nor its model is read again.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from saalint.config.paths import shown_path
from saalint.facts.likeness import moved_lines
from saalint.facts.records import FileFacts
from saalint.facts.store import FactsStore
from saalint.findings.kept import Base, KeptOutcomes
from saalint.findings.moving import moved_findings
from saalint.findings.outcome import Outcome
from saalint.request import Request
from saalint.source.disk import Asked, Disk, Question

# beyond this a run from the start is not much slower than comparing
_MOST_FILES = 50

_Changes = Mapping[Path, tuple[FileFacts, FileFacts]]


def carried(request: Request, kept: KeptOutcomes) -> Outcome | None:
    """What this run would find; None where only an analysis can tell."""
    last = kept.last()
    if last is None or request.is_alone:
        return None
    base, outcome = last
    named = frozenset(map(str, request.files))
    if not base.grounds.named <= named <= frozenset(outcome.files):
        return None
    disk = Disk(request.overlay)
    now = tuple(disk.again(base.asked))
    settings = request.settings.settings
    store = FactsStore(settings.cache_folder, disk, deepest=settings.max_nesting)
    changed = _changed(base, now, outcome, store)
    found = None if changed is None else _changed_outcome(request, base, outcome, changed)
    if found is not None and not request.overlay:
        # what an editor shows is gone with the next key
        kept.disk = disk
        kept.keep(found, base.grounds)
        store.keep_all(each.answer for each in now if each.question == Question.CONTENT)
        store.save()
    return found


def _changed(
    base: Base, now: tuple[Asked, ...], outcome: Outcome, store: FactsStore
) -> _Changes | None:
    """The facts of the changed files, as they were and as they are; None where something else has changed."""
    files = frozenset(outcome.files)
    moved = [
        (was, each) for was, each in zip(base.asked, now, strict=True) if was.answer != each.answer
    ]
    is_plain = all(was.question == Question.CONTENT and was.path in files for was, _ in moved)
    if not is_plain or len(moved) > _MOST_FILES:
        return None
    changes: dict[Path, tuple[FileFacts, FileFacts]] = {}
    for was, each in moved:
        path = Path(each.path)
        before, after = store.known(was.answer), store.facts_at(path)
        if before is None or not isinstance(after, FileFacts):
            return None
        changes[path] = (before, after)
    return changes


def _changed_outcome(
    request: Request, base: Base, outcome: Outcome, changed: _Changes
) -> Outcome | None:
    lines: dict[str, Mapping[int, int]] = {}
    suppressions, functions = dict(outcome.suppressions), dict(outcome.functions)
    for path, (before, after) in changed.items():
        moved = moved_lines(before, after, frozenset(base.grounds.consulted.get(str(path), ())))
        if moved is None:
            return None
        shown = shown_path(path, request.working_directory)
        lines[shown] = moved
        suppressions[shown] = after.suppressions
        functions[shown] = after.function_lines
    findings = moved_findings(outcome.findings, lines)
    if findings is None:
        return None
    return msgspec.structs.replace(
        outcome,
        findings=findings,
        suppressions={path: found for path, found in suppressions.items() if found},
        functions={path: found for path, found in functions.items() if found},
    )

"""The last run on a project to the outcome of this one, where nothing has changed that an analysis looks into.

Most edits change the body of a function that no analysis looked into, a comment, or nothing but the place of what
follows. What was found stays, and moves along with its lines: neither the project nor its model is read again.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from saalint.facts.likeness import Looked, Moved, moved
from saalint.facts.records import FileFacts
from saalint.facts.store import FactsStore
from saalint.findings.kept import Base, Grounds, KeptOutcomes
from saalint.findings.moving import moved_findings
from saalint.findings.outcome import Outcome
from saalint.request import Request
from saalint.rules.tool import invalid_setting
from saalint.source.disk import Asked, Disk, Question
from saalint.source.paths import shown_path

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
    # what is wrong with a models file is told by way of all functions that there are
    has_problems = any(each.code == invalid_setting.RULE.code for each in outcome.findings)
    if has_problems or not base.grounds.named <= named <= frozenset(outcome.files):
        return None
    disk = Disk(request.overlay)
    now = tuple(disk.again(base.asked))
    settings = request.settings.settings
    store = FactsStore(settings.cache_folder, disk, deepest=settings.max_nesting)
    changed = _changed(base, now, outcome, store)
    there = None if changed is None else _moved(base, changed)
    if changed is None or there is None:
        return None
    found = _carried_outcome(request, outcome, changed, there)
    if found is not None and not request.overlay:
        # what an editor shows is gone with the next key
        kept.disk = disk
        kept.keep(found, _carried_grounds(base.grounds, changed, there))
        store.keep_all(each.answer for each in now if each.question == Question.CONTENT)
        store.save()
    return found


def _changed(
    base: Base, now: tuple[Asked, ...], outcome: Outcome, store: FactsStore
) -> _Changes | None:
    """The facts of the changed files, as they were and as they are; None where something else has changed."""
    files = frozenset(outcome.files)
    differing = [
        (was, each) for was, each in zip(base.asked, now, strict=True) if was.answer != each.answer
    ]
    is_plain = all(was.question == Question.CONTENT and was.path in files for was, _ in differing)
    if not is_plain or len(differing) > _MOST_FILES:
        return None
    changes: dict[Path, tuple[FileFacts, FileFacts]] = {}
    for was, each in differing:
        path = Path(each.path)
        before, after = store.known(was.answer), store.facts_at(path)
        if before is None or not isinstance(after, FileFacts):
            return None
        changes[path] = (before, after)
    return changes


def _moved(base: Base, changed: _Changes) -> dict[Path, Moved] | None:
    """Where what stood in the changed files is now."""
    grounds = base.grounds
    found: dict[Path, Moved] = {}
    for path, (before, after) in changed.items():
        looked = Looked(
            consulted=grounds.consulted.get(str(path), frozenset()),
            involved=grounds.involved.get(str(path), frozenset()),
            asked=grounds.asked,
            unspoken=grounds.unspoken,
        )
        there = moved(before, after, looked)
        if there is None:
            return None
        found[path] = there
    return found


def _carried_outcome(
    request: Request, outcome: Outcome, changed: _Changes, there: Mapping[Path, Moved]
) -> Outcome | None:
    shown = {path: shown_path(path, request.working_directory) for path in changed}
    findings = moved_findings(
        outcome.findings, {shown[path]: each.lines for path, each in there.items()}
    )
    if findings is None:
        return None
    after = {shown[path]: facts for path, (_, facts) in changed.items()}
    suppressions = outcome.suppressions | {path: each.suppressions for path, each in after.items()}
    functions = outcome.functions | {path: each.function_lines for path, each in after.items()}
    return msgspec.structs.replace(
        outcome,
        findings=findings,
        suppressions={path: found for path, found in suppressions.items() if found},
        functions={path: found for path, found in functions.items() if found},
    )


def _carried_grounds(grounds: Grounds, changed: _Changes, there: Mapping[Path, Moved]) -> Grounds:
    """The grounds with functions by their new indexes; a function that is new is one that may be spoken of."""
    consulted, involved = dict(grounds.consulted), dict(grounds.involved)
    for path, each in there.items():
        for by_path in (consulted, involved):
            indexes = by_path.get(str(path), frozenset())
            by_path[str(path)] = frozenset(each.functions[index] for index in indexes)
    names = {function.name for _, after in changed.values() for function in after.functions}
    return msgspec.structs.replace(
        grounds, consulted=consulted, involved=involved, unspoken=grounds.unspoken - names
    )

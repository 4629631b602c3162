"""What was told before and after some fixes to the findings whose fix is to be taken back: no help, or harm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from saalint.findings.edits import moved, written
from saalint.findings.finding import Finding
from saalint.findings.fix import Edit, Fix
from saalint.findings.location import Location
from saalint.findings.remedy import KeepValues, LoadInQuery, Refresh
from saalint.interpret.events import AttributeRead, Event, LoadState, RenderedRead, SerializedRead
from saalint.source.positions import column_of, line_of

Proposal: TypeAlias = tuple[Fix, tuple[Finding, ...]]
# where an attribute is read, or handed over to be read, and which
_Spot: TypeAlias = tuple[str, int, int, str]


@dataclass(frozen=True)
class Told:
    """The findings and the events of one run."""

    findings: Sequence[Finding]
    events: Sequence[Event]

    @cached_property
    def reads(self) -> Mapping[_Spot, Sequence[AttributeRead]]:
        """All reads of attributes by where they are."""
        found: dict[_Spot, list[AttributeRead]] = {}
        for event in self.events:
            read = event.read if isinstance(event, SerializedRead | RenderedRead) else event
            if isinstance(read, AttributeRead):
                place = event.place
                spot = (
                    place.path,
                    line_of(place.at),
                    column_of(place.at),
                    f"{read.owner}.{read.attribute}",
                )
                found.setdefault(spot, []).append(read)
        return found

    @cached_property
    def spots(self) -> frozenset[_Spot]:
        """Where findings are, and about what."""
        return frozenset(_spot(finding.location, finding.subject) for finding in self.findings)


def taken_back(
    proposed: Sequence[Proposal], edits: Sequence[Edit], before: Told, after: Told
) -> frozenset[Finding]:
    """The findings whose fix is not to be applied."""
    fixed = {finding for _, findings in proposed for finding in findings}
    failed = set(_not_helped(fixed, edits, after))
    for edit in _at_fault(edits, before, after):
        failed.update(*(findings for fix, findings in proposed if edit in fix.edits))
    for read in (*_in_doubt(fixed, edits, before, after), *_harmed(edits, before, after)):
        # where nothing tells which of the fixes it was, none of them is applied
        failed.update([finding for finding in fixed if _may_touch(finding, read)] or fixed)
    return frozenset(failed)


def _not_helped(fixed: set[Finding], edits: Sequence[Edit], after: Told) -> Iterator[Finding]:
    told = {
        (finding.code, finding.subject, finding.location, finding.origin)
        for finding in after.findings
    }
    for finding in fixed:
        location = moved(finding.location, edits)
        origin = None if finding.origin is None else moved(finding.origin, edits)
        reads = after.reads.get(_spot(location, finding.subject), ())
        # what is refreshed is there, whatever the session held before; an option may load so much that another query
        # finds its objects in the session already, and loads nothing
        is_good = _is_there if isinstance(finding.remedy, Refresh | KeepValues) else _is_sure
        is_told = (finding.code, finding.subject, location, origin) in told
        if is_told or not all(map(is_good, reads)):
            yield finding


def _at_fault(edits: Sequence[Edit], before: Told, after: Told) -> Iterator[Edit]:
    """The edits whose own text is told of: `await session.refresh(author)` of one that is not in the session."""
    for edit, location in written(edits):
        known = {
            (finding.code, finding.subject)
            for finding in before.findings
            if _begins_in(finding.location, edit.location)
        }
        told = {
            (finding.code, finding.subject)
            for finding in after.findings
            if _begins_in(finding.location, location)
        }
        if told - known:
            yield edit


def _begins_in(inner: Location, outer: Location) -> bool:
    start, end = (outer.line, outer.column), (outer.end_line, outer.end_column)
    return inner.path == outer.path and start <= (inner.line, inner.column) < end


def _in_doubt(
    fixed: set[Finding], edits: Sequence[Edit], before: Told, after: Told
) -> Iterator[AttributeRead]:
    """The reads that were told of, that no fix was for, and of which nobody can tell any more."""
    for finding in before.findings:
        spot = _spot(moved(finding.location, edits), finding.subject)
        if finding in fixed or spot in after.spots:
            continue
        yield from (read for read in after.reads.get(spot, ()) if not _is_sure(read))


def _harmed(edits: Sequence[Edit], before: Told, after: Told) -> Iterator[AttributeRead]:
    """The reads that had all they need, and do not have it after the fixes."""
    for spot, reads in before.reads.items():
        if not all(_is_there(read) for read in reads):
            continue
        path, line, column, subject = spot
        location = moved(Location(path, line, column, line, column), edits)
        yield from (
            read for read in after.reads.get(_spot(location, subject), ()) if not _is_there(read)
        )


def _may_touch(finding: Finding, read: AttributeRead) -> bool:
    if finding.scope == read.scope:
        return True
    match finding.remedy:
        case LoadInQuery(paths=paths):
            return any(read.mapper == step.mapper for path in paths for step in path)
        case Refresh():
            return finding.subject.partition(".")[0] == read.owner
        case _:
            return False


def _is_sure(read: AttributeRead) -> bool:
    return _is_there(read) and read.is_as_queried


def _is_there(read: AttributeRead) -> bool:
    return not read.state & _LACKING


_LACKING = LoadState.UNLOADED | LoadState.RAISING | LoadState.EXPIRED | LoadState.SERVER


def _spot(location: Location, subject: str) -> _Spot:
    return location.path, location.line, location.column, subject

"""What a sync project meets when it becomes async, to the table that a team plans with."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field

from saalint.findings.finding import Finding
from saalint.interpret.events import Event, Movable, SessionUse, UseKind
from saalint.source.positions import line_of

_LEGACY = (UseKind.LEGACY_QUERY, UseKind.LEGACY_GET)
_HEADINGS = ("queries", "legacy", "loads", "commits", "movable")


@dataclass(slots=True)
class FilePlan:
    """What there is to do in one file: lines by kind of work.

    `queries` are what has to be awaited, `legacy` those of them that `AsyncSession` has no method for; `loads` are
    reads that will raise, `commits` expire all objects of their session, `movable` are functions that could run whole
    behind `run_sync`, with the number of loads in them.
    """

    path: str
    queries: list[int] = field(default_factory=list)
    legacy: list[int] = field(default_factory=list)
    loads: list[int] = field(default_factory=list)
    commits: list[int] = field(default_factory=list)
    movable: list[tuple[int, str, int]] = field(default_factory=list)

    @property
    def counts(self) -> tuple[int, ...]:
        """The numbers of its row, in the order of the headings."""
        return tuple(len(getattr(self, heading)) for heading in _HEADINGS)


def plans_of(events: Iterable[Event], findings: Iterable[Finding]) -> tuple[FilePlan, ...]:
    """The work by file, the file with most loads first. `findings` are those under `assume-async`."""
    plans: dict[str, FilePlan] = {}
    uses: dict[tuple[str, int], set[UseKind]] = {}
    for event in events:
        match event:
            case SessionUse(place=place, kind=kind):
                uses.setdefault((place.path, place.at), set()).add(kind)
            case Movable(place=place, scope=scope, loads=loads):
                plan = plans.setdefault(place.path, FilePlan(place.path))
                plan.movable.append((line_of(place.at), scope, loads))
            case _:
                pass
    for (path, at), kinds in sorted(uses.items()):
        plan = plans.setdefault(path, FilePlan(path))
        if UseKind.EXPIRING_COMMIT in kinds:
            plan.commits.append(line_of(at))
            continue
        plan.queries.append(line_of(at))
        if not kinds.isdisjoint(_LEGACY):
            plan.legacy.append(line_of(at))
    for finding in findings:
        path = finding.location.path
        plans.setdefault(path, FilePlan(path)).loads.append(finding.location.line)
    return tuple(sorted(plans.values(), key=lambda plan: (-len(plan.loads), plan.path)))


def migration_lines(plans: Iterable[FilePlan]) -> Iterator[str]:
    """The table, a row for each file, the sum, and the functions that could move whole."""
    rows = list(plans)
    total = tuple(map(sum, zip(*(plan.counts for plan in rows), strict=True))) or (0,) * 5
    width = max([len("in all"), *(len(plan.path) for plan in rows)])
    yield f"{'':{width}}" + "".join(f"  {heading:>7}" for heading in _HEADINGS)
    for plan in rows:
        yield _row(plan.path, plan.counts, width)
    yield _row("in all", total, width)
    yield ""
    yield "queries   statements, `get` and `refresh` that have to be awaited"
    yield "legacy    of these: `Query`, which AsyncSession does not have"
    yield "loads     reads that will raise `MissingGreenlet`: `saalint check --assume-async` lists them"
    yield "commits   commits that expire all objects of their session"
    yield "movable   functions that could run as they are: `await session.run_sync(function, …)`"
    movable = [
        f"{plan.path}:{line}: {scope} ({loads} {'load' if loads == 1 else 'loads'} inside)"
        for plan in rows
        for line, scope, loads in sorted(plan.movable)
    ]
    if movable:
        yield ""
        yield from movable


def _row(name: str, counts: Iterable[int], width: int) -> str:
    return f"{name:{width}}" + "".join(f"  {count or '.':>7}" for count in counts)


def migration_json(plans: Iterable[FilePlan]) -> str:
    """The same for machines, with the lines."""
    return json.dumps({"files": [asdict(plan) for plan in plans]}, indent=2)

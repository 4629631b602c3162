"""Findings to the entries of a baseline file and back: what legacy code is allowed to keep.

An entry names a file, a rule, the function and what is read in it, and how often: never a line, so that code
may move and be reformatted. A file has one entry a line, sorted, so that two branches merge.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from saalint.findings.finding import Finding
from saalint.findings.run_error import INTERNAL_ERROR

HEADING = "# Findings that saalint does not report: saalint baseline --help"
_FIELDS = 5
# What fails a run, or is about the settings that name the baseline, is no legacy.
_NEVER = frozenset({"SAA003", INTERNAL_ERROR})


class BaselineKey(msgspec.Struct, frozen=True, order=True):
    """What makes two findings the same: the path is relative to the folder of the settings."""

    path: str
    code: str
    scope: str
    subject: str


KeyOf = Callable[[Finding], BaselineKey]
Counts = Mapping[BaselineKey, int]


class MalformedLine(msgspec.Struct, frozen=True):
    """A line of a baseline file that is no entry."""

    number: int


def counted(findings: Iterable[Finding], key_of: KeyOf) -> Counts:
    """The entries that would cover all findings."""
    return Counter(key_of(finding) for finding in findings if finding.code not in _NEVER)


def covered(baseline: Counts, found: Counts) -> frozenset[BaselineKey]:
    """The keys whose findings are not reported.

    With more findings than the entry allows, all of them are: which of them is new, nobody can tell.
    """
    return frozenset(key for key, count in found.items() if count <= baseline.get(key, 0))


def stale(baseline: Counts, found: Counts) -> Counts:
    """How many findings of each entry no longer occur."""
    return {
        key: count - found.get(key, 0)
        for key, count in sorted(baseline.items())
        if count > found.get(key, 0)
    }


def baseline_text(counts: Counts) -> str:
    """The text of a baseline file."""
    entries = (_line(key, count) for key, count in sorted(counts.items()) if count > 0)
    return "\n".join([HEADING, *entries, ""])


def read_baseline(text: str) -> Counts | MalformedLine:
    """The entries of a baseline file. Of an entry that a merge left twice, the larger count holds."""
    counts: dict[BaselineKey, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = line.split("\t")
        if len(fields) != _FIELDS or not fields[4].isdecimal():
            return MalformedLine(number)
        key = BaselineKey(*(_unquoted(each) for each in fields[:4]))
        counts[key] = max(counts.get(key, 0), int(fields[4]))
    return counts


def entry_lines(counts: Counts) -> Iterator[str]:
    """The entries for people: `app/api.py: SAA101 Author.books in shelf (2)`."""
    for key, count in sorted(counts.items()):
        where = f" in {key.scope}" if key.scope else ""
        yield f"{key.path}: {key.code} {key.subject}{where} ({count})"


def _line(key: BaselineKey, count: int) -> str:
    fields = (key.path, key.code, key.scope, key.subject)
    return "\t".join([*(_quoted(each) for each in fields), str(count)])


# A file name may hold any character.
def _quoted(field: str) -> str:
    return field.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def _unquoted(field: str) -> str:
    parts = (part.replace("\\t", "\t").replace("\\n", "\n") for part in field.split("\\\\"))
    return "\\".join(parts)

"""Findings to the same ones after the lines of some files have moved: places, traces and what messages say of lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import TypeAlias, TypeVar

import msgspec

from saalint.findings.finding import Finding
from saalint.findings.location import Location

Lines: TypeAlias = Mapping[str, Mapping[int, int]]
"""By the path that is shown for a file, where each of its lines is now; a line that is not there is lost."""

_T = TypeVar("_T")


def moved_findings(findings: Iterable[Finding], lines: Lines) -> tuple[Finding, ...] | None:
    """The findings where they are now; None where one speaks of a line that is lost."""
    moving = _Moving(lines)
    try:
        return tuple(moving.of(finding) for finding in findings)
    except KeyError:
        return None


class _Moving:
    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        paths = "|".join(re.escape(path) for path in sorted(lines, key=len, reverse=True))
        # `at app/api.py:12`, not `at other/app/api.py:12`
        self._said = re.compile(rf"(?<![\w/\\.-])({paths}):(\d+)")

    def of(self, part: _T) -> _T:
        """A part of a finding. KeyError where it speaks of a line that is lost."""
        moved: object = part
        if isinstance(part, Location) and part.path in self._lines:
            lines = self._lines[part.path]
            moved = msgspec.structs.replace(
                part, line=lines[part.line], end_line=lines[part.end_line]
            )
        elif isinstance(part, str) and not isinstance(part, Enum):
            moved = self._said.sub(self._moved_words, part)
        elif isinstance(part, tuple):
            moved = tuple(map(self.of, part))
        elif isinstance(part, msgspec.Struct):
            changed = {name: self.of(getattr(part, name)) for name in part.__struct_fields__}
            moved = msgspec.structs.replace(part, **changed)
        elif is_dataclass(part) and not isinstance(part, type):
            changed = {field.name: self.of(getattr(part, field.name)) for field in fields(part)}
            moved = replace(part, **changed)
        return moved  # type: ignore[return-value]  # each branch makes the kind it was given

    def _moved_words(self, found: re.Match[str]) -> str:
        return f"{found[1]}:{self._lines[found[1]][int(found[2])]}"

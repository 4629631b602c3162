"""The outcome of an earlier run, where all that it read is as it was; and this run's, kept for the next.

For each request the disk holds the questions that its last run asked, and for each set of answers the outcome. A
branch that is checked out again, or an edit taken back, finds the outcome it had.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from saalint.findings.finding import Finding
from saalint.findings.fix import Fix
from saalint.findings.outcome import Outcome
from saalint.source.digests import digest, digest_of_this_tool
from saalint.source.disk import Asked, Disk
from saalint.source.pack import Pack

_QUESTIONS = msgspec.msgpack.Decoder(tuple[Asked, ...])
_OUTCOME = msgspec.msgpack.Decoder(Outcome)
_FIXES = msgspec.msgpack.Decoder(dict[int, Fix | None])

_LARGEST = 64_000_000


class Grounds(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What an outcome rests on.

    `consulted` are the functions of each file, by index, whose bodies were looked into, `involved` those that have to
    do with the ORM in some way. `asked` are names that somebody looked for in a module, `unspoken` those that tell
    nothing of whoever uses them. `named` are the files that were analysed only because they were named.
    """

    consulted: dict[str, frozenset[int]]
    involved: dict[str, frozenset[int]]
    asked: frozenset[str]
    unspoken: frozenset[str]
    named: frozenset[str]


class Base(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The last run on a project: what it asked of the disk, the key of its outcome, and what that rests on."""

    asked: tuple[Asked, ...]
    outcome: bytes
    grounds: Grounds


_BASE = msgspec.msgpack.Decoder(Base)
_T = TypeVar("_T")


class KeptOutcomes:
    """What is kept of the runs of one request. `folder` is where; None keeps nothing.

    `request` stands for all that was asked of the run, `project` for what it was asked of, `disk` answers its
    questions about files.
    """

    def __init__(
        self, folder: Path | None, request: bytes, project: bytes, overlay: Mapping[Path, str]
    ) -> None:
        self._pack = (
            None if folder is None else Pack(folder / "outcomes", digest_of_this_tool(), _LARGEST)
        )
        self._request = request
        self._project = digest((b"project", project))
        self._key = b""
        self._outcome: Outcome | None = None
        self._overlay = overlay
        self.disk = Disk(overlay)

    def find(self) -> Outcome | None:
        """The outcome of an earlier run that would be found again."""
        earlier = self._decoded(self._request, _QUESTIONS)
        if earlier is None:
            return None
        now = tuple(self.disk.again(earlier))
        self._key = self._key_of(now)
        self._outcome = self._decoded(self._key, _OUTCOME)
        if self._outcome is None:
            # what was asked about files that are gone is no question of this run
            self.disk = Disk(self._overlay, now)
        elif now != earlier:
            self._put(self._request, now)
        return self._outcome

    def has_last(self) -> bool:
        """Whether an earlier run on this project is known."""
        return self._pack is not None and self._pack.get(self._project) is not None

    def last(self) -> tuple[Base, Outcome] | None:
        """The last run on this project, whatever was asked of it and whatever has changed since."""
        base = self._decoded(self._project, _BASE)
        outcome = None if base is None else self._decoded(base.outcome, _OUTCOME)
        return None if base is None or outcome is None else (base, outcome)

    def keep(self, outcome: Outcome, grounds: Grounds) -> None:
        """Keep the outcome of this run."""
        asked = self.disk.asked()
        try:
            self._key = self._key_of(asked)
        except UnicodeEncodeError:
            # a file name need not be text: of a project with such a file nothing is kept
            return
        self._outcome = outcome
        self._put(self._request, asked)
        self._put(self._key, outcome)
        self._put(self._project, Base(asked, self._key, grounds))

    def fixes(self, wanted: Iterable[Finding], way: str) -> Mapping[Finding, Fix | None] | None:
        """The fixes of findings as a way of fixing told them in an earlier run; None where it told not of all."""
        known = self._decoded(self._key_of_fixes(way), _FIXES) if self._outcome else None
        if known is None or self._outcome is None:
            return None
        told = {self._outcome.findings[number]: fix for number, fix in known.items()}
        return told if all(each in told for each in wanted) else None

    def keep_fixes(self, fixes: Mapping[Finding, Fix | None], way: str) -> None:
        """Keep what the fixes of this run's findings are."""
        if self._outcome is None:
            return
        numbers = {each: number for number, each in enumerate(self._outcome.findings)}
        self._put(
            self._key_of_fixes(way),
            {numbers[each]: fix for each, fix in fixes.items() if each in numbers},
        )

    def save(self) -> None:
        """Write what is new; a disk that cannot be written is left alone."""
        if self._pack is not None:
            self._pack.save()

    def _key_of(self, asked: Iterable[Asked]) -> bytes:
        told = [(each.question, each.path, each.words, each.answer) for each in asked]
        return digest((self._request, msgspec.msgpack.encode(told)))

    def _key_of_fixes(self, way: str) -> bytes:
        return digest((self._key, way))

    def _put(self, key: bytes, record: object) -> None:
        if self._pack is None:
            return
        with contextlib.suppress(UnicodeEncodeError):
            # nor need a text that the source spells, as "\\udcff": what is about one is not kept
            self._pack.put(key, msgspec.msgpack.encode(record))

    def _decoded(self, key: bytes, decoder: msgspec.msgpack.Decoder[_T]) -> _T | None:
        record = None if self._pack is None else self._pack.get(key)
        if record is None:
            return None
        try:
            return decoder.decode(record)
        except msgspec.DecodeError:
            return None

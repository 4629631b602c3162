"""Files to facts, by way of what earlier runs kept: a file is read and parsed again only when it has changed."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, auto
from pathlib import Path

from saalint.facts.encoding import decode, encode
from saalint.facts.lowering import ORM_NAMES, SyntaxFailure, facts_of
from saalint.facts.records import FileFacts
from saalint.source.digests import digest, digest_of_this_tool
from saalint.source.disk import Disk
from saalint.source.pack import Pack
from saalint.source.reading import ReadFailure


class Subject(Enum):
    """What a file may have to do with what is looked for: it names the ORM, or speaks to this tool, or neither."""

    ORM = auto()
    TOOL = auto()
    OTHERS = auto()


_WORDS = (
    (Subject.ORM, tuple(name.encode() for name in ORM_NAMES)),
    (Subject.TOOL, (b"SAA", b"saalint")),
)


class FactsStore:
    """The facts of one run's files. `folder` is where they are kept; None keeps nothing.

    `deepest` is how deep expressions are followed.
    """

    def __init__(self, folder: Path | None, disk: Disk, *, deepest: int) -> None:
        self._pack = None if folder is None else Pack(folder / "facts", digest_of_this_tool())
        self._disk = disk
        self._deepest = deepest
        self._given: list[tuple[str, FileFacts]] = []

    def facts_at(self, path: Path) -> FileFacts | SyntaxFailure | ReadFailure:
        """The facts of a file, from an earlier run where they are there and whole."""
        found = self.known(self._disk.content(path))
        if found is None:
            text = self._disk.text(path)
            if isinstance(text, ReadFailure):
                return text
            lowered = facts_of(text, deepest=self._deepest)
            if not isinstance(lowered, FileFacts):
                return lowered
            found = lowered
            if self._pack is not None:
                # asked again: the file may have changed since the first look at it
                self._pack.put(self._key(self._disk.content(path)), encode(found))
        self._given.append((str(path), found))
        return found

    def known(self, content: bytes) -> FileFacts | None:
        """The facts that an earlier run kept of a file whose content had this answer."""
        record = None if self._pack is None else self._pack.get(self._key(content))
        return None if record is None else decode(record)

    def speaks_of(self, path: Path) -> Subject:
        """What the text of a file speaks of, without reading it as Python."""
        text = self._disk.undecoded(path)
        if isinstance(text, ReadFailure):
            return Subject.TOOL
        found = (kind for kind, words in _WORDS if any(word in text for word in words))
        return next(found, Subject.OTHERS)

    def consulted(self) -> dict[str, frozenset[int]]:
        """The functions of each file, by index, whose bodies somebody has looked into."""
        found: dict[str, set[int]] = {}
        for path, facts in self._given:
            indexes = (n for n, each in enumerate(facts.functions) if each.code.is_consulted)
            found.setdefault(path, set()).update(indexes)
        return {path: frozenset(indexes) for path, indexes in found.items() if indexes}

    def keep_all(self, contents: Iterable[bytes]) -> None:
        """What earlier runs kept of such contents is wanted again, although nobody asked for it in this run."""
        if self._pack is not None:
            self._pack.touch(map(self._key, contents))

    def _key(self, content: bytes) -> bytes:
        return digest((content, str(self._deepest)))

    def save(self) -> None:
        """Keep what is new for the next run; a disk that cannot be written is left alone."""
        if self._pack is not None:
            self._pack.save()

"""Files to facts, by way of what earlier runs kept: a file is read and parsed again only when it has changed."""

from __future__ import annotations

from pathlib import Path

from saalint.facts.encoding import decode, encode
from saalint.facts.lowering import SyntaxFailure, facts_of
from saalint.facts.records import FileFacts
from saalint.source.disk import Disk
from saalint.source.fingerprint import digest, fingerprint
from saalint.source.pack import Pack
from saalint.source.reading import ReadFailure


class FactsStore:
    """The facts of one run's files. `folder` is where they are kept; None keeps nothing.

    `deepest` is how deep expressions are followed.
    """

    def __init__(self, folder: Path | None, disk: Disk, *, deepest: int) -> None:
        self._pack = None if folder is None else Pack(folder / "facts", fingerprint())
        self._disk = disk
        self._deepest = deepest

    def facts_at(self, path: Path) -> FileFacts | SyntaxFailure | ReadFailure:
        """The facts of a file, from an earlier run where they are there and whole."""
        record = None if self._pack is None else self._pack.get(self._key(path))
        known = None if record is None else decode(record)
        if known is not None:
            return known
        text = self._disk.text(path)
        if isinstance(text, ReadFailure):
            return text
        found = facts_of(text, deepest=self._deepest)
        if self._pack is not None and isinstance(found, FileFacts):
            # asked again: the file may have changed since the first look at it
            self._pack.put(self._key(path), encode(found))
        return found

    def _key(self, path: Path) -> bytes:
        return digest((self._disk.content(path), str(self._deepest)))

    def save(self) -> None:
        """Keep what is new for the next run; a disk that cannot be written is left alone."""
        if self._pack is not None:
            self._pack.save()

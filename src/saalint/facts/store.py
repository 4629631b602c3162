"""Files to facts, by way of what earlier runs kept: a file is read and parsed again only when it has changed."""

from __future__ import annotations

from pathlib import Path

from saalint.facts.encoding import decode, encode
from saalint.facts.lowering import SyntaxFailure, facts_of
from saalint.facts.records import FileFacts
from saalint.source.disk import Disk
from saalint.source.fingerprint import fingerprint
from saalint.source.pack import Pack
from saalint.source.reading import ReadFailure


class FactsStore:
    """The facts of one run's files. `folder` is where they are kept; None keeps nothing."""

    def __init__(self, folder: Path | None, disk: Disk) -> None:
        self._pack = None if folder is None else Pack(folder / "facts", fingerprint())
        self._disk = disk

    def facts_at(self, path: Path) -> FileFacts | SyntaxFailure | ReadFailure:
        """The facts of a file, from an earlier run where they are there and whole."""
        record = None if self._pack is None else self._pack.get(self._disk.content(path))
        known = None if record is None else decode(record)
        if known is not None:
            return known
        text = self._disk.text(path)
        if isinstance(text, ReadFailure):
            return text
        found = facts_of(text)
        if self._pack is not None and isinstance(found, FileFacts):
            # asked again: the file may have changed since the first look at it
            self._pack.put(self._disk.content(path), encode(found))
        return found

    def save(self) -> None:
        """Keep what is new for the next run; a disk that cannot be written is left alone."""
        if self._pack is not None:
            self._pack.save()

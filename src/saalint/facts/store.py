"""Text to facts, by way of what earlier runs kept on disk: a file is parsed again only when its text has changed."""

from __future__ import annotations

from pathlib import Path

from saalint.facts.encoding import decode, encode
from saalint.facts.lowering import SyntaxFailure, facts_of
from saalint.facts.records import FileFacts
from saalint.source.fingerprint import digest, fingerprint
from saalint.source.pack import Pack


class FactsStore:
    """The facts of one run's texts. `folder` is where they are kept; None keeps nothing."""

    def __init__(self, folder: Path | None) -> None:
        self._pack = None if folder is None else Pack(folder / "facts", fingerprint())

    def facts_of(self, text: str) -> FileFacts | SyntaxFailure:
        """The facts of a text, from disk where they are there and whole."""
        if self._pack is None:
            return facts_of(text)
        key = digest((text,))
        record = self._pack.get(key)
        known = None if record is None else decode(record)
        if known is not None:
            return known
        found = facts_of(text)
        if isinstance(found, FileFacts):
            self._pack.put(key, encode(found))
        return found

    def save(self) -> None:
        """Keep what is new for the next run; a disk that cannot be written is left alone."""
        if self._pack is not None:
            self._pack.save()

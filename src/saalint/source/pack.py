"""Bytes by key to one file on disk and back: what was computed once and need not be computed again.

Whatever is wrong with the file, a lookup is a miss and never a failure: damage, another version, a full disk.
Writers replace the file as a whole, so eight of them at once lose at most each other's news.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

_MAGIC = b"saalint pack 1\n"
_FOOTER = 20  # place and length of the index, eight bytes each, and its checksum
_LARGEST = 256_000_000
_MOST_RUNS = 20

_CACHE_TAG = (
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# This folder is a cache of saalint. It may be deleted at any time.\n"
)


class _Entry(msgspec.Struct, frozen=True):
    """Where a record stands; `unused` counts the saved runs in which nobody asked for it."""

    offset: int
    length: int
    checksum: int
    unused: int


class Pack:
    """The records of one file, of `largest` bytes at most.

    `owner` stands for what must be the same for its records to hold.
    """

    def __init__(self, path: Path, owner: bytes, largest: int = _LARGEST) -> None:
        self._path = path
        self._owner = owner
        self._largest = largest
        self._content: mmap.mmap | bytes = b""
        self._index: Mapping[bytes, _Entry] = {}
        self._used: set[bytes] = set()
        self._new: dict[bytes, bytes] = {}
        with contextlib.suppress(OSError, ValueError):
            self._read()

    def get(self, key: bytes) -> bytes | None:
        """The record of a key; None where there is none, or where it is damaged."""
        if key in self._new:
            return self._new[key]
        entry = self._index.get(key)
        if entry is None:
            return None
        record = self._content[entry.offset : entry.offset + entry.length]
        if zlib.crc32(record) != entry.checksum:
            return None
        self._used.add(key)
        return record

    def put(self, key: bytes, record: bytes) -> None:
        """Keep a record when the pack is saved."""
        self._new[key] = record

    def touch(self, keys: Iterable[bytes]) -> None:
        """Count records as asked for."""
        self._used.update(keys)

    def save(self) -> None:
        """Write the pack if there is anything new; a disk that cannot be written is left alone."""
        if not self._new:
            return
        import tempfile  # noqa: PLC0415 - most runs have nothing new

        with contextlib.suppress(OSError):
            _prepare(self._path.parent)
            handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=self._path.name)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(self._written())
                Path(name).replace(self._path)
            except OSError:
                Path(name).unlink(missing_ok=True)

    def _read(self) -> None:
        head = _MAGIC + self._owner
        with self._path.open("rb") as file:
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if content[: len(head)] != head or len(content) < len(head) + _FOOTER:
            return
        footer = content[-_FOOTER:]
        start, length = int.from_bytes(footer[:8], "big"), int.from_bytes(footer[8:16], "big")
        index = content[start : start + length]
        if zlib.crc32(index).to_bytes(4, "big") != footer[16:]:
            return
        with contextlib.suppress(msgspec.DecodeError):
            self._index = msgspec.msgpack.decode(index, type=dict[bytes, _Entry])
            self._content = content

    def _written(self) -> bytes:
        parts = [_MAGIC + self._owner]
        index: dict[bytes, _Entry] = {}
        offset = len(parts[0])
        for key, entry, record in self._kept():
            index[key] = msgspec.structs.replace(entry, offset=offset)
            parts.append(record)
            offset += entry.length
        encoded = msgspec.msgpack.encode(index)
        return b"".join(
            (
                *parts,
                encoded,
                offset.to_bytes(8, "big"),
                len(encoded).to_bytes(8, "big"),
                zlib.crc32(encoded).to_bytes(4, "big"),
            )
        )

    def _kept(self) -> list[tuple[bytes, _Entry, bytes]]:
        # what this run made or asked for, then what earlier runs left, until the file is full
        kept = [
            (key, _Entry(0, len(record), zlib.crc32(record), 0), record)
            for key, record in sorted(self._new.items())
        ]
        size = sum(len(record) for _, _, record in kept)
        ages = {
            key: 0 if key in self._used else entry.unused + 1 for key, entry in self._index.items()
        }
        for key, entry in sorted(self._index.items(), key=lambda item: (ages[item[0]], item[0])):
            size += entry.length
            if key in self._new or ages[key] > _MOST_RUNS or size > self._largest:
                continue
            record = self._content[entry.offset : entry.offset + entry.length]
            kept.append((key, msgspec.structs.replace(entry, unused=ages[key]), record))
        return kept


def remove(folder: Path) -> None:
    """Remove a folder of packs; of a folder that is something else, nothing."""
    import shutil  # noqa: PLC0415 - as above

    with contextlib.suppress(OSError):
        if (folder / "CACHEDIR.TAG").read_text(encoding="utf-8") == _CACHE_TAG:
            shutil.rmtree(folder, ignore_errors=True)


def _prepare(folder: Path) -> None:
    """Make the folder, and tell git and backups to leave it out."""
    if (folder / "CACHEDIR.TAG").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".gitignore").write_text("*\n", encoding="utf-8")
    (folder / "CACHEDIR.TAG").write_text(_CACHE_TAG, encoding="utf-8")

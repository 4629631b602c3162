"""This very saalint and the Python that runs it to a few bytes: what is kept on disk holds for no other."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]


def digest(parts: Iterable[str | bytes]) -> bytes:
    """A key of sixteen bytes for a sequence of parts, each told from the next."""
    told: list[bytes] = []
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        told += (b"%d:" % len(encoded), encoded)
    return hashlib.blake2b(b"".join(told), digest_size=16).digest()


def fingerprint() -> bytes:
    """The fingerprint: of the interpreter, and of the files of this package by their size and time."""
    return digest((sys.version, *_files(_PACKAGE)))


def _files(folder: Path) -> list[str]:
    found: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                found.extend(_files(Path(entry.path)))
            elif entry.name.endswith((".py", ".toml")):
                status = entry.stat()
                found.append(f"{entry.path} {status.st_size} {status.st_mtime_ns}")
    return sorted(found)

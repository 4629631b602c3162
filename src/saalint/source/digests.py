"""Texts and bytes to the few bytes that stand for them: the keys of what is kept on disk for later runs."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Iterable
from pathlib import Path

try:
    # `hashlib` gives the very same, after it has loaded OpenSSL: six milliseconds
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

_PACKAGE = Path(__file__).parents[1]


def digest(parts: Iterable[str | bytes]) -> bytes:
    """A key of sixteen bytes for a sequence of parts, each told from the next."""
    told: list[bytes] = []
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        told += (b"%d:" % len(encoded), encoded)
    return blake2b(b"".join(told), digest_size=16).digest()


@functools.cache
def digest_of_this_tool() -> bytes:
    """What stands for the interpreter, and for the files of this package by their size and time."""
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

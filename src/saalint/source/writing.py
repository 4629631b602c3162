"""A changed text to the file it came from: with the encoding, the byte order mark and the line ends that it had."""

from __future__ import annotations

import io
import tokenize
from pathlib import Path


def write_text(path: Path, text: str) -> None:
    """Write a text whose lines end in line feeds to a file that holds an earlier version of it."""
    before = path.read_bytes()
    encoding, _ = tokenize.detect_encoding(io.BytesIO(before).readline)
    if b"\r\n" in before:
        text = text.replace("\n", "\r\n")
    elif b"\r" in before:
        text = text.replace("\n", "\r")
    path.write_bytes(text.encode(encoding))

"""A path to the text of the file, or to the reason why it cannot be read and what to do about it."""

from __future__ import annotations

import codecs
import io
import os
import re
from pathlib import Path

import msgspec

# The largest hand-written modules have 2 MB; beyond this stand generated tables.
LARGEST_FILE = 20_000_000


class ReadFailure(msgspec.Struct, frozen=True, kw_only=True):
    """Why a file has no text, the line where that shows (from 1), and the remedy, as one sentence each."""

    reason: str
    line: int
    remedy: str


def read_text(path: Path) -> str | ReadFailure:
    """The text of a Python file, its lines ending in line feeds. Never raises."""
    content = read_bytes(path)
    return content if isinstance(content, ReadFailure) else decode_source(content)


def read_bytes(path: Path) -> bytes | ReadFailure:
    """The content of a file. Never raises, never waits for a pipe."""
    try:
        if path.is_dir():
            return ReadFailure(reason="this is a folder", line=1, remedy="name a file")
        if not path.is_file() and path.exists():
            return ReadFailure(
                reason="this is no regular file", line=1, remedy="exclude it from the analysis"
            )
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > LARGEST_FILE:
                return _too_large(size)
            content = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        return _unreadable(error)
    if len(content) > LARGEST_FILE:
        return _too_large(len(content))
    return content


def decode_source(content: bytes) -> str | ReadFailure:
    """The text of a Python file's bytes, by its byte order mark or its PEP 263 comment."""
    null = content.find(b"\0")
    if null >= 0:
        is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        return ReadFailure(
            reason="the file is UTF-16" if is_wide else "the file contains a null byte",
            line=1 if is_wide else content.count(b"\n", 0, null) + 1,
            remedy="save it as UTF-8" if is_wide else "remove the byte, or exclude the file",
        )
    import tokenize  # noqa: PLC0415 - a run that reads nothing anew needs none of it

    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        return ReadFailure(
            reason=f"byte 0x{error.object[error.start]:02x} is not {error.encoding}",
            line=error.object.count(b"\n", 0, error.start) + 1,
            remedy="save the file as UTF-8, or name its encoding in a comment on the first line",
        )
    except (SyntaxError, LookupError, ValueError) as error:
        return _undeclared(content, error)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text


def _undeclared(content: bytes, error: Exception) -> ReadFailure:
    """The failure for an encoding that Python does not know, or for bytes that are not UTF-8."""
    declared = re.search(
        rb"^(?:\xef\xbb\xbf)?[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", content[:400], re.MULTILINE
    )
    if declared is None:
        try:
            content.decode()
        except UnicodeDecodeError as found:
            line = content.count(b"\n", 0, found.start) + 1
            reason = f"byte 0x{content[found.start]:02x} is not UTF-8"
            remedy = "save the file as UTF-8, or name its encoding in a comment on the first line"
            return ReadFailure(reason=reason, line=line, remedy=remedy)
        return ReadFailure(reason=str(error), line=1, remedy="save the file as UTF-8")
    name = declared[1].decode("ascii", "replace")
    return ReadFailure(
        reason=f"the declared encoding `{name}` does not fit",
        line=content.count(b"\n", 0, declared.start(1)) + 1,
        remedy="correct the encoding in the comment, or save the file as UTF-8",
    )


def _too_large(size: int) -> ReadFailure:
    return ReadFailure(
        reason=f"the file has {size // 1_000_000} MB, more than {LARGEST_FILE // 1_000_000}",
        line=1,
        remedy="exclude it from the analysis",
    )


def _unreadable(error: OSError | ValueError) -> ReadFailure:
    if isinstance(error, FileNotFoundError):
        return ReadFailure(reason="there is no such file", line=1, remedy="check the path")
    if isinstance(error, PermissionError):
        return ReadFailure(
            reason="reading is not permitted", line=1, remedy="change the permissions of the file"
        )
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return ReadFailure(reason=reason, line=1, remedy="check that the file can be read")

"""Source text to a syntax tree, or to the reason why there is none."""

from __future__ import annotations

import ast
import contextlib
import re
import sys
import warnings
from dataclasses import dataclass

from saalint.facts.lowering.long_literals import blanked
from saalint.facts.lowering.newer_syntax import complete, older_text


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntaxFailure:
    """Text that is not Python, or not for the Python that runs us.

    `line` counts from 1, `column` in characters from 0; `needs` is the Python version whose syntax it is.
    """

    message: str
    line: int
    column: int
    needs: str | None


_TOO_DEEP = "too deeply nested"
# Long chains of operators pass at this depth; C frames remain within the stack of a thread.
_RECURSION_LIMIT = 5_000

_DEFINITION_WITH_TYPES = re.compile(r"\s*(?:class|(?:async\s+)?def)\s+\w+\s*\[")
_TYPE_DEFAULT = re.compile(r"\s*(?:(?:class|(?:async\s+)?def|type)\s+\w+)\s*\[[^\]]*[^\]=!<>]=[^=]")
_TYPE_ALIAS = re.compile(r"\s*type\s+\w+\s*(?:\[.*\]\s*)?=[^=]")
_TEMPLATE_STRING = re.compile(r"(?<![\w\"'])(?:[tT][rR]?|[rR][tT])[\"']")
_NESTED_QUOTES = re.compile(r"(?<!\w)(?:[fF][rR]?|[rR][fF])([\"'])[^\"'{]*\{[^}]*\1[^}]*\}")
_BARE_EXCEPTIONS = re.compile(r"\s*except\*?\s+[\w.]+\s*(?:,\s*[\w.]+\s*)+:")


def allow_deep_recursion() -> None:
    """Raise the recursion limit to what `elif` chains and long concatenations need.

    It is not put back: another thread may be deep in its own work by then.
    """
    if sys.getrecursionlimit() < _RECURSION_LIMIT:
        sys.setrecursionlimit(_RECURSION_LIMIT)


def tree_of(text: str) -> ast.Module | SyntaxFailure:
    """The syntax tree of a text whose lines end in line feeds. Warnings of the parser are silenced."""
    shorter = blanked(text)
    if shorter is not None:
        # what only looked like a literal, inside a text, is no reason to fail
        with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
            return _parsed(shorter)
    try:
        return _parsed(text)
    except SyntaxError as error:
        failure = _failure(error, text)
        return failure if failure.needs is None else _older_tree(text) or failure
    except (RecursionError, MemoryError):
        return too_deep(text)
    except ValueError as error:
        return _unreadable(text, str(error))


def _parsed(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def _older_tree(text: str) -> ast.Module | None:
    older = older_text(text)
    try:
        return None if older is None else complete(_parsed(older.text), older)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def too_deep(text: str) -> SyntaxFailure:
    """The failure for text that nests beyond all measure; its longest line is the likely place."""
    lines = text.split("\n")
    longest = max(range(len(lines)), key=lambda index: len(lines[index]))
    return SyntaxFailure(message=_TOO_DEEP, line=longest + 1, column=0, needs=None)


def _failure(error: SyntaxError, text: str) -> SyntaxFailure:
    lines = text.split("\n")
    line = min(max(error.lineno or 1, 1), len(lines))
    column = max((error.offset or 1) - 1, 0)
    message = str(error.msg)
    if "\0" in text and "null" in message:
        return _unreadable(text, message)
    needs = _needed_version(lines[line - 1], message)
    return SyntaxFailure(message=message, line=line, column=column, needs=needs)


def _unreadable(text: str, message: str) -> SyntaxFailure:
    """A failure that Python reports without place: a null character or half of a surrogate pair."""
    found = re.search("[\0\ud800-\udfff]", text)
    before = text[: found.start()] if found else ""
    if found:
        message = "null character" if found.group() == "\0" else "half of a surrogate pair"
    return SyntaxFailure(
        message=message,
        line=before.count("\n") + 1,
        column=len(before) - (before.rfind("\n") + 1),
        needs=None,
    )


def _needed_version(line: str, message: str) -> str | None:
    """The Python version that reads the line, if it is newer than ours."""
    if _TYPE_DEFAULT.match(line):
        needed = (3, 13)
    elif _DEFINITION_WITH_TYPES.match(line) or _TYPE_ALIAS.match(line):
        needed = (3, 12)
    elif _BARE_EXCEPTIONS.match(line) or _TEMPLATE_STRING.search(line):
        needed = (3, 14)
    elif _NESTED_QUOTES.search(line) or (
        message.startswith("f-string") and ("backslash" in message or "'#'" in message)
    ):
        needed = (3, 12)
    else:
        return None
    return None if sys.version_info >= needed else f"{needed[0]}.{needed[1]}"

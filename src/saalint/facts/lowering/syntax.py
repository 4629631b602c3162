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
    """Text that is not Python; `line` counts from 1, `column` in characters from 0."""

    message: str
    line: int
    column: int


_TOO_DEEP = "too deeply nested"
# Long chains of operators pass at this depth; C frames remain within the stack of a thread.
_RECURSION_LIMIT = 5_000


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
        tree = _older_tree(text)
        if isinstance(tree, ast.Module):
            return tree
        # what is wrong behind newer syntax is wrong for every Python
        is_further = tree is not None and (tree.lineno or 0) > (error.lineno or 0)
        return _failure(tree if is_further and tree is not None else error, text)
    except (RecursionError, MemoryError):
        return too_deep(text)
    except ValueError as error:
        return _unreadable(text, str(error))


def _parsed(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def _older_tree(text: str) -> ast.Module | SyntaxError | None:
    """The tree of the text with newer syntax, or what is wrong all the same; None where it has no such syntax."""
    try:
        older = older_text(text)
        return None if older is None else complete(_parsed(older.text), older)
    except SyntaxError as error:
        return error
    except (ValueError, RecursionError, MemoryError):
        return None


def too_deep(text: str) -> SyntaxFailure:
    """The failure for text that nests beyond all measure; its longest line is the likely place."""
    lines = text.split("\n")
    longest = max(range(len(lines)), key=lambda index: len(lines[index]))
    return SyntaxFailure(message=_TOO_DEEP, line=longest + 1, column=0)


def _failure(error: SyntaxError, text: str) -> SyntaxFailure:
    lines = text.split("\n")
    line = min(max(error.lineno or 1, 1), len(lines))
    column = max((error.offset or 1) - 1, 0)
    message = str(error.msg)
    if "\0" in text and "null" in message:
        return _unreadable(text, message)
    return SyntaxFailure(message=message, line=line, column=column)


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
    )

"""pylint's comments to the lines on which they disable a message.

A comment after code counts for its line, one alone on its line for the rest of its block, and one on the header of
a function or class for all of it. `disable=all` and `skip-file` silence the whole file, as in pylint.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from saalint.source.comments import Comment, Comments
from saalint.source.positions import Place, place

_PRAGMA = re.compile(r"#.*?\bpylint:\s*(?P<actions>[^;#\n]+)")
_ACTION = re.compile(
    r"\b(?P<action>disable-next|disable-msg|disable-all|disable|enable-msg|enable|skip-file)\b"
    r"(?:\s*=\s*(?P<codes>[\w-]+\b(?!\s*=)(?:\s*,\s*[\w-]+\b(?!\s*=))*))?"
)
_BARE_HEADER = re.compile(r"\s*(?:try|else|finally|except)\s*:\s*#")


@dataclass(frozen=True, slots=True, kw_only=True)
class DisabledRange:
    """Lines on which a message (its id or name; empty for all) is disabled, and the place of the comment."""

    code: str
    first: int
    last: int
    at: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class _Branch:
    """The lines of one body with its header; `start` is its first statement's. Only definitions count their header."""

    first: int
    start: int
    last: int
    is_definition: bool


def disabled_ranges(comments: Comments, tree: ast.Module) -> tuple[DisabledRange, ...]:
    """What the comments disable, less what they enable again."""
    disabled: list[DisabledRange] = []
    innermost: list[_Branch] = []
    for comment in comments.comments:
        pragma = _PRAGMA.search(comment.text)
        if pragma is None:
            continue
        innermost = innermost or _innermost(tree, len(comments.lines))
        at = place(comment.line, comment.column)
        for match in _ACTION.finditer(pragma["actions"]):
            action = match["action"]
            codes = [each.strip() for each in (match["codes"] or "").split(",") if each.strip()]
            if action in {"skip-file", "disable-all"} or (action == "disable" and "all" in codes):
                return (DisabledRange(code="", first=1, last=len(comments.lines), at=at),)
            if action == "disable-next":
                first = last = comment.line + 1
            else:
                first, last = _scope(comment, comments, innermost[comment.line])
            if action.startswith("enable"):
                disabled = list(_without(disabled, codes, first, last))
            else:
                disabled.extend(
                    DisabledRange(code=code, first=first, last=last, at=at) for code in codes
                )
    return tuple(disabled)


def _without(
    disabled: list[DisabledRange], codes: list[str], first: int, last: int
) -> Iterator[DisabledRange]:
    """The ranges without the lines that are enabled again."""
    for each in disabled:
        if each.last < first or each.first > last or not {each.code, "all"}.intersection(codes):
            yield each
            continue
        if each.first < first:
            yield DisabledRange(code=each.code, first=each.first, last=first - 1, at=each.at)
        if each.last > last:
            yield DisabledRange(code=each.code, first=last + 1, last=each.last, at=each.at)


def _scope(comment: Comment, comments: Comments, innermost: _Branch) -> tuple[int, int]:
    """The lines that a comment is about."""
    if comment.is_alone:
        if innermost.is_definition and comment.line < innermost.start:
            return innermost.first, innermost.last
        return comment.line, innermost.last
    if innermost.is_definition and innermost.first <= comment.line < innermost.start:
        return innermost.first, innermost.last
    if _BARE_HEADER.match(comments.lines[comment.line - 1]):
        return comment.line, innermost.last
    return comments.group_of(comment.line)


def _innermost(tree: ast.Module, line_count: int) -> list[_Branch]:
    """For each line, by its number, the innermost branch around it."""
    innermost: list[_Branch] = []
    for branch in _branches(tree, line_count):
        # The first branch is the module: it fills the list, line 0 included.
        length = branch.last + 1 - branch.first
        innermost[branch.first : branch.last + 1] = [branch] * length
    return innermost


def _branches(tree: ast.Module, line_count: int) -> Iterator[_Branch]:
    """All bodies of a file, outer ones before those in them; the lines between two belong to the later one."""
    start = tree.body[0].lineno if tree.body else line_count
    yield _Branch(first=0, start=start, last=line_count, is_definition=False)
    pending = [(node, node.lineno) for node in reversed(tree.body)]
    while pending:
        node, first = pending.pop()
        is_definition = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        inner: list[tuple[ast.stmt, int]] = []
        for body in _bodies(node):
            last = body[-1].end_lineno or body[-1].lineno
            if isinstance(node, ast.If) and body is node.orelse and isinstance(body[0], ast.If):
                # A comment before `elif` is about that branch, not about the `else` after it.
                inner.append((body[0], first))
                inner.extend((each, each.lineno) for each in body[1:])
                continue
            yield _Branch(
                first=first, start=_first_line(body[0]), last=last, is_definition=is_definition
            )
            first = last + 1
            inner.extend((each, each.lineno) for each in body)
        pending.extend(reversed(inner))


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return decorators[0].lineno if decorators else node.lineno


def _bodies(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The bodies of a statement in order of their lines."""
    yield from _present(getattr(node, "body", None))
    for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        yield from _present(part.body)
    yield from _present(getattr(node, "orelse", None))
    yield from _present(getattr(node, "finalbody", None))


def _present(body: list[ast.stmt] | None) -> Iterator[list[ast.stmt]]:
    if body:
        yield body

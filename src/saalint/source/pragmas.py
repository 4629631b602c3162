"""pylint's comments to the lines on which they disable a message.

pylint asks for the innermost piece of syntax around the comment. A comment after a simple statement counts for its
line, one alone in a block for the rest of that block, one before the first statement of a class or function for all of
it. `disable=all` and `skip-file` silence the whole file.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from saalint.source.comments import Comment, Comments
from saalint.source.positions import Place, place

_PRAGMA = re.compile(r"#.*?\bpylint:\s*(?P<actions>[^;#\n]+)")
_ACTION = re.compile(
    r"\b(?P<action>disable-next|disable-msg|disable-all|disable|enable-msg|enable|skip-file)\b"
    r"(?:\s*=\s*(?P<codes>[\w-]+\b(?!\s*=)(?:\s*,\s*[\w-]+\b(?!\s*=))*))?"
)

# Where a message is disabled by which comment, or `None` where it is enabled again; by line.
_Lines = dict[int, Place | None]

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True, kw_only=True)
class DisabledRange:
    """Lines on which a message (its id or name; empty for all) is disabled, and the place of the comment."""

    code: str
    first: int
    last: int
    at: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reach:
    """The lines that a comment is about. One after `start` leaves the lines above it as they are."""

    first: int
    start: int
    last: int


def disabled_ranges(comments: Comments, tree: ast.Module) -> tuple[DisabledRange, ...]:
    """What the comments disable, less what they enable again."""
    states: defaultdict[str, _Lines] = defaultdict(dict)
    for comment in comments.comments:
        pragma = _PRAGMA.search(comment.text)
        if pragma is None:
            continue
        at = place(comment.line, comment.column)
        for match in _ACTION.finditer(pragma["actions"]):
            action = match["action"]
            codes = [each.strip() for each in (match["codes"] or "").split(",") if each.strip()]
            if action in {"skip-file", "disable-all"} or (action == "disable" and "all" in codes):
                return (DisabledRange(code="", first=1, last=len(comments.lines), at=at),)
            line = _line_of(comment, comments)
            disabler = None if action.startswith("enable") else at
            for code in _known(codes, states) if disabler is None else codes:
                if action == "disable-next":
                    states[code][line + 1] = at
                else:
                    _apply(states[code], _reach(tree, line), line, disabler)
    return tuple(chain.from_iterable(_ranges(code, lines) for code, lines in states.items()))


def _line_of(comment: Comment, comments: Comments) -> int:
    """The line that pylint takes a comment to be on: after a joined line, the one before."""
    first, _ = comments.group_of(comment.line)
    return comment.line - 1 if first < comment.line else comment.line


def _known(codes: Sequence[str], states: dict[str, _Lines]) -> Sequence[str]:
    return [*states] if "all" in codes else codes


def _apply(lines: _Lines, reach: _Reach, line: int, disabler: Place | None) -> None:
    """Note a comment on the lines it reaches; what earlier ones say of the lines above it stays."""
    lines.update(dict.fromkeys(range(line, reach.last + 1), disabler))
    if reach.first < line:
        above = disabler if line <= reach.start else None
        lines[reach.first] = above
        for each in range(reach.first + 1, line):
            lines.setdefault(each, above)


def _ranges(code: str, lines: _Lines) -> Iterator[DisabledRange]:
    """The lines of each comment that follow one another."""
    first: int | None = None
    for line in sorted(lines):
        at = lines[line]
        if at is None:
            continue
        if first is None or lines.get(line - 1) != at:
            first = line
        if lines.get(line + 1) != at:
            yield DisabledRange(code=code, first=first, last=line, at=at)


def _reach(tree: ast.Module, line: int) -> _Reach:
    """The lines that a comment on a line is about."""
    node = _innermost(tree, line)
    match node:
        case ast.Module():
            last = max((each.end_lineno or 0 for each in node.body), default=0)
            return _Reach(first=0, start=_start(node, last), last=last)
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() if line >= node.lineno:
            last = node.end_lineno or 0
            return _Reach(first=node.lineno, start=_start(node, last), last=last)
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            last = node.decorator_list[-1].end_lineno or line
        case ast.If() | ast.For() | ast.AsyncFor() | ast.While() | ast.With() | ast.AsyncWith():
            last = _end_of_branch(node, line)
        case ast.Try() | ast.TryStar():
            last = _end_of_branch(node, line)
        case _:
            last = _span(node)[1]
    return _Reach(first=line, start=line, last=last)


def _start(node: ast.Module | _Definition, last: int) -> int:
    """The first line of the first statement."""
    code = _code(node)
    return code[0].lineno if code else last


def _code(node: ast.Module | _Definition) -> list[ast.stmt]:
    """The statements of a body without the text that documents it."""
    return node.body if ast.get_docstring(node, clean=False) is None else node.body[1:]


def _innermost(node: ast.AST, line: int) -> ast.AST:
    """The smallest node around a line, as pylint looks for it."""
    if isinstance(node, _WITHOUT_INNER):
        return node
    for child in _children(node):
        first, last = _span(child)
        if first <= line <= last:
            return child if first == last else _innermost(child, line)
    return node


# Nodes that have no place of their own in Python's syntax tree: pylint does not look into them.
_WITHOUT_INNER = (ast.match_case, ast.comprehension)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes within, but for texts that document."""
    children: Iterator[ast.AST] = ast.iter_child_nodes(node)
    if isinstance(node, ast.Module):
        children = iter(_code(node))
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        returns = [] if node.returns is None else [node.returns]
        children = chain(node.decorator_list, [node.args], returns, _code(node))
    elif isinstance(node, ast.ClassDef):
        children = chain(node.decorator_list, node.bases, node.keywords, _code(node))
    for child in children:
        if isinstance(child, ast.withitem):
            yield from ast.iter_child_nodes(child)
        elif isinstance(child, ast.arguments) and not _listed(child):
            # An empty list of arguments is on the line of its function's name.
            line = getattr(node, "lineno", 0)
            yield ast.Pass(lineno=line, end_lineno=line)
        else:
            yield child


def _listed(arguments: ast.arguments) -> list[ast.arg]:
    listed = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [*listed, *filter(None, (arguments.vararg, arguments.kwarg))]


def _span(node: ast.AST) -> tuple[int, int]:
    """The first and last line of a node, with its decorators; none for one without a place."""
    match node:
        case ast.arguments():
            lines = [each.lineno for each in _listed(node)]
            return min(lines), max(each.end_lineno or 0 for each in _listed(node))
        case ast.match_case():
            return node.pattern.lineno, node.body[-1].end_lineno or 0
        case ast.comprehension():
            return node.target.lineno, (node.ifs[-1] if node.ifs else node.iter).end_lineno or 0
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            first_line = min((each.lineno for each in node.decorator_list), default=node.lineno)
            return first_line, node.end_lineno or 0
        case _:
            return getattr(node, "lineno", 0), getattr(node, "end_lineno", 0)


def _end_of_branch(node: ast.stmt, line: int) -> int:
    """The last line of the branch of a compound statement that a line is in, or is the header of."""
    for body in _bodies(node):
        last = body[-1].end_lineno or line
        if line > last:
            continue
        is_else = body is getattr(node, "orelse", None)
        following = getattr(body[0], "orelse", None) if is_else else None
        # A comment before `elif` is about that branch, not about the `else` after it.
        return _end_of_branch(body[0], line) if following else last
    return line


def _bodies(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The bodies of a compound statement in order of their lines."""
    handlers = getattr(node, "handlers", ())
    bodies = (getattr(node, "body", ()), *(each.body for each in handlers))
    later = (getattr(node, "orelse", ()), getattr(node, "finalbody", ()))
    yield from (body for body in (*bodies, *later) if body)

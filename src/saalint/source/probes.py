"""Source text, its tree and a line to the text with a `reveal(name)` for each name that the line reads or binds."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

PROBE = "reveal"
# What everybody knows about: `len`.
_BUILTINS = frozenset(dir(builtins))


@dataclass(frozen=True, slots=True)
class Probe:
    """A `reveal` that was put into the text: its line there, and whether it stands after what it asks about."""

    line: int
    name: str
    is_after: bool


@dataclass(frozen=True, slots=True)
class ProbedText:
    """The text with its probes."""

    text: str
    probes: tuple[Probe, ...]


def probed(text: str, tree: ast.Module, line: int) -> ProbedText | None:
    """The text with probes around the statement on a line; none where no statement is."""
    lines = text.split("\n")
    statement = _statement_at(tree, line, lines)
    if statement is None:
        return None
    body: list[ast.stmt] = getattr(statement, "body", [])
    before = [] if isinstance(statement, _DEFINITION) else _names_read(statement)
    # (the line before which probes stand, their indentation, their names, whether they come after)
    groups = [(statement.lineno, _indentation(statement, lines), before, False)]
    bound = _names_bound(statement)
    if body and _starts_line(body[0], lines):
        groups.append((_first_line(body[0]), _indentation(body[0], lines), bound, True))
    elif not body and not isinstance(statement, ast.Return | ast.Raise):
        after = (statement.end_lineno or line) + 1
        groups.append((after, _indentation(statement, lines), bound, True))
    return _inserted(lines, groups, _turns(statement, lines))


_DEFINITION = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _inserted(
    lines: Sequence[str],
    groups: Sequence[tuple[int, str, Sequence[str], bool]],
    turns: Sequence[tuple[int, int, Sequence[str]]],
) -> ProbedText:
    written: list[str] = []
    probes: list[Probe] = []
    for number, line in enumerate([*lines, ""], start=1):
        for before, indentation, names, is_after in groups:
            if before == number:
                for name in names:
                    written.append(f"{indentation}{PROBE}({name})")
                    probes.append(Probe(len(written), name, is_after))
        begun = 0
        for _, column, names in (turn for turn in turns if turn[0] == number):
            written.append(line[begun:column])
            begun = column
            for name in names:
                # a condition that holds, on a line of its own: within brackets a line may end anywhere
                written.append(f"if [{PROBE}({name})]")
                probes.append(Probe(len(written), name, is_after=False))
        written.append(line[begun:])
    return ProbedText("\n".join(written), tuple(probes))


def _turns(statement: ast.stmt, lines: Sequence[str]) -> list[tuple[int, int, Sequence[str]]]:
    """Where the turns of comprehensions begin in the header of a statement, and the names that they give a value."""
    found: list[tuple[int, int, Sequence[str]]] = []
    waiting = list(_header(statement))
    while waiting:
        node = waiting.pop()
        # where the parts of an f-string stand, Python tells from 3.12 on
        if not isinstance(node, ast.JoinedStr):
            waiting.extend(ast.iter_child_nodes(node))
        if isinstance(node, ast.comprehension):
            line = node.iter.end_lineno or 0
            found.append((line, _end_of_turns(node, lines[line - 1]), _names_stored(node.target)))
    return sorted(found)


def _end_of_turns(made: ast.comprehension, line: str) -> int:
    """The column after what a comprehension goes over, the brackets around it included."""
    code = line.encode()
    end = made.iter.end_col_offset or 0
    column = len(code[:end].decode())
    opened = 0
    if made.target.end_lineno == made.iter.lineno == made.iter.end_lineno:
        opened = code[made.target.end_col_offset : made.iter.col_offset].count(b"(")
    for _ in range(opened):
        column = line.index(")", column) + 1
    return column


def _statement_at(tree: ast.Module, line: int, lines: Sequence[str]) -> ast.stmt | None:
    """The innermost statement around a line that begins on a line of its own."""
    found = None
    for node in ast.walk(tree):
        # `ast.walk` goes from the outside in.
        if isinstance(node, ast.stmt) and _first_line(node) <= line <= (node.end_lineno or 0):
            found = node if _starts_line(node, lines) else found
    return found


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)])


def _starts_line(node: ast.stmt, lines: Sequence[str]) -> bool:
    # `elif` is an `if` in the tree that nothing may stand before.
    return _indentation(node, lines).strip() == "" and not lines[
        node.lineno - 1
    ].lstrip().startswith("elif")


def _indentation(node: ast.stmt, lines: Sequence[str]) -> str:
    return lines[node.lineno - 1].encode()[: node.col_offset].decode()


def _names_read(statement: ast.stmt) -> list[str]:
    """The names that the header of a statement reads, but for those bound within it."""
    names = [
        node for part in _header(statement) for node in ast.walk(part) if isinstance(node, ast.Name)
    ]
    bound = {node.id for node in names if not isinstance(node.ctx, ast.Load)}
    inner = bound - set(_names_bound(statement))
    read = (node.id for node in names if isinstance(node.ctx, ast.Load) and node.id not in inner)
    return [name for name in dict.fromkeys(read) if name not in _BUILTINS]


def _header(statement: ast.stmt) -> Iterator[ast.AST]:
    """What is evaluated before the body of a compound statement."""
    for child in ast.iter_child_nodes(statement):
        if not isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
            yield child


def _names_bound(statement: ast.stmt) -> list[str]:
    """The names that a statement gives a value, and the parameters of a function."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            given = statement.args
            listed = [*given.posonlyargs, *given.args, *given.kwonlyargs]
            return [each.arg for each in listed]
        case ast.Assign(targets=targets):
            parts: Sequence[ast.AST] = targets
        case ast.AnnAssign(target=target) | ast.AugAssign(target=target):
            parts = [target]
        case ast.For(target=target) | ast.AsyncFor(target=target):
            parts = [target]
        case ast.With(items=items) | ast.AsyncWith(items=items):
            parts = [item.optional_vars for item in items if item.optional_vars is not None]
        case _:
            return []
    return [name for part in parts for name in _names_stored(part)]


def _names_stored(part: ast.AST) -> list[str]:
    return [
        node.id
        for node in ast.walk(part)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]

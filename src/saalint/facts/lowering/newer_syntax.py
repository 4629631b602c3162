"""Text in the syntax of a newer Python to text of the same places that ours can parse, and what that text leaves out.

A project that runs on Python 3.14 is linted with the Python of an editor or an older image. Type parameters (PEP 695,
696), `type` statements and `except A, B:` (PEP 758) only add words, so they are written over where they stand; so are
f-strings, see `newer_strings`.
"""

from __future__ import annotations

import ast
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from types import SimpleNamespace

from saalint.facts.lowering.newer_strings import (
    FormattedString,
    NodePlace,
    with_strings,
    without_strings,
)

Token = tokenize.TokenInfo
_Place = tuple[int, int]

_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
# Tokens that neither begin a statement nor stand inside one.
_LAYOUT = frozenset(
    {tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.NEWLINE}
)


@dataclass(frozen=True, slots=True)
class OlderText:
    """Text that an older Python may read, each name at its place; `parameters` are the type parameters' names.

    Their key is the line (from 1) of the `def` or `class`, and its name.
    """

    text: str
    parameters: dict[tuple[int, str], tuple[str, ...]]
    strings: dict[NodePlace, FormattedString]


def older_text(text: str) -> OlderText | None:
    """The text without its newer syntax; None where there is nothing to leave out, or no way to do so."""
    replaced = without_strings(text)
    text, strings = (text, {}) if replaced is None else (replaced.text, replaced.strings)
    try:
        tokens = list(tokenize.generate_tokens(StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        return None
    lines = text.split("\n")
    parameters: dict[tuple[int, str], tuple[str, ...]] = {}
    changed = bool(strings)
    for statement in _statements(tokens):
        match [token.string for token in statement[:3]]:
            case ["class" | "def", name, "["]:
                bracket = _bracket(statement[2:])
                parameters[statement[0].start[0], name] = _names(bracket)
                _erase(lines, bracket[0].start, bracket[-1].end)
                changed = True
            case ["type", name, "[" | "="] if name.isidentifier():
                # `type Names = list[str]` becomes `type;Names = list[str]`
                if statement[2].string == "[":
                    bracket = _bracket(statement[2:])
                    _erase(lines, bracket[0].start, bracket[-1].end)
                _write(lines, statement[0].end, ";")
                changed = True
            case ["except", *_]:
                for comma in _bare_commas(statement[1:]):
                    _write(lines, comma.start, "|")
                    changed = True
    return OlderText("\n".join(lines), parameters, strings) if changed else None


def complete(tree: ast.Module, older: OlderText) -> ast.Module:
    """The tree of the older text with what was left out of it; a SyntaxError where a string stood out of place."""
    tree = with_strings(tree, older.strings) if older.strings else tree
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                names = older.parameters.get((node.lineno, node.name), ())
                vars(node)["type_params"] = [SimpleNamespace(name=name) for name in names]
            case ast.ExceptHandler(type=ast.BinOp(op=ast.BitOr()) as joined):
                node.type = ast.copy_location(ast.Tuple([*_members(joined)], ast.Load()), joined)
    return tree


def _statements(tokens: list[Token]) -> Iterator[list[Token]]:
    # the tokens of each statement from its `class`, `def`, `type` or `except` on
    statement: list[Token] = []
    depth = 0
    for token in tokens:
        if token.type in (tokenize.NEWLINE, tokenize.ENDMARKER):
            if statement:
                yield statement
            statement = []
        elif token.type not in _LAYOUT and (statement or token.string != "async"):
            statement.append(token)
        depth += (token.string in _OPENING) - (token.string in _CLOSING)
        if token.string in (":", ";") and depth == 0 and statement:
            yield statement
            statement = []


def _bracket(tokens: list[Token]) -> list[Token]:
    depth = 0
    for index, token in enumerate(tokens):
        depth += (token.string in _OPENING) - (token.string in _CLOSING)
        if depth == 0:
            return tokens[: index + 1]
    return tokens


def _names(bracket: list[Token]) -> tuple[str, ...]:
    # `[T: Base = User, *Ts, **P]` declares T, Ts and P: the names that come first, or first after their stars
    names: list[str] = []
    depth, is_first = 0, True
    for token in bracket[1:-1]:
        depth += (token.string in _OPENING) - (token.string in _CLOSING)
        if depth == 0 and token.string == ",":
            is_first = True
        elif is_first and token.type == tokenize.NAME:
            names.append(token.string)
            is_first = False
    return tuple(names)


def _bare_commas(tokens: list[Token]) -> Iterator[Token]:
    depth = 0
    for token in tokens:
        depth += (token.string in _OPENING) - (token.string in _CLOSING)
        if depth == 0 and token.string == ",":
            yield token


def _members(joined: ast.expr) -> Iterator[ast.expr]:
    if isinstance(joined, ast.BinOp):
        yield from _members(joined.left)
        yield from _members(joined.right)
    else:
        yield joined


def _erase(lines: list[str], start: _Place, end: _Place) -> None:
    for number in range(start[0], end[0] + 1):
        line = lines[number - 1]
        first = start[1] if number == start[0] else 0
        last = end[1] if number == end[0] else len(line)
        blank = " " * (last - first)
        if number < end[0]:
            # the statement goes on in the next line without the bracket that held it together
            blank = blank[:-1] + "\\"
        lines[number - 1] = line[:first] + blank + line[last:]


def _write(lines: list[str], place: _Place, character: str) -> None:
    line = lines[place[0] - 1]
    lines[place[0] - 1] = line[: place[1]] + character + line[place[1] + 1 :]

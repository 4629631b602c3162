"""A syntax tree whose columns are UTF-8 bytes to the same tree with columns in characters.

Only statements that touch a line where the two differ are visited: most files have none.
"""

from __future__ import annotations

import ast
from bisect import bisect_left

from saalint.source.positions import LAST_COLUMN

_PLACED = (ast.expr, ast.stmt, ast.arg, ast.keyword, ast.alias, ast.excepthandler, ast.pattern)


def count_characters(tree: ast.Module, text: str) -> None:
    """Rewrite the columns of the tree of `text`, whose lines end in line feeds; they are cut to 65535."""
    if text.isascii() and len(text) <= LAST_COLUMN:
        return
    lines = text.split("\n")
    tables = {
        number: _characters(line)
        for number, line in enumerate(lines, start=1)
        if len(line) > LAST_COLUMN or not line.isascii()
    }
    if not tables:
        return
    numbers = sorted(tables)
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        pending.extend([child for child in ast.iter_child_nodes(node) if _touches(child, numbers)])
        if isinstance(node, _PLACED):
            node.col_offset = _in_characters(tables, node.lineno, node.col_offset)
            end_line, end = node.end_lineno or node.lineno, node.end_col_offset or 0
            node.end_col_offset = _in_characters(tables, end_line, end)


def _in_characters(tables: dict[int, list[int]], line: int, column: int) -> int:
    table = tables.get(line)
    return column if table is None else table[min(column, len(table) - 1)]


def _characters(line: str) -> list[int]:
    """For each byte of a line, and for its end, the characters before it."""
    table: list[int] = []
    for index, character in enumerate(line[:LAST_COLUMN]):
        table.extend([index] * len(character.encode()))
    table.append(min(len(line), LAST_COLUMN))
    return table


def _touches(node: ast.AST, numbers: list[int]) -> bool:
    """Whether a node stands on one of the lines; a node without place is asked through its children."""
    if not isinstance(node, _PLACED):
        return True
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    first = decorators[0].lineno if decorators else node.lineno
    index = bisect_left(numbers, first)
    return index < len(numbers) and numbers[index] <= (node.end_lineno or node.lineno)

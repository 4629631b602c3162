"""Source text to its comments for linters, and to the lines that one string or a backslash joins.

Found by their shape alone: `tokenize` takes longer than parsing the whole file.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

_LEXEME = re.compile(
    r"""
    \# [^\n]*
    | \"{3} [^"\\]* (?: (?: \\. | "(?!"") ) [^"\\]* )* (?: \"{3} | \Z )
    | '{3} [^'\\]* (?: (?: \\. | '(?!'') ) [^'\\]* )* (?: '{3} | \Z )
    | " [^"\\\n]* (?: \\. [^"\\\n]* )* "?
    | ' [^'\\\n]* (?: \\. [^'\\\n]* )* '?
    | \\ \n
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment with its place; `is_alone` tells that nothing else stands on its line."""

    text: str
    line: int
    column: int
    is_alone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Comments:
    """The comments for linters in order, all lines, and the first and last of the group of each joined line."""

    comments: tuple[Comment, ...]
    lines: tuple[str, ...]
    joined: dict[int, tuple[int, int]]

    def group_of(self, line: int) -> tuple[int, int]:
        """The first and last of the lines that are joined with this one."""
        return self.joined.get(line, (line, line))


def comments_of(text: str) -> Comments:
    """The comments that say `pylint:`, `saalint:` or `noqa`, of a text whose lines end in line feeds."""
    lines = tuple(text.split("\n"))
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    comments = []
    groups: list[tuple[int, int]] = []
    for match in _LEXEME.finditer(text):
        lexeme = match.group()
        if lexeme[0] == "#":
            if "lint:" not in lexeme and "noqa" not in lexeme.lower():
                continue
            number = bisect_right(starts, match.start())
            column = match.start() - starts[number - 1]
            is_alone = not lines[number - 1][:column].strip()
            comments.append(Comment(text=lexeme, line=number, column=column, is_alone=is_alone))
        elif "\n" in lexeme:
            number = bisect_right(starts, match.start())
            # Two strings, the second beginning where the first ends, join all their lines.
            first = groups.pop()[0] if groups and groups[-1][1] == number else number
            groups.append((first, number + lexeme.count("\n")))
    joined = {line: group for group in groups for line in range(group[0], group[1] + 1)}
    return Comments(comments=tuple(comments), lines=lines, joined=joined)

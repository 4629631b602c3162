"""Source text to its comments, and to the physical lines that one string or a backslash joins.

Found by their shape alone: `tokenize` takes longer than parsing the whole file.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

_LEXEME = re.compile(
    r"""
    (?P<comment> \# [^\n]*)
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
    """The comments of a file in order, its lines, and for each joined line the first and last of its group."""

    comments: tuple[Comment, ...]
    lines: tuple[str, ...]
    joined: dict[int, tuple[int, int]]

    def group_of(self, line: int) -> tuple[int, int]:
        """The first and last of the lines that are joined with this one."""
        return self.joined.get(line, (line, line))


def comments_of(text: str) -> Comments:
    """The comments of a text whose lines end in line feeds."""
    lines = tuple(text.split("\n"))
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    comments = []
    groups: list[tuple[int, int]] = []
    for match in _LEXEME.finditer(text):
        number = bisect_right(starts, match.start())
        if match["comment"] is not None:
            column = match.start() - starts[number - 1]
            is_alone = not lines[number - 1][:column].strip()
            comment = Comment(text=match.group(), line=number, column=column, is_alone=is_alone)
            comments.append(comment)
        elif "\n" in match.group():
            # Two strings, the second beginning where the first ends, join all their lines.
            first = groups.pop()[0] if groups and groups[-1][1] == number else number
            groups.append((first, number + match.group().count("\n")))
    joined = {line: group for group in groups for line in range(group[0], group[1] + 1)}
    return Comments(comments=tuple(comments), lines=lines, joined=joined)

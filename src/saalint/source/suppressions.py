"""Source text and its syntax tree to the comments that silence findings, as `Suppression` records.

Three dialects: `# noqa` as flake8 reads it, `# pylint: disable=…`, and our own `# saalint: ignore`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import msgspec

from saalint.source.comments import Comments, comments_of
from saalint.source.positions import Place, column_of, line_of, place
from saalint.source.pragmas import disabled_ranges
from saalint.source.suppression import CommentDialect, Suppression

_FAMILY = "SAA"

# flake8's own expressions: `defaults.NOQA_INLINE_REGEXP` and `defaults.NOQA_FILE`.
_CODES = r"(?P<codes>([A-Z]+[0-9]+(?:[,\s]+)?)+)"
_INLINE = re.compile(rf"# noqa(?::[\s]?{_CODES})?", re.IGNORECASE)
_FILE = re.compile(rf"\s*# flake8[:=]\s*noqa(?::\s?{_CODES})?\s*$", re.IGNORECASE)
_NOQA = re.compile(r"# (?:flake8[:=]\s*)?noqa", re.IGNORECASE)
_FOREIGN = re.compile(r"# (?:flake8[:=]\s*)?noqa:\s?[A-Z]+[0-9]", re.IGNORECASE)
_FAMILY_ONLY = re.compile(rf"\s*:\s*{_FAMILY}\b", re.IGNORECASE)

# An unclosed bracket must not silence everything.
_OWN = re.compile(r"#\s*saalint:\s*ignore(?P<file>-file)?(?:\[(?P<codes>[^\]]*)\]|(?![\w\[-]))")

# A word alone or before codes is meant to silence; more words are a remark about the tool.
_MISSPELT = re.compile(
    r"#\s*saalint:\s*(?P<word>(?!ignore(?:-file)?\b(?!-))[\w-]+(?:\[[^\]]*\]|=\S+)?)\s*(?:#|$)"
)


def suppressions_of(text: str, tree: ast.Module) -> tuple[Suppression, ...]:
    """All suppressions of a file whose lines end in line feeds, in order of their place."""
    noqa = tuple(_noqa_lines(text))
    has_pylint = "pylint:" in text
    has_own = "saalint:" in text
    if not (noqa or has_pylint or has_own):
        return ()
    comments = comments_of(text)
    found = [*_noqa(noqa, comments), *_own(comments)]
    if has_pylint:
        found.extend(
            Suppression(
                each.first,
                each.last,
                (each.code,) if each.code else (),
                CommentDialect.PYLINT,
                each.at,
            )
            for each in disabled_ranges(comments, tree)
        )
    return tuple(sorted(found, key=lambda each: (each.at, each.first, each.codes)))


def _noqa_lines(text: str) -> Iterator[int]:
    """The lines with a `# noqa` that may be about our codes: most are about other tools' alone."""
    line, seen = 1, 0
    for match in _NOQA.finditer(text) if "noqa" in text.lower() else ():
        end = text.find("\n", match.start())
        rest = text[match.start() : end if end >= 0 else len(text)]
        if _FAMILY in rest or _FOREIGN.match(rest) is None:
            line += text.count("\n", seen, match.start())
            seen = match.start()
            yield line


def _noqa(numbers: tuple[int, ...], comments: Comments) -> Iterator[Suppression]:
    """The `# noqa` of each group of joined lines, and those of the file."""
    written = {comment.line: comment.column for comment in comments.comments}
    for found in _found_noqa(numbers, comments):
        line, column = line_of(found.at), column_of(found.at)
        is_quoted = column < written.get(line, column + 1)
        yield msgspec.structs.replace(found, is_quoted=is_quoted)


def _found_noqa(numbers: tuple[int, ...], comments: Comments) -> Iterator[Suppression]:
    """Those that flake8 finds: it looks for the first in the text of joined lines, strings included."""
    seen = 0
    for number in numbers:
        line = comments.lines[number - 1]
        whole = _FILE.match(line)
        if whole is not None:
            at = place(number, line.index("#"))
            yield from _with_codes(whole, 1, len(comments.lines), at)
        if number <= seen:
            continue
        first, last = comments.group_of(number)
        joined = "\n".join(comments.lines[first - 1 : last])
        match = _INLINE.search(joined)
        if match is None:
            continue
        seen = last
        before = joined[: match.start()]
        at = place(first + before.count("\n"), len(before) - before.rfind("\n") - 1)
        yield from _with_codes(match, first, last, at)


def _with_codes(match: re.Match[str], first: int, last: int, at: Place) -> Iterator[Suppression]:
    """The suppression of a `# noqa`, unless all of its codes are other tools'."""
    if match["codes"] is None:
        is_family_only = _FAMILY_ONLY.match(match.string, match.end()) is not None
        yield Suppression(first, last, (), CommentDialect.NOQA, at, is_family_only)
        return
    codes = tuple(code for code in re.split(r"[,\s]+", match["codes"]) if code.startswith(_FAMILY))
    if codes:
        yield Suppression(first, last, codes, CommentDialect.NOQA, at)


def _own(comments: Comments) -> Iterator[Suppression]:
    """`# saalint: ignore[…]` silences its line, or when alone on it, the next line of code as well."""
    for comment in comments.comments:
        for match in _OWN.finditer(comment.text):
            listed = match["codes"]
            codes = tuple(code for code in re.split(r"[,\s]+", listed or "") if code)
            if listed is not None and not codes:
                continue
            at = place(comment.line, comment.column + match.start())
            if match["file"] is not None:
                first, last = 1, len(comments.lines)
            else:
                first, last = comments.group_of(comment.line)
                if comment.is_alone:
                    last = comments.group_of(_next_code(comments, comment.line))[1]
            yield Suppression(first, last, codes, CommentDialect.SAALINT, at)
        for match in _MISSPELT.finditer(comment.text):
            at = place(comment.line, comment.column + match.start())
            first, last = comment.line, comment.line - 1
            yield Suppression(first, last, (), CommentDialect.SAALINT, at, misspelt=match["word"])


def _next_code(comments: Comments, line: int) -> int:
    """The next line that is neither empty nor a comment, or the last line."""
    for number in range(line + 1, len(comments.lines) + 1):
        content = comments.lines[number - 1].lstrip()
        if content and not content.startswith("#"):
            return number
    return len(comments.lines)

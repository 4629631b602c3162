"""Text whose f-strings hold anything (PEP 701) to text with calls in their places, and calls back to f-strings.

Before Python 3.12 the braces of an f-string held neither its own quotes nor a backslash, a comment or the end of a
line. `f"of {row["a"]!r}, {b}"` becomes `(f   (row["a"])    (b))`: what stands in braces keeps its place.
"""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from keyword import iskeyword
from typing import TypeAlias, TypeVar

_OPENING = re.compile(r"(?P<prefix>(?i:br|rb|fr|rf|tr|rt|[bruft])?)(?P<quote>\"{3}|'{3}|\"|')")
_LEXEME = re.compile(
    rf"(?P<comment>#[^\n]*)|(?P<opening>{_OPENING.pattern})|\w+|\\\n|\n|[!=<>]=|[^\s\\]|\\|\Z"
)
_GAP = re.compile(r"(?:[ \t\f]|\\\n)*")
_GAP_IN_BRACKETS = re.compile(r"(?:\s|\\\n|#[^\n]*)*")
_REST_OF_PLAIN = {
    '"': re.compile(r'(?:\\[\s\S]|[^\\"\n])*"'),
    "'": re.compile(r"(?:\\[\s\S]|[^\\'\n])*'"),
    '"""': re.compile(r'(?:\\[\s\S]|[^\\"]|"(?!""))*"""'),
    "'''": re.compile(r"(?:\\[\s\S]|[^\\']|'(?!''))*'''"),
}
# A piece of a text: an escape, a brace that is written twice, or a character.
_PIECE = re.compile(r"\\N\{[^{}\n]*\}|\\[^{}]|\{\{|\}\}|[\s\S]")
_RAW_PIECE = re.compile(r"\\[^{}]|\{\{|\}\}|[\s\S]")
_FORMAT_PIECE = re.compile(r"\\[^{}]|[\s\S]")
_SHOWN_NAME = re.compile(r"=(?:\s|#[^\n]*\n)*(?=[!:}])")
# `1if f"…"` is two words to Python
_NUMBER_AND_KEYWORD = re.compile(r"\d\w*?(?:and|else|for|if|in|is|not|or)")
_CONVERSION = re.compile(r"!([sra])\s*(?=[:}])")

# The line and the byte at which a node starts or ends.
NodePlace: TypeAlias = tuple[int, int]
_Range: TypeAlias = tuple[int, int]
_E = TypeVar("_E", bound=ast.expr)


@dataclass(frozen=True, slots=True)
class _Field:
    """What stands in braces, but for the expression; `name` is the text that `{total=}` shows.

    `is_tuple` holds where a comma ends it: `{key,}`.
    """

    name: str
    is_tuple: bool
    conversion: int
    format: tuple[_Part, ...] | None


_Part: TypeAlias = "str | _Field"


class TemplateString(ast.expr):
    """A `t"…"` of Python 3.14 in the tree of an older Python."""

    _fields = ("values",)

    def __init__(self, values: list[ast.expr]) -> None:
        super().__init__()
        self.values = values


@dataclass(frozen=True, slots=True)
class FormattedString:
    """Adjacent strings that are one f-string, or one template string."""

    start: NodePlace
    end: NodePlace
    parts: tuple[_Part, ...]
    is_template: bool

    def node(self, values: list[ast.expr]) -> ast.expr:
        """The node of the string whose fields have these values, those in a format after their own."""
        nodes = list(self._nodes(self.parts, iter(values)))
        return self._placed(TemplateString(nodes) if self.is_template else ast.JoinedStr(nodes))

    def _nodes(self, parts: tuple[_Part, ...], values: Iterator[ast.expr]) -> Iterator[ast.expr]:
        for part in parts:
            if isinstance(part, str):
                yield self._placed(ast.Constant(part))
                continue
            value, spec = next(values), None
            if part.format is not None:
                spec = self._placed(ast.JoinedStr(list(self._nodes(part.format, values))))
            yield self._placed(ast.FormattedValue(value, part.conversion, spec))

    def _placed(self, node: _E) -> _E:
        node.lineno, node.col_offset = self.start
        node.end_lineno, node.end_col_offset = self.end
        return node


@dataclass(frozen=True, slots=True)
class OlderStrings:
    """The text with a call for each f-string; the strings by the place of the name that is called."""

    text: str
    strings: dict[NodePlace, FormattedString]


def without_strings(text: str) -> OlderStrings | None:
    """The text with calls for its f-strings; None where it has none, or one that no Python reads."""
    reader = _Reader(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reader.read_code(0, is_field=False)
    except SyntaxError:
        return None
    return OlderStrings("".join(reader.written), reader.strings) if reader.strings else None


def with_strings(tree: ast.Module, strings: dict[NodePlace, FormattedString]) -> ast.Module:
    """The tree with f-strings for those calls; a SyntaxError where one stood at a place that takes none."""
    restoring = _Restoring(strings)
    restoring.visit(tree)
    if restoring.awaited:
        raise SyntaxError
    return tree


class _Reader:
    """Reads a text once, from left to right; `written` has what is put in place of each character."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.written = list(text)
        self.starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self.strings: dict[NodePlace, FormattedString] = {}
        self._last_word = ""

    def read_code(self, at: int, *, is_field: bool) -> int:
        """Read to the end of the text, or to the character that ends the expression of a field."""
        depth, previous = 0, ""
        while lexeme := _LEXEME.search(self.text, at):
            at, word = lexeme.end(), lexeme.group()
            if not word:
                break
            if lexeme["opening"]:
                at = self._read_strings(lexeme.start(), previous, is_inside=is_field or depth > 0)
            elif is_field and depth == 0 and self._ends_field(lexeme.start(), word):
                self._last_word = previous
                return lexeme.start()
            depth += (word in "([{") - (word in ")]}")
            if not lexeme["comment"] and (word != "\n" or not (depth or is_field)):
                previous = word
        if is_field:
            raise SyntaxError
        return at

    def _ends_field(self, at: int, word: str) -> bool:
        return word in "!:}" or (word == "=" and _SHOWN_NAME.match(self.text, at) is not None)

    def _read_strings(self, start: int, previous: str, *, is_inside: bool) -> int:
        """Read adjacent strings, which together are an f-string if one of them is."""
        gap = _GAP_IN_BRACKETS if is_inside else _GAP
        parts: list[_Part | _Range] = []
        kinds, end = "", start
        while opening := _OPENING.match(self.text, _end(gap, self.text, end)):
            prefix, quote = opening["prefix"].lower(), opening["quote"]
            kinds += prefix
            if "f" in prefix or "t" in prefix:
                self._blank(opening.start(), opening.end())
                is_raw = "r" in prefix
                found, end = self._read_parts(opening.end(), quote, is_raw=is_raw, is_format=False)
                parts.extend(found)
            else:
                end = _end(_REST_OF_PLAIN[quote], self.text, opening.end())
                parts.append((opening.start(), end))
        if "f" in kinds or "t" in kinds:
            if "b" in kinds or not _may_precede_a_string(previous):
                raise SyntaxError
            whole = tuple(
                [self._plain(*part) if isinstance(part, tuple) else part for part in parts]
            )
            self._write_call(start, end, whole, is_template="t" in kinds)
        return end

    def _plain(self, start: int, end: int) -> str:
        self._blank(start, end)
        return str(ast.literal_eval(self.text[start:end]))

    def _write_call(
        self, start: int, end: int, parts: tuple[_Part, ...], *, is_template: bool
    ) -> None:
        """Put brackets around a string, and a name behind the first: `f"` or `""` has room for both."""
        self._write(start, "(")
        self._write(start + 1, "f")
        self._write(end - 1, ")")
        string = FormattedString(self._place(start), self._place(end), parts, is_template)
        self.strings[self._place(start + 1)] = string

    def _read_parts(
        self, at: int, quote: str, *, is_raw: bool, is_format: bool
    ) -> tuple[tuple[_Part, ...], int]:
        """The parts up to the quote, which is read too, or up to the brace that ends a format."""
        pieces = _FORMAT_PIECE if is_format else _RAW_PIECE if is_raw else _PIECE
        parts: list[_Part] = []
        text = ""
        while is_format or not self.text.startswith(quote, at):
            end = _end(pieces, self.text, at)
            piece = self.text[at:end]
            if piece == "}" and is_format:
                break
            ends_line = piece == "\n" and len(quote) == 1
            if piece == "}" or ends_line or self.text.startswith(quote, at):
                raise SyntaxError
            if piece == "{":
                parts.append(_text(text, quote, is_raw=is_raw))
                field, at = self._read_field(at, quote, is_raw=is_raw)
                parts += [field.name, field]
                text = ""
                continue
            self._blank(at, end)
            text += piece[0] if piece in ("{{", "}}") else piece
            at = end
        parts.append(_text(text, quote, is_raw=is_raw))
        if not is_format:
            self._blank(at, at + len(quote))
            at += len(quote)
        return tuple([part for part in parts if part]), at

    def _read_field(self, opening: int, quote: str, *, is_raw: bool) -> tuple[_Field, int]:
        """What stands between a brace and its end, and the place behind it."""
        at = end = self.read_code(opening + 1, is_field=True)
        is_tuple = self._last_word == ","
        name, conversion, spec = "", -1, None
        if shown := _SHOWN_NAME.match(self.text, at):
            at = shown.end()
            name = self.text[opening + 1 : at]
        if self.text[at] == "!":
            converted = _CONVERSION.match(self.text, at)
            if converted is None:
                raise SyntaxError
            at, conversion = converted.end(), ord(converted[1])
        elif name and self.text[at] == "}":
            conversion = ord("r")
        self._blank(end, at + 1)
        if self.text[at] == ":":
            spec, at = self._read_parts(at + 1, quote, is_raw=is_raw, is_format=True)
            self._blank(at, at + 1)
        self._write(opening, "(")
        self._write(end, ")")
        return _Field(name, is_tuple, conversion, spec), at + 1

    def _blank(self, start: int, end: int) -> None:
        for at in range(start, end):
            if self.text[at] != "\n":
                self._write(at, " ")

    def _write(self, at: int, character: str) -> None:
        # as many bytes as before, which is what a syntax tree counts
        self.written[at] = character.ljust(len(self.text[at].encode()))

    def _place(self, at: int) -> NodePlace:
        line = bisect_right(self.starts, at)
        return line, len(self.text[self.starts[line - 1] : at].encode())


class _Unfinished(ast.expr):
    """A call for a string, of which the calls around it have the values that are missing."""

    def __init__(self, string: FormattedString, values: list[ast.expr]) -> None:
        super().__init__()
        self.string = string
        self.known = values


class _Restoring(ast.NodeTransformer):
    """Puts strings in the place of their calls; `awaited` has those that were not met yet."""

    def __init__(self, strings: dict[NodePlace, FormattedString]) -> None:
        self.awaited = dict(strings)

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if not isinstance(node.ctx, ast.Load):
            return node
        string = self.awaited.pop((node.lineno, node.col_offset), None)
        return node if string is None else _with_values(string, [])

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        match node.func:
            case _Unfinished(string=string, known=known):
                field = list(_fields(string.parts))[len(known)]
                return _with_values(string, [*known, _value(node, is_tuple=field.is_tuple)])
        return node


def _with_values(string: FormattedString, values: list[ast.expr]) -> ast.expr:
    is_whole = len(values) == len(list(_fields(string.parts)))
    return string.node(values) if is_whole else _Unfinished(string, values)


def _fields(parts: tuple[_Part, ...]) -> Iterator[_Field]:
    for part in parts:
        if isinstance(part, _Field):
            yield part
            yield from _fields(part.format or ())


def _value(call: ast.Call, *, is_tuple: bool) -> ast.expr:
    match call:
        case ast.Call(args=[ast.GeneratorExp(end_col_offset=end)]) if end == call.end_col_offset:
            # `f"{x for x in y}"` is one in the brackets of the call alone
            raise SyntaxError
        case ast.Call(args=[], keywords=_) | ast.Call(keywords=[_, *_]):
            raise SyntaxError
        case ast.Call(args=[ast.expr() as value]) if not (
            is_tuple or isinstance(value, ast.Starred)
        ):
            return value
    several = ast.copy_location(ast.Tuple(call.args, ast.Load()), call.args[0])
    several.end_lineno, several.end_col_offset = (
        call.args[-1].end_lineno,
        call.args[-1].end_col_offset,
    )
    return several


def _text(text: str, quote: str, *, is_raw: bool) -> str:
    # the space parts the text from the quote: a backslash before a brace would be one for the quote
    return str(ast.literal_eval(f"{'r' if is_raw else ''}{quote}{text} {quote}"))[:-1]


def _may_precede_a_string(word: str) -> bool:
    if _NUMBER_AND_KEYWORD.fullmatch(word):
        return True
    if word.isidentifier():
        return iskeyword(word) or word == "match"
    return word not in (")", "]", "}") and not word.isalnum()


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    if found is None:
        raise SyntaxError
    return found.end()

"""The text of a Jinja template to its syntax tree, with exact places, or to the reason why it has none.

Jinja's own parser is the truth. Its nodes know lines only; here each node's `lineno` is a whole `Place`: the columns
come from the lexer, which gives the text of every token.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.lexer import TokenStream

from saalint.source.positions import Place, line_of, place
from saalint.source.templates import TemplateFailure

_EXTENSIONS = ("jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols", "jinja2.ext.debug")
_UNKNOWN_TAG = re.compile(r"Encountered unknown tag '(\w+)'")
# Tags that no extension was named for are left out one by one, up to this many.
_MOST_TAGS = 20


@dataclass(frozen=True, slots=True)
class ParsedTemplate:
    """The tree of a template, None where there is none, and what could not be read."""

    tree: nodes.Template | None
    failures: tuple[TemplateFailure, ...]


def parse(text: str, known_tags: Iterable[str] = ()) -> ParsedTemplate:
    """The tree of a template. Tags that the parser lacks are left out; those that are not `known_tags` are told."""
    environment = _PlacingEnvironment(extensions=_EXTENSIONS)
    known = frozenset(known_tags)
    failures: list[TemplateFailure] = []
    for _ in range(_MOST_TAGS):
        try:
            return ParsedTemplate(_with_places(environment.parse(text)), tuple(failures))
        except TemplateSyntaxError as error:
            found = _UNKNOWN_TAG.search(error.message or "")
            if found is None:
                failures.append(_failure(error))
                break
            tag = found[1]
            without = _without_tag(text, tag)
            if without == text:
                failures.append(_failure(error))
                break
            if tag not in known:
                remedy = "define its extension in the project, or exclude the file"
                reason = f"its tag `{tag}`, which no known extension defines"
                failures.append(TemplateFailure(reason, remedy, _at(error), is_left_out=True))
            text = without
    return ParsedTemplate(None, tuple(failures))


def _with_places(tree: nodes.Template) -> nodes.Template:
    """The tree where what extensions made stands where their tag does."""
    pending: list[tuple[nodes.Node, Place]] = [(tree, place(1, 0))]
    while pending:
        node, around = pending.pop()
        # declared as a number, and absent all the same
        node.lineno = node.lineno or around
        pending.extend((child, node.lineno) for child in node.iter_child_nodes())
    return tree


def _failure(error: TemplateSyntaxError) -> TemplateFailure:
    message = (error.message or "not a Jinja template").rstrip(".")
    return TemplateFailure(message[:1].lower() + message[1:], "correct it", _at(error))


def _at(error: TemplateSyntaxError) -> Place:
    # errors of the lexer have plain lines, those of the parser have what the tokens carry
    return error.lineno if line_of(error.lineno) else place(error.lineno, 0)


def _without_tag(text: str, tag: str) -> str:
    """The text with `{% tag … %}` and `{% endtag %}` blank, so that all else stays where it is."""
    pattern = re.compile(rf"\{{%[-+]?\s*(?:end)?{tag}\b.*?%\}}", re.DOTALL)
    return pattern.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


class _PlacingEnvironment(Environment):
    """An environment whose tokens, and so whose nodes, carry places instead of lines."""

    def _tokenize(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> TokenStream:
        text = "\n".join(source.splitlines())
        tokens = self.lexer.tokeniter(source, name, filename, state)
        return TokenStream(self.lexer.wrap(_placed(tokens, text), name, filename), name, filename)


def _placed(tokens: Iterable[tuple[int, str, str]], text: str) -> Iterator[tuple[int, str, str]]:
    # what the lexer leaves out is white space around `-%}`: every token's text is found further on
    offset = line_start = 0
    line = 1
    for _, kind, value in tokens:
        found = text.find(value, offset)
        start = offset if found < 0 else found
        newlines = text.count("\n", offset, start)
        if newlines:
            line += newlines
            line_start = text.rindex("\n", 0, start) + 1
        yield place(line, start - line_start), kind, value
        offset = start + len(value)
        newlines = value.count("\n")
        if newlines:
            line += newlines
            line_start = start + value.rindex("\n") + 1

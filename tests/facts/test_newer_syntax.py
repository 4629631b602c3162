"""Text of a newer Python than ours: its names, parameters and places are those that the newer one sees."""

from __future__ import annotations

import pytest

from facts.lowered import expression, facts
from saalint.facts.expressions import Attribute, Conditional, Formatted, Name, Sequence
from saalint.facts.lowering import SyntaxFailure, facts_of
from saalint.facts.records import FileFacts
from saalint.source.positions import place

TEXT = """
type Name = str | None
type Rows[T] = list[T]

class Repository[
    Model: (Base, Other),  # a mapped class
    *Rest,
    **Named,
](Generic):
    async def all[Key: Base = int](self, key: Key) -> Model: ...

    def first(self) -> Model:
        type = 3
        try:
            return self.rows[0, type]
        except IndexError, db.Missing: return None

@decorated
def one[Found](found: Found): type Local = Found; return found
"""


def test_names_parameters_and_places_are_kept() -> None:
    lowered = facts(TEXT)

    (repository,) = lowered.classes
    assert repository.type_parameters == ("Model", "Rest", "Named")
    assert len(repository.bases) == 1
    assert {function.scope: function.type_parameters for function in lowered.functions} == {
        "Repository.all": ("Key",),
        "Repository.first": (),
        "one": ("Found",),
    }
    lines = TEXT.split("\n")
    for function in lowered.functions:
        line, column = function.at >> 16, function.at & 0xFFFF
        assert lines[line - 1][column:].startswith(function.name)


def test_the_braces_of_a_string_hold_anything() -> None:
    newer = r"""
async def f(author):
    log(f"{author["name"]} of {author.books!r:>{author.width}}", f'{author.on:%H:%M}{author.rest=}')
    log("ä" f'{{{author['ö'].name}}} {'\n'.join(book.title for book in author.books)}', author.last)
    return f"{f"{await author.one}"}".upper() + rf"\d{author.two}"
"""
    older = r"""
async def f(author):
    log(f"{author['name']} of {author.books!r:>{author.width}}", f'{author.on:%H:%M}{author.rest=}')
    log("ä" f'{{{author["ö"].name}}} {"  ".join(book.title for book in author.books)}', author.last)
    return f"{f'{await author.one}'}".upper() + rf"\d{author.two}"
"""

    lines = str(facts(newer).functions[0].body)

    assert lines.replace(r"'\n'", "'  '") == str(facts(older).functions[0].body)


def test_the_braces_of_a_string_go_over_lines_and_comments() -> None:
    formatted = expression('f"{\n  author.name  # }\n} {f"{f"{row["a"]}"}"}"')

    assert isinstance(formatted, Formatted)
    assert formatted.texts == ("", " ", "")
    assert formatted.values[0] == Attribute(Name("author", place(2, 2)), "name", place(2, 9))


def test_a_comma_makes_a_tuple_and_a_number_ends_at_a_keyword() -> None:
    chosen = expression('1if f"{row["a"],}" else 2')

    assert isinstance(chosen, Conditional)
    assert isinstance(chosen.test, Formatted)
    assert isinstance(chosen.test.values[0], Sequence)


def test_template_strings_are_read() -> None:
    assert "Name(name='author', at=65539)" in str(facts("t'{author}'").body)


def test_what_is_wrong_behind_newer_syntax_is_told() -> None:
    failure = facts_of('f"{names["a"]}"\nx = 1 +\n')

    assert isinstance(failure, SyntaxFailure)
    assert failure.line == 2


@pytest.mark.parametrize(
    "text",
    [
        "class A[T: ...", "def f[T](: ...", "type X = = 1", "try: ...\nexcept A,: ...",
        'f"{d["a"]}', 'f"{d["a"] b}"', 'f"{d["a"]!x}"', 'f"{}{d["a"]}"', 'f"{d["a"]}}"', 'f"{#}"',
        'raise Error f"{d["a"]}"', 'f"{d["a"]}" = 1', 'b"x" f"{d["a"]}"', 'f"{x for x in d["a"]}"',
    ],
)  # fmt: skip
def test_what_no_version_reads_is_said(text: str) -> None:
    assert not isinstance(facts_of(text), FileFacts)

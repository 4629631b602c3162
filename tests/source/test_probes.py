"""The names that `saalint reveal` asks about, for each kind of statement."""

from __future__ import annotations

import ast

import pytest

from saalint.source.probes import probed

TEXT = """\
async def shelf(session, *, full: bool):
    author = await find(session)
    for book in author.books:
        print([each for each in book.tags])
    with open(author.name) as file:
        if full: return file
    if author:
        pass
    elif session:
        pass
    return (
        author
    )
"""


@pytest.mark.parametrize(
    ("line", "names"),
    [
        (1, ["session+", "full+"]),
        (2, ["find", "session", "author+"]),
        (3, ["author", "book+"]),
        (4, ["book", "each"]),
        (5, ["author", "file+"]),
        (6, ["full"]),
        (9, ["author"]),
        (12, ["author"]),
    ],
)
def test_names_read_before_and_bound_after(line: int, names: list[str]) -> None:
    found = probed(TEXT, ast.parse(TEXT), line)

    assert found is not None
    ast.parse(found.text)
    assert [f"{each.name}{'+' * each.is_after}" for each in found.probes] == names
    lines = found.text.split("\n")
    for each in found.probes:
        assert f"reveal({each.name})" in lines[each.line - 1]


def test_a_line_without_a_statement() -> None:
    text = "a = 1\n\n# b\n"

    assert probed(text, ast.parse(text), 3) is None

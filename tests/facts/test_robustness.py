"""Any text gives facts or a reason, never an exception, and facts survive the store."""

from __future__ import annotations

import gc
import os
import sysconfig
import warnings
from pathlib import Path

import pytest

from saalint.facts.encoding import decode, encode
from saalint.facts.lowering import SyntaxFailure, facts_of
from saalint.facts.records import FileFacts
from saalint.source.reading import read_text

_FOLDERS = [Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib")]
_SAMPLE = 40


@pytest.mark.parametrize("folder", _FOLDERS, ids=["stdlib", "site-packages"])
def test_installed_modules_have_facts_that_survive_the_store(folder: Path) -> None:
    """One file in forty, or all of them with `ALL_MODULES=1`, which takes minutes."""
    step = 1 if os.environ.get("ALL_MODULES") else _SAMPLE
    lowered = 0
    # As the engine does: collecting garbage between millions of small objects takes most of the time.
    gc.disable()
    for path in sorted(folder.rglob("*.py"))[::step]:
        if folder.name != "site-packages" and "site-packages" in path.parts:
            continue
        text = read_text(path)
        found = facts_of(text) if isinstance(text, str) else None
        if isinstance(found, FileFacts):
            lowered += 1
            assert decode(encode(found)) == found, path
    gc.enable()

    assert lowered > 10


@pytest.mark.parametrize(
    "text",
    [
        "x = " + " + ".join(["a.b"] * 5_000),
        "x = " + "(" * 5_000 + ")" * 5_000,
        "x = a" + ".b()" * 5_000,
        "x = a" + ".b" * 5_000,
        "x = " + "not " * 5_000 + "a",
        "if a: pass\n" + "elif b: x = 1\n" * 5_000,
        "x = '" + "é" * 5_000_000 + "'",
        "def f(s):\n" + "    x = s.a.b(1)\n" * 20_000,
        "x: " + " | ".join(["A"] * 5_000),
        "x: '" + "A[" * 5_000 + "]" * 5_000 + "'",
        "\x0cx = 1\n\tif a:\n",
        "x = '\udc80'",
        "x = '\0'",
        "x = " + "9" * 5_000,
        "",
    ],
    ids=range(15),
)
def test_text_that_nobody_wrote_by_hand(text: str) -> None:
    found = facts_of(text)

    if isinstance(found, FileFacts):
        assert decode(encode(found)) == found
    else:
        assert found.message


def test_the_place_of_a_syntax_failure() -> None:
    assert facts_of("x = 1\ny = '\0'") == SyntaxFailure(message="null character", line=2, column=5)
    failure = facts_of("x = 1\ny = (")
    assert isinstance(failure, SyntaxFailure)
    assert (failure.line, failure.column) == (2, 4)


def test_nothing_is_printed_about_the_users_text() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert isinstance(facts_of("x = '\\d'\nassert (1, 2)\n"), FileFacts)


def test_damaged_bytes_are_no_facts() -> None:
    encoded = encode(FileFacts((), (), (), (), None, (), mentions_orm=False))

    assert decode(encoded[:-1]) is None
    assert decode(b"") is None
    assert decode(b"\x93\x01\x02\x03") is None


def test_of_a_long_literal_the_first_items_are_read_and_every_place_is_kept() -> None:
    rows = "".join(f'    ("a{n}", {n}, {{"k": [1.5]}}),\n' for n in range(40_000))
    facts = facts_of(f"ROWS = [\n{rows}]\ndef shelf(author): return author.books\n")

    assert isinstance(facts, FileFacts)
    assert facts.functions[0].end_line == 40_003
    assert len(repr(facts.body)) < 100_000


def test_a_text_that_only_looks_like_a_long_literal_is_read_as_it_is() -> None:
    text = "'[" + "1, " * 200_000 + "'\nVALUE = 1\n"

    assert isinstance(facts_of(text), FileFacts)


def test_what_is_too_deeply_nested_is_counted() -> None:
    text = "x = a" + ".b" * 200

    assert isinstance(found := facts_of(text), FileFacts)
    assert found.cuts == 1
    assert isinstance(found := facts_of(text, deepest=300), FileFacts)
    assert found.cuts == 0

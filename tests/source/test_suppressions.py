"""The comments of users that silence findings, and the lines they silence."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from saalint.source.suppression import Suppression
from saalint.source.suppressions import suppressions_of


def _suppressions(text: str) -> tuple[Suppression, ...]:
    text = dedent(text)
    return suppressions_of(text, ast.parse(text))


def _silenced(text: str, code: str = "") -> list[int]:
    """The lines on which a code is silenced."""
    return sorted(
        {
            line
            for each in _suppressions(text)
            if code in each.codes or not each.codes
            for line in range(each.first, each.last + 1)
        }
    )


@pytest.mark.parametrize(
    ("comment", "codes"),
    [
        ("# noqa", ()),
        ("# NOQA", ()),
        ("#noqa", None),
        ("# noqa: SAA101,SAA2", ("SAA101", "SAA2")),
        ("# noqa:SAA101 E501", ("SAA101",)),
        ("# noqa: E501", None),
        ("# noqa : SAA101", ()),
        ("# type: ignore # noqa: SAA1 because", ("SAA1",)),
    ],
)
def test_noqa_is_read_as_flake8_reads_it(comment: str, codes: tuple[str, ...] | None) -> None:
    found = _suppressions(f"x = 1  {comment}\n")

    assert [each.codes for each in found] == ([] if codes is None else [codes])


def test_noqa_with_the_family_only_silences_everything() -> None:
    (found,) = _suppressions("x = 1  # noqa: SAA\n")

    assert (found.codes, found.is_family_only) == ((), True)


def test_noqa_holds_for_all_lines_of_a_text() -> None:
    assert _silenced('a = f"""\n{b}\n"""  # noqa\nc = 1\n') == [1, 2, 3]
    assert _silenced("a = 1 + \\\n    2  # noqa\nc = 1\n") == [1, 2]
    assert _silenced("a = (\n    2  # noqa\n)\n") == [2]


def test_noqa_for_a_file() -> None:
    assert _silenced("# flake8: noqa\nx = 1\n") == [1, 2, 3]
    assert _silenced("# flake8: noqa: SAA101\nx = 1\n", "SAA101") == [1, 2, 3]
    assert _silenced("# flake8: noqa: E501\nx = 1\n") == []


def test_our_own_comments() -> None:
    assert _silenced("a = 1  # saalint: ignore\nb = 1\n") == [1]
    assert _silenced("a = 1  # saalint: ignore[SAA101, lazy]\nb = 1\n", "lazy") == [1]
    assert _silenced("a = 1  # saalint: ignore[SAA101\nb = 1\n") == []
    assert _silenced("a = 1\n# saalint: ignore[SAA101]\n\n# why\nb = 1\nc = 1\n", "SAA101") == [
        *(2, 3, 4, 5),
    ]
    assert _silenced("a = 1\n# saalint: ignore-file[SAA101]\n", "SAA101") == [1, 2, 3]
    assert _silenced("a = '# saalint: ignore'\n") == []


@pytest.mark.parametrize(
    ("comment", "misspelt"),
    [
        ("# saalint: ignroe", "ignroe"),
        ("# saalint: ignore-fil", "ignore-fil"),
        ("# saalint: disable=SAA101", "disable=SAA101"),
        ("# saalint: ignroe[SAA101]  # noqa: E501", "ignroe[SAA101]"),
    ],
)
def test_a_misspelt_comment_of_ours_is_kept_and_silences_no_line(
    comment: str, misspelt: str
) -> None:
    text = f"x = 1  {comment}"

    assert [each.misspelt for each in _suppressions(text)] == [misspelt]
    assert _silenced(text) == []


def test_a_remark_about_the_tool_is_no_comment_of_ours() -> None:
    assert _suppressions("x = 1  # saalint: follows this into the helper") == ()


def test_pylint_comments_for_a_file() -> None:
    assert _silenced("a = 1\n# pylint: disable=all\nb = 1\n") == [1, 2, 3, 4]
    assert _silenced("a = 1\n# pylint: skip-file\nb = 1\n") == [1, 2, 3, 4]

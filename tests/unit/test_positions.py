"""A place is one integer, and nothing is lost in it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from saalint.source.positions import column_of, line_of, place

LINES = st.integers(min_value=1, max_value=10_000_000)
COLUMNS = st.integers(min_value=0, max_value=65_535)


@given(LINES, COLUMNS)
def test_line_and_column_come_back(line: int, column: int) -> None:
    assert (line_of(place(line, column)), column_of(place(line, column))) == (line, column)


@given(LINES, COLUMNS, LINES, COLUMNS)
def test_places_are_ordered_as_in_the_text(
    line: int, column: int, other_line: int, other_column: int
) -> None:
    is_before = (line, column) < (other_line, other_column)

    assert (place(line, column) < place(other_line, other_column)) == is_before


def test_a_column_that_nobody_reads_is_cut() -> None:
    assert (line_of(place(3, 70_000)), column_of(place(3, 70_000))) == (3, 65_535)

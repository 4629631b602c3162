"""Edits of a text: applied together, in their order, and where the rest of the text went."""

from __future__ import annotations

from saalint.findings.edits import Lines, applied, moved
from saalint.findings.fix import Edit

TEXT = "one two\nthree\n"


def edit(start: int, end: int, text: str) -> Edit:
    return Edit(Lines(TEXT).location("a.py", start, end), text)


def test_edits_are_applied_together() -> None:
    edits = [edit(4, 7, "2"), edit(0, 0, "zero "), edit(0, 0, "zero ")]

    assert applied(TEXT, edits) == "zero one 2\nthree\n"


def test_what_is_inserted_at_one_place_keeps_its_order() -> None:
    assert applied(TEXT, [edit(3, 3, " z"), edit(3, 3, " a")]) == "one z a two\nthree\n"


def test_edits_that_overlap_are_refused() -> None:
    assert applied(TEXT, [edit(0, 5, ""), edit(4, 7, "")]) is None


def test_a_place_moves_with_what_is_written_before_it() -> None:
    two, three = Lines(TEXT).location("a.py", 4, 7), Lines(TEXT).location("a.py", 8, 13)
    edits = [edit(0, 3, "1\n  ")]

    assert (moved(two, edits).line, moved(two, edits).column) == (2, 3)
    assert (moved(three, edits).line, moved(three, edits).column) == (3, 0)

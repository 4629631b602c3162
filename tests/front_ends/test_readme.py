"""What README.md shows is what its command prints."""

from __future__ import annotations

from pathlib import Path

from front_ends.hosts import saalint

ROOT = Path(__file__).parents[2]


def test_the_bookshop_prints_what_the_readme_shows() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    shown = text.partition("<!-- bookshop: begin -->")[2].partition("<!-- bookshop: end -->")[0]
    command, *lines = shown.strip().removeprefix("```console\n").removesuffix("```").splitlines()

    outcome = saalint(ROOT, "check", "--no-cache", "examples/bookshop")

    assert command == "$ saalint check examples/bookshop"
    assert outcome.lines == lines

"""What README.md shows is what its command prints."""

from __future__ import annotations

from pathlib import Path

from front_ends.hosts import saalint

ROOT = Path(__file__).parents[2]


def test_the_first_finding_is_one_of_the_bookshop() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    shown = text.partition("<!-- finding: begin -->")[2].partition("<!-- finding: end -->")[0]
    finding = shown.strip().removeprefix("```text\n").removesuffix("```")

    outcome = saalint(
        ROOT, "check", "--no-cache", "--output-format=full", "--select=SAA101", "examples/bookshop"
    )

    assert finding in outcome.output


def test_the_bookshop_prints_what_the_readme_shows() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    shown = text.partition("<!-- bookshop: begin -->")[2].partition("<!-- bookshop: end -->")[0]
    command, *lines = shown.strip().removeprefix("```console\n").removesuffix("```").splitlines()

    outcome = saalint(ROOT, "check", "--no-cache", "examples/bookshop")

    assert command == "$ saalint check examples/bookshop"
    assert outcome.lines == lines

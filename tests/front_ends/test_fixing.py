"""`saalint check --fix`, `--unsafe-fixes` and `--diff` as users type them."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from front_ends.hosts import saalint

QUERY = "select(Author)"
LOADING = "select(Author).options(selectinload(Author.books))"


def test_the_query_in_the_other_file_is_fixed(shop: Path) -> None:
    outcome = saalint(shop, "check", ".", "--fix")

    assert outcome.status == 0
    assert "Found 1 finding (1 fixed, 0 remaining)" in outcome.lines
    queries = (shop / "shop/queries.py").read_text("utf-8")
    assert LOADING in queries
    assert "from sqlalchemy.orm import selectinload" in queries
    assert saalint(shop, "check", ".", "--diff").output == ""


def test_the_difference_is_shown_and_nothing_is_written(shop: Path) -> None:
    before = (shop / "shop/queries.py").read_text("utf-8")

    outcome = saalint(shop, "check", ".", "--diff")

    assert outcome.status == 1
    assert outcome.lines[:2] == ["--- shop/queries.py", "+++ shop/queries.py"]
    assert any(line.startswith("+") and LOADING in line for line in outcome.lines)
    assert (shop / "shop/queries.py").read_text("utf-8") == before


def test_the_difference_tells_what_it_leaves_out(shop: Path) -> None:
    # a refresh is one more query: only who asks for it gets it
    (shop / "shop/queries.py").write_text(
        "from sqlalchemy.ext.asyncio import AsyncSession\n\nfrom shop.models import Author\n\n\n"
        "async def create(session: AsyncSession) -> None:\n"
        "    author = Author()\n"
        "    session.add(author)\n"
        "    await session.commit()\n"
        "    await session.refresh(author)\n"
        "    print(author.books)\n",
        "utf-8",
    )

    outcome = saalint(shop, "check", "shop/queries.py", "--diff")
    asked = saalint(shop, "check", "shop/queries.py", "--diff", "--unsafe-fixes")

    assert (outcome.output, outcome.status) == ("", 0)
    assert outcome.complaints.splitlines() == [
        "Would fix 0 findings (1 remaining)",
        "1 more with `--diff --unsafe-fixes`",
    ]
    assert '+    await session.refresh(author, ["books"])' in asked.lines
    assert asked.complaints.splitlines() == ["Would fix 1 finding (0 remaining)"]


def test_the_difference_is_one_that_git_applies(shop: Path) -> None:
    path = shop / "shop/queries.py"
    # old files have form feeds, and end where their last line does
    path.write_text(path.read_text("utf-8").replace("\n\n\n", "\n\x0c\n\n").rstrip(), "utf-8")

    difference = saalint(shop, "check", ".", "--diff").output
    command = ["git", "apply", "-p0"]
    subprocess.run(command, cwd=shop, input=difference.encode(), check=True)
    patched = path.read_text("utf-8")

    assert LOADING in patched
    assert saalint(shop, "check", ".", "--fix").status == 0
    assert path.read_text("utf-8") == patched


def test_only_the_files_that_were_given_are_written(shop: Path) -> None:
    outcome = saalint(shop, "check", "shop/api.py", "--fix")

    assert outcome.status == 1
    assert LOADING not in (shop / "shop/queries.py").read_text("utf-8")


def test_where_one_file_may_not_be_written_none_is(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (shop / "shop/queries.py").read_text("utf-8")
    monkeypatch.setattr(os, "access", lambda *_: False)

    outcome = saalint(shop, "check", ".", "--fix")

    assert outcome.status == 2
    assert "shop/queries.py: it may not be written, and no file was changed" in outcome.complaints
    assert (shop / "shop/queries.py").read_text("utf-8") == before


def test_what_is_piped_in_comes_out_fixed(shop: Path) -> None:
    text = (shop / "shop/queries.py").read_text("utf-8")
    outcome = saalint(
        shop, "check", "-", "shop", "--fix", "--stdin-filename=shop/queries.py", text=text
    )

    assert LOADING in outcome.output
    assert "relationship reads" not in outcome.output


def test_line_ends_stay_as_they_are(shop: Path) -> None:
    path = shop / "shop/queries.py"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    saalint(shop, "check", ".", "--fix")

    content = path.read_bytes()
    assert LOADING.encode() in content
    assert content.count(b"\n") == content.count(b"\r\n")


def test_the_document_lists_the_fix(shop: Path) -> None:
    output = saalint(shop, "check", ".", "--output-format=json").output
    (finding,) = json.loads(output)["findings"]

    assert finding["fix"]["applicability"] == "safe"
    assert {edit["path"] for edit in finding["fix"]["edits"]} == {"shop/queries.py"}

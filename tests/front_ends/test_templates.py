"""Templates on the command line: their lines are shown, and where Jinja is missing there is one note and no failure."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from front_ends.hosts import saalint
from models_text import MODELS

VIEWS = """
from jinja2 import Environment, FileSystemLoader
from models import Author
from sqlalchemy.ext.asyncio import AsyncSession

environment = Environment(loader=FileSystemLoader("templates"))


async def page(session: AsyncSession) -> str:
    author = await session.get_one(Author, 1)
    return environment.get_template("page.html").render(author=author)
"""
OF_JINJA = (
    "saalint.facts.lowering.templates",
    "saalint.facts.lowering.template_expressions",
    "saalint.facts.lowering.template_statements",
    "saalint.source.jinja",
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "templates").mkdir()
    (tmp_path / "models.py").write_text(MODELS, "utf-8")
    (tmp_path / "views.py").write_text(VIEWS, "utf-8")
    (tmp_path / "templates" / "page.html").write_text("<ul>\n\t{{ author.books }}\n", "utf-8")
    return tmp_path


def test_the_line_of_the_template_is_shown(project: Path) -> None:
    outcome = saalint(project, "check", "--output-format", "full")

    assert "templates/page.html:2:12 reads `Author.books`" in outcome.output
    assert "2 | \t{{ author.books }}" in outcome.output
    assert "  | \t          ^^^^^ read of `Author.books`" in outcome.output


def test_a_template_that_cannot_be_read_is_told_of_with_its_place(project: Path) -> None:
    (project / "templates" / "page.html").write_bytes(b"<ul>\n{{ author.books }} \xff\n")

    outcome = saalint(project, "check")

    assert outcome.lines[0].startswith("templates/page.html:2:1: SAA001 ")
    assert "save the file as UTF-8" in outcome.lines[0]


def test_without_jinja_there_is_one_note(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    for name in OF_JINJA:
        monkeypatch.delitem(sys.modules, name, raising=False)

    outcome = saalint(project, "check")

    assert outcome.status == 0
    assert outcome.complaints.count("pip install 'saalint[templates]'") == 1

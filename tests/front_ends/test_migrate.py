"""`saalint migrate`: what a sync project meets as it becomes async."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from case_files import shared_files
from front_ends.hosts import saalint, write

REPORTS = """\
from models import Author
from sqlalchemy.orm import Session, selectinload


def shelf(session: Session) -> None:
    for author in session.query(Author).all():
        print(author.books)


def rename(session: Session) -> None:
    author = session.get_one(Author, 1)
    author.name = "Ada"
    session.commit()
    print(author.id)


def loaded(session: Session) -> None:
    author = session.get_one(Author, 1, options=[selectinload(Author.books)])
    print(author.books)
"""

VIEWS = """\
from models import Author, Base
from sqlalchemy import func
from sqlalchemy.ext.declarative import AbstractConcreteBase


class Written(AbstractConcreteBase, Base):
    strict_attrs = True


def counted(request):
    return request.db.query(func.count(Author.id)).scalar()


def written(request, key):
    print(request.db.query(Author.name).all())
    return request.db.get(Written, key)
"""


@pytest.fixture
def bookshop(tmp_path: Path) -> Path:
    (tmp_path / "models.py").write_text(shared_files()["models.py"], "utf-8")
    (tmp_path / "reports.py").write_text(REPORTS, "utf-8")
    return tmp_path


def test_each_file_has_a_row_of_what_there_is_to_do(bookshop: Path) -> None:
    lines = saalint(bookshop, "migrate", ".").lines

    assert lines[0].split() == ["queries", "legacy", "loads", "commits", "movable"]
    assert lines[1].split() == ["reports.py", "3", "1", "2", "1", "2"]
    assert lines[2].split() == ["in", "all", "3", "1", "2", "1", "2"]
    assert "reports.py:5: shelf (1 load inside)" in lines


def test_the_document_names_the_lines(bookshop: Path) -> None:
    document = json.loads(saalint(bookshop, "migrate", ".", "--output-format=json").output)

    assert document["files"] == [
        {
            "path": "reports.py",
            "queries": [6, 11, 18],
            "legacy": [6],
            "loads": [7, 14],
            "commits": [13],
            "movable": [[5, "shelf", 1], [10, "rename", 1]],
        }
    ]


def test_sessions_that_hang_on_something_unknown_are_counted(bookshop: Path) -> None:
    (bookshop / "reports.py").write_text(VIEWS, "utf-8")

    row = saalint(bookshop, "migrate", ".").lines[1].split()
    assert row == ["reports.py", "3", "2", ".", ".", "."]


@pytest.mark.parametrize("path", ["nowhere", "."])
def test_of_nothing_there_is_no_table(tmp_path: Path, path: str) -> None:
    outcome = saalint(tmp_path, "migrate", path)

    assert (outcome.status, outcome.output) == (2, "")
    assert "check the path" in outcome.complaints


def test_a_suffix_of_something_else_is_no_reason_to_refuse_a_file(shop: Path) -> None:
    write(shop, {"shop/console.wsgi": "from shop.queries import find_author"})

    assert saalint(shop, "migrate", "shop/console.wsgi").status == 0

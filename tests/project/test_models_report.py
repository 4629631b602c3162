"""What the report on models shows, in each of its formats."""

from __future__ import annotations

import json

import pytest

from project.described import project
from saalint.reports.models import render_models

MODELS = """
from sqlalchemy import ForeignKey, func
from sqlalchemy.orm import DeclarativeBase, Mapped, column_property, mapped_column, relationship
from sqlalchemy.ext.associationproxy import association_proxy

class Base(DeclarativeBase):
    pass

class Author(Base):
    __tablename__ = "author"
    id: Mapped[int] = mapped_column(primary_key=True)
    changed: Mapped[int] = mapped_column(server_default="1", onupdate=func.now())
    books: Mapped[list["Book"]] = relationship(back_populates="author", lazy="selectin")
    titles = association_proxy("books", "title")

class Book(Base):
    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(deferred=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))
    author: Mapped[Author] = relationship(back_populates="books")
    shop: Mapped["Shop"] = relationship()
"""


def test_text() -> None:
    assert render_models(project({"shop.models": MODELS}), "text").splitlines() == [
        "shop.models.Author on author  shop/models.py:9",
        "    id: column, primary key",
        "    changed: column, server default, sql onupdate",
        "    books -> shop.models.Book, one-to-many, collection, lazy selectin, reverse of author  shop/models.py:13",
        "    titles => books.title",
        "",
        "shop.models.Book on book  shop/models.py:16",
        "    id: column, primary key",
        "    title: column, deferred",
        "    author_id: column, references author.id",
        "    author -> shop.models.Author, many-to-one, scalar, lazy select, reverse of books  shop/models.py:21",
        "    shop -> unknown (no mapped class is named `Shop`), unknown, scalar, lazy select  shop/models.py:22",
    ]


def test_json() -> None:
    author, book = json.loads(render_models(project({"shop.models": MODELS}), "json"))

    assert author["relationships"] == [
        {
            "name": "books",
            "target": "shop.models.Book",
            "unknown": None,
            "direction": "one-to-many",
            "is_collection": True,
            "lazy": "selectin",
            "back_populates": "author",
            "place": {"path": "shop/models.py", "line": 13, "column": 5},
        }
    ]
    assert [column["name"] for column in book["columns"]] == ["id", "title", "author_id"]


def test_mermaid() -> None:
    assert render_models(project({"shop.models": MODELS}), "mermaid").splitlines() == [
        "erDiagram",
        "    Author {",
        "        column id PK",
        "        column changed",
        "    }",
        "    Book {",
        "        column id PK",
        "        column title",
        "        column author_id FK",
        "    }",
        '    Author ||--o{ Book : "books (selectin)"',
        '    Book }o--|| Author : "author (select)"',
    ]


def test_a_format_that_does_not_exist() -> None:
    with pytest.raises(ValueError, match="no format named yaml: one of text, json, mermaid"):
        render_models(project({"shop.models": MODELS}), "yaml")

"""Bases from installed packages: their source is read, nothing of it is imported."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from project.described import modules
from saalint.facts.lowering import SyntaxFailure, facts_of
from saalint.facts.records import FileFacts
from saalint.project.model import ProjectModel, build_project
from saalint.project.names.installed import InstalledModules
from saalint.source.search_path import search_path

PACKAGE = {
    "company_models/__init__.py": "from company_models.base import Base\n",
    "company_models/base.py": """
raise RuntimeError("imported")
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, relationship
from sqlalchemy.ext.asyncio import AsyncAttrs
from company_models.mixins import Stamped
class Base(AsyncAttrs, Stamped, DeclarativeBase):
    @declared_attr.directive
    def __tablename__(cls):
        return cls.__name__.lower()
    id: Mapped[int] = mapped_column(primary_key=True)
""",
    "company_models/mixins.py": """
from sqlalchemy import func
from sqlalchemy.orm import Mapped, mapped_column
class Stamped:
    changed: Mapped[int] = mapped_column(onupdate=func.now())
""",
}
MODELS = """
from company_models import Base
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship
class Author(Base):
    books: Mapped[list["Book"]] = relationship(back_populates="author")
class Book(Base):
    author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))
    author: Mapped[Author] = relationship(back_populates="books")
"""


def facts_at(path: Path) -> FileFacts | None:
    facts = facts_of(path.read_text(encoding="utf-8"))
    return None if isinstance(facts, SyntaxFailure) else facts


def model(installed: InstalledModules | None) -> ProjectModel:
    return build_project(modules({"app.models": MODELS}), {}, installed=installed)


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    packages = tmp_path / "lib" / "python3.11" / "site-packages"
    for name, text in PACKAGE.items():
        path = packages / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_a_base_of_another_package_completes_the_mappers(environment: Path) -> None:
    found = model(InstalledModules(facts_at, search_path(environment))).mappers
    author = found["app.models.Author"]

    assert "company_models" not in sys.modules
    assert author.table == "author"
    assert list(author.columns) == ["changed", "id"]
    assert author.columns["changed"].onupdate == "sql"
    assert author.columns["changed"].place.path.endswith("company_models/mixins.py")
    assert author.has_async_attrs
    assert not author.is_incomplete
    assert found["app.models.Book"].relationships["author"].foreign_keys == ("author_id",)


def test_the_modules_that_were_read_are_no_part_of_the_project(environment: Path) -> None:
    found = model(InstalledModules(facts_at, search_path(environment)))

    assert [(module.name, module.is_project) for module in found.modules] == [
        ("app.models", True),
        ("company_models", False),
        ("company_models.base", False),
        ("company_models.mixins", False),
    ]


def test_a_package_that_is_not_installed_leaves_mappers_incomplete() -> None:
    for installed in (None, InstalledModules(facts_at, search_path(None))):
        found = model(installed).mappers

        assert found["app.models.Author"].is_incomplete
        assert found["app.models.Author"].relationships["books"].is_collection


def test_modules_without_python_source_are_not_found() -> None:
    installed = InstalledModules(facts_at, search_path(None))

    assert installed.find("sys") is None
    assert installed.find("no_such_package.at_all") is None
    assert installed.find("sqlalchemy.orm") is not None

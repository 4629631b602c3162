"""Lock files and requirements: which SQLAlchemy a project runs on."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis import analyse_folder
from saalint.config.requirements import SQLALCHEMY, required_version

SHOP = """
from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class Author(Base):
    __tablename__ = "author"
    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[str] = mapped_column(server_default=func.now())


async def add(session: AsyncSession) -> None:
    author = Author()
    session.add(author)
    await session.flush()
    print(author.created_at)
"""
LOCKED = '[[package]]\nname = "SQLAlchemy"\nversion = "1.4.54"\n'


@pytest.mark.parametrize(
    ("specifiers", "series"),
    [
        ("", (2, 1)),
        (">=1.4", (2, 1)),
        (">=1.4,<2.0", (1, 4)),
        ("<2.0.5", (2, 0)),
        ("~=2.0.3", (2, 0)),
        ("~=2.0", (2, 1)),
        ("^1.4.31", (1, 4)),
        ("==2.0.*", (2, 0)),
        ("2.0.25", (2, 0)),
        (">=9", None),
    ],
)
def test_the_newest_series_that_a_requirement_allows(
    specifiers: str, series: tuple[int, ...] | None
) -> None:
    assert SQLALCHEMY.newest(specifiers) == series


@pytest.mark.parametrize(
    ("files", "version"),
    [
        ({"uv.lock": LOCKED}, (1, 4, 54)),
        ({"Pipfile.lock": '{"default": {"sqlalchemy": {"version": "==2.0.25"}}}'}, (2, 0, 25)),
        ({"pyproject.toml": '[project]\ndependencies = ["sqlalchemy[asyncio]<2.1"]'}, (2, 0)),
        (
            {"pyproject.toml": '[project.optional-dependencies]\ndb = ["SQLAlchemy ~= 1.4.0"]'},
            (1, 4),
        ),
        (
            {"pyproject.toml": '[tool.poetry.dependencies]\nsqlalchemy = {version = "^1.4"}'},
            (1, 4),
        ),
        ({"setup.cfg": "[options]\ninstall_requires =\n    sqlalchemy<2\n"}, (1, 4)),
        ({"requirements/base.txt": "sqlalchemy-utils\nsqlalchemy==2.0.1  # async\n"}, (2, 0)),
        ({"poetry.lock": LOCKED, "requirements.txt": "sqlalchemy>=2"}, (1, 4, 54)),
        ({"poetry.lock": "broken [", "requirements.txt": "sqlalchemy<2"}, (1, 4)),
        ({"requirements.txt": "sqlalchemy-utils"}, None),
        ({"backend/requirements.txt": "sqlalchemy==1.4.0", "web/README.md": ""}, (1, 4)),
        ({"one/requirements.txt": "sqlalchemy<2", "two/requirements.txt": "sqlalchemy>2"}, None),
    ],
)
def test_where_a_version_stands(
    tmp_path: Path, files: dict[str, str], version: tuple[int, ...] | None
) -> None:
    _write(tmp_path, files)
    found = required_version(SQLALCHEMY, [tmp_path])

    assert (None if found is None else found.version) == version


def test_findings_follow_the_lock_file_and_the_setting_outdoes_it(tmp_path: Path) -> None:
    _write(tmp_path, {"shop.py": SHOP, "uv.lock": LOCKED})
    assert [each.code for each in analyse_folder(tmp_path).findings] == ["SAA202"]

    _write(tmp_path, {"pyproject.toml": '[tool.saalint]\nsqlalchemy-version = "2.0"\n'})
    assert not analyse_folder(tmp_path).findings


def _write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")

"""The refresh that a fix writes after a commit or a flush, where the object has a name there."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from saalint import engine
from saalint.config.files import defaults_for
from saalint.front_ends.fixing import fix_all

MODELS = """
from datetime import datetime

from sqlalchemy import func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Tin(Base):
    __tablename__ = "tin"
    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str]
    changed: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


"""

BODY = """
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from models import Tin

Maker = async_sessionmaker(create_async_engine("sqlite+aiosqlite://"))


async def main(key: int):
    async with Maker() as session:
        tin = await session.get_one(Tin, key)
        tin.label = "beans"
{body}
"""


def fixed(folder: Path, body: str, *, is_unsafe: bool = True) -> str:
    text = BODY.format(body=textwrap.indent(textwrap.dedent(body).strip("\n"), " " * 8))
    (folder / "models.py").write_text(MODELS, "utf-8")
    (folder / "main.py").write_text(text, "utf-8")
    request = engine.Request(
        paths=(folder,), settings=defaults_for(folder), working_directory=folder
    )
    return fix_all(request, is_unsafe=is_unsafe).texts.get("main.py", text)


def test_after_a_commit_all_columns_come_back_with_one_refresh(tmp_path: Path) -> None:
    found = fixed(
        tmp_path,
        """
        await session.commit()
        return tin.label, tin.changed
        """,
    )

    assert "await session.commit()\n        await session.refresh(tin)\n" in found
    assert found.count("refresh(") == 1


def test_after_a_flush_only_what_the_server_made_is_fetched(tmp_path: Path) -> None:
    found = fixed(
        tmp_path,
        """
        await session.flush()  # the server says when
        return tin.changed
        """,
    )

    assert 'says when\n        await session.refresh(tin, ["changed"])\n' in found


@pytest.mark.parametrize(
    "body",
    [
        "await session.commit()\ntin, other = tin, 1\nreturn tin.label",
        "async with session.begin_nested():\n    pass\nawait end(session)\nreturn tin.label",
    ],
)
def test_without_a_name_that_stays_nothing_is_written(tmp_path: Path, body: str) -> None:
    assert "refresh" not in fixed(tmp_path, body)


def test_a_refresh_is_no_safe_fix(tmp_path: Path) -> None:
    body = "await session.commit()\nreturn tin.label"

    assert "refresh" not in fixed(tmp_path, body, is_unsafe=False)


def test_where_no_refresh_fits_the_sessions_are_told_not_to_expire(tmp_path: Path) -> None:
    body = """
    found = [tin]
    await session.commit()
    return [each.label for each in found]
    """

    assert "expire_on_commit" not in fixed(tmp_path, body, is_unsafe=False)
    changed = fixed(tmp_path, body)

    assert 'create_async_engine("sqlite+aiosqlite://"), expire_on_commit=False)' in changed
    assert "refresh" not in changed

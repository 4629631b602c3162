"""The refresh that a fix writes after what took values away or before a read, where the object has a name there."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from saalint import engine
from saalint.config.files import defaults_for
from saalint.front_ends.fixing import fix_all

MODELS = """
from datetime import datetime

from sqlalchemy import ForeignKey, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Tin(Base):
    __tablename__ = "tin"
    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str]
    changed: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())
    lids: Mapped[list["Lid"]] = relationship()


class Lid(Base):
    __tablename__ = "lid"
    id: Mapped[int] = mapped_column(primary_key=True)
    tin_id: Mapped[int] = mapped_column(ForeignKey("tin.id"))


class Box(Base):
    __tablename__ = "box"
    id: Mapped[int] = mapped_column(primary_key=True)
    sides: Mapped[list["Side"]] = relationship(back_populates="box")


class Side(Base):
    __tablename__ = "side"
    id: Mapped[int] = mapped_column(primary_key=True)
    box_id: Mapped[int] = mapped_column(ForeignKey("box.id"))
    box: Mapped[Box] = relationship(back_populates="sides", lazy="selectin")
"""

BODY = """
from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import selectinload

from models import Box, Side, Tin

Maker = async_sessionmaker(create_async_engine("sqlite+aiosqlite://"))


async def end(session):
    await session.commit()


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
    ("body", "written"),
    [
        (
            "session.expire(tin)\nreturn tin.label",
            "expire(tin)\n        await session.refresh(tin)\n",
        ),
        (
            """
            nested = await session.begin_nested()
            tin.label = "peas"
            await nested.rollback()
            return tin.label
            """,
            "rollback()\n        await session.refresh(tin)\n",
        ),
    ],
)
def test_it_is_the_session_that_refreshes(tmp_path: Path, body: str, written: str) -> None:
    assert written in fixed(tmp_path, body)


@pytest.mark.parametrize(
    ("body", "before"),
    [
        ("await session.commit()\ntin, other = tin, 1\nreturn tin.label", "return"),
        ("await end(session)\nreturn tin.label", "return"),
        ("await session.commit()\nif tin:\n    print(tin.label)", "    print"),
        (
            "try:\n    await session.flush()\nexcept ValueError:\n    await session.rollback()\n    return tin.label",
            "    return",
        ),
        ("jar = Tin(label='x')\nsession.add(jar)\nawait session.flush()\nprint(jar.lids)", "print"),
    ],
)
def test_where_that_serves_no_read_it_stands_before_the_read(
    tmp_path: Path, body: str, before: str
) -> None:
    found = fixed(tmp_path, body).split("\n")

    place = next(number for number, line in enumerate(found) if ".refresh(" in line)
    assert found[place + 1].startswith(f"        {before}")


@pytest.mark.parametrize(
    "read",
    [
        "print(tin.label if tin else '')",
        "print([each.label for each in [tin]])",
        "print((lambda: tin.label)())",
        "while tin.label: pass",
        "await other.flush()\nprint(tin.label)",
    ],
)
def test_without_an_object_and_a_session_by_name_no_refresh_is_written(
    tmp_path: Path, read: str
) -> None:
    assert "refresh" not in fixed(tmp_path, f"await end(session)\n{read}")


def test_a_refresh_that_would_raise_itself_is_not_written(tmp_path: Path) -> None:
    found = fixed(
        tmp_path,
        """
        query = select(Box).where(Box.id == key).options(selectinload(Box.sides).joinedload(Side.box))
        box = (await session.scalars(query)).one()
        await session.commit()
        return box.sides
        """,
    )

    assert "refresh(" not in found


def test_a_refresh_that_a_later_one_undoes_is_not_written(tmp_path: Path) -> None:
    found = fixed(
        tmp_path,
        """
        tins = (await session.scalars(select(Tin))).all()
        await session.commit()
        for each in tins:
            print(each.label)
        return tin.lids
        """,
    )

    assert 'refresh(tin, ["lids"])' not in found.partition("for each")[0]


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


def test_an_object_that_outlives_its_session_asks_for_the_setting(tmp_path: Path) -> None:
    body = """
    await session.commit()
    await session.close()
    return tin.label
    """

    assert ", expire_on_commit=False)" in fixed(tmp_path, body)


def test_what_another_file_did_is_undone_before_the_read(tmp_path: Path) -> None:
    far_below = "\n" * 200
    (tmp_path / "ending.py").write_text(
        f"{far_below}async def finish(session):\n    await session.commit()\n"
    )
    body = """
    from ending import finish

    await finish(session)
    return tin.label
    """

    assert "await session.refresh(tin)\n        return tin.label" in fixed(tmp_path, body)


def test_a_file_that_was_cut_since_it_was_analysed_gets_no_fix(tmp_path: Path) -> None:
    fixed(tmp_path, "await session.commit()\nreturn tin.label")
    request = engine.Request(
        paths=(tmp_path,), settings=defaults_for(tmp_path), working_directory=tmp_path
    )
    report = engine.check(request)
    (tmp_path / "main.py").write_text("import os\n")

    assert report.findings
    assert engine.fixes(report, request) == {}

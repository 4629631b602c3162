"""What a fix writes into queries: options where they belong, with the formatting, comments and imports of the file."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from saalint import engine
from saalint.config.files import defaults_for
from saalint.front_ends.fixing import fix_all

MODELS = """
from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Shelf(Base):
    __tablename__ = "shelf"
    id: Mapped[int] = mapped_column(primary_key=True)
    note: Mapped[str] = mapped_column(deferred=True)
    tins: Mapped[list[Tin]] = relationship(back_populates="shelf")
    labels: Mapped[list[Label]] = relationship()


class Label(Base):
    __tablename__ = "label"
    id: Mapped[int] = mapped_column(primary_key=True)
    shelf_id: Mapped[int] = mapped_column(ForeignKey("shelf.id"))


class Maker(Base):
    __tablename__ = "maker"
    id: Mapped[int] = mapped_column(primary_key=True)
    tins: Mapped[list[Tin]] = relationship(back_populates="maker")


class Tin(Base):
    __tablename__ = "tin"
    id: Mapped[int] = mapped_column(primary_key=True)
    shelf_id: Mapped[int] = mapped_column(ForeignKey("shelf.id"))
    maker_id: Mapped[int] = mapped_column(ForeignKey("maker.id"))
    shelf: Mapped[Shelf] = relationship(back_populates="tins")
    maker: Mapped[Maker] = relationship(back_populates="tins", lazy="raise")
"""

HEAD = """
from models import Maker, Shelf, Tin
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import raiseload, selectinload

"""

READ_TINS = """
async def main(session: AsyncSession):
    shelf = (await session.scalars({query})).one()
    return [tin.id for tin in shelf.tins]
"""
READ_MAKERS = """
async def main(session: AsyncSession):
    shelf = (await session.scalars({query})).one()
    return [tin.maker.id for tin in shelf.tins]
"""


def fixed(folder: Path, text: str, *, is_unsafe: bool = False) -> str:
    return fixed_by(folder, text, "SAA", is_unsafe=is_unsafe)


def fixed_by(folder: Path, text: str, selected: str, *, is_unsafe: bool = False) -> str:
    (folder / "models.py").write_text(MODELS, "utf-8")
    (folder / "main.py").write_text(text, "utf-8")
    file = defaults_for(folder)
    settings = replace(file, settings=replace(file.settings, select=(selected,)))
    request = engine.Request(paths=(folder,), settings=settings, working_directory=folder)
    return fix_all(request, is_unsafe=is_unsafe).texts.get("main.py", text)


@pytest.mark.parametrize(
    ("read", "before", "after"),
    [
        (READ_TINS, "select(Shelf)", "select(Shelf).options(selectinload(Shelf.tins))"),
        (
            READ_TINS,
            "select(Shelf).where(Shelf.id == 1)",
            "select(Shelf).options(selectinload(Shelf.tins)).where(Shelf.id == 1)",
        ),
        (
            READ_MAKERS,
            "select(Shelf).options(selectinload(Shelf.tins))",
            "select(Shelf).options(selectinload(Shelf.tins).joinedload(Tin.maker))",
        ),
        (
            READ_MAKERS,
            "select(Shelf).options(selectinload(Shelf.tins).selectinload(Tin.shelf))",
            (
                "select(Shelf).options(selectinload(Shelf.tins).selectinload(Tin.shelf), "
                "selectinload(Shelf.tins).joinedload(Tin.maker))"
            ),
        ),
        (
            READ_MAKERS,
            "select(Shelf).with_for_update()",
            "select(Shelf).options(selectinload(Shelf.tins).selectinload(Tin.maker)).with_for_update()",
        ),
    ],
)
def test_the_option_stands_where_it_belongs(
    tmp_path: Path, read: str, before: str, after: str
) -> None:
    found = fixed(tmp_path, HEAD + read.format(query=before))

    assert read.format(query=after) in found


def test_lines_and_comments_stay_as_they_are(tmp_path: Path) -> None:
    text = """
    async def main(session: AsyncSession):
        query = (
            select(Shelf)  # all of them
            .where(Shelf.id > 1)
        )
        for shelf in await session.scalars(query):
            print(shelf.note, shelf.tins)
    """

    found = fixed(tmp_path, HEAD + textwrap.dedent(text))

    assert "import raiseload, selectinload, undefer\n" in found
    assert (
        """
        select(Shelf)  # all of them
        .options(undefer(Shelf.note), selectinload(Shelf.tins))
        .where(Shelf.id > 1)
"""
        in found
    )


def test_get_takes_a_list_of_options(tmp_path: Path) -> None:
    text = """
    async def main(session: AsyncSession):
        return (await session.get_one(Tin, 1)).shelf
    """

    found = fixed(tmp_path, HEAD + textwrap.dedent(text))

    assert "session.get_one(Tin, 1, options=[joinedload(Tin.shelf)])" in found
    assert "import joinedload, raiseload, selectinload\n" in found


def test_what_is_missing_is_imported_beside_its_kin(tmp_path: Path) -> None:
    text = """
    from models import (
        Shelf,  # the root
    )
    from sqlalchemy import orm, select
    from sqlalchemy.ext.asyncio import AsyncSession

    """

    found = fixed(tmp_path, textwrap.dedent(text) + READ_MAKERS.format(query="select(Shelf)"))

    assert "    Shelf,  # the root\n    Tin,\n)" in found
    assert "options(orm.selectinload(Shelf.tins).joinedload(Tin.maker))" in found


def test_taking_back_what_was_written_is_not_safe(tmp_path: Path) -> None:
    text = HEAD + READ_TINS.format(query="select(Shelf).options(raiseload(Shelf.tins))")

    assert fixed(tmp_path, text) == text
    assert "select(Shelf).options(selectinload(Shelf.tins))" in fixed(
        tmp_path, text, is_unsafe=True
    )


def test_nothing_is_written_where_the_class_is_not_named(tmp_path: Path) -> None:
    text = """
    async def load(session: AsyncSession, kind):
        return (await session.scalars(select(kind))).one()

    async def main(session: AsyncSession):
        return (await load(session, Shelf)).tins
    """
    text = HEAD + textwrap.dedent(text)

    assert fixed(tmp_path, text, is_unsafe=True) == text


def test_one_statement_has_one_loader_for_a_relationship(tmp_path: Path) -> None:
    """SQLAlchemy refuses `joinedload(Tin.shelf)` where `selectinload(Tin.shelf)` is added on some path."""
    text = """
    async def main(session: AsyncSession, is_whole: bool):
        query = select(Tin)
        if is_whole:
            query = query.options(selectinload(Tin.shelf).selectinload(Shelf.tins))
        for tin in await session.scalars(query.where(Tin.id > 1)):
            print(tin.maker, tin.shelf.tins)
    """

    found = fixed(tmp_path, HEAD + textwrap.dedent(text))

    assert "query = select(Tin).options(joinedload(Tin.maker))" in found


def test_an_option_that_holds_is_continued_where_it_is_added(tmp_path: Path) -> None:
    text = """
    async def main(session: AsyncSession):
        query = select(Shelf)
        query = query.options(selectinload(Shelf.tins))
        for shelf in await session.scalars(query):
            print([tin.maker for tin in shelf.tins])
    """

    found = fixed(tmp_path, HEAD + textwrap.dedent(text))

    assert "query = query.options(selectinload(Shelf.tins).joinedload(Tin.maker))" in found


HELPERS = """
async def by_list(session: AsyncSession, key: int, options=()):
    return (await session.scalars(select(Shelf).where(Shelf.id == key).options(*options))).one()


async def one_by_one(session: AsyncSession, key: int, *, options=None):
    statement = select(Shelf).where(Shelf.id == key)
    for option in options or []:
        statement = statement.options(option)
    return (await session.scalars(statement)).one()


async def by_arguments(session: AsyncSession, key: int, *options):
    return (await session.scalars(select(Shelf).where(Shelf.id == key).options(*options))).one()


async def by_key(session: AsyncSession, key: int, options=None):
    return await session.get_one(Shelf, key, options=options)


async def handed_on(session: AsyncSession, options=()):
    return await by_list(session, 1, options)


"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("by_list(session, 1)", "by_list(session, 1, options=[selectinload(Shelf.tins)])"),
        (
            "by_list(session, 1, [undefer(Shelf.note)])",
            "by_list(session, 1, [undefer(Shelf.note), selectinload(Shelf.tins)])",
        ),
        ("one_by_one(session, 1)", "one_by_one(session, 1, options=[selectinload(Shelf.tins)])"),
        ("by_arguments(session, 1)", "by_arguments(session, 1, selectinload(Shelf.tins))"),
        (
            "by_arguments(session, 1, undefer(Shelf.note))",
            "by_arguments(session, 1, undefer(Shelf.note), selectinload(Shelf.tins))",
        ),
        (
            "by_key(session, 1, options=(undefer(Shelf.note),))",
            "by_key(session, 1, options=(undefer(Shelf.note), selectinload(Shelf.tins),))",
        ),
        ("handed_on(session)", "handed_on(session, options=[selectinload(Shelf.tins)])"),
    ],
)
def test_a_helper_that_takes_options_is_given_one(tmp_path: Path, before: str, after: str) -> None:
    reading = """
async def main(session: AsyncSession):
    shelf = await {call}
    return [tin.id for tin in shelf.tins]
"""
    head = HEAD.replace("raiseload", "undefer")
    written = head + HELPERS + reading.format(call=before)

    assert fixed(tmp_path, written) == head + HELPERS + reading.format(call=after)


def test_what_is_taken_from_the_session_as_it_is_gets_another_loader(tmp_path: Path) -> None:
    text = (
        HEAD.replace("raiseload", "immediateload")
        + """
async def main(session: AsyncSession):
    tin = (await session.scalars(select(Tin).options(immediateload(Tin.shelf)))).one()
    return tin.shelf.tins
"""
    )

    assert fixed(tmp_path, text) == text
    found = fixed(tmp_path, text, is_unsafe=True)
    assert "options(selectinload(Tin.shelf).selectinload(Shelf.tins))" in found


def test_one_option_beside_another_has_the_loader_that_both_are_given(tmp_path: Path) -> None:
    text = (
        HEAD.replace("raiseload", "immediateload")
        + """
async def main(session: AsyncSession):
    query = select(Tin).options(immediateload(Tin.shelf).selectinload(Shelf.labels))
    tin = (await session.scalars(query)).one()
    return tin.shelf.labels, tin.shelf.tins
"""
    )

    found = fixed(tmp_path, text, is_unsafe=True)
    assert "selectinload(Tin.shelf).selectinload(Shelf.labels), " in found
    assert "selectinload(Tin.shelf).selectinload(Shelf.tins)" in found


def test_a_query_that_fills_anew_is_not_led_back_to_its_own_objects(tmp_path: Path) -> None:
    text = f"""{HEAD}
async def main(session: AsyncSession):
    query = select(Tin).options(selectinload(Tin.shelf)).execution_options(populate_existing=True)
    tin = (await session.scalars(query)).one()
    return [other.id for other in tin.shelf.tins]
"""

    assert fixed(tmp_path, text, is_unsafe=True) == text
    assert fixed(tmp_path, text.replace(".execution_options(populate_existing=True)", "")) != text

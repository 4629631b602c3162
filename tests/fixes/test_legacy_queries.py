"""What a fix makes of legacy queries and of other forms of SQLAlchemy 1.x."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from fixes.test_queries import fixed_by

HEAD = """
from models import Shelf, Tin
from sqlalchemy import create_engine, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, joinedload
"""

SYNC = """
def main(session: Session):
    {line}
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "return session.query(Shelf).filter(Shelf.id > 1).all()",
            "return session.scalars(select(Shelf).where(Shelf.id > 1)).all()",
        ),
        (
            "return session.query(Shelf).order_by(Shelf.id).first()",
            "return session.scalars(select(Shelf).order_by(Shelf.id).limit(1)).first()",
        ),
        (
            "return session.query(Shelf.id, Shelf.note).all()",
            "return session.execute(select(Shelf.id, Shelf.note)).all()",
        ),
        (
            "return session.query(Shelf).join(Shelf.tins).one()",
            "return session.scalars(select(Shelf).join(Shelf.tins)).unique().one()",
        ),
        (
            "return [one.id for one in session.query(Shelf).filter_by(id=1)]",
            "return [one.id for one in session.scalars(select(Shelf).filter_by(id=1))]",
        ),
        (
            "return session.query(Shelf).filter(Shelf.id == Tin.shelf_id).all()[0]",
            "return session.scalars(select(Shelf).where(Shelf.id == Tin.shelf_id)).unique().all()[0]",
        ),
        ("return session.query(Shelf).get(1)", "return session.get(Shelf, 1)"),
        (
            "return session.query(Shelf).first().id",
            "return session.scalars(select(Shelf).limit(1)).first().id",
        ),
    ],
)
def test_a_query_is_written_as_a_select(tmp_path: Path, before: str, after: str) -> None:
    text = HEAD + SYNC.format(line=before)

    assert SYNC.format(line=after) in fixed_by(tmp_path, text, "SAA8")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "return session.query(Shelf).filter(Shelf.id > 1).count()",
            "return session.scalar(select(func.count()).select_from(select(Shelf).where(Shelf.id > 1).subquery()))",
        ),
        (
            "return session.query(func.count(Shelf.id)).scalar()",
            "return session.scalar(select(func.count(Shelf.id)))",
        ),
        (
            "session.query(Shelf).filter(Shelf.id == 1).delete()",
            "session.execute(delete(Shelf).where(Shelf.id == 1))",
        ),
        (
            'session.query(Shelf).update({"note": ""})',
            'session.execute(update(Shelf).values({"note": ""}))',
        ),
    ],
)
def test_what_may_give_something_else_is_not_safe(tmp_path: Path, before: str, after: str) -> None:
    text = HEAD + SYNC.format(line=before)

    assert fixed_by(tmp_path, text, "SAA8") == text
    assert SYNC.format(line=after) in fixed_by(tmp_path, text, "SAA8", is_unsafe=True)


@pytest.mark.parametrize(
    "line",
    [
        "return session.query(Shelf).with_entities(Shelf.id).all()",
        "return session.query(Shelf).union(session.query(Shelf)).all()",
        "return session.query(Shelf).filter(Shelf.id == 1).delete(synchronize_session=False)",
        "return session.query(Shelf).delete()",
        "return session.query(Shelf)[0:5]",
        "return session.query(Shelf).filter(Shelf.id == 1).exists()",
    ],
)
def test_what_has_no_such_form_stays(tmp_path: Path, line: str) -> None:
    text = HEAD + SYNC.format(line=line)

    assert fixed_by(tmp_path, text, "SAA8", is_unsafe=True) == text


def test_lines_and_comments_stay(tmp_path: Path) -> None:
    body = """
    def main(session: Session):
        return (
            session.query(Shelf)  # all of them
            # but the first
            .filter(Shelf.id > 1)
            .all()  # in no order
        )
    """
    expected = """
    def main(session: Session):
        return (
            session.scalars(select(Shelf)  # all of them
            # but the first
            .where(Shelf.id > 1))
            .all()  # in no order
        )
    """

    changed = fixed_by(tmp_path, HEAD + textwrap.dedent(body), "SAA8")

    assert textwrap.dedent(expected) in changed


def test_an_async_session_runs_the_select(tmp_path: Path) -> None:
    around = "\nasync def main(session: AsyncSession):\n    {line}\n"
    text = HEAD + around.format(line="return session.query(Shelf).filter(Shelf.id == 1).first()")
    after = "return (await session.scalars(select(Shelf).where(Shelf.id == 1).limit(1))).first()"

    assert around.format(line=after) in fixed_by(tmp_path, text, "SAA3")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('session.execute("SELECT 1")', 'session.execute(text("SELECT 1"))'),
        ("session.execute(select([Shelf.id]))", "session.execute(select(Shelf.id))"),
        (
            'session.scalars(select(Shelf).options(joinedload("tins"))).unique()',
            "session.scalars(select(Shelf).options(joinedload(Shelf.tins))).unique()",
        ),
        (
            'session.scalars(select(Shelf).join("tins"))',
            "session.scalars(select(Shelf).join(Shelf.tins))",
        ),
    ],
)
def test_idioms(tmp_path: Path, before: str, after: str) -> None:
    changed = fixed_by(tmp_path, HEAD + SYNC.format(line=before), "SAA8", is_unsafe=True)

    assert SYNC.format(line=after) in changed


def test_an_engine_gives_a_connection(tmp_path: Path) -> None:
    head = f'{HEAD}\nengine = create_engine("sqlite://")\n'
    line = 'ids = engine.execute("SELECT 1").all()  # one'
    after = """
def main(session: Session):
    with engine.begin() as connection:
        ids = connection.execute(text("SELECT 1")).all()  # one
"""

    assert after in fixed_by(tmp_path, head + SYNC.format(line=line), "SAA8", is_unsafe=True)
    left = head + SYNC.format(line="return engine.execute(select(Shelf.id))")
    assert fixed_by(tmp_path, left, "SAA8", is_unsafe=True) == left


def test_names_in_texts_are_written_anew_first(tmp_path: Path) -> None:
    text = HEAD + SYNC.format(line='return session.query(Shelf).join("tins").all()')
    line = "return session.scalars(select(Shelf).join(Shelf.tins)).unique().all()"

    assert fixed_by(tmp_path, text, "SAA8") == text
    assert SYNC.format(line=line) in fixed_by(tmp_path, text, "SAA8", is_unsafe=True)


def test_the_base_is_a_class(tmp_path: Path) -> None:
    text = "from sqlalchemy.orm import declarative_base\n\nBase = declarative_base()\n"

    changed = fixed_by(tmp_path, text, "SAA8", is_unsafe=True)

    assert "\n\nclass Base(DeclarativeBase):\n    pass\n" in changed
    assert "import declarative_base, DeclarativeBase\n" in changed

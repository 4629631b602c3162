"""What a fix makes of calls awaited too little or too much, of repeated rows, and of rows taken for objects."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from fixes.test_queries import HEAD, fixed

AROUND = """
async def main(session: AsyncSession):
    {line}
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "return session.scalars(select(Shelf)).all()",
            "return (await session.scalars(select(Shelf))).all()",
        ),
        ("await session.add(Shelf())", "session.add(Shelf())"),
        (
            "return await (await session.execute(select(Shelf))).all()",
            "return (await session.execute(select(Shelf))).all()",
        ),
        (
            "return (await session.scalars(select(Shelf).options(joinedload(Shelf.tins)))).all()",
            "return (await session.scalars(select(Shelf).options(joinedload(Shelf.tins)))).unique().all()",
        ),
        (
            "return (await session.execute(select(Shelf))).one().id",
            "return (await session.execute(select(Shelf))).one().Shelf.id",
        ),
        (
            'return (await session.execute(select(Shelf))).one()["id"]',
            "return (await session.execute(select(Shelf))).one().Shelf.id",
        ),
        (
            'return (await session.execute(select(Shelf.id))).one()["id"]',
            "return (await session.execute(select(Shelf.id))).one().id",
        ),
        (
            "return (await session.execute(select(Shelf))).mappings().one().id",
            'return (await session.execute(select(Shelf))).mappings().one()["Shelf"].id',
        ),
        (
            "await session.delete((await session.execute(select(Shelf))).one())",
            "await session.delete((await session.execute(select(Shelf))).one().Shelf)",
        ),
        (
            "return (await session.execute(select(Shelf)))[0]",
            "return (await session.execute(select(Shelf))).all()[0]",
        ),
        (
            "return len(await session.scalars(select(Shelf)))",
            "return len((await session.scalars(select(Shelf))).all())",
        ),
        (
            "return (await session.scalars(select(Shelf))).scalar_one()",
            "return (await session.scalars(select(Shelf))).one()",
        ),
        (
            "return [one.id for one in await session.stream_scalars(select(Shelf))]",
            "return [one.id async for one in await session.stream_scalars(select(Shelf))]",
        ),
        (
            "return [one.id async for one in await session.scalars(select(Shelf))]",
            "return [one.id for one in await session.scalars(select(Shelf))]",
        ),
        ("with session.begin():\n        pass", "async with session.begin():\n        pass"),
    ],
)
def test_the_expression_is_written_as_it_must_be(tmp_path: Path, before: str, after: str) -> None:
    head = HEAD.replace("import raiseload", "import joinedload, raiseload")

    assert AROUND.format(line=after) in fixed(tmp_path, head + AROUND.format(line=before))


def test_awaiting_what_nobody_looked_at_is_not_safe(tmp_path: Path) -> None:
    text = HEAD + textwrap.dedent(AROUND.format(line="session.commit()"))

    assert fixed(tmp_path, text) == text
    assert "    await session.commit()\n" in fixed(tmp_path, text, is_unsafe=True)


def test_the_first_of_a_result_may_not_be_what_was_meant(tmp_path: Path) -> None:
    line = "return (await session.execute(select(Shelf))).{read}"
    text = HEAD + textwrap.dedent(AROUND.format(line=line.format(read="id")))

    assert fixed(tmp_path, text) == text
    after = line.format(read="scalars().first().id")
    assert after in fixed(tmp_path, text, is_unsafe=True)


@pytest.mark.parametrize(
    "body",
    [
        "result = await session.execute(select(Shelf))\n    print(result[0])\n    return result.first()",
        "result = await session.execute(select(Shelf))\n    return [result[one] for one in (0, 1)]",
        "return (await session.execute(select(Shelf))).filter(id=1)",
    ],
)
def test_what_a_fix_would_use_up_stays(tmp_path: Path, body: str) -> None:
    text = HEAD + AROUND.format(line=body)

    assert fixed(tmp_path, text, is_unsafe=True) == text

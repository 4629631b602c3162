"""Sizes to generated projects whose cost must grow with their size and no faster: what `bench.py` measures."""
# ruff: noqa: INP001 a script is a file, not a package

from __future__ import annotations

from collections.abc import Callable

GROWTH = (1, 2, 4, 8)
MODELS = """
from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, selectinload

class Base(DeclarativeBase): pass

class Node(Base):
    __tablename__ = "node"
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("node.id"))
    children: Mapped[list["Node"]] = relationship()
"""
QUERY = "    node = await session.scalar(select(Node))\n"
HEAD = "async def run(session: AsyncSession, flag: int):\n" + QUERY


def branches(size: int) -> str:
    """A function with that many branches."""
    return HEAD + "".join(
        f"    if flag == {n}:\n        node.id = {n}\n" for n in range(250 * size)
    )


def variables(size: int) -> str:
    """A function with that many variables."""
    return HEAD + "".join(f"    name{n} = node.id\n" for n in range(250 * size))


def nesting(size: int) -> str:
    """That many conditions inside each other."""
    deep = "".join(f"{'    ' * (n + 1)}if flag > {n}:\n" for n in range(10 * size))
    return HEAD + deep + "    " * (10 * size + 1) + "node.id = 1\n"


def chain(size: int) -> str:
    """A call chain of that length, the entity handed on."""
    links = "".join(
        f"def step{n}(node):\n    return step{n + 1}(node)\n" for n in range(250 * size)
    )
    return links + f"def step{250 * size}(node):\n    return node.id\n" + HEAD + "    step0(node)\n"


def fan_in(size: int) -> str:
    """One function that as many others call."""
    callers = "".join(
        f"async def run{n}(session: AsyncSession):\n{QUERY}    shared(node)\n"
        for n in range(125 * size)
    )
    return "def shared(node):\n    return node.id\n" + callers


def recursive_group(size: int) -> str:
    """Functions that call each other in a circle."""
    count = 62 * size
    group = "".join(
        f"def turn{n}(node):\n    return turn{(n + 1) % count}(node)\n" for n in range(count)
    )
    return group + HEAD + "    turn0(node)\n"


def option_depth(size: int) -> str:
    """A loader path of that depth."""
    path = "".join(".selectinload(Node.children)" for _ in range(10 * size))
    option = f"selectinload(Node.children){path}"
    return (
        "async def run(session: AsyncSession):\n"
        f"    node = await session.scalar(select(Node).options({option}))\n"
        "    return node.children\n"
    )


def project(size: int) -> str:
    """As many functions as a small project has, again and again."""
    return "".join(
        f"async def load{n}(session: AsyncSession):\n{QUERY}    return node\n"
        f"async def show{n}(session: AsyncSession):\n"
        f"    node = await load{n}(session)\n    return [each.id for each in node.children]\n"
        for n in range(100 * size)
    )


SHAPES: tuple[tuple[Callable[[int], str], float], ...] = (
    (project, 1.10),
    (branches, 1.15),
    (variables, 1.15),
    (nesting, 1.15),
    (chain, 1.15),
    (fan_in, 1.15),
    (recursive_group, 1.15),
    (option_depth, 1.15),
)

# the sizes at which a second is asked: 2,000 branches, nesting 80, a chain of 2,000, 500 in a circle, fan-in 5,000
LARGEST: dict[Callable[[int], str], int] = {
    branches: 8,
    nesting: 8,
    chain: 8,
    recursive_group: 8,
    fan_in: 40,
}

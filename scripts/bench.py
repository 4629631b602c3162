"""Generated projects and folders to how fast saalint is, each figure beside what is asked of it.

    python scripts/bench.py [FOLDER …] [--json FILE]

Shapes grow 1, 2, 4 and 8 times: the slope of CPU time over size, of logarithms, says how the analysis grows. Folders of
real projects are measured in passes: CPU of a whole analysis over that of one `ast.parse` of the same files, in pairs.
The exit status is 1 where a figure is missed.
"""
# ruff: noqa: INP001, T201 a script is a file, not a package, and prints

from __future__ import annotations

import argparse
import ast
import contextlib
import json
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from saalint.config.files import find_settings
from saalint.engine import Request, check

REPEATS = 3
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


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement: the minimum and the median of its repeats, and the most that is asked."""

    name: str
    least: float
    median: float
    asked: float

    @property
    def is_met(self) -> bool:
        """Whether the minimum keeps to what is asked."""
        return self.least <= self.asked


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
        for n in range(50 * size)
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


def analysis_of(folder: Path) -> float:
    """The CPU time of a whole analysis."""
    start = time.process_time()
    check(Request(paths=(folder,), settings=find_settings(folder), working_directory=folder))
    return time.process_time() - start


def pass_over(folder: Path) -> float:
    """The CPU time of one `ast.parse` of each file."""
    texts = [path.read_bytes() for path in folder.rglob("*.py")]
    start = time.process_time()
    for text in texts:
        with contextlib.suppress(SyntaxError, ValueError):
            ast.parse(text)
    return time.process_time() - start


def slopes(shape: Callable[[int], str], asked: float) -> Figure:
    """How CPU time grows with size; what an empty project costs is taken off."""
    found: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "app.py"
        file.write_text(MODELS)
        analysis_of(folder)
        for _ in range(REPEATS):
            file.write_text(MODELS)
            idle = analysis_of(folder)
            times = []
            for size in GROWTH:
                file.write_text(MODELS + shape(size))
                times.append(max(analysis_of(folder) - idle, 1e-4))
            found.append(_slope(GROWTH[1:], times[1:]))
    title = f"growth with {shape.__name__.replace('_', ' ')}"
    return Figure(title, min(found), statistics.median(found), asked)


def _slope(sizes: tuple[int, ...], times: list[float]) -> float:
    line = statistics.linear_regression(
        [math.log(each) for each in sizes], [math.log(each) for each in times]
    )
    return line.slope


def passes(folder: Path) -> Figure:
    """How many passes a project costs, cold: pairs of a pass and an analysis."""
    found = []
    for _ in range(REPEATS):
        one = pass_over(folder)
        found.append(analysis_of(folder) / one)
    return Figure(f"passes over {folder.name}", min(found), statistics.median(found), 5)


def main() -> int:
    """Measure, print, and say whether all is met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    figures = [passes(folder.resolve()) for folder in arguments.folders]
    figures += [slopes(shape, asked) for shape, asked in SHAPES]
    for figure in figures:
        state = "met" if figure.is_met else "MISSED"
        print(
            f"{figure.name:32} {figure.least:6.2f} median {figure.median:6.2f}"
            f"  asked {figure.asked:5.2f}  {state}"
        )
    if arguments.json is not None:
        arguments.json.write_text(json.dumps([asdict(figure) for figure in figures], indent=2))
    return 0 if all(figure.is_met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())

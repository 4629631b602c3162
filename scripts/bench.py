"""Real and generated projects to how fast saalint is: each ratio with its minimum and median, beside what is asked.

    python scripts/bench.py [--project FOLDER …] [--plain FOLDER] [--download FOLDER] [--only a1,b] [--json FILE]

A pass is one `ast.parse` of all files of a project. What is compared runs in turns, each in a process of its own, and
counts its CPU time (a3: the time on the clock). `--download` fetches the projects that the figures are asked for, with
`pip download`. The exit status is 1 where a figure is missed.
"""
# ruff: noqa: INP001, T201, S603 a script is a file, not a package, and prints, and runs what it measures

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from bench_shapes import GROWTH, LARGEST, MODELS, SHAPES

from saalint.config.files import find_settings
from saalint.engine import Request, check

# with models; and a large one with next to none. One of your own with more than 300,000 lines: `--project`
WITH_MODELS = ("prefect==3.9.1", "letta==0.16.8")
WITHOUT_MODELS = "homeassistant==2024.12.0"
# a project's own `types.py` is not to be imported
PYTHON = (sys.executable, "-P")
PARSE_ALL = """
import ast, gc, pathlib, time
gc.disable()
texts = [path.read_bytes() for path in pathlib.Path(".").rglob("*.py")]
start = time.process_time()
for text in texts:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        pass
print(time.process_time() - start)
"""
# flake8 as it is where saalint is not installed
PLAIN_FLAKE8 = """
import importlib.metadata as metadata, sys
found = metadata.distributions
metadata.distributions = lambda **wanted: (each for each in found(**wanted) if each.name != "saalint")
from flake8.main.cli import main
sys.exit(main(sys.argv[1:]))
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: the minimum and the median of its repeats, and the most that is asked."""

    name: str
    project: str
    least: float
    median: float
    asked: float

    @property
    def is_met(self) -> bool:
        """Whether the minimum keeps to what is asked."""
        return self.least <= self.asked


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took: seconds of CPU, seconds on the clock, megabytes at most."""

    cpu: float
    wall: float
    memory: float


def cost(command: Sequence[str], folder: Path, text: str | None = None) -> Cost:
    """Run a command and its children in a folder; `text` is its standard input."""
    environment = {**os.environ}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    start = time.perf_counter()
    with tempfile.TemporaryFile() as given:
        given.write((text or "").encode())
        given.seek(0)
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=given,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    wall = time.perf_counter() - start
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)


class Project:
    """A copy of a project, in which caches may come and go."""

    def __init__(self, source: Path, place: Path) -> None:
        self.name = source.name
        self.folder = place / f"{source.name}-project"
        is_package = (source / "__init__.py").exists()
        target = self.folder / source.name if is_package else self.folder
        shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        if not (self.folder / "pyproject.toml").exists():
            (self.folder / "pyproject.toml").write_text("[tool.saalint]\n")
        files = [path for path in self.folder.rglob("*.py") if path.is_file()]
        self.lines = sum(path.read_bytes().count(b"\n") for path in files)
        self.edited = max(files, key=lambda path: min(path.stat().st_size, 20_000))

    def forget(self) -> None:
        """Remove what earlier runs kept."""
        shutil.rmtree(self.folder / ".saalint_cache", ignore_errors=True)

    def one_pass(self) -> float:
        """The CPU time of one pass."""
        found = subprocess.run(
            [*PYTHON, "-c", PARSE_ALL], cwd=self.folder, capture_output=True, check=True
        )
        return float(found.stdout)

    def check(self, *, is_cold: bool) -> Cost:
        """The cost of `saalint check`."""
        if is_cold:
            self.forget()
        return cost([*SAALINT, "check", ".", "--exit-zero"], self.folder)

    def flake8(self, *options: str, has_saalint: bool, text: str | None = None) -> Cost:
        """The cost of flake8 with or without saalint."""
        start = ["-m", "flake8"] if has_saalint else ["-c", PLAIN_FLAKE8]
        return cost([*PYTHON, *start, "--isolated", *options], self.folder, text)


SAALINT = (*PYTHON, "-m", "saalint")


def in_turns(name: str, project: str, asked: float, measure: Callable[[], float]) -> Figure:
    """A figure of repeated measurements, each of which compares in one turn."""
    found = [measure() for _ in range(REPEATS)]
    figure = Figure(name, project, min(found), statistics.median(found), asked)
    show(figure)
    return figure


REPEATS = 5


def show(figure: Figure) -> None:
    """Print one line of the table."""
    state = "met" if figure.is_met else "MISSED"
    print(
        f"{figure.name:34} {figure.project:16} {figure.least:8.2f} median {figure.median:8.2f}"
        f"  asked {figure.asked:6.2f}  {state}",
        flush=True,
    )


def a1(project: Project) -> list[Figure]:
    """A cold run in passes."""
    return [
        in_turns(
            "a1 cold, passes",
            project.name,
            5,
            lambda: project.check(is_cold=True).cpu / project.one_pass(),
        )
    ]


def _flake8_ratio(project: Project, *options: str, is_cold: bool) -> tuple[Cost, Cost]:
    if is_cold:
        project.forget()
    with_us = project.flake8(*options, has_saalint=True)
    return with_us, project.flake8(*options, has_saalint=False)


def a2(project: Project) -> list[Figure]:
    """flake8 with saalint over flake8 without, cold, and the memory that it takes more."""
    memory: list[float] = []

    def measure() -> float:
        ours, plain = _flake8_ratio(project, "-j1", is_cold=True)
        memory.append((ours.memory - plain.memory) / project.lines * 100_000)
        return ours.cpu / plain.cpu

    ratio = in_turns("a2 flake8 -j1, cold", project.name, 1.30, measure)
    peak = Figure(
        "d MB over flake8, 100k lines", project.name, min(memory), statistics.median(memory), 40
    )
    show(peak)
    return [ratio, peak]


def a3(project: Project) -> list[Figure]:
    """The same on the clock with two workers."""

    def measure() -> float:
        ours, plain = _flake8_ratio(project, "-j2", is_cold=True)
        return ours.wall / plain.wall

    return [in_turns("a3 flake8 -j2, cold, clock", project.name, 1.35, measure)]


def b(project: Project) -> list[Figure]:
    """Warm runs, nothing changed."""
    project.check(is_cold=False)
    project.check(is_cold=False)
    warm = in_turns(
        "b warm, passes",
        project.name,
        0.15,
        lambda: project.check(is_cold=False).cpu / project.one_pass(),
    )
    project.flake8("-j1", has_saalint=True)

    def measure() -> float:
        ours, plain = _flake8_ratio(project, "-j1", is_cold=False)
        return ours.cpu / plain.cpu

    return [warm, in_turns("b flake8 -j1, warm", project.name, 1.05, measure)]


def c(project: Project) -> list[Figure]:
    """The editor: one edited file on standard input, over flake8 without saalint."""
    turn = 0

    def measure() -> float:
        nonlocal turn
        turn += 1
        text = (
            project.edited.read_text("utf-8") + f"\n\ndef edited_{turn}(node):\n    return node\n"
        )
        options = ("--stdin-display-name", str(project.edited), "-")
        ours = project.flake8(*options, has_saalint=True, text=text)
        return ours.cpu / project.flake8(*options, has_saalint=False, text=text).cpu

    project.flake8("-j1", has_saalint=True)
    return [in_turns("c flake8 - of an edited file", project.name, 1.5, measure)]


def a4(project: Project) -> list[Figure]:
    """A project without models, cold, in passes."""
    return [
        in_turns(
            "a4 no models, cold, passes",
            project.name,
            0.25,
            lambda: project.check(is_cold=True).cpu / project.one_pass(),
        )
    ]


def growth(place: Path) -> list[Figure]:
    """How CPU time grows with the size of each shape, and what the largest that is asked for takes."""
    figures: list[Figure] = []
    file = place / "app.py"
    (place / "pyproject.toml").write_text("[tool.saalint]\n")

    def seconds(text: str) -> float:
        # in this process, so that what is imported first is not counted
        file.write_text(MODELS + text)
        found = find_settings(place)
        settings = replace(found, settings=replace(found.settings, cache_dir=""))
        start = time.process_time()
        check(Request(paths=(place,), settings=settings, working_directory=place))
        return time.process_time() - start

    seconds("")
    for shape, asked in SHAPES:
        title = shape.__name__.replace("_", " ")

        def slope(shape: Callable[[int], str] = shape) -> float:
            idle = seconds("")
            times = [max(seconds(shape(size)) - idle, 1e-3) for size in GROWTH[1:]]
            return _slope(GROWTH[1:], times)

        letter = "e" if title == "project" else "f"
        figures.append(in_turns(f"{letter} slope over {title}", "generated", asked, slope))
        if shape in LARGEST:
            size = LARGEST[shape]
            figures.append(
                in_turns(
                    f"f seconds, largest {title}",
                    "generated",
                    1,
                    lambda shape=shape, size=size: seconds(shape(size)) - seconds(""),
                )
            )
    return figures


def _slope(sizes: Sequence[int], times: Sequence[float]) -> float:
    line = statistics.linear_regression(
        [math.log(each) for each in sizes], [math.log(each) for each in times]
    )
    return line.slope


def downloaded(wheel: str, place: Path) -> Path:
    """The content of a wheel from the package index."""
    folder = place / wheel.partition("==")[0]
    if not folder.exists():
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:"]
        # nothing of it is run: any Python will do
        subprocess.run([*pip, "--python-version", "3.13", "-d", str(place), wheel], check=True)
        for found in place.glob("*.whl"):
            with zipfile.ZipFile(found) as content:
                content.extractall(folder)
            found.unlink()
    return folder


def main() -> int:
    """Measure, print, and say whether all is met."""
    global REPEATS  # noqa: PLW0603 - one number for all figures
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--project", action="append", type=Path, default=[])
    parser.add_argument("--plain", type=Path, help="a project without models")
    parser.add_argument("--download", type=Path, help="fetch the projects into this folder")
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--only", default="a1,a2,a3,a4,b,c,f")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    REPEATS = arguments.repeats
    wanted = arguments.only.split(",")
    sources, plain = list(arguments.project), arguments.plain
    if arguments.download is not None:
        arguments.download.mkdir(parents=True, exist_ok=True)
        sources += [downloaded(wheel, arguments.download) for wheel in WITH_MODELS]
        plain = plain or downloaded(WITHOUT_MODELS, arguments.download)
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        for source in sources:
            project = Project(source.resolve(), place)
            for measure in (a1, a2, a3, b, c):
                if measure.__name__ in wanted:
                    figures += measure(project)
        if plain is not None and "a4" in wanted:
            figures += a4(Project(plain.resolve(), place))
        if "f" in wanted:
            (place / "generated").mkdir()
            figures += growth(place / "generated")
    if arguments.json is not None:
        arguments.json.write_text(json.dumps([asdict(figure) for figure in figures], indent=2))
    return 0 if all(figure.is_met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())

"""What an earlier run found is reported again exactly where a run from nothing would find the same."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from models_text import MODELS
from saalint import analysis, engine
from saalint.config.files import find_settings
from saalint.config.settings import Level

QUERIES = """
from app.models import *

async def find(session: AsyncSession):
    return await session.scalar(select(Author))
"""
READS = """
from app.queries import *
from jinja2 import Environment, FileSystemLoader
templates = Environment(loader=FileSystemLoader("templates"))

async def show(session: AsyncSession):
    author = await find(session)
    return author.books

async def page(session: AsyncSession):
    return templates.get_template("shelf.html").render(author=await find(session))
"""
HELPERS = """
def is_even(number: int) -> bool:
    \"""Whether a number is even.\"""
    steps = number
    while steps > 1:
        steps -= 2
    return steps == 0
"""
FILES = {
    "pyproject.toml": "[tool.saalint]\n",
    "app/models.py": MODELS,
    "app/queries.py": QUERIES,
    "app/helpers.py": HELPERS,
    "app/reads.py": READS,
    "templates/shelf.html": "{{ author.id }}\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project with two findings, written long enough ago to be trusted."""
    for name, text in FILES.items():
        write(tmp_path / name, text)
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def request(folder: Path, *, has_cache: bool = True) -> engine.Request:
    found = find_settings(folder)
    cache = folder.parent / f"{folder.name}-cache" if has_cache else ""
    settings = replace(found, settings=replace(found.settings, cache_dir=str(cache)))
    return engine.Request(paths=(folder,), settings=settings, working_directory=folder)


def told(folder: Path, *, has_cache: bool = True) -> tuple[object, ...]:
    report = engine.check(request(folder, has_cache=has_cache))
    exact = [(each, each.severity, each.origin, each.trace) for each in report.findings]
    return (exact, report.coverage, report.errors, report.notes)


@pytest.fixture
def is_analysed(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], bool]:
    """Whether a run of a project is an analysis; what it tells is right either way."""
    runs: list[object] = []
    run = analysis.analysed

    def counting(*arguments: object) -> object:
        runs.append(arguments)
        return run(*arguments)  # type: ignore[arg-type]  # handed through as they are

    def after(folder: Path) -> bool:
        fresh = told(folder, has_cache=False)
        monkeypatch.setattr(analysis, "analysed", counting)
        runs.clear()
        warm = told(folder)
        monkeypatch.setattr(analysis, "analysed", run)

        assert warm == fresh
        return bool(runs)

    return after


def test_nothing_changed(project: Path, is_analysed: Callable[[Path], bool]) -> None:
    assert is_analysed(project)
    assert not is_analysed(project)


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: write(folder / "app/queries.py", QUERIES.replace("Author", "Book")),
        lambda folder: write(folder / "app/reads.py", "value = 1\n" + READS),
        lambda folder: write(
            folder / "app/reads.py", READS.replace("author = await", "writer = await")
        ),
        lambda folder: write(folder / "app/helpers.py", HELPERS.replace("steps", "author.books")),
        # the first is imported by a star, the second is called in what follows, the third reads what it is given
        lambda folder: write(
            folder / "app/queries.py", QUERIES + "def select(kind): return kind\n"
        ),
        lambda folder: write(
            folder / "app/helpers.py", HELPERS + "def halves(number): return is_even(number)\n"
        ),
        lambda folder: write(
            folder / "app/helpers.py", HELPERS + "def first(author): return author.books[0]\n"
        ),
        lambda folder: write(
            folder / "app/helpers.py", HELPERS.replace("steps > 1", "len(number.books)")
        ),
        lambda folder: write(folder / "app/more.py", READS),
        lambda folder: (folder / "app/reads.py").unlink(),
        lambda folder: (folder / "app/queries.py").rename(folder / "app/other.py"),
        lambda folder: write(folder / ".gitignore", "reads.py\n"),
        lambda folder: write(folder / "templates/shelf.html", "{{ author.books }}\n"),
        lambda folder: write(folder / "app/templates/shelf.html", "{{ author.books }}\n"),
        lambda folder: write(folder / "pyproject.toml", '[tool.saalint]\nexclude = ["reads.py"]\n'),
        lambda folder: write(folder / "app/build/pyvenv.cfg", ""),
    ],
)
def test_what_a_run_has_read_may_not_change(
    project: Path, is_analysed: Callable[[Path], bool], change: Callable[[Path], object]
) -> None:
    is_analysed(project)
    change(project)

    assert is_analysed(project)
    assert not is_analysed(project)


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: write(folder / "app/models.py", "# what there is\n" + MODELS),
        lambda folder: write(
            folder / "app/queries.py", "\n\n" + QUERIES.replace("):\n", "):  # all\n")
        ),
        lambda folder: write(
            folder / "app/reads.py", READS.replace("):\n", '):\n    "Read it."\n', 1)
        ),
        lambda folder: write(
            folder / "app/reads.py", READS.replace("\n    return", "\n\n    return")
        ),
        lambda folder: write(folder / "app/helpers.py", HELPERS.replace("-= 2", "= steps - 1 - 1")),
        lambda folder: write(
            folder / "app/helpers.py", HELPERS.replace("-= 2", "-= len(str(2).strip())")
        ),
        lambda folder: write(
            folder / "app/queries.py", "def halves(number): return hash(number)\n" + QUERIES
        ),
        lambda folder: write(
            folder / "app/reads.py", READS + "def halves(number): return hash(number)\n"
        ),
    ],
)
def test_what_no_analysis_looks_into_may_change(
    project: Path, is_analysed: Callable[[Path], bool], change: Callable[[Path], object]
) -> None:
    is_analysed(project)
    change(project)

    assert not is_analysed(project)
    change(project)
    assert not is_analysed(project)


def test_a_change_that_keeps_size_and_time_is_seen(
    project: Path, is_analysed: Callable[[Path], bool]
) -> None:
    path = project / "app/reads.py"
    before = path.stat()
    is_analysed(project)
    write(path, READS.replace("author.books", "author.id   "))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert is_analysed(project)


def test_an_edit_taken_back_and_what_does_not_matter_are_no_news(
    project: Path, is_analysed: Callable[[Path], bool]
) -> None:
    is_analysed(project)
    write(project / "app/reads.py", "\n" + READS)
    is_analysed(project)
    write(project / "app/reads.py", READS)
    write(project / "notes.log", "of no interest")
    (project / "app" / "__pycache__").mkdir()

    assert not is_analysed(project)


def test_what_is_selected_needs_no_analysis(
    project: Path, is_analysed: Callable[[Path], bool]
) -> None:
    write(project / "app/more.py", "VALUE = 1  # saalint: ignore[SAA101]\n")
    is_analysed(project)
    write(project / "pyproject.toml", '[tool.saalint]\nlevel = "strict"\nignore = ["SAA101"]\n')

    assert request(project).settings.settings.level is Level.STRICT
    assert not is_analysed(project)


def test_whatever_is_wrong_on_disk_is_a_miss(
    project: Path, is_analysed: Callable[[Path], bool]
) -> None:
    is_analysed(project)
    kept = project.parent / f"{project.name}-cache" / "outcomes"
    whole = kept.read_bytes()
    for damaged in (b"", whole[: len(whole) // 2]):
        kept.write_bytes(damaged)
        assert is_analysed(project)
    for place in range(0, len(whole), 400):
        # one record is lost: what the others tell is right
        kept.write_bytes(whole[:place] + b"\xff" * 200 + whole[place + 200 :])
        is_analysed(project)
    kept.unlink()
    kept.mkdir()
    assert is_analysed(project)


def test_fixes_are_kept_too(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = request(project)
    first = engine.fixes(engine.check(asked), asked)
    monkeypatch.setattr(engine, "understand", None)

    assert first
    assert engine.fixes(engine.check(asked), asked) == first


def test_random_edits_tell_what_a_run_from_nothing_tells(project: Path) -> None:
    choice = random.Random(7)  # noqa: S311 - a sequence that can be run again
    texts = [*FILES.values(), QUERIES.replace("select(Author)", "select(Book)"), "def broken(:\n"]
    for _ in range(25):
        files = sorted(path for path in project.rglob("*") if path.suffix in {".py", ".html"})
        path = choice.choice(files or [project / "app/models.py"])
        other = choice.choice([path.with_name("moved.py"), project / "app/queries.py"])
        match choice.randrange(5):
            case 0:
                path.unlink(missing_ok=True)
            case 1 if path.is_file() and path != other:
                shutil.move(path, other)
            case 2 if path.is_file():
                write(path, "\n# moved\n" + path.read_text("utf-8"))
            case 3:
                name = choice.choice(sorted(FILES))
                write(project / name, FILES[name])
            case _:
                write(path, choice.choice(texts))

        assert told(project) == told(project, has_cache=False)

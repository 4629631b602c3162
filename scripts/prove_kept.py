"""A project and random edits of it to whether what runs keep for each other ever changes what is found.

    python scripts/prove_kept.py FOLDER [--sequences N] [--edits N] [--seed N] [--hosts]

After each edit (lines added, removed and moved, comments and statements put into bodies, words and numbers changed,
functions added, files renamed, moved, deleted, broken, put back; on disk, or as a buffer that an editor has not saved)
a run with what earlier runs kept is compared with one from nothing, byte for byte. What is said last is how many runs
were no analysis. `--hosts` compares flake8 and pylint with one and
two workers, and eight runs at once, as well. The exit status is 1 where something differs.
"""
# ruff: noqa: INP001, T201, S603 a script is a file, not a package, and prints, and runs what it compares

from __future__ import annotations

import argparse
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from saalint import engine
from saalint.config.files import find_settings
from saalint.reports.json_report import json_report

RUNS = {True: 0, False: 0}
"""How many first runs after an edit were no analysis, and how many were one."""
# how many of the edits are not on disk
A_BUFFER = 0.25
SUFFIXES = frozenset({".py", ".html", ".jinja", ".j2"})


def told(folder: Path, cache: str, buffer: Mapping[Path, str] | None = None, turn: int = 0) -> str:
    """All that a run says, as JSON."""
    found = find_settings(folder)
    settings = replace(found, settings=replace(found.settings, cache_dir=cache))
    request = engine.Request(
        paths=(folder, *(buffer or {})),
        settings=settings,
        working_directory=folder,
        overlay=buffer or {},
    )
    report = engine.check(request)
    if cache and not turn:
        RUNS[report.project is None] += 1
    notes = "\n".join(report.notes)
    fixes = engine.fixes(report, request)
    return json_report(report.findings, report.coverage, report.errors, fixes) + notes


ADDED = """def added(node):
    for each in node:
        print(each)

"""


class Editor:
    """Changes a copy of a project at random; `original` is what it puts back."""

    def __init__(self, folder: Path, original: Path, chance: random.Random) -> None:
        self._folder = folder
        self._original = original
        self._chance = chance

    def edit(self) -> tuple[str, Mapping[Path, str]]:
        """Make one edit, and say which; one that is a buffer's only is given back."""
        path = self._chance.choice(
            [
                each
                for each in sorted(self._folder.rglob("*"))
                if each.suffix in SUFFIXES and each.is_file()
            ]
        )
        in_text: list[Callable[[Path], None]] = [
            self._shift, self._comment, self._comment, self._drop_line, self._swap_lines, self._add_statement,
            self._add_statement, self._change_word, self._change_number, self._change_number, self._add_function,
        ]  # fmt: skip
        on_disk = [
            self._rename,
            self._move,
            self._delete,
            self._break,
            self._put_back,
            self._put_back,
        ]
        is_buffer = self._chance.random() < A_BUFFER
        change = self._chance.choice(in_text if is_buffer else [*in_text, *on_disk])
        before = path.read_bytes()
        change(path)
        words = f"{change.__name__.strip('_')} {path.relative_to(self._folder)}"
        if not is_buffer:
            return words, {}
        text = path.read_text("utf-8", "replace")
        path.write_bytes(before)
        return f"{words} in a buffer", {path: text}

    def _lines(self, path: Path) -> list[str]:
        return path.read_text("utf-8", "replace").splitlines(keepends=True)

    def _write(self, path: Path, lines: Sequence[str]) -> None:
        path.write_text("".join(lines), "utf-8")

    def _shift(self, path: Path) -> None:
        self._write(path, ["\n", *self._lines(path)])

    def _comment(self, path: Path) -> None:
        lines = self._lines(path)
        lines.insert(self._chance.randint(0, len(lines)), "# noted\n")
        self._write(path, lines)

    def _add_statement(self, path: Path) -> None:
        lines = self._lines(path)
        inside = [at for at, line in enumerate(lines) if line.startswith("    ") and line.strip()]
        if inside:
            at = self._chance.choice(inside)
            margin = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
            statement = self._chance.choice(("pass", "added = 1", "print(len([]))", '"""Said."""'))
            lines.insert(at, f"{margin}{statement}\n")
        self._write(path, lines)

    def _change_word(self, path: Path) -> None:
        words = list(re.finditer(r"\b[a-z_]{3,}\b", text := "".join(self._lines(path))))
        if words:
            one, other = self._chance.choice(words), self._chance.choice(words)
            path.write_text(text[: one.start()] + other[0] + text[one.end() :], "utf-8")

    def _change_number(self, path: Path) -> None:
        numbers = list(re.finditer(r"\b\d+\b", text := "".join(self._lines(path))))
        if numbers:
            one = self._chance.choice(numbers)
            path.write_text(text[: one.start()] + "12" + text[one.end() :], "utf-8")

    def _add_function(self, path: Path) -> None:
        lines = self._lines(path)
        tops = [
            at for at, line in enumerate(lines) if line.startswith(("def ", "class ", "async "))
        ]
        lines.insert(self._chance.choice([*tops, len(lines)]), ADDED)
        self._write(path, lines)

    def _drop_line(self, path: Path) -> None:
        lines = self._lines(path)
        if lines:
            del lines[self._chance.randrange(len(lines))]
        self._write(path, lines)

    def _swap_lines(self, path: Path) -> None:
        lines = self._lines(path)
        if len(lines) > 1:
            at = self._chance.randrange(len(lines) - 1)
            lines[at], lines[at + 1] = lines[at + 1], lines[at]
        self._write(path, lines)

    def _rename(self, path: Path) -> None:
        path.rename(path.with_stem(f"{path.stem}_renamed"))

    def _move(self, path: Path) -> None:
        folders = [each for each in sorted(self._folder.rglob("*")) if each.is_dir()]
        shutil.move(path, self._chance.choice([self._folder, *folders]) / path.name)

    def _delete(self, path: Path) -> None:
        path.unlink()

    def _break(self, path: Path) -> None:
        self._write(path, [*self._lines(path), "def broken(:\n"])

    def _put_back(self, path: Path) -> None:
        original = self._original / path.relative_to(self._folder)
        if original.is_file():
            shutil.copyfile(original, path)


def differences(source: Path, place: Path, sequences: int, edits: int, seed: int) -> Iterator[str]:
    """The edits after which something was found that a run from nothing does not find, or the other way round."""
    for sequence in range(sequences):
        folder, cache = place / "project", place / "cache"
        for each in (folder, cache):
            shutil.rmtree(each, ignore_errors=True)
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns(".git", ".saalint_cache"))
        editor = Editor(folder, source, random.Random(seed + sequence))  # noqa: S311 - to be run again
        told(folder, str(cache), turn=1)
        done: list[str] = []
        for _ in range(edits):
            edit, buffer = editor.edit()
            done.append(edit)
            fresh = told(folder, "", buffer)
            # the second run reports what the first one kept
            if any(told(folder, str(cache), buffer, turn) != fresh for turn in range(2)):
                yield f"sequence {seed + sequence}: {', '.join(done)}"
                break


def host_differences(folder: Path) -> Iterator[str]:
    """The hosts that say other things with two workers than with one, and runs at once that differ."""
    shutil.rmtree(folder / ".saalint_cache", ignore_errors=True)
    command = [sys.executable, "-m", "saalint", "check", ".", "--output-format", "json"]
    at_once = [
        subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) for _ in range(8)
    ]
    if len({process.communicate()[0] for process in at_once}) > 1:
        yield "eight runs at once"
    flake8 = ["flake8", "--isolated", "--select", "SAA"]
    pylint = ["pylint", "--load-plugins=saalint.pylint", "--disable=all", "--recursive=y",
              "--enable=" + ",".join(f"saa-{group}" for group in GROUPS), "--score=n"]  # fmt: skip
    for host in (flake8, pylint):
        said = {_said(host, workers, folder) for workers in ("-j1", "-j2")}
        if len(said) > 1:
            yield f"{host[0]} with one and two workers"


GROUPS = (
    "tool",
    "loading",
    "expiry",
    "migration",
    "serialization",
    "templates",
    "queries",
    "upgrade",
)


def _said(host: Sequence[str], workers: str, folder: Path) -> tuple[str, ...]:
    shutil.rmtree(folder / ".saalint_cache", ignore_errors=True)
    run = [sys.executable, "-m", *host, workers, "."]
    said = subprocess.run(run, cwd=folder, capture_output=True, text=True, check=False)
    # pylint heads each module that its workers finish
    return tuple(sorted(line for line in said.stdout.splitlines() if not line.startswith("***")))


def main() -> int:
    """Compare, print, and say whether all is the same."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sequences", type=int, default=200)
    parser.add_argument("--edits", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hosts", action="store_true")
    given = parser.parse_args()
    source = given.folder.resolve()
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        found: list[str] = []
        for each in differences(source, place, given.sequences, given.edits, given.seed):
            print(f"DIFFERS after {each}", flush=True)
            found.append(each)
        if given.hosts:
            shutil.copytree(source, place / "hosted", ignore=shutil.ignore_patterns(".git"))
            for each in host_differences(place / "hosted"):
                print(f"DIFFERS: {each}", flush=True)
                found.append(each)
    print(f"{given.sequences} sequences of {given.edits} edits: {len(found)} differences")
    print(f"{RUNS[True]} of {sum(RUNS.values())} first runs were no analysis")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

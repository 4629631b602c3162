"""Programs with failing reads to the proof that their fixes help: each is run against SQLAlchemy before and after.

`python scripts/prove_fixes.py $CONFORMANCE PROGRAM_OR_FOLDER...`: `$CONFORMANCE` holds `runner.py`, which runs a
program and records the line of each implicit load and of each error. A fix has helped when no line that it is for fails
any more, when no other line does, and when a second run finds nothing to fix.
"""
# ruff: noqa: INP001, T201 a script is a file, not a package, and prints what it found

from __future__ import annotations

import argparse
import asyncio
import difflib
import importlib
import inspect
import itertools
import logging
import math
import shutil
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType

from saalint import engine
from saalint.config.files import defaults_for
from saalint.config.settings import Level
from saalint.findings.location import Location
from saalint.front_ends.fixing import fix_all

# the file, and the line that it was before the fixes; a line that came with them has a fraction
Line = tuple[str, float]
# the lines that failed, and with what: a load that the line has to wait for, or an error
Failures = dict[Line, set[str]]

# what the runner goes on with in place of a value that a failing line did not give
_POISON = "Poison"
_BOTH_WAYS = ("permissive", "strict")


@dataclass(slots=True)
class Outcome:
    """What became of one program: findings by code, and what is not as it should be."""

    fixed: Counter[str] = field(default_factory=Counter)
    unfixed: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


def main() -> int:
    """Prove the fixes of all programs, and print what failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("conformance", type=Path)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--codes", default="SAA,SAA309,SAA705,SAA8")
    parser.add_argument("--safe", action="store_true", help="apply the safe fixes only")
    options = parser.parse_args()
    sys.path.insert(0, str(options.conformance.resolve()))
    runner = importlib.import_module("runner")
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    codes = tuple(options.codes.split(","))
    fixed, unfixed, failed, programs = Counter[str](), Counter[str](), 0, 0
    for path in _programs([path.resolve() for path in options.paths]):
        outcome = _prove(path, runner, loop, codes, is_unsafe=not options.safe)
        fixed += outcome.fixed
        unfixed += outcome.unfixed
        programs += bool(outcome.fixed)
        failed += bool(outcome.problems)
        for problem in outcome.problems:
            print(f"{path.name}: {problem}")
    for code in sorted({*fixed, *unfixed}):
        print(f"{code}: {fixed[code]} fixed, {unfixed[code]} not")
    print(f"{programs} programs fixed, {failed} of them not as they should be")
    return 1 if failed else 0


def _programs(paths: list[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_file() or (path / "main.py").exists():
            found.append(path)
        else:
            found += [
                inner
                for inner in sorted(path.iterdir())
                if not inner.name.startswith((".", "_"))
                and (inner.suffix == ".py" or (inner / "main.py").exists())
            ]
    return found


def _prove(
    path: Path,
    runner: ModuleType,
    loop: asyncio.AbstractEventLoop,
    codes: tuple[str, ...],
    *,
    is_unsafe: bool,
) -> Outcome:
    outcome = Outcome()
    original = runner.Scenario(str(path))
    if original.skip():
        return outcome
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        (shutil.copytree if path.is_dir() else shutil.copy)(path, copy)
        request = _request(copy, codes)
        before = engine.check(request)
        fixed = fix_all(request, is_unsafe=is_unsafe)
        outcome.unfixed.update(finding.code for finding in fixed.report.findings)
        if not fixed.count:
            return outcome
        lines = _Lines()
        for shown, text in fixed.texts.items():
            file = Path(folder) / shown
            lines.changed(file, file.read_text("utf-8"), text)
            file.write_text(text, "utf-8")
        outcome.fixed.update(finding.code for finding in before.findings)
        outcome.fixed -= outcome.unfixed
        told_before = {(Path(one.path).name, float(one.line)) for one in _places(before)}
        after = engine.check(_request(copy, codes))
        told_after = {lines.before(Path(one.path), one.line) for one in _places(after)}
        again = fix_all(_request(copy, codes), is_unsafe=is_unsafe)
        if again.count:
            outcome.problems.append(f"a second run fixes {again.count} more")
        # a failing read that loads all the same serves the lines after it; before the fixes it stops there
        failed_before, reached = _failures(original, runner, loop, _Lines(), _BOTH_WAYS)
        failed_after, _ = _failures(runner.Scenario(str(copy)), runner, loop, lines)
    told = (told_before, told_after)
    outcome.problems += _problems(told, failed_before, failed_after, reached)
    return outcome


def _problems(
    told: tuple[set[Line], set[Line]], before: Failures, after: Failures, reached: set[Line]
) -> Iterator[str]:
    """What fails after the fixes and should not, of the lines `told` of and of all, before them and after."""
    told_before, told_after = told
    # a line that a failure kept from being reached is not one that a fix makes fail, nor one that was told of before
    for line in sorted(after.keys() - before.keys() - told_before - told_after):
        if line[1] == int(line[1]):
            if line in reached:
                yield f"fails now: {line}"
        elif not after[line] <= before.get(_served(line), set()):
            yield f"fails now: {line}"
    yield from (f"fails still: {line}" for line in sorted(after.keys() & told_before - told_after))


def _served(added: Line) -> Line:
    """The line that an added one stands before: an error that it had is no new one."""
    return added[0], math.ceil(added[1])


def _request(path: Path, codes: tuple[str, ...]) -> engine.Request:
    file = defaults_for(path.parent)
    settings = replace(file.settings, select=codes, level=Level.STRICT)
    return engine.Request(
        paths=(path,),
        settings=replace(file, settings=settings),
        working_directory=path.parent,
        is_alone=path.is_file(),
    )


def _places(report: engine.Report) -> Iterator[Location]:
    return (finding.location for finding in report.findings)


def _failures(
    program: object,
    runner: ModuleType,
    loop: asyncio.AbstractEventLoop,
    lines: _Lines,
    ways: tuple[str, ...] = _BOTH_WAYS[:1],
) -> tuple[Failures, set[Line]]:
    """The lines that load when they should not or raise an error, and those reached, over all inputs of a program.

    A line that went on with what a failure before it left is not one that was reached.
    """
    found: Failures = {}
    reached: set[Line] = set()
    for values, way in itertools.product(program.inputs(), ways):
        with _poisoned(runner) as poisoned:
            recorder, error = runner.execute(program, values, way, loop)
        for seen in recorder.obs:
            # what a failure before left in place of an object cannot be refreshed
            if _POISON not in str(seen.detail):
                line = lines.before(Path(seen.chain[0][0]), seen.chain[0][1])
                found.setdefault(line, set()).add(seen.kind)
        if error is not None:
            found[f"{type(error).__name__}: {error}", 0.5] = {"the end of the program"}
        hits = ((Path(file), number) for file, number in recorder.hits)
        reached |= {
            lines.before(file, number)
            for file, number in hits
            if (file.name, number) not in poisoned
        }
    return found, reached


@contextmanager
def _poisoned(runner: ModuleType) -> Iterator[set[tuple[str, int]]]:
    """The lines that do something with what a failure left in place of a value."""
    found: set[tuple[str, int]] = set()
    poison = getattr(runner, _POISON)
    originals = {name: each for name, each in vars(poison).items() if inspect.isfunction(each)}

    def noting(method: Callable[..., object]) -> Callable[..., object]:
        def noted(*arguments: object, **named: object) -> object:
            frame = sys._getframe(1)  # noqa: SLF001 - the line that uses the value
            found.add((Path(frame.f_code.co_filename).name, frame.f_lineno))
            return method(*arguments, **named)

        return noted

    for name, method in originals.items():
        setattr(poison, name, noting(method))
    try:
        yield found
    finally:
        for name, method in originals.items():
            setattr(poison, name, method)


class _Lines:
    """The lines of fixed files to those that they were before."""

    def __init__(self) -> None:
        self._numbers: dict[str, list[float]] = {}

    def changed(self, file: Path, before: str, after: str) -> None:
        """Remember how a file was changed."""
        old, new = before.splitlines(), after.splitlines()
        numbers: list[float] = []
        matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
        for kind, start, end, new_start, new_end in matcher.get_opcodes():
            if kind == "insert":
                numbers += [start + 0.5] * (new_end - new_start)
            else:
                numbers += [
                    min(start + place, end - 1) + 1.0 for place in range(new_end - new_start)
                ]
        self._numbers[file.name] = numbers

    def before(self, file: Path, number: int) -> Line:
        """What a line of a file was."""
        numbers = self._numbers.get(file.name)
        return file.name, float(number) if numbers is None else numbers[number - 1]


if __name__ == "__main__":
    sys.exit(main())

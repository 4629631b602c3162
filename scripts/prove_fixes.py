"""Programs with failing reads to the proof that their fixes help: each is run against SQLAlchemy before and after.

`python scripts/prove_fixes.py $CONFORMANCE PROGRAM_OR_FOLDER...`: `$CONFORMANCE` holds `runner.py`, which runs a
program and records the line of each implicit load. A fix has helped when no line that it is for loads any more, when
no other line does, and when a second run finds nothing to fix.
"""
# ruff: noqa: INP001, T201 a script is a file, not a package, and prints what it found

from __future__ import annotations

import argparse
import asyncio
import importlib
import logging
import shutil
import sys
import tempfile
import warnings
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType

from saalint import engine
from saalint.config.files import defaults_for
from saalint.config.settings import Level
from saalint.front_ends.fixing import fix_all

# the file, the text, and how many lines of that text stand before it: fixes move lines
Line = tuple[str, str, int]


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
    parser.add_argument(
        "--codes", default="SAA1,SAA2,SAA302,SAA303,SAA305,SAA306,SAA501,SAA601,SAA7"
    )
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
        told_before = _told(before, request)
        fixed = fix_all(request, is_unsafe=is_unsafe)
        outcome.unfixed.update(finding.code for finding in fixed.report.findings)
        if not fixed.count:
            return outcome
        for shown, text in fixed.texts.items():
            (Path(folder) / shown).write_text(text, "utf-8")
        outcome.fixed.update(finding.code for finding in before.findings)
        outcome.fixed -= outcome.unfixed
        told_after = _told(engine.check(_request(copy, ("SAA",))), request)
        again = fix_all(_request(copy, codes), is_unsafe=is_unsafe)
        if again.count:
            outcome.problems.append(f"a second run fixes {again.count} more")
        loads_before, reached = _loads(original, runner, loop)
        loads_after, _ = _loads(runner.Scenario(str(copy)), runner, loop)
    # a line that a failure kept from being reached is not one that a fix makes load, nor one that was told of before
    appeared = (loads_after - loads_before) & reached - told_before
    outcome.problems += [f"loads now: {line}" for line in sorted(appeared)]
    remained = loads_after & told_before - told_after
    outcome.problems += [f"loads still: {line}" for line in sorted(remained)]
    return outcome


def _request(path: Path, codes: tuple[str, ...]) -> engine.Request:
    file = defaults_for(path.parent)
    settings = replace(file.settings, select=codes, level=Level.STRICT)
    return engine.Request(
        paths=(path,),
        settings=replace(file, settings=settings),
        working_directory=path.parent,
        is_alone=path.is_file(),
    )


def _loads(
    program: object, runner: ModuleType, loop: asyncio.AbstractEventLoop
) -> tuple[set[Line], set[Line]]:
    """The lines that load when they should not or end in an error, and those reached, over all inputs of a program."""
    found: set[Line] = set()
    reached: set[Line] = set()
    for values in program.inputs():
        recorder, error = runner.execute(program, values, "permissive", loop)
        for seen in recorder.obs:
            file, number = seen.chain[0]
            found.add(_line(Path(file), number))
        if error is not None:
            found.add(("", f"{type(error).__name__}: {error}", 0))
        reached |= {_line(Path(file), number) for file, number in recorder.hits}
    return found, reached


def _told(report: engine.Report, request: engine.Request) -> set[Line]:
    """The lines of the findings, as they stand in the files now."""
    places = [finding.location for finding in report.findings]
    return {_line(request.working_directory / place.path, place.line) for place in places}


def _line(file: Path, number: int) -> Line:
    lines = [_bare(line) for line in file.read_text("utf-8").split("\n")[:number]]
    return file.name, lines[-1], lines.count(lines[-1])


def _bare(line: str) -> str:
    return line.partition("#")[0].strip()


if __name__ == "__main__":
    sys.exit(main())

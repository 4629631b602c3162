"""A project to what flake8, pylint and the command line say about it, each run as users run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

QUIET_PYLINT = ("--disable=all", "--enable=saa-tool,saa-loading", "--load-plugins=saalint.pylint")
START_METHOD = """
import multiprocessing, sys
multiprocessing.set_start_method(sys.argv.pop(1))
from flake8.main.cli import main
sys.exit(main(sys.argv[1:]))
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command printed, and its exit status."""

    output: str
    complaints: str
    status: int

    @property
    def lines(self) -> list[str]:
        """The lines of the output."""
        return self.output.splitlines()


def run(
    project: Path, *command: str, text: str | None = None, libraries: Path | None = None
) -> Outcome:
    """Run `python …` in a project, with a text as its standard input."""
    path = {} if libraries is None else {"PYTHONPATH": str(libraries)}
    done = subprocess.run(
        [sys.executable, *command],
        cwd=project,
        input=None if text is None else text.encode(),
        capture_output=True,
        check=False,
        env={**os.environ, "NO_COLOR": "", "PYTHONWARNINGS": "error::SyntaxWarning", **path},
    )
    return Outcome(done.stdout.decode(), done.stderr.decode(), done.returncode)


def saalint(project: Path, *arguments: str, text: str | None = None) -> Outcome:
    """Run `saalint`."""
    return run(project, "-m", "saalint", *arguments, text=text)


def flake8(project: Path, *arguments: str, text: str | None = None) -> Outcome:
    """Run flake8, selecting saalint."""
    return run(project, "-m", "flake8", "--select=SAA", *arguments, text=text)


def pylint(project: Path, *arguments: str, text: str | None = None) -> Outcome:
    """Run pylint with saalint alone.

    It sees an empty `sqlalchemy`: reading the real one takes astroid eight seconds each time.
    """
    libraries = project.with_name(f"{project.name}-libraries")
    write(libraries, {"sqlalchemy/__init__.py": ""})
    return run(project, "-m", "pylint", *QUIET_PYLINT, *arguments, text=text, libraries=libraries)


def json_findings(outcome: Outcome) -> list[dict[str, object]]:
    """The findings of `saalint check --output-format json`."""
    return list(json.loads(outcome.output)["findings"])


def places(findings: list[dict[str, object]]) -> list[str]:
    """`path:line:column: code message` of each finding."""
    return [
        f"{each['path']}:{each['line']}:{each['column']}: {each['code']} {each['message']}"
        for each in findings
    ]


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write files below a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder

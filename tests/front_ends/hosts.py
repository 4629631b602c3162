"""A project to what flake8, pylint and the command line say about it.

They run inside the test's own process, as their `main` does: starting Python takes most of the time. `run` starts a
process, for what only a process shows: workers, imports, pipes.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import linecache
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from astroid.manager import AstroidManager
from flake8.main.cli import main as flake8_main
from flake8.utils import stdin_get_value
from pylint.lint import Run

from saalint.front_ends import host
from saalint.front_ends.cli.main import main

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
    folders = [str(libraries)] if libraries is not None else []
    path = os.pathsep.join([*folders, os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, *command],
        cwd=project,
        input=None if text is None else text.encode(),
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": path, "PYTHONWARNINGS": "error::SyntaxWarning"},
    )
    return Outcome(done.stdout.decode(), done.stderr.decode(), done.returncode)


def saalint(project: Path, *arguments: str, text: str | None = None) -> Outcome:
    """Run `saalint`."""
    return _called(lambda: main(arguments), project, text)


def flake8(project: Path, *arguments: str, text: str | None = None) -> Outcome:
    """Run flake8 without workers, selecting saalint."""
    outcome = _called(lambda: flake8_main(["--select=SAA", "-j1", *arguments]), project, text)
    gc.unfreeze()
    return outcome


def pylint(project: Path, *arguments: str, text: str | None = None) -> Outcome:
    """Run pylint with saalint alone."""
    libraries = _libraries(project)

    def call() -> int:
        AstroidManager().clear_cache()
        with mock.patch.object(sys, "path", [str(libraries), *sys.path]):
            return Run([*QUIET_PYLINT, *arguments], exit=False).linter.msg_status

    return _called(call, project, text)


def pylint_with_workers(project: Path, *arguments: str) -> Outcome:
    """Run pylint with saalint alone, in two processes."""
    command = ("-m", "pylint", *QUIET_PYLINT, "-j2", *arguments)
    return run(project, *command, libraries=_libraries(project))


def _libraries(project: Path) -> Path:
    """An empty `sqlalchemy`: reading the real one takes astroid eight seconds each time."""
    libraries = project.with_name(f"{project.name}-libraries")
    return write(libraries, {"sqlalchemy/__init__.py": ""})


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


def _called(command: Callable[[], int | None], project: Path, text: str | None) -> Outcome:
    """Call a `main` that knows nothing of earlier calls."""
    _forget()
    output, complaints = _stream(), _stream()
    with (
        contextlib.chdir(project),
        mock.patch.object(sys, "stdin", _stream(text or "")),
        contextlib.redirect_stdout(output),
        contextlib.redirect_stderr(complaints),
    ):
        try:
            status = command()
        except SystemExit as stop:
            status = stop.code if isinstance(stop.code, int) else 0
    return Outcome(_text(output), _text(complaints), status or 0)


def _forget() -> None:
    host._remembered.cache_clear()  # noqa: SLF001 - a process of its own would not have it
    host._alone.cache_clear()  # noqa: SLF001 - the same
    stdin_get_value.cache_clear()
    linecache.clearcache()


def _stream(text: str = "") -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8")


def _text(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()

"""The pytest plugin for Markdown cases: `tests/cases/**/*.md` and `tests/interpret/*.md` become tests.

A case is analysed in this process, and its findings are held against its marks line by line. With `[case] run` the
code also runs against SQLAlchemy, which has to fail at the marked lines and nowhere else.
`pytest --update-cases` rewrites the report snapshots; `pytest --oracle-only` proves the marks without the analysis.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeAlias

import pytest

from case_files import Case, Mark, cases_of
from oracle import Observation, Program, Spot, run_guarded, run_unchanged

if TYPE_CHECKING:
    from _pytest._code.code import TerminalRepr, TracebackStyle

    from analysis import Analysis

Edit: TypeAlias = tuple[Path, int, int, str]
UPDATES = pytest.StashKey[list[Edit]]()


class CaseFailure(Exception):  # noqa: N818 it is the failure of a case, not an error of the plugin
    """What a case expected and did not get, a line each."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("markdown cases")
    group.addoption("--update-cases", action="store_true", help="rewrite the report snapshots")
    group.addoption("--oracle-only", action="store_true", help="only run cases on SQLAlchemy")


def pytest_configure(config: pytest.Config) -> None:
    edits: list[Edit] = []
    config.stash[UPDATES] = edits


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.suffix == ".md" and {"cases", "interpret"} & set(file_path.parts):
        return MarkdownFile.from_parent(parent, path=file_path)
    return None


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write new snapshots from the last to the first, so that the lines of the others stay true."""
    edits: list[Edit] = session.config.stash[UPDATES]
    for path, first_line, end_line, text in sorted(edits, reverse=True):
        lines = path.read_text("utf-8").splitlines(keepends=True)
        lines[first_line - 1 : end_line - 1] = text.splitlines(keepends=True)
        path.write_text("".join(lines), "utf-8")


class MarkdownFile(pytest.File):
    """A Markdown file whose headings are tests."""

    def collect(self) -> Iterator[pytest.Item]:
        for case in cases_of(self.path.read_text("utf-8")):
            name = case.title if case.is_first_variant else f"{case.title} [{case.variant}]"
            yield MarkdownCase.from_parent(self, name=name, case=case)


class MarkdownCase(pytest.Item):
    """One case in one variant."""

    def __init__(self, *, name: str, parent: pytest.Collector, case: Case) -> None:
        super().__init__(name, parent)
        self.case = case

    def runtest(self) -> None:
        problems = list(problems_of_run(self.case))
        if not self.config.getoption("--oracle-only"):
            problems += self.problems_of_analysis()
        if problems:
            raise CaseFailure("\n".join(problems))

    def problems_of_analysis(self) -> list[str]:
        # Marks are proven without the analysis, also while it does not import.
        from analysis import analyse  # noqa: PLC0415

        with TemporaryDirectory() as directory:
            found = analyse(self.case.files, self.case.settings, Path(directory).resolve())
        problems = [f"internal error: {error}" for error in found.errors]
        problems += problems_of_findings(self.case, found)
        problems += problems_of_reveals(self.case, found)
        snapshot = self.case.snapshot
        if snapshot is None or snapshot.text == found.report:
            return problems
        if self.config.getoption("--update-cases"):
            edit = (self.path, snapshot.first_line, snapshot.end_line, found.report)
            self.config.stash[UPDATES].append(edit)
            return problems
        return [*problems, f"the report differs (pytest --update-cases):\n{found.report}"]

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: TracebackStyle | None = None
    ) -> str | TerminalRepr:
        if isinstance(excinfo.value, CaseFailure):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.case.line - 1, self.name


def problems_of_findings(case: Case, found: Analysis) -> Iterator[str]:
    """Each line must have exactly the findings that are marked on it."""
    expected = [mark for mark in case.marks if not mark.is_missed]
    wanted = Counter((mark.path, mark.line, mark.rule) for mark in expected)
    got = Counter((f.location.path, f.location.line, f.rule) for f in found.findings)
    for (path, line, rule), count in sorted((wanted - got).items()):
        yield f"{case.place(path, line)}: missed alarm: {count} x [{rule}]"
    for path, line, rule in sorted(got - wanted):
        messages = [
            f"column {f.location.column + 1}: {f.message}"
            for f in found.findings
            if (f.location.path, f.location.line, f.rule) == (path, line, rule)
        ]
        yield f"{case.place(path, line)}: false alarm: [{rule}] {'; '.join(messages)}"
    for mark in expected:
        yield from _problems_of_details(case, mark, found)


def _problems_of_details(case: Case, mark: Mark, found: Analysis) -> Iterator[str]:
    candidates = [
        finding
        for finding in found.findings
        if (finding.location.path, finding.location.line, finding.rule)
        == (mark.path, mark.line, mark.rule)
    ]
    if not candidates:
        return
    place = case.place(mark.path, mark.line)
    columns = [finding.location.column + 1 for finding in candidates]
    if mark.column is not None and mark.column not in columns:
        yield f"{place}: expected column {mark.column}, found {columns}"
    if mark.text is not None and not any(mark.text in finding.message for finding in candidates):
        messages = "; ".join(finding.message for finding in candidates)
        yield f'{place}: expected the words "{mark.text}", found: {messages}'


def problems_of_reveals(case: Case, found: Analysis) -> Iterator[str]:
    """Each `revealed` mark must be what the interpreter says, on all paths, joined by `or`."""
    texts: dict[tuple[str, int], set[str]] = {}
    for belief in found.reveals:
        texts.setdefault((belief.path, belief.line), set()).add(belief.text)
    said = {spot: " or ".join(sorted(beliefs)) for spot, beliefs in texts.items()}
    expected = {(reveal.path, reveal.line): reveal.text for reveal in case.reveals}
    for spot in sorted({*said, *expected}):
        wanted, got = expected.get(spot, "nothing"), said.get(spot, "nothing")
        if wanted != got:
            yield f"{case.place(*spot)}: expected to reveal {wanted}, revealed {got}"


def program_of(case: Case) -> Program | None:
    """Return what `[case] run` asks to run."""
    function = case.options.get("run")
    if not isinstance(function, str) or is_too_new(case):
        return None
    arguments, session = case.options.get("arguments", {}), case.options.get("session", {})
    assert isinstance(arguments, dict)
    assert isinstance(session, dict)
    return Program(
        files=case.files, function=function, arguments=arguments, session_options=session
    )


def is_too_new(case: Case) -> bool:
    """Whether `[case] sqlalchemy` asks for a newer one than there is: what fails there may not fail here."""
    asked = case.options.get("sqlalchemy")
    if not isinstance(asked, str):
        return False
    installed = version("sqlalchemy").split(".")
    return [int(part) for part in installed[:2]] < [int(part) for part in asked.split(".")]


def problems_of_run(case: Case) -> Iterator[str]:
    """Each marked line must fail when the case runs, and no other line may."""
    program = program_of(case)
    if program is None:
        return
    repeated = run_guarded(program)
    observations = tuple(dict.fromkeys(repeated))
    marked = {Spot(mark.path, mark.line) for mark in case.marks}
    proven = set()
    for observation in observations:
        spot = next((spot for spot in observation.chain if spot in marked), None)
        if spot is not None:
            proven.add(spot)
        elif case.variant == "async" or observation.kind != "io":
            yield f"{_where(case, observation)}: fails on SQLAlchemy, and has no mark"
    if case.variant != "sync":
        yield from _problems_of_loops(case, repeated)
    for spot in sorted(marked - proven):
        yield f"{case.place(spot.path, spot.line)}: is marked, and does not fail on SQLAlchemy"
    yield from _problems_of_unchanged_run(case, program, observations)


def _problems_of_loops(case: Case, repeated: tuple[Observation, ...]) -> Iterator[str]:
    # what is marked as loaded in a loop is loaded more than once there
    times = Counter(spot for seen in repeated for spot in seen.chain)
    for mark in case.marks:
        if mark.rule.endswith("-in-loop") and times[Spot(mark.path, mark.line)] == 1:
            yield f"{case.place(mark.path, mark.line)}: is loaded once only, not in a loop"


def _problems_of_unchanged_run(
    case: Case, program: Program, observations: tuple[Observation, ...]
) -> Iterator[str]:
    """The program as written must stop at one of the failures, or finish when there is none."""
    stops = [
        seen
        for seen in observations
        if seen.kind != "unawaited" and (program.is_async or seen.kind != "io")
    ]
    end = run_unchanged(program)
    if end is None and stops and not case.options.get("is_handled"):
        yield "the program as written finishes, though the guarded run saw failures"
    if end is not None and end.chain[:1] not in [seen.chain[:1] for seen in stops]:
        yield f"{_where(case, end)}: the program as written stops here"


def _where(case: Case, observation: Observation) -> str:
    spots = [case.place(spot.path, spot.line) for spot in observation.chain]
    called = " <- ".join(spots or ["outside the files"])
    return f"{called}: {observation.kind} {observation.detail.partition(chr(10))[0]}"

"""An internal error fails the run and never the process."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from saalint import analysis, engine, understanding
from saalint.config.files import defaults_for
from saalint.findings.coverage import NOTHING_READ
from saalint.interpret.analysis import Interpretation
from saalint.interpret.events import Failure
from saalint.project.mapped import SourcePlace
from saalint.request import DEBUG_VARIABLE
from saalint.source.positions import place


def check(folder: Path) -> engine.Report:
    (folder / "app.py").write_text("import sqlalchemy\n", encoding="utf-8")
    (folder / "broken.py").write_text("def f(:\n", encoding="utf-8")
    return engine.check(
        engine.Request(paths=(folder,), settings=defaults_for(folder), working_directory=folder)
    )


def codes(report: engine.Report) -> list[tuple[str, str, int]]:
    return [(each.code, each.location.path, each.location.line) for each in report.findings]


def test_a_stage_that_fails_leaves_the_other_findings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("books")

    monkeypatch.delenv(DEBUG_VARIABLE, raising=False)
    monkeypatch.setattr(analysis, "interpret", fail)

    report = check(tmp_path)

    assert codes(report) == [("SAA009", "app.py", 1), ("SAA001", "broken.py", 1)]
    assert [error.path for error in report.errors] == ["app.py"]
    assert "KeyError at test_engine.py:" in report.errors[0].message


def test_a_function_that_fails_is_reported_where_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failure = Failure(
        place=SourcePlace("app.py", place(1, 4)),
        scope="Author.shelf",
        text="KeyError at calls.py:1",
    )
    told = Interpretation((failure,), NOTHING_READ)
    monkeypatch.setattr(analysis, "interpret", lambda *_: told)

    report = check(tmp_path)

    assert report.errors[0].message == (
        "`Author.shelf` was not analysed, KeyError at calls.py:1: report it to the authors of saalint"
    )
    assert codes(report)[0] == ("SAA009", "app.py", 1)


def test_the_collector_runs_again_afterwards(tmp_path: Path) -> None:
    check(tmp_path)

    assert gc.isenabled()


def test_what_was_not_understood_is_not_fixed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("books")

    monkeypatch.delenv(DEBUG_VARIABLE, raising=False)
    monkeypatch.setattr(understanding, "build_project", fail)
    request = engine.Request(
        paths=(tmp_path,), settings=defaults_for(tmp_path), working_directory=tmp_path
    )

    report = check(tmp_path)

    assert "SAA009" in [code for code, _, _ in codes(report)]
    assert engine.proposals(report, request) is None

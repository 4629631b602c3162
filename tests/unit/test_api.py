"""The table of SQLAlchemy's members is what the installed SQLAlchemy says of itself."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
import sqlalchemy

from saalint.library.api import ASYNC_SESSION, api, has_awaitable, series_of

SERIES = ".".join(sqlalchemy.__version__.split(".")[:2])


def generator() -> ModuleType:
    path = Path(__file__).parent.parent.parent / "scripts" / "generate_api.py"
    spec = importlib.util.spec_from_file_location("generate_api", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


DESCRIBED = generator().describe()


@pytest.mark.parametrize("name", DESCRIBED)
def test_the_members_are_those_of_the_installed_version(name: str) -> None:
    known, described = api()[name], DESCRIBED[name]

    def of_series(members: frozenset[str]) -> set[str]:
        return {each for each in members if SERIES in known.only.get(each, (SERIES,))}

    assert of_series(known.coroutines) == set(described["coroutines"])
    assert of_series(known.methods) == set(described["methods"])
    assert of_series(known.values) == set(described["values"])


def test_a_member_of_some_series_only() -> None:
    session, row = api()[ASYNC_SESSION], api()["sqlalchemy.Row"]

    assert session.has("delete_all", ["2.0", "2.1"])
    assert not session.has("delete_all", ["2.0"])
    assert not session.has("get_one", ["1.4"])
    assert row.has("keys", ["1.4"])
    assert not row.has("keys", ["2.1"])


def test_the_series_of_a_version() -> None:
    assert series_of((2, 0, 58)) == ("2.0",)
    assert series_of((3, 0)) == ("2.1",)
    assert series_of((1, 3)) == ("1.4",)
    assert series_of(None) == ("2.0", "2.1")


def test_what_is_awaited() -> None:
    assert has_awaitable(ASYNC_SESSION, "commit")
    assert not has_awaitable(ASYNC_SESSION, "add")
    assert api()[ASYNC_SESSION].is_plain("add")
    assert not api()[ASYNC_SESSION].is_plain("begin")

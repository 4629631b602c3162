"""The table of SQLAlchemy's members is what the installed SQLAlchemy says of itself."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
import sqlalchemy

from saalint.library.api import ASYNC_SESSION, api, has_awaitable

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

    assert session.has("delete_all", is_legacy=False)
    assert not session.has("delete_all", is_legacy=True)
    assert not session.has("query", is_legacy=True)
    assert row.has("keys", is_legacy=True)
    assert not row.has("keys", is_legacy=False)


def test_what_is_awaited() -> None:
    assert has_awaitable(ASYNC_SESSION, "commit")
    assert not has_awaitable(ASYNC_SESSION, "add")
    assert api()[ASYNC_SESSION].is_plain("add")
    assert not api()[ASYNC_SESSION].is_plain("begin")

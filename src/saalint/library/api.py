"""`sqlalchemy_api.toml` to what the interpreter asks: whether a class has a member, and whether it is a coroutine."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

SQLALCHEMY = "sqlalchemy"
SQLALCHEMY_ORM = "sqlalchemy.orm"
ASYNC_SESSION = "sqlalchemy.ext.asyncio.AsyncSession"
ASYNC_SCOPED_SESSION = "sqlalchemy.ext.asyncio.async_scoped_session"
ASYNC_ENGINE = "sqlalchemy.ext.asyncio.AsyncEngine"
ASYNC_CONNECTION = "sqlalchemy.ext.asyncio.AsyncConnection"
ASYNC_CONNECTIONS = (ASYNC_ENGINE, ASYNC_CONNECTION)
CONNECTION = "sqlalchemy.Connection"
SESSION = "sqlalchemy.orm.Session"
SELECT = "sqlalchemy.Select"


@dataclass(frozen=True, slots=True)
class ApiClass:
    """The members of one class. `only` names the series of those that not every series has."""

    name: str
    coroutines: frozenset[str]
    methods: frozenset[str]
    values: frozenset[str]
    only: Mapping[str, tuple[str, ...]]
    returns: Mapping[str, str]

    def is_everywhere(self, name: str) -> bool:
        """Whether the class has a member in each series."""
        return self._is_known(name) and name not in self.only

    def has(self, name: str, among: Collection[str]) -> bool:
        """Whether the class has a member in any of some series."""
        if not self._is_known(name):
            return False
        series = self.only.get(name)
        return series is None or any(one in among for one in series)

    def _is_known(self, name: str) -> bool:
        return name in self.coroutines or name in self.methods or name in self.values

    def is_plain(self, name: str) -> bool:
        """Whether a member is a method that is not to be awaited, and gives nothing to be awaited."""
        return name in self.methods and "ext.asyncio" not in self.returns.get(name, "")


@cache
def _read() -> tuple[tuple[str, ...], Mapping[str, ApiClass]]:
    # the series, oldest first, and the classes
    text = files("saalint.library").joinpath("sqlalchemy_api.toml").read_text("utf-8")
    table = tomllib.loads(text)
    series = tuple(table.pop("series"))
    return series, {
        name: ApiClass(
            name,
            frozenset(row["coroutines"]),
            frozenset(row["methods"]),
            frozenset(row["values"]),
            {member: tuple(only) for member, only in row["only"].items()},
            row["returns"],
        )
        for name, row in table.items()
    }


def api() -> Mapping[str, ApiClass]:
    """The classes by canonical name."""
    return _read()[1]


def series_of(version: tuple[int, ...] | None) -> tuple[str, ...]:
    """The series that a version may be of: its own or the last before it; of none that is known, all since 2.0."""
    known = _read()[0]
    if version is None:
        return known[1:]
    before = [one for one in known if tuple(map(int, one.split("."))) <= version]
    return (before[-1] if before else known[0],)


def has_awaitable(name: str, member: str) -> bool:
    """Whether a member of a class is a coroutine."""
    found = api().get(name)
    return found is not None and member in found.coroutines

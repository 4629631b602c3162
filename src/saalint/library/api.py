"""`sqlalchemy_api.toml` to what the interpreter asks: whether a class has a member, and whether it is a coroutine."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

ASYNC_SESSION = "sqlalchemy.ext.asyncio.AsyncSession"
ASYNC_SCOPED_SESSION = "sqlalchemy.ext.asyncio.async_scoped_session"
SESSION = "sqlalchemy.orm.Session"

_LEGACY = "1.4"


@dataclass(frozen=True, slots=True)
class ApiClass:
    """The members of one class. `only` names the series of those that not every series has."""

    name: str
    coroutines: frozenset[str]
    methods: frozenset[str]
    values: frozenset[str]
    only: Mapping[str, tuple[str, ...]]
    returns: Mapping[str, str]

    @property
    def short_name(self) -> str:
        """`AsyncSession`."""
        return self.name.rsplit(".", 1)[-1]

    def has(self, name: str, *, is_legacy: bool) -> bool:
        """Whether the class has a member: in the legacy series 1.4, or in any of those since 2.0."""
        if name not in self.coroutines | self.methods | self.values:
            return False
        series = self.only.get(name)
        if series is None:
            return True
        return _LEGACY in series if is_legacy else any(one != _LEGACY for one in series)

    def is_plain(self, name: str) -> bool:
        """Whether a member is a method that is not to be awaited, and gives nothing to be awaited."""
        return name in self.methods and "ext.asyncio" not in self.returns.get(name, "")


@cache
def api() -> Mapping[str, ApiClass]:
    """The classes by canonical name."""
    text = files("saalint.library").joinpath("sqlalchemy_api.toml").read_text("utf-8")
    table = tomllib.loads(text)
    del table["series"]
    return {
        name: ApiClass(
            name,
            frozenset(row["coroutines"]),
            frozenset(row["methods"]),
            frozenset(row["values"]),
            {member: tuple(series) for member, series in row["only"].items()},
            row["returns"],
        )
        for name, row in table.items()
    }


def has_awaitable(name: str, member: str) -> bool:
    """Whether a member of a class is a coroutine."""
    found = api().get(name)
    return found is not None and member in found.coroutines

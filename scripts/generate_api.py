"""Installed SQLAlchemys to `library/sqlalchemy_api.toml`: the members of sessions, results, rows, engines and queries.

`python scripts/generate_api.py PYTHON…` runs itself with each interpreter, which has one SQLAlchemy installed, and
joins what they say. A test compares the table with the SQLAlchemy that is installed for the tests.
"""
# ruff: noqa: INP001 a script is a file, not a package

from __future__ import annotations

import importlib
import inspect
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy

TABLE = Path(__file__).parent.parent / "src" / "saalint" / "library" / "sqlalchemy_api.toml"
# where each class is imported from, which is its canonical name unless it stands in `sqlalchemy.engine`
CLASSES = {
    "sqlalchemy.engine": ["CursorResult", "MappingResult", "Result", "Row", "RowMapping", "ScalarResult"],
    "sqlalchemy.sql": ["Select"],
    "sqlalchemy.orm": ["Query", "Session"],
    "sqlalchemy.ext.asyncio": [
        "AsyncConnection", "AsyncEngine", "AsyncMappingResult", "AsyncResult", "AsyncScalarResult", "AsyncSession",
        "AsyncSessionTransaction", "AsyncTransaction", "async_scoped_session",
    ],
}  # fmt: skip
KINDS = ("coroutines", "methods", "values")

Members = dict[str, dict[str, str]]


def canonical(module: str, name: str) -> str:
    """The name by which saalint knows a class."""
    short = module if module not in ("sqlalchemy.engine", "sqlalchemy.sql") else "sqlalchemy"
    return f"{short}.{name}"


def describe() -> dict[str, Members]:
    """The classes of the installed SQLAlchemy: by kind of member, its name and the class that it returns."""
    found = {}
    for module, names in CLASSES.items():
        for name in names:
            # 1.4 has no public name for some of them
            kind = getattr(importlib.import_module(module), name, None)
            kind = kind or _hidden(module, name)
            if kind is not None:
                found[canonical(module, name)] = _members(kind)
    return found


def _hidden(module: str, name: str) -> type | None:
    for hidden in ("result", "row", "cursor"):
        try:
            found = importlib.import_module(f"{module}.{hidden}")
        except ImportError:
            continue
        if hasattr(found, name):
            return getattr(found, name)
    return None


def _members(kind: type) -> Members:
    members: Members = {each: {} for each in KINDS}
    for name in _names(kind):
        # a member that only an annotation announces is set by the constructor
        member = inspect.getattr_static(kind, name, None)
        function = getattr(member, "__func__", member)
        if inspect.iscoroutinefunction(function):
            members["coroutines"][name] = _returned(function)
        elif callable(function) and not isinstance(function, type):
            members["methods"][name] = _returned(function)
        else:
            members["values"][name] = ""
    return members


def _names(kind: type) -> list[str]:
    found = set(dir(kind))
    for base in kind.__mro__:
        found |= set(inspect.get_annotations(base))
    return sorted(name for name in found if not name.startswith("_"))


def _returned(function: object) -> str:
    written = str(getattr(function, "__annotations__", {}).get("return", ""))
    first = re.match(r"(?:_?\w+\.)*(\w+)", written)
    known = {name: canonical(module, name) for module, names in CLASSES.items() for name in names}
    return known.get(first[1], "") if first is not None else ""


def joined(described: dict[str, dict[str, Members]]) -> Iterator[str]:
    """The lines of the table, from what each version says."""
    versions = ", ".join(described)
    newest = list(described.values())[-1]
    series = [".".join(version.split(".")[:2]) for version in described]
    yield f"# The members of SQLAlchemy's classes in {versions}; made by scripts/generate_api.py, not by hand."
    yield "# `only` are members that not every series has, `returns` what gives an object of another class here."
    yield ""
    yield f"series = {json.dumps(series)}"
    for name in newest:
        by_series = {
            key: found.get(name, {kind: {} for kind in KINDS})
            for key, found in zip(series, described.values(), strict=True)
        }
        yield ""
        yield f'["{name}"]'
        yield from _of_class(by_series)


def _of_class(by_series: dict[str, Members]) -> Iterator[str]:
    owners: dict[str, list[str]] = {}
    returned: dict[str, str] = {}
    # what a member is in the newest series that has it
    kinds: dict[str, str] = {}
    for key, members in by_series.items():
        for kind in KINDS:
            for name, value in members[kind].items():
                kinds[name] = kind
                owners.setdefault(name, []).append(key)
                if value:
                    returned[name] = value
    for kind in KINDS:
        names = sorted(name for name, found in kinds.items() if found == kind)
        yield f"{kind} = {json.dumps(names)}"
    only = {name: keys for name, keys in sorted(owners.items()) if len(keys) < len(by_series)}
    for title, table in (("only", only), ("returns", dict(sorted(returned.items())))):
        pairs = ", ".join(f"{name} = {json.dumps(value)}" for name, value in table.items())
        yield f"{title} = {{{f' {pairs} ' if pairs else ''}}}"


def main(interpreters: list[str]) -> int:
    """Write the table, or describe the own SQLAlchemy when no interpreters are named."""
    if not interpreters:
        sys.stdout.write(json.dumps([sqlalchemy.__version__, describe()]))
        return 0
    described = {}
    for interpreter in interpreters:
        command = [interpreter, __file__]
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - ourselves
        version, found = json.loads(text)
        described[version] = found
    TABLE.write_text("\n".join([*joined(described), ""]), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""A project's lock file or requirements to the version of a library that it runs on, and where that stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

import msgspec

from saalint.config.options import TomlValue

Version: TypeAlias = tuple[int, ...]


class RequiredVersion(msgspec.Struct, frozen=True):
    """The version of a library: one that a lock file has, or the newest series that a requirement allows."""

    version: Version
    path: Path

    def __str__(self) -> str:
        return ".".join(map(str, self.version))


class Library(msgspec.Struct, frozen=True):
    """A library by its name on the package index, and the series of it that are told apart, newest first."""

    name: str
    series: tuple[Version, ...]

    def newest(self, specifiers: str) -> Version | None:
        """The newest series that `>=1.4,<2.1` allows; None where it allows none of them."""
        wanted = list(_SPECIFIER.finditer(specifiers))
        found = (each for each in self.series if all(_allows(one, each) for one in wanted))
        return next(found, None)


SQLALCHEMY = Library("sqlalchemy", ((2, 1), (2, 0), (1, 4), (1, 3)))

_SPECIFIER = re.compile(
    r"(?P<operator>===?|~=|>=|<=|!=|\^|~|>|<|(?<![\d.*\w]))\s*v?(?P<version>\d[\d.]*)"
)
_REQUIREMENT = re.compile(r"\s*(?P<name>[\w.-]+)\s*(?:\[[^\]]*\])?\s*\(?(?P<specifiers>[^;#)]*)")
_LOCKED = re.compile(r'^name = "(?P<name>[^"]+)"\s*\nversion = "(?P<version>[^"]+)"', re.MULTILINE)
_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml")


def required_version(library: Library, folders: Iterable[Path]) -> RequiredVersion | None:
    """The version in the first of some folders that tells one: its lock file before its requirements.

    Where none does, those of the folders in them count, if they agree: `backend/requirements.txt`.
    """
    folders = tuple(folders)
    for folder in folders:
        found = _in_folder(library, folder)
        if found is not None:
            return found
    with suppress(OSError):
        below = [each for folder in folders for each in sorted(folder.glob("[!.]*/"))]
        told = [one for each in below if (one := _in_folder(library, each)) is not None]
        if told and len({one.version[:2] for one in told}) == 1:
            return told[0]
    return None


def _in_folder(library: Library, folder: Path) -> RequiredVersion | None:
    for path, read in _sources(folder):
        # what cannot be read, or is not in its form, tells nothing
        with suppress(OSError, ValueError):
            version = read(library, path)
            if version is not None:
                return RequiredVersion(version, path)
    return None


_Read: TypeAlias = Callable[[Library, Path], "Version | None"]


def _sources(folder: Path) -> Iterator[tuple[Path, _Read]]:
    named: list[tuple[str, _Read]] = [
        *((name, _in_lock) for name in _LOCKS),
        ("Pipfile.lock", _in_pipfile_lock),
        ("pyproject.toml", _in_pyproject),
        ("setup.cfg", _in_setup_cfg),
    ]
    yield from ((folder / name, read) for name, read in named if (folder / name).is_file())
    for pattern in ("requirements*.txt", "requirements/*.txt"):
        yield from ((path, _in_requirements) for path in sorted(folder.glob(pattern)))


def _in_lock(library: Library, path: Path) -> Version | None:
    # lock files are long, and written by tools: name and version follow each other
    for entry in _LOCKED.finditer(path.read_text("utf-8")):
        if _is_named(entry["name"], library):
            return _parsed(entry["version"])
    return None


def _in_pipfile_lock(library: Library, path: Path) -> Version | None:
    import json  # noqa: PLC0415 - few projects have such a file, and every run asks

    document = json.loads(path.read_text("utf-8"))
    for name, entry in document.get("default", {}).items():
        if _is_named(name, library):
            return _parsed(str(entry.get("version", "")).lstrip("="))
    return None


def _in_pyproject(library: Library, path: Path) -> Version | None:
    document = tomllib.loads(path.read_text("utf-8"))
    project = _table(document.get("project"))
    optional = _table(project.get("optional-dependencies")).values()
    found = _newest_of(library, _texts([project.get("dependencies"), *optional]))
    if found is not None:
        return found
    poetry = _table(_table(document.get("tool")).get("poetry"))
    for name, given in _table(poetry.get("dependencies")).items():
        if _is_named(name, library):
            return library.newest(str(_table(given).get("version", "") or given))
    return None


def _in_setup_cfg(library: Library, path: Path) -> Version | None:
    import configparser  # noqa: PLC0415 - as above

    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(path.read_text("utf-8"))
    except configparser.Error:
        return None
    lines = [parser.get("options", "install_requires", fallback="")]
    if parser.has_section("options.extras_require"):
        lines.extend(value for _, value in parser.items("options.extras_require"))
    return _newest_of(library, [line for text in lines for line in text.splitlines()])


def _in_requirements(library: Library, path: Path) -> Version | None:
    return _newest_of(library, path.read_text("utf-8").splitlines())


def _newest_of(library: Library, requirements: Sequence[str]) -> Version | None:
    for line in requirements:
        requirement = _REQUIREMENT.match(line)
        if requirement is not None and _is_named(requirement["name"], library):
            return library.newest(requirement["specifiers"])
    return None


def _is_named(name: object, library: Library) -> bool:
    return isinstance(name, str) and name.lower().replace("_", "-") == library.name


def _parsed(text: object) -> Version | None:
    numbers = re.match(r"\d+(?:\.\d+)*", text) if isinstance(text, str) else None
    return None if numbers is None else tuple(map(int, numbers[0].split(".")))


def _allows(specifier: re.Match[str], series: Version) -> bool:
    # a series is allowed where one of its releases is: `<2.0.5` allows 2.0, `<2.0` does not
    version = tuple(int(part) for part in specifier["version"].split(".") if part)
    begin = version[: len(series)]
    match specifier["operator"]:
        case ">=" | ">":
            return series >= begin
        case "<=":
            return series <= begin
        case "<":
            return series < begin or (series == begin and any(version[len(series) :]))
        case "^":
            return series[0] == version[0] and series >= begin
        case "~=" if len(version) <= len(series):
            return series[0] == version[0] and series >= begin
        case "!=":
            return True
        case _:
            return series[: len(begin)] == begin


def _table(value: TomlValue | None) -> dict[str, TomlValue]:
    return dict(value) if isinstance(value, dict) else {}


def _texts(lists: Iterable[TomlValue | None]) -> list[str]:
    return [
        text for each in lists if isinstance(each, list) for text in each if isinstance(text, str)
    ]

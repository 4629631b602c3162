"""`pyproject.toml` to `Settings`, with a problem for each key or value that is not understood."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from saalint.config.options import InvalidValueError, TomlValue, read_options
from saalint.config.places import TextRange, range_of_key
from saalint.config.settings import OPTIONS, Settings

FILE_NAME = "pyproject.toml"
_TABLE = ("tool", "saalint")
_TOML_PLACE = re.compile(
    r"\s*\(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)"
)


class SettingProblem(msgspec.Struct, frozen=True, kw_only=True):
    """A key or value of a settings file that is not understood."""

    path: Path
    range: TextRange
    setting: str
    message: str


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A TOML file as it was read."""

    path: Path
    text: str
    table: Mapping[str, TomlValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsFile:
    """What a settings file says. `failure` is set where it could not be read: all defaults then.

    Without `has_table` it says nothing to saalint.
    """

    settings: Settings
    path: Path | None = None
    text: str = ""
    problems: tuple[SettingProblem, ...] = ()
    failure: SettingProblem | None = None
    has_table: bool = False

    def problem_with(self, setting: str, value: str, message: str) -> SettingProblem | None:
        """A problem with a value of this file; none where the value was not written here."""
        if self.path is None:
            return None
        place = range_of_key(self.text, (*_TABLE, setting), value)
        return SettingProblem(path=self.path, range=place, setting=setting, message=message)


def defaults_for(directory: Path) -> SettingsFile:
    """Settings without a file, for paths that start at `directory`."""
    return SettingsFile(settings=Settings(directory=directory))


def find_settings(start: Path) -> SettingsFile:
    """Read the nearest `pyproject.toml`, in the folder `start` or above it."""
    for folder in (start, *start.parents):
        path = folder / FILE_NAME
        if path.is_file():
            return read_settings(path)
    return defaults_for(start)


def read_settings(path: Path) -> SettingsFile:
    """Read one settings file."""
    empty = replace(defaults_for(path.parent), path=path)
    document = read_document(path)
    if isinstance(document, SettingProblem):
        return replace(empty, failure=document)
    text = document.text
    table = _table(document.table)
    if table is None:
        return replace(empty, text=text)
    if not isinstance(table, dict):
        problem = _problem(
            path, text, (), InvalidValueError("is not a table", remedy="make it one")
        )
        return replace(empty, text=text, problems=(problem,), has_table=True)
    values, invalid = read_options(OPTIONS, table, what="a setting of saalint")
    return SettingsFile(
        settings=_settings(path.parent, values),
        path=path,
        text=text,
        problems=tuple(_problems(path, text, invalid)),
        has_table=True,
    )


def read_document(path: Path) -> Document | SettingProblem:
    """Read a TOML file; the problem where that fails."""
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        message = f"`{path.name}` cannot be read, {error.strerror}: name a file that exists"
        return _failure(path, message)
    except UnicodeDecodeError:
        message = f"`{path.name}` is not UTF-8: save it in that encoding, as TOML asks"
        return _failure(path, message)
    try:
        return Document(path=path, text=text, table=tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        return _syntax_failure(path, text, str(error))


def _settings(directory: Path, values: Mapping[str, object]) -> Settings:
    settings = Settings(directory=directory)
    # `replace` is typed by the fields
    return replace(settings, **values)  # type: ignore[arg-type]  # `read_options` has checked each


def _table(document: Mapping[str, TomlValue]) -> TomlValue | None:
    table: TomlValue | None = document
    for key in _TABLE:
        if not isinstance(table, dict):
            return table
        table = table.get(key)
    return table


def _problems(
    path: Path, text: str, invalid: Iterable[tuple[str, InvalidValueError]]
) -> Iterable[SettingProblem]:
    for setting, reason in invalid:
        yield _problem(path, text, (setting,), reason)


def _problem(
    path: Path, text: str, key: tuple[str, ...], reason: InvalidValueError
) -> SettingProblem:
    name = key[-1] if key else ".".join(_TABLE)
    return SettingProblem(
        path=path,
        range=range_of_key(text, (*_TABLE, *key), reason.subject),
        setting=name,
        message=f"`{name}` {reason.reason}: {reason.remedy}",
    )


def _failure(path: Path, message: str) -> SettingProblem:
    return SettingProblem(path=path, range=TextRange(1, 0, 0), setting="", message=message)


def _syntax_failure(path: Path, text: str, message: str) -> SettingProblem:
    lines = text.splitlines() or [""]
    place = TextRange(len(lines), len(lines[-1]), len(lines[-1]))
    match = _TOML_PLACE.search(message)
    if match is not None and match["line"] is not None:
        line, column = int(match["line"]), int(match["column"]) - 1
        place = TextRange(line, column, column)
    said = _TOML_PLACE.sub("", message)
    return SettingProblem(
        path=path,
        range=place,
        setting="",
        message=f"`{path.name}` is not valid TOML, {said[:1].lower()}{said[1:]}: correct it here",
    )

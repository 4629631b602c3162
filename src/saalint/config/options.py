"""How an option is declared, and TOML values to option values: the one place that knows both.

An option is a field of `Settings` made by `option(...)`: its name, type, default, reader and help
stand there and nowhere else.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import TypeAlias, TypeVar

import msgspec

TomlValue: TypeAlias = "str | int | float | bool | list[TomlValue] | dict[str, TomlValue] | object"

Value = TypeVar("Value")
Choice = TypeVar("Choice", bound=StrEnum)

_HELP = "help"
_READER = "reader"


class InvalidValueError(Exception):
    """A value that an option does not take.

    `reason` continues the sentence "`name` …"; `subject` is the offending part, if the value has
    parts; `remedy` is what to write instead.
    """

    def __init__(self, reason: str, *, remedy: str, subject: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
        self.subject = subject


class Declaration(msgspec.Struct, frozen=True, kw_only=True):
    """One option as users see it: `name` as in `[tool.saalint]`, `field` as in Python."""

    name: str
    field: str
    default: object
    help: str
    read: Callable[[TomlValue], object]


def option(
    default: Value,
    *,
    reads: Callable[[TomlValue], Value],
    help: str,  # noqa: A002 - argparse's word, and flake8's, and pylint's
) -> Value:
    """Declare an option as the default of a field of `Settings`."""
    return dataclasses.field(default=default, metadata={_HELP: help, _READER: reads})


def declarations_of(settings: type, *, separator: str = "-") -> tuple[Declaration, ...]:
    """The options of a settings class, in the order of their declaration; `separator` is between words of a name."""
    return tuple(
        Declaration(
            name=field.name.replace("_", separator),
            field=field.name,
            default=field.default,
            help=field.metadata[_HELP],
            read=field.metadata[_READER],
        )
        for field in dataclasses.fields(settings)
        if _READER in field.metadata
    )


def nearest(word: str, valid: Iterable[str]) -> str | None:
    """The valid word that was probably meant."""
    import difflib  # noqa: PLC0415 - only for mistakes

    matches = difflib.get_close_matches(word, sorted(valid), n=1, cutoff=0.6)
    return matches[0] if matches else None


def suggestion(word: str, valid: Iterable[str], *, otherwise: str) -> str:
    """The remedy for a word that is not valid: the one that was probably meant, or what helps where there is none."""
    match = nearest(word, valid)
    return otherwise if match is None else f"did you mean `{match}`"


def text(value: TomlValue) -> str:
    """Read text."""
    if isinstance(value, str):
        return value
    raise InvalidValueError("takes text", remedy="put the value in quotes")


def texts(value: TomlValue) -> tuple[str, ...]:
    """Read a list of text; one text stands for a list of one."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(str(item) for item in value)
    raise InvalidValueError("takes a list of text", remedy='write `["…", "…"]`')


def flag(value: TomlValue) -> bool:
    """Read `true` or `false`."""
    if isinstance(value, bool):
        return value
    raise InvalidValueError("takes `true` or `false`", remedy="write one of them, without quotes")


def count(value: TomlValue) -> int:
    """Read a whole number from 1."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    raise InvalidValueError("takes a whole number from 1", remedy="write one, without quotes")


def version(value: TomlValue) -> tuple[int, ...] | None:
    """Read a version such as `"2.0"`."""
    if isinstance(value, str):
        parts = value.split(".")
        if all(part.isdecimal() for part in parts):
            return tuple(int(part) for part in parts)
    raise InvalidValueError("takes a version", remedy='write for example `"2.0"`')


def texts_by_pattern(value: TomlValue) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Read a table of lists of text."""
    if isinstance(value, dict):
        return tuple((str(pattern), texts(items)) for pattern, items in value.items())
    raise InvalidValueError("takes a table", remedy='write `{ "pattern" = ["…"] }`')


def one_of(family: type[Choice]) -> Callable[[TomlValue], Choice]:
    """Make a reader of the values of an enumeration."""

    def read(value: TomlValue) -> Choice:
        valid = [member.value for member in family]
        listed = " or ".join(f"`{name}`" for name in valid)
        if isinstance(value, str):
            if value in valid:
                return family(value)
            remedy = suggestion(value, valid, otherwise=f"write {listed}")
            raise InvalidValueError(f"knows no `{value}`", remedy=remedy, subject=value)
        raise InvalidValueError("takes a word", remedy=f"write {listed}")

    return read


def read_options(
    declarations: Iterable[Declaration], table: Mapping[str, TomlValue], *, what: str
) -> tuple[dict[str, object], tuple[tuple[str, InvalidValueError], ...]]:
    """Read a table of `what`: field values, and for each key that could not be read the reason."""
    known = {declaration.name: declaration for declaration in declarations}
    values: dict[str, object] = {}
    invalid: list[tuple[str, InvalidValueError]] = []
    for key, value in table.items():
        declaration = known.get(key)
        if declaration is None:
            remedy = suggestion(key, known, otherwise="remove it")
            reason = InvalidValueError(f"is not {what}", remedy=remedy)
            invalid.append((key, reason))
            continue
        try:
            values[declaration.field] = declaration.read(value)
        except InvalidValueError as reason:
            invalid.append((key, reason))
    return values, tuple(invalid)

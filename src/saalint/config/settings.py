"""The settings of one run: every option is declared here, and everything else reads `Settings`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from saalint.config.options import (
    count,
    declarations_of,
    flag,
    one_of,
    option,
    text,
    texts,
    texts_by_pattern,
    version,
)


class Level(StrEnum):
    """When a rule speaks: always, or at `strict` and when selected by at least its hundred."""

    DEFAULT = "default"
    STRICT = "strict"


class Dialect(StrEnum):
    """The databases whose use of `RETURNING` decides what a flush leaves to the server."""

    POSTGRESQL = "postgresql"
    SQLITE = "sqlite"
    MYSQL = "mysql"
    MARIADB = "mariadb"
    ORACLE = "oracle"
    MSSQL = "mssql"


class ToOneLoader(StrEnum):
    """What a fix loads a relationship to one object with."""

    JOINED = "joinedload"
    SELECTIN = "selectinload"


class SessionWord(StrEnum):
    """The kinds of session, as a models file names them."""

    ASYNC = "async"
    SYNC = "sync"


def _dialect(value: object) -> Dialect | None:
    return one_of(Dialect)(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What `[tool.saalint]` says. Relative paths and patterns start at `directory`, its folder.

    To add an option, add a field: front ends, the documentation and the checks of `pyproject.toml`
    derive the rest.
    """

    directory: Path = Path()
    select: tuple[str, ...] = option(
        ("SAA",), reads=texts, help="Codes, prefixes of codes, or names of the rules to report."
    )
    ignore: tuple[str, ...] = option(
        (), reads=texts, help="Codes, prefixes of codes, or names of the rules to leave out."
    )
    level: Level = option(
        Level.DEFAULT,
        reads=one_of(Level),
        help="Strict rules report at `strict` only, or when selected by at least their hundred; "
        "those on request only when selected so.",
    )
    exclude: tuple[str, ...] = option(
        (), reads=texts, help="Files and folders to leave out, as paths or patterns."
    )
    roots: tuple[str, ...] = option(
        (), reads=texts, help="Folders from which modules are imported, where they are not found."
    )
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = option(
        (), reads=texts_by_pattern, help="Rules to leave out in the files that match a pattern."
    )
    baseline: str | None = option(
        None, reads=text, help="The file of findings that are not reported: `saalint baseline`."
    )
    exclude_from_counting: tuple[str, ...] = option(
        (
            "migrations",
            "alembic",
            "tests",
            "test",
            "testing",
            "test_*.py",
            "*_test.py",
            "tests.py",
            "conftest.py",
        ),
        reads=texts,
        help="Tests and migrations: what reads cost there is not counted (SAA7), and what the rest of the program "
        "would do with the objects of their queries is not told.",
    )
    sqlalchemy_version: tuple[int, ...] | None = option(
        None,
        reads=version,
        help="The version of SQLAlchemy, where neither a lock file nor a requirement tells it.",
    )
    dialect: Dialect | None = option(
        None,
        reads=_dialect,
        help="The database of the project, where the URLs of its engines do not tell it.",
    )
    environment: str | None = option(
        None, reads=text, help="The virtual environment that holds the project's libraries."
    )
    cache_dir: str | None = option(
        ".saalint_cache",
        reads=text,
        help="Where facts and findings are kept from run to run; an empty text keeps none.",
    )
    models: tuple[str, ...] = option(
        (),
        reads=texts,
        help="Files that say what helpers of the project do with entities and sessions.",
    )
    assume_async: bool = option(
        False,
        reads=flag,
        help="Judge what uses a `Session` as if it were an `AsyncSession`: what a move would break.",
    )
    to_one_loader: ToOneLoader = option(
        ToOneLoader.JOINED,
        reads=one_of(ToOneLoader),
        help="The loader that a fix adds for a relationship to one object.",
    )
    max_contexts: int = option(
        24, reads=count, help="How many contexts of one function are analysed apart."
    )
    max_given: int = option(
        128, reads=count, help="How many objects a called function is given, and gives back."
    )
    max_call_depth: int = option(24, reads=count, help="How deep calls are followed.")
    max_steps: int = option(
        20_000, reads=count, help="How many steps the analysis of one function may take."
    )
    max_steps_each: int = option(
        200,
        reads=count,
        help="How many steps all functions may take, for each of them; beyond, few contexts of each are analysed.",
    )
    max_nesting: int = option(
        100, reads=count, help="How deep expressions inside each other are followed."
    )
    max_objects: int = option(
        60, reads=count, help="How many objects are followed below one that a schema is made from."
    )

    @property
    def environment_folder(self) -> Path | None:
        """The virtual environment; None where the running Python's libraries are the project's."""
        return None if self.environment is None else self.directory / self.environment

    @property
    def cache_folder(self) -> Path | None:
        """Where facts are kept; None where they are not."""
        return self.directory / self.cache_dir if self.cache_dir else None


OPTIONS = declarations_of(Settings)

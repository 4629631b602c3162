"""`[tool.saalint]` to settings, and each mistake to its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from saalint.config.files import SettingsFile, find_settings, read_settings
from saalint.config.settings import OPTIONS, Level, Settings
from saalint.library.helpers import read_helpers


def read(folder: Path, text: str) -> SettingsFile:
    path = folder / "pyproject.toml"
    path.write_text(text, encoding="utf-8")
    return read_settings(path)


def test_every_option_is_read(tmp_path: Path) -> None:
    file = read(
        tmp_path,
        """
        [tool.saalint]
        select = ["SAA1", "SAA2"]
        ignore = "SAA102"
        level = "strict"
        exclude = ["migrations"]
        roots = ["backend"]
        sqlalchemy-version = "2.0.41"
        dialect = "sqlite"
        environment = ".venv"
        assume-async = true
        max-contexts = 5
        [tool.saalint.per-file-ignores]
        "tests/*" = ["SAA7"]
        """,
    )

    assert file.problems == ()
    assert file.settings == Settings(
        directory=tmp_path,
        select=("SAA1", "SAA2"),
        ignore=("SAA102",),
        level=Level.STRICT,
        exclude=("migrations",),
        roots=("backend",),
        sqlalchemy_version=(2, 0, 41),
        dialect=file.settings.dialect,
        environment=".venv",
        assume_async=True,
        max_contexts=5,
        per_file_ignores=(("tests/*", ("SAA7",)),),
    )


def test_every_option_has_help() -> None:
    assert all(option.help.endswith(".") for option in OPTIONS)
    assert len({option.name for option in OPTIONS}) == len(OPTIONS)


@pytest.mark.parametrize(
    ("line", "message", "column", "end_column"),
    [
        ("selct = []", "`selct` is not a setting of saalint: did you mean `select`", 0, 5),
        ("zzz = 1", "`zzz` is not a setting of saalint: remove it", 0, 3),
        ('level = "strikt"', "`level` knows no `strikt`: did you mean `strict`", 9, 15),
        ("level = 3", "`level` takes a word: write `default` or `strict`", 0, 5),
        (
            "assume-async = 'yes'",
            "`assume-async` takes `true` or `false`: write one of them, without quotes",
            0,
            12,
        ),
        (
            "max-contexts = 0",
            "`max-contexts` takes a whole number from 1: write one, without quotes",
            0,
            12,
        ),
        (
            "sqlalchemy-version = 'two'",
            '`sqlalchemy-version` takes a version: write for example `"2.0"`',
            0,
            18,
        ),
        ("select = [1]", '`select` takes a list of text: write `["…", "…"]`', 0, 6),
    ],
)
def test_a_mistake_is_reported_where_it_stands(
    tmp_path: Path, line: str, message: str, column: int, end_column: int
) -> None:
    file = read(tmp_path, f"[tool.other]\n{line}\n[tool.saalint]\nroots = []\n{line}\n")

    (problem,) = file.problems
    assert problem.message == message
    assert (problem.range.line, problem.range.column, problem.range.end_column) == (
        5,
        column,
        end_column,
    )
    assert file.settings == Settings(directory=tmp_path)


def test_a_mistake_leaves_the_other_settings_in_effect(tmp_path: Path) -> None:
    file = read(tmp_path, '[tool.saalint]\nlevl = "strict"\nignore = ["SAA1"]\n')

    assert file.settings.ignore == ("SAA1",)


def test_keys_may_be_dotted_or_in_a_table_of_their_own(tmp_path: Path) -> None:
    dotted = read(tmp_path, '[tool]\nsaalint.levl = "x"\n')
    inline = read(tmp_path, "[tool.saalint.slect]\na = 1\n")

    assert [problem.range.line for problem in dotted.problems] == [2]
    assert [problem.range.line for problem in inline.problems] == [1]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("[tool.saalint\n", 1, 13), ("a = 1\nb = [1,\n", 2, 7), ("x = 'y\n", 1, 6)],
)
def test_broken_toml_is_a_failure_with_its_place(
    tmp_path: Path, text: str, line: int, column: int
) -> None:
    failure = read(tmp_path, text).failure

    assert failure is not None
    assert "is not valid TOML" in failure.message
    assert (failure.range.line, failure.range.column) == (line, column)


def test_a_file_that_is_not_utf8_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"# \xe9\n")

    failure = read_settings(tmp_path / "pyproject.toml").failure

    assert failure is not None
    assert failure.message.startswith("`pyproject.toml` is not UTF-8")


def test_the_nearest_file_upwards_decides(tmp_path: Path) -> None:
    inner = tmp_path / "a/b"
    inner.mkdir(parents=True)
    read(tmp_path, '[tool.saalint]\nlevel = "strict"\n')

    assert find_settings(inner).settings.level is Level.STRICT
    assert find_settings(inner).settings.directory == tmp_path

    read(tmp_path / "a", "")

    assert find_settings(inner).settings.level is Level.DEFAULT


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ('"app.f" = "refesh"', "`does` knows no `refesh`: did you mean `refresh`"),
        (
            '"app.f" = "session:asink"',
            "`does` knows no `session:asink`: write `session:async` or `session:sync`",
        ),
        ('"app.f" = "execute:scalars.al"', "`does` knows no `al`: did you mean `all`"),
        (
            '"app.f" = { returns = "app.User", changes = ["cast"] }',
            "`changes` takes no `cast`: write what a session does with it, as `refresh`",
        ),
        ('"app.f" = { lods = 1 }', "`lods` is not a key of a helper: did you mean `loads`"),
        (
            '"app.f" = { loads = ["x"] }',
            "`app.f` says not what it does: write `does` or `returns`, one of them",
        ),
        (
            '"app.f" = { returns = "a |" }',
            '`returns` takes a type: write for example `"list[app.models.User]"`',
        ),
        ('"app.f" = 3', '`app.f` takes text or a table: write `{ does = "…" }`'),
    ],
)
def test_a_mistake_in_a_models_file_is_reported_in_its_line(
    tmp_path: Path, entry: str, message: str
) -> None:
    (tmp_path / "models.toml").write_text(f"[functions]\n# ours\n{entry}\n", encoding="utf-8")
    file = read(tmp_path, '[tool.saalint]\nmodels = "models.toml"\n')

    (problem,) = read_helpers(file).problems

    assert (problem.message, problem.range.line, problem.path.name) == (message, 3, "models.toml")


def test_a_models_file_that_is_not_there_is_reported_where_it_is_named(tmp_path: Path) -> None:
    (problem,) = read_helpers(read(tmp_path, '[tool.saalint]\nmodels = ["m.toml"]\n')).problems

    assert problem.message == "`m.toml` is no file: name one, from the folder of this file"
    assert (problem.path.name, problem.range.line) == ("pyproject.toml", 2)

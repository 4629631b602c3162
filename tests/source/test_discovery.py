"""Which files belong to the project, and how other files import them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from saalint.source.discovery import SourceFile, discover


def _project(folder: Path, *files: str) -> None:
    for file in files:
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def _found(folder: Path, *paths: str, exclude: tuple[str, ...] = ()) -> list[str]:
    found = discover([folder / path for path in paths], exclude=exclude, base=folder)
    return [each.path.relative_to(folder).as_posix() for each in found]


def _named(folder: Path, file: str, roots: tuple[str, ...] = ()) -> SourceFile:
    found = discover([folder], roots=[Path(root) for root in roots], base=folder)
    return next(each for each in found if each.path == folder / file)


def test_tools_and_environments_are_left_out(tmp_path: Path) -> None:
    _project(
        tmp_path,
        "app/models.py",
        "app/build/__init__.py",
        ".hidden/script.py",
        "env/pyvenv.cfg",
        "env/lib/module.py",
        "build/lib/app/models.py",
        "node_modules/gyp/a.py",
        ".tox/a.py",
        "app/__pycache__/a.py",
        "skeleton/{{cookiecutter.name}}/app.py",
        "skeleton/{{ name }}.py.py",
        "README.md",
    )

    assert _found(tmp_path) == [".hidden/script.py", "app/build/__init__.py", "app/models.py"]


def test_what_git_ignores_is_left_out(tmp_path: Path) -> None:
    _project(tmp_path, "a.py", "generated/b.py", "app/c.py", "app/d_pb2.py", "app/keep_pb2.py")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("generated/\n*_pb2.py\n")
    (tmp_path / "app" / ".gitignore").write_text("!keep_pb2.py\n")

    assert _found(tmp_path) == ["a.py", "app/c.py", "app/keep_pb2.py"]
    assert _found(tmp_path, "app") == ["app/c.py", "app/keep_pb2.py"]
    assert _found(tmp_path, "generated") == ["generated/b.py"]


def test_without_pathspec_nothing_is_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _project(tmp_path, "a.py")
    (tmp_path / ".gitignore").write_text("a.py\n")
    monkeypatch.setitem(sys.modules, "pathspec", None)

    assert _found(tmp_path) == ["a.py"]


@pytest.mark.parametrize(
    "pattern", ["migrations", "app/migrations", "**/migrations/", "app/*/v1.py", "v?.py", "app/**"]
)
def test_excluded_patterns(tmp_path: Path, pattern: str) -> None:
    _project(tmp_path, "main.py", "app/migrations/v1.py")

    assert _found(tmp_path, exclude=(pattern,)) == ["main.py"]


def test_a_file_that_is_named_is_never_left_out(tmp_path: Path) -> None:
    _project(tmp_path, "build/a.py", "script")

    assert _found(tmp_path, "build/a.py", "script", "absent.py", exclude=("build",)) == [
        "absent.py",
        "build/a.py",
        "script",
    ]


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    _project(tmp_path, "app/a.py")
    (tmp_path / "app" / "again").symlink_to(tmp_path, target_is_directory=True)
    for name in ("0.py", "z.py"):
        (tmp_path / "app" / name).symlink_to(name)

    assert _found(tmp_path) == ["app/a.py"]


@pytest.mark.parametrize(
    ("files", "file", "module", "aliases"),
    [
        (("src/app/__init__.py",), "src/app/models.py", "app.models", ()),
        (("pyproject.toml",), "src/app/models.py", "app.models", ("models",)),
        ((), "app/models.py", "app.models", ("models",)),
        (("backend/app/__init__.py",), "backend/app/models.py", "app.models", None),
        ((), "backend/app/models.py", "backend.app.models", ("app.models", "models")),
        (("backend/pyproject.toml",), "backend/app/models.py", "app.models", ("models",)),
        (("src/acme/shop/__init__.py",), "src/acme/shop/a.py", "acme.shop.a", ("shop.a",)),
        ((), "book-service/app/models.py", "app.models", None),
        ((), "manage.py", "manage", ()),
        (("app/__init__.py",), "app/__init__.py", "app", ()),
    ],
)
def test_module_names(
    tmp_path: Path, files: tuple[str, ...], file: str, module: str, aliases: tuple[str, ...] | None
) -> None:
    _project(tmp_path, *files, file)

    found = _named(tmp_path, file)

    assert found.module == module
    if aliases is not None:
        assert found.aliases == aliases
    assert found.is_package == file.endswith("__init__.py")


def test_configured_roots_name_modules(tmp_path: Path) -> None:
    _project(tmp_path, "services/billing/app/models.py")

    found = _named(tmp_path, "services/billing/app/models.py", roots=("services/billing",))

    assert found.module == "app.models"


def test_a_package_that_is_named_keeps_its_name(tmp_path: Path) -> None:
    _project(tmp_path, "app/__init__.py", "app/models.py")

    (_, models) = discover([tmp_path / "app"], base=tmp_path)

    assert models.module == "app.models"


@pytest.mark.parametrize(
    ("file", "aliases"),
    [
        ("src/acme/shop/books/models.py", ("acme.shop.books.models", "shop.books.models")),
        ("backend/app/models.py", ("backend.app.models", "app.models")),
    ],
)
def test_a_namespace_package_that_is_named_keeps_its_names(
    tmp_path: Path, file: str, aliases: tuple[str, ...]
) -> None:
    _project(tmp_path, file)
    given = tmp_path / ("src/acme/shop" if file.startswith("src") else "backend/app")

    (models,) = discover([given], base=tmp_path)

    assert models.aliases[: len(aliases)] == aliases


def test_a_namespace_package_without_settings_is_imported_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _project(tmp_path, "services/app/books/models.py")
    monkeypatch.chdir(tmp_path)

    (models,) = discover([tmp_path / "services" / "app"], base=tmp_path / "services" / "app")

    assert models.aliases[:2] == ("services.app.books.models", "app.books.models")


def test_packages_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    for service in ("shop", "mail-room"):
        _project(tmp_path, f"{service}/pyproject.toml", f"{service}/app/__init__.py")
        _project(tmp_path, f"{service}/app/models.py")
    _project(tmp_path, "tools/run.py")

    named = {each.module: each.aliases for each in discover([tmp_path], base=tmp_path)}

    assert named == {
        "mail-room.app": ("app",),
        "mail-room.app.models": ("app.models",),
        "shop.app": ("app",),
        "shop.app.models": ("app.models",),
        "tools.run": ("run",),
    }

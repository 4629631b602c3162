"""Paths to the project they belong to, and to how they are shown."""

from __future__ import annotations

from pathlib import Path

from saalint.source.paths import absolute, is_inside_package, project_around, shown_path


def make(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("", encoding="utf-8")


def test_a_project_begins_at_its_mark(tmp_path: Path) -> None:
    make(tmp_path, "setup.cfg", "src/app/__init__.py", "src/app/api.py")

    assert project_around(tmp_path / "src/app/api.py") == tmp_path
    assert project_around(tmp_path / "src/app") == tmp_path
    assert project_around(tmp_path) == tmp_path


def test_without_a_mark_it_is_the_top_of_the_package(tmp_path: Path) -> None:
    make(tmp_path, "app/__init__.py", "app/web/__init__.py", "app/web/api.py", "script.py")

    assert project_around(tmp_path / "app/web/api.py") == tmp_path / "app"
    assert project_around(tmp_path / "script.py") == tmp_path / "script.py"


def test_only_packages_below_packages_are_inside_one(tmp_path: Path) -> None:
    make(tmp_path, "app/__init__.py", "app/web/__init__.py", "scripts/run.py")

    assert is_inside_package(tmp_path / "app/web")
    assert not is_inside_package(tmp_path / "app")
    assert not is_inside_package(tmp_path / "scripts")


def test_paths_are_shown_relative_to_where_one_stands() -> None:
    assert shown_path(Path("/p/a/b.py"), Path("/p")) == "a/b.py"
    assert shown_path(Path("/q/b.py"), Path("/p")) == "/q/b.py"
    assert absolute(Path("/p/../q")) == Path("/q")

"""saalint inside the real flake8."""

from __future__ import annotations

from pathlib import Path

import pytest

from front_ends.hosts import START_METHOD, flake8, run, write

HEAVY = ("astroid", "sqlalchemy", "jinja2", "pydantic", "pylint", "pygls")


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_workers_find_the_same_however_they_start(shop: Path, method: str) -> None:
    expected = flake8(shop, "-j1", "shop")

    outcome = run(shop, "-c", START_METHOD, method, "--select=SAA", "-j2", "shop")

    assert "SAA101" in expected.output
    assert (outcome.output, outcome.complaints) == (expected.output, "")


def test_standard_input_with_a_display_name_is_that_file(shop: Path) -> None:
    text = (shop / "shop/api.py").read_text(encoding="utf-8")

    outcome = flake8(shop, "-", "--stdin-display-name=shop/api.py", text=text)

    assert outcome.lines == flake8(shop, "shop/api.py").lines


def test_standard_input_without_a_display_name_sees_the_project(shop: Path) -> None:
    text = (shop / "shop/api.py").read_text(encoding="utf-8")

    outcome = flake8(shop, "-", text=text)

    assert [line.partition(":")[0] for line in outcome.lines] == ["stdin"]
    assert "shop/queries.py:11" in outcome.output


def test_the_buffer_counts_and_not_the_file(shop: Path) -> None:
    text = (shop / "shop/api.py").read_text(encoding="utf-8")

    outcome = flake8(shop, "-", "--stdin-display-name=shop/api.py", text=f"# new\n{text}")

    assert outcome.output.startswith("shop/api.py:12:23: SAA101")


def test_an_empty_buffer_has_no_findings(shop: Path) -> None:
    assert flake8(shop, "-", "--stdin-display-name=shop/api.py", text="").output == ""


def test_a_file_outside_every_project_is_analysed_alone(tmp_path: Path) -> None:
    write(tmp_path, {"alone.py": "VALUE = 1\n"})

    outcome = flake8(tmp_path, "--isolated", "alone.py")

    assert (outcome.output, outcome.complaints, outcome.status) == ("", "", 0)


def test_disable_noqa_shows_what_noqa_silences(shop: Path) -> None:
    api = shop / "shop/api.py"
    text = api.read_text(encoding="utf-8")
    api.write_text(text.replace(".books)", ".books)  # noqa: SAA101"), encoding="utf-8")

    assert flake8(shop, "shop").output == ""
    assert "SAA101" in flake8(shop, "--disable-noqa", "shop").output


def test_an_invalid_setting_is_reported_on_the_first_file(shop: Path) -> None:
    (shop / "pyproject.toml").write_text('[tool.saalint]\nlevle = "strict"\n', encoding="utf-8")

    lines = flake8(shop, "shop").lines

    assert lines[0] == (
        "shop/__init__.py:1:1: SAA003 pyproject.toml:2:1: "
        "`levle` is not a setting of saalint: did you mean `level`"
    )
    assert [line for line in lines if "SAA003" in line] == lines[:1]


def test_a_broken_settings_file_is_reported_and_the_rest_goes_on(shop: Path) -> None:
    (shop / "pyproject.toml").write_text("[tool.saalint\n", encoding="utf-8")

    codes = [line.split()[1] for line in flake8(shop, "shop").lines]

    assert codes == ["SAA003", "SAA101"]


def test_settings_may_stand_elsewhere(shop: Path) -> None:
    write(shop, {"lint/saalint.toml": '[tool.saalint]\nignore = ["SAA101"]\n'})

    assert flake8(shop, "--saa-config=lint/saalint.toml", "shop").output == ""


def test_nothing_is_analysed_for_help_and_bug_reports(shop: Path) -> None:
    (shop / "pyproject.toml").write_text("[tool.saalint\n", encoding="utf-8")

    assert "--saa-level" in flake8(shop, "--help").output
    assert '"saalint"' in flake8(shop, "--bug-report").output


def test_a_plain_run_imports_nothing_heavy(shop: Path) -> None:
    outcome = run(shop, "-X", "importtime", "-m", "flake8", "--select=SAA", "-j1", "shop")

    imported = {
        line.rpartition("|")[2].strip().partition(".")[0]
        for line in outcome.complaints.splitlines()
    }
    assert "saalint" in imported
    assert imported.isdisjoint(HEAVY)

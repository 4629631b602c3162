"""What `saalint` says where it cannot do what it was asked: which place, what is wrong, and what helps."""

from __future__ import annotations

from pathlib import Path

import pytest

from front_ends.hosts import saalint, write


def test_an_unknown_selector_is_refused_with_the_nearest(shop: Path) -> None:
    outcome = saalint(shop, "check", ".", "--select=lazy-relationship-reed")

    assert outcome.status == 2
    assert "did you mean `lazy-relationship-read`" in outcome.complaints


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (
            ("check", "--selct=SAA101", "."),
            "`--selct=SAA101` is not taken: did you mean `--select`",
        ),
        (("rules", "all"), "`all` is not taken: `saalint rules --help` lists what it takes"),
    ],
)
def test_an_argument_that_is_not_taken_is_refused_with_the_nearest(
    shop: Path, arguments: tuple[str, ...], complaint: str
) -> None:
    outcome = saalint(shop, *arguments)

    assert outcome.status == 2
    assert outcome.complaints.startswith(f"usage: saalint {arguments[0]} ")
    assert outcome.complaints.endswith(f"saalint {arguments[0]}: error: {complaint}\n")


def test_a_name_for_standard_input_that_nobody_reads_is_refused(shop: Path) -> None:
    outcome = saalint(shop, "check", "--stdin-filename=shop/api.py")

    assert outcome.status == 2
    assert outcome.complaints.endswith("names the text of `-`: add `-`\n")


def test_where_there_is_nothing_to_check_nothing_is_said_to_be_checked(shop: Path) -> None:
    outcome = saalint(shop, "check", "nowhere")

    assert outcome.status == 2
    assert outcome.output == ""
    assert outcome.complaints.startswith("saalint: nowhere: there is no such file or folder")


def test_what_is_no_python_reveals_where_it_is_not(shop: Path) -> None:
    write(shop, {"shop/api.py": "def shelf(:\n    pass\n"})

    outcome = saalint(shop, "reveal", "shop/api.py:2")

    assert outcome.status == 2
    assert outcome.complaints == "saalint: shop/api.py:1:11: invalid syntax: correct it first\n"


@pytest.mark.parametrize("command", [("models",), ("migrate",), ("cache", "clear")])
def test_every_command_tells_of_a_path_that_is_not_there(
    shop: Path, command: tuple[str, ...]
) -> None:
    outcome = saalint(shop, *command, "nowhere")

    assert outcome.status == 2
    assert "nowhere: there is no such file or folder: check the path" in outcome.complaints


def test_models_are_not_read_by_settings_that_cannot_be(shop: Path) -> None:
    write(shop, {"pyproject.toml": "[tool.saalint"})

    outcome = saalint(shop, "models")

    assert outcome.status == 2
    assert outcome.complaints.startswith("saalint: pyproject.toml:1:14:")


def test_a_broken_settings_file_fails_the_run(shop: Path) -> None:
    write(shop, {"pyproject.toml": "[tool.saalint]\nselect = [\n"})

    outcome = saalint(shop, "check", ".")

    assert outcome.status == 2
    assert outcome.output == ""
    assert outcome.complaints.startswith("saalint: pyproject.toml:")
    assert "is not valid TOML" in outcome.complaints


def test_a_settings_file_that_says_nothing_to_saalint_is_refused(shop: Path) -> None:
    write(shop, {"saalint.toml": 'select = ["SAA1"]\n'})

    outcome = saalint(shop, "check", ".", "--config=saalint.toml")

    assert outcome.status == 2
    assert outcome.complaints.startswith("saalint: saalint.toml: it says nothing")


def test_what_keeps_findings_from_being_told_is_told_whatever_is_selected(shop: Path) -> None:
    settings = '[tool.saalint]\nselect = ["SAA2", "lazy-relationship-reed"]\n'
    write(shop, {"pyproject.toml": settings, "shop/api.py": "def shelf(:\n"})

    outcome = saalint(shop, "check", ".")

    assert outcome.status == 1
    assert "did you mean `lazy-relationship-read`" in outcome.lines[0]
    assert outcome.lines[1].startswith("shop/api.py:1:11: SAA001")
    assert saalint(shop, "check", ".", "--ignore=SAA0").status == 0


def test_a_root_that_is_not_there_is_a_finding_and_an_environment_a_note(shop: Path) -> None:
    settings = '[tool.saalint]\nroots = ["shop", "scr"]\nenvironment = ".venv"\n'
    write(shop, {"pyproject.toml": settings})

    outcome = saalint(shop, "check", ".", "--select=SAA0")

    assert outcome.lines[0] == (
        "pyproject.toml:2:19: SAA003 `scr` is no folder: name one, from the folder of this file"
    )
    assert ".venv: there is no such environment" in outcome.complaints


def test_a_path_that_does_not_exist_fails_the_run_and_the_rest_is_reported(shop: Path) -> None:
    outcome = saalint(shop, "check", "nowhere", "shop")

    assert outcome.status == 2
    assert "nowhere: there is no such file or folder" in outcome.complaints
    assert "SAA101" in outcome.output


def test_a_report_that_cannot_be_written_says_so(shop: Path) -> None:
    outcome = saalint(shop, "check", ".", "--output-file", "nowhere/report.txt")

    assert outcome.status == 2
    assert "nowhere/report.txt: it cannot be written" in outcome.complaints
    assert "Traceback" not in outcome.complaints


def test_what_cannot_be_written_is_said_in_a_line(shop: Path) -> None:
    (shop / "saalint-baseline.txt").mkdir()

    outcome = saalint(shop, "baseline", "write")

    assert outcome.status == 2
    assert outcome.complaints.count("\n") == 1
    assert "saalint-baseline.txt" in outcome.complaints


@pytest.mark.parametrize("path", ["nowhere", "."])
def test_no_baseline_is_written_of_what_is_not_there(tmp_path: Path, path: str) -> None:
    assert saalint(tmp_path, "baseline", "write", path).status == 2
    assert not (tmp_path / "saalint-baseline.txt").exists()

"""All front ends report the same findings at the same places, in the same words."""

from __future__ import annotations

import json
from pathlib import Path

from front_ends.hosts import Outcome, flake8, json_findings, places, pylint, saalint, write


def check(project: Path) -> Outcome:
    return saalint(project, "check", ".", "--output-format=json")


def test_the_finding_is_at_the_read_and_names_the_query(shop: Path) -> None:
    findings = json_findings(check(shop))

    assert [(each["path"], each["line"], each["column"], each["code"]) for each in findings] == [
        ("shop/api.py", 11, 23, "SAA101")
    ]
    assert "`Author.books`" in str(findings[0]["message"])
    assert "shop/queries.py:11" in str(findings[0]["message"])


def test_flake8_says_what_the_command_line_says(shop: Path) -> None:
    expected = places(json_findings(check(shop)))

    assert [line.removeprefix("./") for line in flake8(shop, ".").lines] == expected


def test_pylint_says_what_the_command_line_says(shop: Path) -> None:
    expected = json_findings(check(shop))

    messages = json.loads(pylint(shop, "--output-format=json2", "shop").output)["messages"]

    assert [
        {
            "path": each["path"],
            "line": each["line"],
            "column": each["column"] + 1,
            "end_line": each["endLine"],
            "end_column": each["endColumn"] + 1,
            "rule": each["symbol"],
            "message": each["message"],
            "confidence": each["confidence"],
        }
        for each in messages
    ] == [
        {
            key: each[key]
            for key in (
                "path",
                "line",
                "column",
                "end_line",
                "end_column",
                "rule",
                "message",
                "confidence",
            )
        }
        for each in expected
    ]


def test_one_file_is_reported_as_in_its_project(shop: Path) -> None:
    whole = check(shop)

    alone = saalint(shop, "check", "shop/api.py", "--output-format=json")

    assert json_findings(alone) == json_findings(whole)
    assert flake8(shop, "shop/api.py").lines == places(json_findings(whole))


def test_a_suppression_of_each_dialect_silences_each_front_end(shop: Path) -> None:
    text = (shop / "shop/api.py").read_text(encoding="utf-8")
    for number, comment in enumerate(
        (
            "# noqa: SAA101",
            "# noqa",
            "# pylint: disable=lazy-relationship-read",
            "# pylint: disable=E7101",
            "# pylint: disable=saa-loading",
            "# saalint: ignore[SAA101]",
            "# saalint: ignore",
        )
    ):
        silenced = text.replace("len(author.books)", f"len(author.books)  {comment}")
        write(shop, {f"shop/silent_{number}.py": silenced})

    found = [each["path"] for each in json_findings(check(shop))]

    assert found == ["shop/api.py"]
    assert [line.partition(":")[0] for line in flake8(shop, "shop").lines] == found
    messages = json.loads(pylint(shop, "--output-format=json2", "shop").output)["messages"]
    assert [each["path"] for each in messages] == found


def test_per_file_ignores_hold_in_each_front_end(shop: Path) -> None:
    settings = '[tool.saalint]\nper-file-ignores = { "shop/api.py" = ["SAA1"] }\n'
    (shop / "pyproject.toml").write_text(settings, encoding="utf-8")

    assert json_findings(check(shop)) == []
    assert flake8(shop, ".").output == ""
    assert "lazy-relationship-read" not in pylint(shop, "shop").output

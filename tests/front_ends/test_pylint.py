"""saalint inside the real pylint."""

from __future__ import annotations

import json
from pathlib import Path

from front_ends.hosts import pylint, run


def messages(project: Path, *arguments: str, text: str | None = None) -> list[dict[str, object]]:
    outcome = pylint(project, "--output-format=json2", *arguments, text=text)
    return list(json.loads(outcome.output)["messages"])


def test_two_workers_find_the_same(shop: Path) -> None:
    (shop / "pyproject.toml").write_text('[tool.saalint]\nlevle = "strict"\n', encoding="utf-8")

    one, two = messages(shop, "shop"), messages(shop, "-j2", "shop")

    assert one == two
    assert [(each["messageId"], each["symbol"], each["path"], each["line"]) for each in one] == [
        ("E7101", "lazy-relationship-read", "shop/api.py", 11),
        ("W7003", "invalid-setting", "pyproject.toml", 2),
    ]


def test_standard_input_is_the_buffer_of_a_file(shop: Path) -> None:
    text = (shop / "shop/api.py").read_text(encoding="utf-8")

    found = messages(shop, "--from-stdin", "shop/api.py", text=f"# new\n{text}")

    assert [(each["symbol"], each["line"]) for each in found] == [("lazy-relationship-read", 12)]


def test_a_group_can_be_disabled_under_workers_too(shop: Path) -> None:
    assert messages(shop, "-j2", "--disable=saa-loading", "shop") == []


def test_findings_are_filtered_by_confidence(shop: Path) -> None:
    assert messages(shop, "--confidence=INFERENCE_FAILURE", "shop") == []


def test_the_help_of_a_message_is_one_paragraph(shop: Path) -> None:
    outcome = run(
        shop, "-m", "pylint", "--load-plugins=saalint.pylint", "--help-msg=unanalysable-file"
    )

    assert ":unanalysable-file (E7001)" in outcome.output
    assert "##" not in outcome.output


def test_options_are_read_from_pylints_own_table(shop: Path) -> None:
    settings = '[tool.pylint.saa-tool]\nsaa-level = "strict"\n'
    (shop / "pyproject.toml").write_text(settings, encoding="utf-8")

    assert [each["symbol"] for each in messages(shop, "shop")] == ["lazy-relationship-read"]

"""saalint inside the real pylint."""

from __future__ import annotations

import json
from pathlib import Path

from front_ends.hosts import Outcome, pylint, pylint_with_workers


def messages(project: Path, *arguments: str, text: str | None = None) -> list[dict[str, object]]:
    return messages_of(pylint(project, "--output-format=json2", *arguments, text=text))


def messages_of(outcome: Outcome) -> list[dict[str, object]]:
    return list(json.loads(outcome.output)["messages"])


def test_two_workers_find_the_same(shop: Path) -> None:
    (shop / "pyproject.toml").write_text('[tool.saalint]\nlevle = "strict"\n', encoding="utf-8")

    one = messages(shop, "shop")
    two = pylint_with_workers(shop, "--output-format=json2", "shop")
    without_group = pylint_with_workers(shop, "--disable=saa-loading", "shop")

    assert one == messages_of(two)
    assert [(each["messageId"], each["symbol"], each["path"], each["line"]) for each in one] == [
        ("E7101", "lazy-relationship-read", "shop/api.py", 11),
        ("W7003", "invalid-setting", "pyproject.toml", 2),
    ]
    assert "invalid-setting" in without_group.output
    assert "lazy-relationship-read" not in without_group.output


def test_standard_input_is_the_buffer_of_a_file(shop: Path) -> None:
    text = (shop / "shop/api.py").read_text(encoding="utf-8")

    found = messages(shop, "--from-stdin", "shop/api.py", text=f"# new\n{text}")

    assert [(each["symbol"], each["line"]) for each in found] == [("lazy-relationship-read", 12)]


def test_findings_are_filtered_by_confidence(shop: Path) -> None:
    assert messages(shop, "--confidence=INFERENCE_FAILURE", "shop") == []


def test_the_help_of_a_message_is_one_paragraph(shop: Path) -> None:
    outcome = pylint(shop, "--help-msg=unanalysable-file")

    assert ":unanalysable-file (E7001)" in outcome.output
    assert "##" not in outcome.output


def test_options_are_read_from_pylints_own_table(shop: Path) -> None:
    settings = '[tool.pylint.saa-tool]\nsaa-level = "strict"\n'
    (shop / "pyproject.toml").write_text(settings, encoding="utf-8")

    assert [each["symbol"] for each in messages(shop, "shop")] == ["lazy-relationship-read"]

"""Which findings are reported: by code, prefix, name, level and file."""

from __future__ import annotations

from pathlib import Path

import pytest

from saalint.config.settings import Level, Settings
from saalint.findings.finding import Confidence, Finding, Severity
from saalint.findings.location import Location
from saalint.findings.selection import (
    RuleIdentity,
    Selection,
    nearest_rule,
    selected_findings,
    selects_some,
)


def identity(code: str, name: str, *, is_strict: bool = False) -> RuleIdentity:
    return RuleIdentity(
        code=code,
        name=name,
        aliases=(f"old-{name}",),
        pylint_id=f"E7{code[3:]}",
        group="loading",
        is_strict=is_strict,
    )


READ = identity("SAA101", "lazy-relationship-read")
LOAD = identity("SAA702", "lazy-load", is_strict=True)
RULES = {rule.code: rule for rule in (READ, LOAD)}


def finding(code: str, path: str, confidence: Confidence = Confidence.HIGH) -> Finding:
    return Finding(
        location=Location(path, 1, 0, 1, 5),
        code=code,
        rule=RULES[code].name,
        message="",
        severity=Severity.ERROR,
        confidence=confidence,
        subject="Author.books",
        scope="shelf",
    )


@pytest.mark.parametrize(
    ("select", "ignore", "is_reported"),
    [
        (("SAA",), (), True),
        (("SAA1",), (), True),
        (("saa101",), (), True),
        (("lazy-relationship-read",), (), True),
        (("old-lazy-relationship-read",), (), True),
        (("SAA7",), (), False),
        ((), (), False),
        (("SAA",), ("SAA1",), False),
        (("SAA101",), ("SAA1",), True),
        (("SAA1",), ("SAA101",), False),
        (("SAA101",), ("SAA101",), False),
        (("SAA1",), ("lazy-relationship-read",), False),
    ],
)
def test_the_closer_of_select_and_ignore_wins(
    select: tuple[str, ...], ignore: tuple[str, ...], *, is_reported: bool
) -> None:
    selection = Selection(select=select, ignore=ignore, level=Level.DEFAULT)

    assert selection.has(READ, is_strict=False) == is_reported


@pytest.mark.parametrize(
    ("select", "level", "speaks"),
    [
        (("SAA",), Level.DEFAULT, False),
        (("SAA",), Level.STRICT, True),
        (("SAA7",), Level.DEFAULT, True),
        (("SAA702",), Level.DEFAULT, True),
        (("lazy-load",), Level.DEFAULT, True),
        (("SAA1",), Level.STRICT, False),
    ],
)
def test_a_strict_rule_speaks_at_strict_or_when_its_hundred_is_selected(
    select: tuple[str, ...], level: Level, *, speaks: bool
) -> None:
    selection = Selection(select=select, ignore=(), level=level)

    assert selection.has(LOAD, is_strict=True) == speaks


def test_what_inference_could_not_follow_is_reported_at_strict_only() -> None:
    unsure = finding("SAA101", "a.py", Confidence.INFERENCE_FAILURE)

    def reported(settings: Settings) -> list[Finding]:
        return list(selected_findings([unsure], settings, RULES, working_directory=Path("/p")))

    assert reported(Settings()) == []
    assert reported(Settings(level=Level.STRICT)) == [unsure]


@pytest.mark.parametrize(
    ("pattern", "is_ignored"),
    [
        ("tests/*", True),
        ("tests", True),
        ("tests/", True),
        ("test_api.py", True),
        ("test_*.py", True),
        ("**/test_api.py", True),
        ("tests/unit/test_api.py", True),
        ("unit/test_api.py", False),
        ("api.py", False),
    ],
)
def test_files_are_meant_by_path_name_and_folder(pattern: str, *, is_ignored: bool) -> None:
    settings = Settings(directory=Path("/p"), per_file_ignores=((pattern, ("SAA1",)),))
    found = finding("SAA101", "unit/test_api.py")

    kept = list(selected_findings([found], settings, RULES, working_directory=Path("/p/tests")))

    assert kept == ([] if is_ignored else [found])


def test_a_selector_names_a_rule_or_a_hundred() -> None:
    assert all(selects_some(word, RULES.values()) for word in ("SAA", "SAA4", "SAA10", "lazy-load"))
    assert not any(selects_some(word, RULES.values()) for word in ("", "SAB", "SAA111", "lazy"))
    assert nearest_rule("lazy-lood", RULES.values()) == "lazy-load"

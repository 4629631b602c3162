"""Which findings a comment silences, in each dialect."""

from __future__ import annotations

import pytest

from saalint.facts.lowering import SyntaxFailure, facts_of
from saalint.findings.finding import Confidence, Finding, Location, Severity
from saalint.findings.selection import RuleIdentity
from saalint.findings.suppression import Dialect, unsuppressed_findings

RULES = {
    "SAA101": RuleIdentity(
        code="SAA101",
        name="lazy-relationship-read",
        aliases=("old-name",),
        pylint_id="E7101",
        group="loading",
        is_strict=False,
    )
}


def is_silenced(text: str, host: Dialect | None = None) -> bool:
    facts = facts_of(text)
    assert not isinstance(facts, SyntaxFailure)
    line = text[: text.index(".books")].count("\n") + 1
    found = Finding(
        location=Location("a.py", line, 0, line, 5),
        code="SAA101",
        rule="lazy-relationship-read",
        message="",
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        subject="Author.books",
        scope="",
    )
    kept = unsuppressed_findings([found], {"a.py": facts.suppressions}, RULES, host=host)
    return list(kept) == []


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa",
        "# noqa: SAA101",
        "# noqa: SAA1",
        "# noqa: E501, SAA101",
        "# pylint: disable=lazy-relationship-read",
        "# pylint: disable=old-name",
        "# pylint: disable=E7101",
        "# pylint: disable=saa-loading",
        "# pylint: disable=all",
        "# saalint: ignore",
        "# saalint: ignore[SAA101]",
        "# saalint: ignore[SAA1]",
        "# saalint: ignore[lazy-relationship-read]",
    ],
)
def test_silencing_comments(comment: str) -> None:
    assert is_silenced(f"print(author.books)  {comment}\n")


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa: SAA102",
        "# noqa: E501",
        "# noqa: saa101",
        "# pylint: disable=lazy-column-read",
        "# pylint: disable=saa-expiry",
        "# saalint: ignore[SAA2]",
        "# saalint: ignore[lazy-column-read]",
        "# a comment",
    ],
)
def test_other_comments(comment: str) -> None:
    assert not is_silenced(f"print(author.books)  {comment}\n")


def test_a_comment_on_the_next_line_silences_nothing() -> None:
    assert not is_silenced("print(author.books)\n# noqa\n")


def test_pylint_comments_hold_for_their_block() -> None:
    text = """\
def shelf(author):
    # pylint: disable=lazy-relationship-read
    print(1)
    return author.books
"""

    assert is_silenced(text)


def test_the_host_applies_its_own_dialect() -> None:
    noqa = "print(author.books)  # noqa\n"
    pragma = "print(author.books)  # pylint: disable=E7101\n"

    assert not is_silenced(noqa, Dialect.NOQA)
    assert is_silenced(pragma, Dialect.NOQA)
    assert is_silenced(noqa, Dialect.PYLINT)
    assert not is_silenced(pragma, Dialect.PYLINT)

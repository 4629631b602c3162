"""Which findings a comment silences, in each dialect."""

from __future__ import annotations

import pytest

from saalint.facts.lowering import SyntaxFailure, facts_of
from saalint.findings.finding import Confidence, Finding, Severity
from saalint.findings.location import Location
from saalint.findings.selection import RuleIdentity
from saalint.findings.suppression import unsuppressed_findings, unused_suppressions
from saalint.rules.tool.unused_suppression import finding_of
from saalint.source.suppression import CommentDialect, Suppression

RULES = {
    rule.code: rule
    for rule in (
        RuleIdentity(
            code="SAA002",
            name="unused-suppression",
            aliases=(),
            pylint_id="R7002",
            group="tool",
            is_strict=True,
        ),
        RuleIdentity(
            code="SAA101",
            name="lazy-relationship-read",
            aliases=("old-name",),
            pylint_id="E7101",
            group="loading",
            is_strict=False,
        ),
    )
}


def is_silenced(text: str, host: CommentDialect | None = None) -> bool:
    kept = unsuppressed_findings(
        [finding_in(text)], {"a.py": suppressions_in(text)}, RULES, host=host
    )
    return list(kept) == []


def unused(text: str) -> list[str]:
    """The codes that a comment names without use."""
    findings = [finding_in(text)] if ".books" in text else []
    found = unused_suppressions(findings, {"a.py": suppressions_in(text)}, RULES)
    return [each.code if each.meant is None else f"{each.code} for {each.meant}" for each in found]


def suppressions_in(text: str) -> tuple[Suppression, ...]:
    facts = facts_of(text)
    assert not isinstance(facts, SyntaxFailure)
    return facts.suppressions


def finding_in(text: str, code: str = "SAA101") -> Finding:
    line = text[: text.index(".books")].count("\n") + 1
    return Finding(
        location=Location("a.py", line, 0, line, 5),
        code=code,
        rule=RULES[code].name,
        message="",
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        subject="Author.books",
        scope="",
    )


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

    assert not is_silenced(noqa, CommentDialect.NOQA)
    assert is_silenced(pragma, CommentDialect.NOQA)
    assert is_silenced(noqa, CommentDialect.PYLINT)
    assert not is_silenced(pragma, CommentDialect.PYLINT)


@pytest.mark.parametrize(
    ("comment", "codes"),
    [
        ("# noqa: SAA101", ["SAA101"]),
        ("# noqa: E501, SAA101,SAA002", ["SAA101"]),
        ("# noqa: SAA", [""]),
        ("# noqa", []),
        ("# noqa: E501", []),
        ("# pylint: disable=E7101,unused-import", ["E7101"]),
        ("# pylint: disable=saa-loading", ["saa-loading"]),
        ("# pylint: disable=all", []),
        ("# saalint: ignore", [""]),
        (
            "# saalint: ignore[lazy-relationship-reed]",
            [
                "lazy-relationship-reed for lazy-relationship-read",
            ],
        ),
        ("# saalint: ignore-file[SAA1]", ["SAA1"]),
    ],
)
def test_comments_that_silence_nothing(comment: str, codes: list[str]) -> None:
    assert unused(f"print(author)  {comment}\n") == codes


def test_comments_that_silence_something() -> None:
    assert unused("print(author.books)  # noqa: SAA101,SAA2\n") == ["SAA2"]
    assert unused("print(author.books)  # saalint: ignore\n") == []
    assert unused("print(author.books)  # noqa: SAA\n") == [""]
    assert unused("text = '# noqa: SAA'\n") == []
    assert unused("# pylint: disable=E7101\na = 1\n# pylint: enable=E7101\na.books\n") == ["E7101"]


def test_the_report_on_a_comment_is_silenced_by_name_alone() -> None:
    finding = finding_in("a.books", "SAA002")

    for comment, is_kept in (("# saalint: ignore", True), ("# noqa: SAA002", False)):
        suppressions = {"a.py": suppressions_in(f"a.books  {comment}\n")}
        assert list(unsuppressed_findings([finding], suppressions, RULES)) == [finding] * is_kept


def test_a_misspelt_comment_of_ours_silences_nothing_and_is_reported() -> None:
    text = "author.books  # saalint: ignroe\n"

    assert not is_silenced(text)
    reported = unused_suppressions([finding_in(text)], {"a.py": suppressions_in(text)}, RULES)
    assert [finding_of(each).message for each in reported] == [
        "`# saalint: ignroe` silences nothing: write `# saalint: ignore[SAA101]` with the rule's code"
    ]

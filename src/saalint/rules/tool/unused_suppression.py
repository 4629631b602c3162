"""A comment silences nothing, or `# noqa: SAA` without digits silences every tool.

## Why is this bad

A comment that outlived its reason hides the next finding on its line, which may be a real one.
flake8 reads `# noqa: SAA` without digits as a bare `# noqa`: every finding of every tool is silenced.

## What to do

Remove the comment, or the code in it that the message names. Write the digits: `# noqa: SAA101`.

## What is not reported

A bare `# noqa` and `# pylint: disable=all`, which other tools may need. Comments that name other
tools' codes only. Files with an internal error, of which not all findings are known.
"""

from __future__ import annotations

from saalint.findings.finding import Confidence, Finding, Severity
from saalint.findings.location import Location
from saalint.findings.suppression import UnusedSuppression
from saalint.rules.rule import Level, Rule
from saalint.source.positions import column_of, line_of
from saalint.source.suppression import CommentDialect

RULE = Rule(
    number=2,
    name="unused-suppression",
    severity=Severity.REFACTOR,
    since="0.1",
    level=Level.STRICT,
)


def finding_of(unused: UnusedSuppression) -> Finding:
    """The finding about one code of a comment."""
    line, column = line_of(unused.suppression.at), column_of(unused.suppression.at)
    return Finding(
        location=Location(unused.path, line, column, line, column + 1),
        code=RULE.code,
        rule=RULE.name,
        message=_message(unused),
        severity=RULE.severity,
        confidence=Confidence.HIGH,
        subject=unused.code,
        scope="",
    )


def _message(unused: UnusedSuppression) -> str:
    if unused.suppression.is_family_only:
        return (
            "`# noqa: SAA` without digits silences every tool: write the digits, `# noqa: SAA101`"
        )
    if unused.suppression.misspelt:
        comment = f"# saalint: {unused.suppression.misspelt}"
        return (
            f"`{comment}` silences nothing: write `# saalint: ignore[SAA101]` with the rule's code"
        )
    comment = _comment(unused)
    if unused.meant is not None:
        return f"`{comment}` names no rule: did you mean `{unused.meant}`"
    return f"`{comment}` silences nothing: remove it"


def _comment(unused: UnusedSuppression) -> str:
    """The comment as it would stand if it named this code alone."""
    match unused.suppression.dialect:
        case CommentDialect.NOQA:
            return f"# noqa: {unused.code}"
        case CommentDialect.PYLINT:
            return f"# pylint: disable={unused.code}"
        case CommentDialect.SAALINT:
            return f"# saalint: ignore[{unused.code}]" if unused.code else "# saalint: ignore"

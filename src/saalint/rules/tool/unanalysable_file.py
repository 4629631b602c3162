"""A file cannot be read or parsed, so nothing in it is known.

## Why is this bad

What the file defines is missing from the analysis: models without their relationships, functions
without their queries. The rest of the project is analysed, and some of it will not be verifiable.

## What to do

Correct the file. The syntax of Python up to 3.14 is read whatever Python runs saalint; for newer syntax,
install saalint in an environment with that Python. A file that is not meant to be Python belongs in `exclude`.
A tag that Jinja does not know is left out of its template; the project's own extensions, classes with
`tags = {...}`, are known.

## What is not reported

Files that settings exclude, and files that git ignores. Under flake8 and pylint the host reports
the syntax of a Python file itself (`E999`, `syntax-error`) and no plugin is asked. Templates that
nothing in the project renders are not read. In a project of which no file names SQLAlchemy or SQLModel,
only the files that were asked about by name.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Confidence, Finding, Severity
from saalint.findings.location import Location
from saalint.interpret.events import Event, Unreadable
from saalint.rules.context import RuleContext
from saalint.rules.rule import Rule

RULE = Rule(number=1, name="unanalysable-file", severity=Severity.ERROR, since="0.1")


def finding_at(
    location: Location, reason: str, remedy: str, *, manner: str = "not analysed,"
) -> Finding:
    """The finding about one file: why it is not analysed, or without what, and what would help."""
    return Finding(
        location=location,
        code=RULE.code,
        rule=RULE.name,
        message=f"`{location.path.rpartition('/')[2]}` is {manner} {reason}: {remedy}",
        severity=RULE.severity,
        confidence=Confidence.HIGH,
        subject=location.path.rpartition("/")[2],
        scope="",
    )


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """A finding where a template that is rendered cannot be read."""
    if isinstance(event, Unreadable):
        manner = "analysed without" if event.is_left_out else "not analysed,"
        location = context.location(event.place, 0)
        yield finding_at(location, event.reason, event.remedy, manner=manner)

"""The analysis of one function failed with an error of saalint's own.

## Why is this bad

Nothing is known of what this function does, so reads in it and in its callers may go unreported.
The rest of the project was analysed. The exit status of the run is 2.

## What to do

Report it to the authors of saalint, with the function if you can. Until then the function can be
left out with `exclude`, or the finding silenced on its line.

## What is not reported

Functions that are too large for the bounds of the analysis: the coverage line counts those.
"""

from __future__ import annotations

from collections.abc import Iterator

from saalint.findings.finding import Confidence, Finding, Severity
from saalint.findings.location import Location
from saalint.interpret.events import Event, Failure
from saalint.rules.context import RuleContext
from saalint.rules.rule import Rule

RULE = Rule(number=9, name="internal-error", severity=Severity.ERROR, since="0.1")


def check(event: Event, context: RuleContext) -> Iterator[Finding]:
    """Report each function whose analysis failed."""
    if isinstance(event, Failure):
        location = context.location(event.place, 1)
        yield finding_at(
            location, event.scope, f"`{event.scope or 'module'}` was not analysed, {event.text}"
        )


def finding_at(location: Location, scope: str, what: str) -> Finding:
    """The finding about one failure; `what` is the message without its remedy."""
    return Finding(
        location=location,
        code=RULE.code,
        rule=RULE.name,
        message=f"{what}: report it to the authors of saalint",
        severity=RULE.severity,
        confidence=Confidence.HIGH,
        subject=scope,
        scope=scope,
    )

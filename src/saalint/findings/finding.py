"""One report of one rule, with its witness: what every front end and report is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from saalint.findings.location import Location
from saalint.findings.remedy import Remedy


class Severity(StrEnum):
    """How bad it is if true.

    ERROR raises, WARNING costs queries or breaks on change, REFACTOR could be simpler.
    """

    ERROR = "error"
    WARNING = "warning"
    REFACTOR = "refactor"


class Confidence(StrEnum):
    """How we know, in pylint's names."""

    HIGH = "HIGH"
    CONTROL_FLOW = "CONTROL_FLOW"
    INFERENCE = "INFERENCE"
    INFERENCE_FAILURE = "INFERENCE_FAILURE"


class TraceStep(msgspec.Struct, frozen=True, order=True):
    """One step on the way from the query to the read, in words."""

    location: Location
    text: str


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A finding. `origin` is the query, `trace` leads from it to `location`.

    `subject` is `Model.attribute`, `scope` the function that reads it: `Class.function`. `remedy` is what would make it
    go away, where that is known.
    """

    location: Location
    code: str
    rule: str
    message: str
    severity: Severity = field(compare=False)
    confidence: Confidence = field(compare=False)
    subject: str
    scope: str
    origin: Location | None = field(compare=False, default=None)
    trace: tuple[TraceStep, ...] = field(compare=False, default=())
    remedy: Remedy | None = field(compare=False, default=None)

    @property
    def way(self) -> tuple[TraceStep, ...]:
        """The steps of the trace that stand elsewhere, one for each place."""
        by_place = {step.location: step for step in reversed(self.trace)}
        return tuple(
            step
            for step in self.trace
            if step.location != self.location and by_place[step.location] is step
        )

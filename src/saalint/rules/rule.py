"""The declaration of a rule: what front ends, documentation, settings and tests derive from."""

from __future__ import annotations

import msgspec

from saalint.config.settings import Level
from saalint.findings.finding import Severity

__all__ = ["Level", "Rule"]


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule. The module docstring of its module is its explanation, the first line its summary.

    `bad` and `good` are snippets that see the shared models of the documentation; both are tested.
    A strict rule that is `is_on_request` is about a habit so common that it speaks only when it is selected.
    A rule about the tool itself (a file that cannot be read) has none. `aliases` are earlier names.
    """

    number: int
    name: str
    severity: Severity
    since: str
    level: Level = Level.DEFAULT
    is_on_request: bool = False
    bad: str = ""
    good: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """`SAA101`."""
        return f"SAA{self.number:03}"

    @property
    def speaks(self) -> str:
        """When it speaks: at level `default` or `strict`, or `on request`."""
        return "on request" if self.is_on_request else self.level.value

    @property
    def pylint_id(self) -> str:
        """`E7101`: the severity's letter, 7, and the number."""
        return f"{self.severity.value[0].upper()}7{self.number:03}"

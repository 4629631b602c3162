"""Findings and suppression comments to the findings that no comment silences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from saalint.findings.finding import Finding
from saalint.findings.selection import RuleIdentity, closeness
from saalint.source.suppressions import Suppression


class Dialect(StrEnum):
    """Whose comment it is. A host applies its own: flake8 `noqa`, pylint `pylint`."""

    NOQA = "noqa"
    PYLINT = "pylint"
    SAALINT = "saalint"


def unsuppressed_findings(
    findings: Iterable[Finding],
    suppressions: Mapping[str, Sequence[Suppression]],
    rules: Mapping[str, RuleIdentity],
    *,
    host: Dialect | None = None,
) -> Iterator[Finding]:
    """The findings that no comment silences. `suppressions` are those of each file by its path.

    The comments of the host's own dialect are left to the host, which also knows when to disobey
    them: `flake8 --disable-noqa`.
    """
    for finding in findings:
        rule = rules[finding.code]
        if not any(
            suppression.dialect != host and _silences(suppression, finding, rule)
            for suppression in suppressions.get(finding.location.path, ())
        ):
            yield finding


def _silences(suppression: Suppression, finding: Finding, rule: RuleIdentity) -> bool:
    if not suppression.first <= finding.location.line <= suppression.last:
        return False
    if not suppression.codes:
        return True
    if suppression.dialect == Dialect.PYLINT:
        names = {"all", rule.pylint_id.lower(), f"saa-{rule.group}", *rule.names}
        return any(code.lower() in names for code in suppression.codes)
    return any(closeness(code, rule) for code in suppression.codes)

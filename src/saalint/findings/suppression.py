"""Findings and suppression comments to the findings that no comment silences, and the comments without use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from saalint.findings.finding import Finding
from saalint.findings.selection import RuleIdentity, closeness, nearest_rule, selects_some
from saalint.source.suppression import CommentDialect, Suppression

# What silences the report of a comment without use has to name it, or the comment would silence that too.
_ABOUT_SUPPRESSIONS = "SAA002"

SuppressionsOf = Mapping[str, Sequence[Suppression]]
Rules = Mapping[str, RuleIdentity]


class UnusedSuppression(msgspec.Struct, frozen=True, kw_only=True):
    """A comment that silences nothing with one of its codes (empty: by its presence).

    `meant` is the nearest rule where the code names none.
    """

    path: str
    suppression: Suppression
    code: str
    meant: str | None = None


def unsuppressed_findings(
    findings: Iterable[Finding],
    suppressions: SuppressionsOf,
    rules: Rules,
    *,
    host: CommentDialect | None = None,
) -> Iterator[Finding]:
    """The findings that no comment silences. `suppressions` are those of each file by its path.

    The comments of the host's own dialect are left to the host, which also knows when to disobey
    them: `flake8 --disable-noqa`.
    """
    for finding in findings:
        rule = rules[finding.code]
        if not any(
            suppression.dialect is not host
            and any(True for _ in _silencing(suppression, finding, rule))
            for suppression in suppressions.get(finding.location.path, ())
        ):
            yield finding


def unused_suppressions(
    findings: Sequence[Finding], suppressions: SuppressionsOf, rules: Rules
) -> Iterator[UnusedSuppression]:
    """The comments about our rules that silence none of all findings, selected or not."""
    used = {
        (finding.location.path, suppression.at, code)
        for finding in findings
        for suppression in suppressions.get(finding.location.path, ())
        for code in _silencing(suppression, finding, rules[finding.code])
    }
    about_suppressions = rules[_ABOUT_SUPPRESSIONS]
    for path, comments in suppressions.items():
        for suppression in comments:
            for code in suppression.codes or ("",):
                key = (path, suppression.at, code)
                if key in used and not suppression.is_family_only:
                    continue
                if not _is_ours(suppression, code, rules) or _names(
                    suppression, code, about_suppressions
                ):
                    continue
                # pylint's comments may be about several ranges of lines each: one report is enough.
                used.add(key)
                meant = (
                    None
                    if selects_some(code, rules.values())
                    else nearest_rule(code, rules.values())
                )
                yield UnusedSuppression(path=path, suppression=suppression, code=code, meant=meant)


def _silencing(suppression: Suppression, finding: Finding, rule: RuleIdentity) -> Iterator[str]:
    """The codes of a comment that silence a finding; an empty one for a comment without codes."""
    if not suppression.first <= finding.location.line <= suppression.last:
        return
    if not suppression.codes and rule.code != _ABOUT_SUPPRESSIONS:
        yield ""
    for code in suppression.codes:
        if _names(suppression, code, rule):
            yield code


def _names(suppression: Suppression, code: str, rule: RuleIdentity) -> bool:
    if suppression.dialect is CommentDialect.PYLINT:
        return code.lower() in {"all", rule.pylint_id.lower(), f"saa-{rule.group}", *rule.names}
    return closeness(code, rule) > 0


def _is_ours(suppression: Suppression, code: str, rules: Rules) -> bool:
    """Whether a comment is about saalint alone: any other may serve another tool, or be a quotation."""
    if suppression.is_quoted:
        return False
    match suppression.dialect:
        case CommentDialect.SAALINT:
            return True
        case CommentDialect.NOQA:
            return code != "" or suppression.is_family_only
        case CommentDialect.PYLINT:
            is_named = any(_names(suppression, code, rule) for rule in rules.values())
            return is_named and code.lower() != "all"

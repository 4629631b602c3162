"""Findings and settings to the findings that are reported: by code, prefix, name and level."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from saalint.config.options import nearest, suggestion
from saalint.config.settings import Level, Settings
from saalint.findings.finding import Confidence, Finding
from saalint.source.paths import absolute, is_in

_HUNDRED = len("SAA7")
_CODE = len("SAA701")
# the folder of the rules that count queries, which migrations and tests may make as many of as they like
_COUNTING = "queries"
_TOOL = "tool"


class RuleIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """The names under which a rule is selected or suppressed.

    One that is `is_on_request` speaks only when it or its hundred is selected, whatever the level.
    """

    code: str
    name: str
    aliases: tuple[str, ...]
    pylint_id: str
    group: str
    is_strict: bool
    is_on_request: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Its name and its earlier names."""
        return (self.name, *self.aliases)


def closeness(selector: str, rule: RuleIdentity) -> int:
    """How much of a rule's code a selector names: 0 for none, 4 for its hundred, 6 for all."""
    if selector in rule.names:
        return _CODE
    return len(selector) if rule.code.startswith(selector.upper()) else 0


def selects_some(selector: str, rules: Iterable[RuleIdentity]) -> bool:
    """Whether a selector names at least one rule, or a group that may get one: `SAA4`."""
    is_hundred = len(selector) <= _HUNDRED and selector.rstrip("0123456789") == "SAA"
    return is_hundred or any(closeness(selector, rule) for rule in rules)


def nearest_rule(selector: str, rules: Iterable[RuleIdentity]) -> str | None:
    """The code or name that was probably meant."""
    return nearest(selector, _words(rules))


def remedy_for_rule(word: str, rules: Iterable[RuleIdentity]) -> str:
    """What helps whoever wrote a word that is no rule."""
    return suggestion(word, _words(rules), otherwise="see `saalint rules`")


def unknown_selector(selector: str, rules: Collection[RuleIdentity]) -> str | None:
    """What is wrong with a selector, and what helps; None where it selects some rule."""
    if selects_some(selector, rules):
        return None
    return f"`{selector}` selects no rule: {remedy_for_rule(selector, rules)}"


def _words(rules: Iterable[RuleIdentity]) -> Iterator[str]:
    return (word for rule in rules for word in (rule.code, *rule.names))


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """Which findings are reported. The closer of `select` and `ignore` wins, `ignore` if equal."""

    select: tuple[str, ...]
    ignore: tuple[str, ...]
    level: Level

    def has(self, rule: RuleIdentity, *, is_strict: bool) -> bool:
        """Whether the findings of a rule are reported; `is_strict` for those of the strict kind.

        A strict rule speaks when the level is strict or when it is selected by at least its
        hundred, never by `SAA` alone: `flake8 --select SAA` is what everybody types.
        A file that is not read and a setting that means nothing, such as a selector that selects nothing, are told
        whatever is selected: a run that is clean for that reason would not be.
        """
        selected = _closest(self.select, rule)
        if rule.group == _TOOL:
            selected = max(selected, len("SAA"))
        if selected <= _closest(self.ignore, rule):
            return False
        if rule.is_on_request:
            return selected >= _HUNDRED
        return not is_strict or self.level is Level.STRICT or selected >= _HUNDRED


def selected_findings(
    findings: Iterable[Finding],
    settings: Settings,
    rules: Mapping[str, RuleIdentity],
    *,
    working_directory: Path,
) -> Iterator[Finding]:
    """The findings that the settings ask for. `rules` are all rules by their code."""
    selection = Selection(select=settings.select, ignore=settings.ignore, level=settings.level)
    ignored_in = _PerFileIgnores(settings, working_directory)
    is_uncounted = _Uncounted(settings, working_directory)
    for finding in findings:
        rule = rules[finding.code]
        is_strict = rule.is_strict or finding.confidence is Confidence.INFERENCE_FAILURE
        if not selection.has(rule, is_strict=is_strict):
            continue
        if any(closeness(selector, rule) for selector in ignored_in(finding.location.path)):
            continue
        if rule.group == _COUNTING and is_uncounted(finding.location.path):
            continue
        yield finding


class _Uncounted:
    def __init__(self, settings: Settings, working_directory: Path) -> None:
        self._patterns = settings.exclude_from_counting
        self._directory = settings.directory
        self._working_directory = working_directory
        self._by_path: dict[str, bool] = {}

    def __call__(self, path: str) -> bool:
        if path not in self._by_path:
            file = absolute(self._working_directory / path)
            self._by_path[path] = is_in(file, self._patterns, self._directory)
        return self._by_path[path]


class _PerFileIgnores:
    def __init__(self, settings: Settings, working_directory: Path) -> None:
        self._patterns = settings.per_file_ignores
        self._directory = settings.directory
        self._working_directory = working_directory
        self._by_path: dict[str, tuple[str, ...]] = {}

    def __call__(self, path: str) -> tuple[str, ...]:
        if not self._patterns:
            return ()
        if path not in self._by_path:
            file = absolute(self._working_directory / path)
            self._by_path[path] = tuple(
                selector
                for pattern, selectors in self._patterns
                if is_in(file, (pattern,), self._directory)
                for selector in selectors
            )
        return self._by_path[path]


def _closest(selectors: Iterable[str], rule: RuleIdentity) -> int:
    return max((closeness(selector, rule) for selector in selectors), default=0)

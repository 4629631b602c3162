"""Registered rules to text and JSON: what `saalint explain` and `saalint rules` print."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator

from saalint.reports.json_report import JsonValue
from saalint.rules.registry import RegisteredRule

# what the word for the time when a rule speaks means
WHEN = {
    "default": "unless it is ignored",
    "strict": "at level strict, or when it or its hundred is selected",
    "on request": "only when it or its hundred is selected",
}


def explanation_lines(registered: RegisteredRule) -> Iterator[str]:
    """Everything about one rule, as Markdown."""
    rule = registered.rule
    yield f"# {rule.name} ({rule.code})"
    yield ""
    yield (
        f"{rule.severity.value}, since version {rule.since}, {rule.pylint_id} in pylint; "
        f"speaks {WHEN[rule.speaks]}"
    )
    if rule.aliases:
        yield f"Earlier names: {', '.join(rule.aliases)}"
    yield ""
    yield registered.explanation
    for heading, example in (("Reported", rule.bad), ("Not reported", rule.good)):
        if example:
            yield f"\n## {heading}\n"
            yield f"```python\n{textwrap.dedent(example).strip()}\n```"


def explanation_json(registered: RegisteredRule) -> str:
    """Everything about one rule, as a document."""
    rule = registered.rule
    document: dict[str, JsonValue] = {
        **_summary(registered),
        "aliases": list(rule.aliases),
        "explanation": registered.explanation,
        "bad": textwrap.dedent(rule.bad).strip(),
        "good": textwrap.dedent(rule.good).strip(),
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def rule_lines(rules: Iterable[RegisteredRule]) -> Iterator[str]:
    """One line for each rule."""
    listed = tuple(rules)
    width = max((len(registered.rule.name) for registered in listed), default=0)
    for registered in listed:
        rule = registered.rule
        yield f"{rule.code}  {rule.name:<{width}}  {rule.speaks:<10}  {registered.summary}"
    yield ""
    yield from (f"{word}: speaks {meaning}" for word, meaning in WHEN.items())


def rules_json(rules: Iterable[RegisteredRule]) -> str:
    """All rules as a document."""
    return json.dumps([_summary(registered) for registered in rules], indent=2, ensure_ascii=False)


def _summary(registered: RegisteredRule) -> dict[str, JsonValue]:
    rule = registered.rule
    return {
        "code": rule.code,
        "name": rule.name,
        "group": registered.group,
        "severity": rule.severity.value,
        "level": rule.level.value,
        "on_request": rule.is_on_request,
        "since": rule.since,
        "pylint": rule.pylint_id,
        "summary": registered.summary,
    }

"""`saalint explain` and `saalint rules`: a rule's name to its printed explanation."""

from __future__ import annotations

from saalint.findings.selection import remedy_for_rule
from saalint.front_ends.cli.status import CLEAN, RefusedError
from saalint.reports.explain import explanation_json, explanation_lines, rule_lines, rules_json
from saalint.rules.registry import all_rules, identities, rule_named


def run_explain(word: str, *, is_json: bool) -> int:
    """Explain the rule with a code or a name; list the rules that begin with a part of a code."""
    registered = rule_named(word)
    members = [one for one in all_rules() if one.rule.code.startswith(word.upper())]
    if registered is None and members:
        print(rules_json(members) if is_json else "\n".join(rule_lines(members)))
        return CLEAN
    if registered is None:
        remedy = remedy_for_rule(word, identities().values())
        raise RefusedError(f"`{word}` is no rule: {remedy}")
    print(explanation_json(registered) if is_json else "\n".join(explanation_lines(registered)))
    return CLEAN


def run_rules(*, is_json: bool) -> int:
    """List all rules."""
    print(rules_json(all_rules()) if is_json else "\n".join(rule_lines(all_rules())))
    return CLEAN

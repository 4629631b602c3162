"""The modules under `rules/` to the rules that exist, found by walking, known by any name."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import TypeAlias

import saalint.rules
from saalint.config.settings import Level
from saalint.findings.finding import Finding
from saalint.findings.selection import RuleIdentity
from saalint.interpret.events import Event
from saalint.rules.context import RuleContext
from saalint.rules.rule import Rule

Check: TypeAlias = Callable[[Event, RuleContext], Iterator[Finding]]

_NOT_A_RULE = frozenset({"context", "costs", "registry", "rule"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredRule:
    """A rule with what its module says about it.

    `explanation` is the whole docstring, `group` the folder, `check` absent where the engine itself
    finds what the rule is about.
    """

    rule: Rule
    group: str
    explanation: str
    check: Check | None

    @property
    def summary(self) -> str:
        """The first line of the explanation."""
        return self.explanation.partition("\n")[0]

    @property
    def identity(self) -> RuleIdentity:
        """The names under which the rule is selected or suppressed."""
        return RuleIdentity(
            code=self.rule.code,
            name=self.rule.name,
            aliases=self.rule.aliases,
            pylint_id=self.rule.pylint_id,
            group=self.group,
            is_strict=self.rule.level is Level.STRICT,
            is_on_request=self.rule.is_on_request,
        )


@functools.cache
def all_rules() -> tuple[RegisteredRule, ...]:
    """All rules, by number."""
    rules = tuple(_registered(module) for module in _rule_modules())
    return tuple(sorted(rules, key=lambda registered: registered.rule.number))


@functools.cache
def identities() -> Mapping[str, RuleIdentity]:
    """The names of all rules, by code."""
    return {registered.rule.code: registered.identity for registered in all_rules()}


def rule_named(word: str) -> RegisteredRule | None:
    """The rule with a code, a name, an earlier name or a pylint id."""
    for registered in all_rules():
        rule = registered.rule
        if word.upper() in {rule.code, rule.pylint_id} or word in registered.identity.names:
            return registered
    return None


def _rule_modules() -> Iterator[ModuleType]:
    for group in _submodules(saalint.rules):
        if group.rpartition(".")[2] in _NOT_A_RULE:
            continue
        package = importlib.import_module(group)
        for name in _submodules(package):
            module = importlib.import_module(name)
            if hasattr(module, "RULE"):
                yield module


def _submodules(package: ModuleType) -> list[str]:
    found = pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
    return sorted(module.name for module in found)


def _registered(module: ModuleType) -> RegisteredRule:
    return RegisteredRule(
        rule=module.RULE,
        group=module.__name__.split(".")[-2],
        explanation=(module.__doc__ or "").strip(),
        check=getattr(module, "check", None),
    )

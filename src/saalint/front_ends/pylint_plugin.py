"""Findings to pylint's messages: a checker for each hundred of codes, generated from the rules."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pylint import interfaces
from pylint.checkers import BaseRawFileChecker
from pylint.constants import WarningScope

from saalint.config.settings import Level
from saalint.findings.finding import Confidence, Finding
from saalint.front_ends.host import HostOptions, findings_in, hosted_project
from saalint.rules.registry import RegisteredRule, all_rules
from saalint.source.suppression import CommentDialect

if TYPE_CHECKING:
    from astroid import nodes
    from pylint.lint import PyLinter
    from pylint.typing import MessageDefinitionTuple

_CONFIDENCES = {
    Confidence.HIGH: interfaces.HIGH,
    Confidence.CONTROL_FLOW: interfaces.CONTROL_FLOW,
    Confidence.INFERENCE: interfaces.INFERENCE,
    Confidence.INFERENCE_FAILURE: interfaces.INFERENCE_FAILURE,
}
_TOOL = "tool"


class GroupChecker(BaseRawFileChecker):
    """Reports the findings of one group of rules. Raw checkers obey every `# pylint:` comment."""

    codes: ClassVar[frozenset[str]] = frozenset()

    def process_module(self, node: nodes.Module) -> None:
        """Report the findings in one file."""
        text = _buffer(node) if self.linter.config.from_stdin else None
        for finding in findings_in(_path(node), _options(self.linter), text):
            if finding.code in self.codes:
                _add(self, finding, node)


class ToolChecker(GroupChecker):
    """Reports findings about the tool itself, those about its settings file included."""

    options = (
        (
            "saa-config",
            {
                "type": "string",
                "default": "",
                "metavar": "<file>",
                "help": "Settings of saalint, instead of the nearest pyproject.toml.",
            },
        ),
        (
            "saa-level",
            {
                "type": "choice",
                "choices": ["", *(level.value for level in Level)],
                "default": "",
                "metavar": "<level>",
                "help": "Whether strict rules report, instead of level in the settings of saalint.",
            },
        ),
    )

    def __init__(self, linter: PyLinter) -> None:
        super().__init__(linter)
        self._files: dict[Path, None] = {}

    def process_module(self, node: nodes.Module) -> None:
        """Report the findings in one file, and remember its project."""
        super().process_module(node)
        if not self.linter.config.from_stdin:
            self._files[_path(node)] = None

    def close(self) -> None:
        """Report on settings when all files are done; workers leave that to their parent."""
        if self.linter.config.jobs == 1:
            self._report_settings(self._files)

    def get_map_data(self) -> list[Path]:
        """The files of this worker."""
        return list(self._files)

    def reduce_map_data(self, linter: PyLinter, data: list[list[Path]]) -> None:
        """Report on settings in the parent of all workers."""
        del linter
        self._report_settings(sorted(itertools.chain.from_iterable(data)))

    def _report_settings(self, files: Iterable[Path]) -> None:
        options = _options(self.linter)
        found: dict[Finding, None] = {}
        for file in files:
            found.update(dict.fromkeys(hosted_project(file, options).elsewhere))
        for finding in found:
            name = finding.location.path.rpartition("/")[2]
            self.linter.set_current_module(name, finding.location.path)
            _add(self, finding)


def register(linter: PyLinter) -> None:
    """Add the checkers to pylint: its entry point."""
    for checker in checkers():
        linter.register_checker(checker(linter))


def checkers() -> Iterator[type[GroupChecker]]:
    """A class for each hundred of codes: pylint gives two digits to a class."""
    for _, rules in itertools.groupby(all_rules(), key=lambda known: known.rule.number // 100):
        yield _checker(tuple(rules))


def _checker(rules: tuple[RegisteredRule, ...]) -> type[GroupChecker]:
    group = rules[0].group
    return type(
        f"{group.title()}Checker",
        (ToolChecker if group == _TOOL else GroupChecker,),
        {
            "__doc__": f"Reports the findings of the rules in `{group}`.",
            "name": f"saa-{group}",
            "codes": frozenset(known.rule.code for known in rules),
            "msgs": {known.rule.pylint_id: _message(known) for known in rules},
        },
    )


def _message(known: RegisteredRule) -> MessageDefinitionTuple:
    """A message. Messages about nodes obey comments on blocks as users know it from pylint's own.

    Those of the tool are about lines: one about a settings file has no node.
    """
    rule = known.rule
    scope = WarningScope.LINE if known.group == _TOOL else WarningScope.NODE
    # pylint wants an id of its own for each name; another letter keeps the digits.
    letters = [letter for letter in "CRWEFI" if letter != rule.pylint_id[0]]
    old_names = [
        (letter + rule.pylint_id[1:], alias)
        for letter, alias in zip(letters, rule.aliases, strict=False)
    ]
    return (
        "%s",
        rule.name,
        one_paragraph(known.explanation),
        {
            "old_names": old_names,
            "scope": scope,
        },
    )


def one_paragraph(explanation: str) -> str:
    """An explanation without its headings: pylint folds all white space into one paragraph."""
    return " ".join(re.sub(r"^## .*$", "", explanation, flags=re.MULTILINE).split())


def _options(linter: PyLinter) -> HostOptions:
    config, level = linter.config.saa_config, linter.config.saa_level
    return HostOptions(
        dialect=CommentDialect.PYLINT,
        config=Path(config).absolute() if config else None,
        level=Level(level) if level else None,
    )


def _path(node: nodes.Module) -> Path:
    return Path(node.file or "")


def _buffer(node: nodes.Module) -> str | None:
    return node.file_bytes.decode() if isinstance(node.file_bytes, bytes) else None


def _add(checker: GroupChecker, finding: Finding, node: nodes.Module | None = None) -> None:
    checker.add_message(
        finding.rule,
        node=None if checker.name == f"saa-{_TOOL}" else node,
        line=finding.location.line,
        col_offset=finding.location.column,
        end_lineno=finding.location.end_line,
        end_col_offset=finding.location.end_column,
        args=(finding.message,),
        confidence=_CONFIDENCES[finding.confidence],
    )

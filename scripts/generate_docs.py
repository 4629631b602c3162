"""The rules, the settings and the command line to pages of the documentation.

`python scripts/generate_docs.py` writes them: `docs/rules/*.md`, `docs/settings.md` and `docs/command-line.md`; tests
compare them with what is written.
"""
# ruff: noqa: INP001 a script is a file, not a package

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from saalint.config.options import Declaration
from saalint.config.settings import OPTIONS
from saalint.front_ends.cli.main import command_parser
from saalint.reports.explain import WHEN
from saalint.rules.registry import RegisteredRule, all_rules

DOCS = Path(__file__).parent.parent / "docs"
RULES = DOCS / "rules"


def pages() -> dict[str, str]:
    """The text of every page, by file name."""
    rules = all_rules()
    texts = {f"{registered.rule.name}.md": _page(registered) for registered in rules}
    return {"index.md": "\n".join(_index(rules)), **texts}


def reference() -> dict[str, str]:
    """The text of the pages to look things up in, by file name."""
    return {
        "settings.md": "\n".join(_settings(OPTIONS)),
        "command-line.md": "\n".join(_commands(command_parser())),
    }


def _settings(options: tuple[Declaration, ...]) -> Iterator[str]:
    yield "# Settings"
    yield ""
    yield "They stand in `[tool.saalint]` of `pyproject.toml`, for the command line, flake8 and pylint alike."
    yield "Relative paths and patterns start at the folder of that file."
    yield "A name or value that is not understood is reported as [SAA003](rules/invalid-setting.md)."
    yield ""
    yield "| setting | default | what it does |"
    yield "| --- | --- | --- |"
    for option in sorted(options, key=lambda each: each.name):
        yield f"| `{option.name}` | {_default(option.default)} | {option.help} |"
    yield ""
    yield "flake8 and pylint have two options for it: `saa-config` names another settings file, `saa-level` a level."
    yield ""


def _default(value: object) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return f"`{str(value).lower()}`"
        case tuple():
            return ", ".join(f"`{each}`" for each in value) or "none"
        case _:
            return f"`{value}`"


def _commands(parser: argparse.ArgumentParser) -> Iterator[str]:
    yield "# Command line"
    yield ""
    yield "Every command ends with 0, with 1 if there are findings, or with 2 if the run itself failed."
    for action in parser._actions:  # noqa: SLF001 - argparse tells its commands in no other way
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - the same
            helps = {each.dest: each.help for each in action._choices_actions}  # noqa: SLF001 - the same
            for name, command in action.choices.items():
                yield from _command(name, helps.get(name) or "", command)
    yield ""


def _command(name: str, summary: str, parser: argparse.ArgumentParser) -> Iterator[str]:
    yield ""
    yield f"## `saalint {name}`"
    yield ""
    yield parser.description or f"{summary[:1].upper()}{summary[1:]}."
    yield ""
    yield "| argument | what it does |"
    yield "| --- | --- |"
    for action in parser._actions:  # noqa: SLF001 - the same
        if action.dest != "help":
            yield f"| {_argument(action)} | {_meaning(action)} |"


def _argument(action: argparse.Action) -> str:
    names = ", ".join(action.option_strings)
    value = "" if action.nargs == 0 else str(action.metavar or "")
    if action.choices is not None and not value:
        value = " or ".join(map(str, action.choices)) if not names else "…"
    return f"`{f'{names} {value}'.strip()}`"


def _meaning(action: argparse.Action) -> str:
    listed = ", ".join(f"`{choice}`" for choice in action.choices or ())
    return ": ".join(part for part in (action.help or "", listed) if part)


def _page(registered: RegisteredRule) -> str:
    rule = registered.rule
    lines = [f"# {rule.name} ({rule.code})", "", registered.explanation, ""]
    if rule.bad:
        lines += [
            "## Example",
            "",
            "The examples use [the models of the bookshop](../models.md).",
            "",
            *_example(rule.bad),
            "Nothing is reported here:",
            "",
            *_example(rule.good),
        ]
    known_as = f"since version {rule.since}, `{rule.pylint_id}` in pylint"
    everywhere = f"To switch it off, add `{rule.name}` to `ignore` in `[tool.saalint]`"
    if rule.speaks != "default":
        everywhere = f'To switch it on, write `select = ["SAA", "{rule.name}"]` in `[tool.saalint]`'
    lines += [
        "## At a glance",
        "",
        f"Severity {rule.severity.value}, {known_as}.",
        f"This rule speaks {WHEN[rule.speaks]}.",
        f"{everywhere}; to silence one line, end it with `# noqa: {rule.code}`.",
    ]
    if rule.aliases:
        lines.append(f"Earlier names: {', '.join(f'`{alias}`' for alias in rule.aliases)}.")
    return "\n".join([*lines, ""])


def _example(text: str) -> list[str]:
    return ["```python", textwrap.dedent(text).strip(), "```", ""]


def _index(rules: tuple[RegisteredRule, ...]) -> Iterator[str]:
    yield "# Rules"
    yield ""
    yield "This page and those it leads to are made from the rules by `scripts/generate_docs.py`."
    yield ""
    yield from (f"* *{word}*: speaks {meaning}." for word, meaning in WHEN.items())
    for group, members in groupby(rules, key=lambda registered: registered.group):
        yield f"\n## {group}\n"
        yield "| code | name | what is reported | speaks |"
        yield "| --- | --- | --- | --- |"
        for registered in members:
            rule = registered.rule
            name = f"[{rule.name}]({rule.name}.md)"
            yield f"| {rule.code} | {name} | {registered.summary} | {rule.speaks} |"
    yield "\n```{toctree}\n:hidden:\n"
    for registered in rules:
        yield registered.rule.name
    yield "```\n"


def main() -> int:
    """Write the pages, and remove those of rules that are gone."""
    RULES.mkdir(parents=True, exist_ok=True)
    texts = pages()
    for path in RULES.glob("*.md"):
        if path.name not in texts:
            path.unlink()
    for name, text in texts.items():
        (RULES / name).write_text(text, "utf-8")
    for name, text in reference().items():
        (DOCS / name).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

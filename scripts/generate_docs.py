"""The modules of the rules to `docs/rules/*.md`: a page for each rule, and an index.

`python scripts/generate_docs.py` writes the pages; a test compares them with what is written.
"""
# ruff: noqa: INP001 a script is a file, not a package

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from saalint.rules.registry import RegisteredRule, all_rules
from saalint.rules.rule import Level

RULES = Path(__file__).parent.parent / "docs" / "rules"
LEVELS = {
    Level.DEFAULT: "This rule speaks by default.",
    Level.STRICT: 'This rule speaks with `level = "strict"`, or when its hundred is selected.',
}


ON_REQUEST = "This rule speaks when it, or its hundred, is selected."


def pages() -> dict[str, str]:
    """The text of every page, by file name."""
    rules = all_rules()
    texts = {f"{registered.rule.name}.md": _page(registered) for registered in rules}
    return {"index.md": "\n".join(_index(rules)), **texts}


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
    lines += [
        "## At a glance",
        "",
        f"Severity {rule.severity.value}, {known_as}.",
        ON_REQUEST if rule.is_on_request else LEVELS[rule.level],
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
    for group, members in groupby(rules, key=lambda registered: registered.group):
        yield f"\n## {group}\n"
        yield "| code | name | what is reported | level |"
        yield "| --- | --- | --- | --- |"
        for registered in members:
            rule = registered.rule
            name = f"[{rule.name}]({rule.name}.md)"
            yield f"| {rule.code} | {name} | {registered.summary} | {rule.level.value} |"
    yield ""


def main() -> int:
    """Write the pages, and remove those of rules that are gone."""
    RULES.mkdir(parents=True, exist_ok=True)
    texts = pages()
    for path in RULES.glob("*.md"):
        if path.name not in texts:
            path.unlink()
    for name, text in texts.items():
        (RULES / name).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

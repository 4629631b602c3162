"""What pylint's comments disable, asked of pylint itself: a checker reports a message on every line."""

from __future__ import annotations

import ast
import io
import json
import re
from pathlib import Path

import pytest

from saalint.source.suppressions import suppressions_of

BLOCKS = re.compile(r"^## .*$", re.MULTILINE)

TEXTS = '''
## A header disables its own line, a class's header the class
def f():  # pylint: disable=lazy
    a = 1
class A(B):
    b = 1
class C:  # pylint: disable=lazy
    c = 1
    d = 1
@decorated
def g(a, b):  # pylint: disable=lazy
    a = 1
def h(
    a,
    b,  # pylint: disable=lazy
):
    a = 1
def i(
    a,
):  # pylint: disable=lazy
    a = 1
def j(
    a,
) -> int:  # pylint: disable=lazy
    a = 1
## A comment before the first statement is about the whole definition
def f():
    """Doc."""
    # pylint: disable=lazy
    a = 1
def g():
    a = 1
    # pylint: disable=lazy
    b = 1
    # pylint: enable=lazy
    c = 1
    # pylint: disable=lazy
    d = 1
class A:
    # pylint: disable=lazy
    def f(self):
        a = 1
    # pylint: enable=lazy
    def g(self):
        a = 1
## A module
"""Doc."""
a = 1
# pylint: disable=lazy
b = 1
## Branches
if a:
    b = 1
    # pylint: disable=lazy
    c = 1
elif b:
    d = 1  # pylint: disable=lazy
else:  # pylint: disable=lazy
    e = 1
try:  # pylint: disable=lazy
    b = 1
except E:
    c = 1
except F:  # pylint: disable=lazy
    c = 1
with a:  # pylint: disable=lazy
    b = 1
match a:
    case 1:  # pylint: disable=lazy
        b = 1
    case 2:
        c = 1
## Statements of several lines
x = f(
    1,
    # pylint: disable=lazy
    2,
)  # pylint: enable=lazy
y = f(
    1,  # pylint: disable=lazy
    2,
)
z = """
"""  # pylint: disable=lazy
## The next line, and two codes
# pylint: disable-next=lazy
a = 1
b = 1  # pylint: disable=fixme, lazy
'''

CHECKER = """
from pylint.checkers import BaseRawFileChecker


class Checker(BaseRawFileChecker):
    name = "lazy"
    msgs = {"E7998": ("%s", "lazy", "Every line.", {"scope": "node-based-msg"})}

    def process_module(self, node):
        with node.stream() as stream:
            lines = stream.read().splitlines()
        for line, _ in enumerate(lines, start=1):
            self.add_message("lazy", line=line, node=node, args=("here",))


def register(linter):
    linter.register_checker(Checker(linter))
"""


def test_comments_disable_what_pylint_disables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [text.lstrip("\n") for text in BLOCKS.split(TEXTS)[1:]]
    for number, text in enumerate(texts):
        (tmp_path / f"text_{number}.py").write_text(text, encoding="utf-8")

    shown = lines_that_pylint_shows(tmp_path, len(texts), monkeypatch)

    for number, text in enumerate(texts):
        every = set(range(1, text.count("\n") + 1))
        assert sorted(every - shown[number]) == silenced(text), text


def lines_that_pylint_shows(
    folder: Path, count: int, monkeypatch: pytest.MonkeyPatch
) -> list[set[int]]:
    lint = pytest.importorskip("pylint.lint")
    reporters = pytest.importorskip("pylint.reporters.json_reporter")
    (folder / "every_line.py").write_text(CHECKER, encoding="utf-8")
    monkeypatch.syspath_prepend(folder)
    output = io.StringIO()
    files = [str(folder / f"text_{number}.py") for number in range(count)]
    options = ["--rcfile=/dev/null", "--disable=all", "--load-plugins=every_line", "--enable=lazy"]
    lint.Run([*options, *files], reporter=reporters.JSON2Reporter(output), exit=False)
    messages = json.loads(output.getvalue())["messages"]
    return [
        {each["line"] for each in messages if each["module"] == f"text_{number}"}
        for number in range(count)
    ]


def silenced(text: str) -> list[int]:
    return sorted(
        {
            line
            for each in suppressions_of(text, ast.parse(text))
            if "lazy" in each.codes
            for line in range(max(each.first, 1), each.last + 1)
        }
    )

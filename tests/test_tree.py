"""The source tree stays as the architecture wants it: small modules, small functions, no private knowledge."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted(
    path
    for folder in ("src", "tests", "scripts")
    for path in (ROOT / folder).rglob("*.py")
    if "projects" not in path.parts
)
SOURCES = [path for path in MODULES if path.is_relative_to(ROOT / "src")]
LONGEST_MODULE = 500
LONGEST_FUNCTION = 40
EXAMINATIONS = ("scenario", "conformance", "realworld", "bookshop", "letta", "prefect")

Function = ast.FunctionDef | ast.AsyncFunctionDef

each_module = pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
each_source = pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))


@each_module
def test_the_module_is_short(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST_MODULE


@each_module
def test_the_module_says_what_it_is_about(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))


@each_module
def test_functions_are_short_or_one_match(path: Path) -> None:
    long = [
        f"{function.name} has {length} lines"
        for function in functions_of(path)
        if (length := length_of(function)) > LONGEST_FUNCTION and not is_one_match(function)
    ]

    assert long == []


@each_module
def test_nothing_is_put_off(path: Path) -> None:
    words = re.findall(r"#\s*(TODO|FIXME|XXX)\b", path.read_text("utf-8"))

    assert words == []


@each_source
def test_nothing_that_it_is_tested_with_is_known(path: Path) -> None:
    """An analysis that knows its examinations proves nothing."""
    text = path.read_text("utf-8").lower()

    assert [word for word in EXAMINATIONS if word in text] == []


@each_source
def test_decisions_are_not_made_by_spelling_of_classes_in_examples(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    constants = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }

    assert constants & {"Author", "Book", "Publisher", "Parent", "Child", "User", "Post"} == set()


def functions_of(path: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length_of(function: Function) -> int:
    assert function.end_lineno is not None
    return function.end_lineno - function.lineno + 1


def is_one_match(function: Function) -> bool:
    """A `match` over a closed family is as long as the family; little may stand beside it."""
    matches = [node for node in ast.walk(function) if isinstance(node, ast.Match)]
    lines = [
        (match.end_lineno or match.lineno) - match.lineno + 1
        for match in matches
        if match in function.body
    ]
    return length_of(function) - sum(lines) <= LONGEST_FUNCTION // 2

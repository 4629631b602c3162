"""An import that a file needs to the place where it stands: with its kin, or in the block of its kind."""

from __future__ import annotations

import ast
import itertools
import sys
from collections.abc import Callable
from enum import IntEnum

from saalint.findings.fix import Edit
from saalint.fixes.source_tree import SourceTree


class _Kind(IntEnum):
    FUTURE = 0
    STANDARD = 1
    LIBRARY = 2
    OWN = 3


_Import = ast.Import | ast.ImportFrom


def new_import(tree: SourceTree, module: str, name: str, *, is_own: Callable[[str], bool]) -> Edit:
    """The edit that imports names of a module; `is_own` tells the project's modules from those of libraries."""
    written = f"from {module} import {name}"
    head = itertools.takewhile(_is_before_definitions, tree.module.body)
    leading = [found for found in head if isinstance(found, _Import)]
    kind = _Kind.OWN if is_own(module) else _Kind.LIBRARY
    package = _package(module)
    kin = [found for found in leading if _package(_module_of(found)) == package]
    beside = kin or [found for found in leading if _kind(found, is_own) is kind]
    following = next((found for found in beside if _module_of(found) > module), None)
    if following is not None and (kin or isinstance(following, ast.ImportFrom)):
        return tree.insertion(tree.start(following), f"{written}\n")
    if beside:
        return _after(tree, beside[-1], f"\n{written}")
    later = next((found for found in leading if _kind(found, is_own) > kind), None)
    earlier = leading if later is None else leading[: leading.index(later)]
    if earlier:
        return _after(tree, earlier[-1], f"\n\n{written}")
    if later is not None:
        return tree.insertion(tree.start(later), f"{written}\n\n")
    docstring = _docstring(tree.module.body)
    if docstring is not None:
        return _after(tree, docstring, f"\n\n{written}")
    return tree.insertion(0, f"{written}\n\n")


def _after(tree: SourceTree, statement: ast.stmt, text: str) -> Edit:
    return tree.insertion(tree.line_end(tree.end(statement)), text)


def _kind(statement: _Import, is_own: Callable[[str], bool]) -> _Kind:
    module = _module_of(statement)
    package = _package(module)
    if package == "__future__":
        return _Kind.FUTURE
    if not module or is_own(module):
        # `from . import models`, `from app import models`
        return _Kind.OWN
    return _Kind.STANDARD if package in sys.stdlib_module_names else _Kind.LIBRARY


def _package(module: str) -> str:
    return module.partition(".")[0]


def _module_of(statement: _Import) -> str:
    if isinstance(statement, ast.Import):
        return statement.names[0].name
    return "" if statement.level else statement.module or ""


def _is_before_definitions(statement: ast.stmt) -> bool:
    return not isinstance(statement, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)


def _docstring(body: list[ast.stmt]) -> ast.stmt | None:
    first = body[0] if body else None
    is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return first if is_text else None

"""A read of what a commit or a flush took away to the edit that refreshes the object right after it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from saalint.findings.fix import Applicability, Fix
from saalint.findings.location import Location
from saalint.findings.remedy import Refresh
from saalint.fixes.source_tree import SourceTree

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def refreshed(tree: SourceTree, read: Location, remedy: Refresh) -> Fix | None:
    """`await session.refresh(author)` after `await session.commit()`; None where the object has no name there."""
    cause = remedy.cause
    if cause.path != read.path or (read.line, read.column) < (cause.line, cause.column):
        return None
    call = tree.call_of(cause.line, cause.column)
    name = _object_read(tree, read)
    if call is None or name is None or not isinstance(call.func, ast.Attribute):
        return None
    statement = _statement(tree, call)
    function = tree.function_around(call)
    if statement is None or function is None or tree.function_around(name) is not function:
        return None
    if not _is_same_object(function, name, statement):
        return None
    indentation = tree.indentation(tree.start(statement))
    if indentation is None:
        return None
    names = "" if remedy.attribute is None else f', ["{remedy.attribute}"]'
    written = f"await {tree.text_of(call.func.value)}.refresh({name.id}{names})"
    edit = tree.insertion(tree.line_end(tree.end(statement)), f"\n{indentation}{written}")
    return Fix(Applicability.UNSAFE, f"refresh `{name.id}` after the {call.func.attr}", (edit,))


def _object_read(tree: SourceTree, read: Location) -> ast.Name | None:
    """The name of `author` in `author.name`, or where `author` is handed to what reads it."""
    attribute = tree.attribute_at(read.line, read.column)
    found = attribute.value if attribute is not None else tree.name_at(read.line, read.column)
    return found if isinstance(found, ast.Name) else None


def _statement(tree: SourceTree, call: ast.Call) -> ast.Expr | None:
    """The statement that is nothing but the call and its `await`."""
    awaited = tree.parent(call)
    statement = tree.parent(awaited) if isinstance(awaited, ast.Await) else None
    return statement if isinstance(statement, ast.Expr) else None


def _is_same_object(function: _Function, name: ast.Name, cause: ast.stmt) -> bool:
    """Whether the name means before the cause what it means at the read."""
    bound = list(_bindings(function, name.id))
    is_before = any(line < cause.lineno for line in bound)
    return is_before and not any(cause.lineno <= line <= name.lineno for line in bound)


def _bindings(function: _Function, name: str) -> Iterator[int]:
    for node in ast.walk(function):
        match node:
            case ast.Name(id=bound, ctx=ast.Store() | ast.Del()) if bound == name:
                yield node.lineno
            case ast.arg(arg=bound) if bound == name:
                yield node.lineno
            case _:
                pass

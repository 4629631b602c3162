"""A call or an attribute and what is wrong with it to the edits that write it as it must be."""

from __future__ import annotations

import ast
import re

from saalint.findings.fix import Applicability, Edit, Fix
from saalint.findings.remedy import ReadThrough, Rewrite
from saalint.fixes.source_tree import SourceTree
from saalint.library.operations import operations

_AWAIT = re.compile(r"await\s*")
# where `await call()` can stand without parentheses around it
_PLAIN = (ast.Expr, ast.Assign, ast.AnnAssign, ast.Return, ast.NamedExpr, ast.keyword, ast.For)


def rewritten(
    tree: SourceTree, line: int, column: int, remedy: Rewrite | ReadThrough
) -> Fix | None:
    """The fix of what stands at a place; None where it is written in a way that cannot be changed."""
    attribute = tree.attribute_at(line, column)
    if isinstance(remedy, ReadThrough):
        if attribute is None:
            return None
        start = tree.end(attribute) - len(attribute.attr)
        edit = tree.insertion(start, f"{remedy.attribute}.")
        return Fix(Applicability.SAFE, f"read it from `.{remedy.attribute}`", (edit,))
    call = tree.call_of(line, column)
    if call is None:
        return None
    match remedy:
        case Rewrite.AWAIT:
            return _awaited(tree, call)
        case Rewrite.NO_AWAIT:
            return _not_awaited(tree, call)
        case Rewrite.UNIQUE:
            return _unique(tree, call)


def _awaited(tree: SourceTree, call: ast.Call) -> Fix | None:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    around = next((outer for outer in tree.around(call) if isinstance(outer, functions)), None)
    if not isinstance(around, ast.AsyncFunctionDef):
        return None
    parent = tree.parent(call)
    is_plain = isinstance(parent, _PLAIN) or (isinstance(parent, ast.Call) and call in parent.args)
    opening, closing = ("await ", "") if is_plain else ("(await ", ")")
    edits = [tree.insertion(tree.start(call), opening)]
    if closing:
        edits.append(tree.insertion(tree.end(call), closing))
    # an attribute of a coroutine raises; a coroutine that nobody looks at is I/O that did not happen until now
    is_raising = isinstance(parent, ast.Attribute)
    applicability = Applicability.SAFE if is_raising else Applicability.UNSAFE
    return Fix(applicability, "await the call", tuple(edits))


def _not_awaited(tree: SourceTree, call: ast.Call) -> Fix | None:
    parent = tree.parent(call)
    if not isinstance(parent, ast.Await):
        return None
    start = tree.start(parent)
    found = _AWAIT.match(tree.text, start)
    if found is None:
        return None
    edit: Edit = tree.replacement(start, found.end(), "")
    return Fix(Applicability.SAFE, "remove `await`", (edit,))


def _unique(tree: SourceTree, call: ast.Call) -> Fix | None:
    # `session.scalar(stmt)` executes and takes at once: there is no result in between
    if not isinstance(call.func, ast.Attribute) or call.func.attr in operations().session_methods:
        return None
    return Fix(
        Applicability.SAFE, "call `.unique()` first", (tree.call_before(call.func, ".unique()"),)
    )

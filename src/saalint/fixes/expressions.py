"""A call, an attribute or an item, and what is wrong with it, to the edits that write it as it must be."""

from __future__ import annotations

import ast
import re
from typing import assert_never

from saalint.findings.fix import Applicability, Edit, Fix
from saalint.findings.remedy import (
    AsSelect,
    AtPlace,
    GiveThrough,
    ReadThrough,
    Rename,
    Replace,
    Rewrite,
)
from saalint.fixes import idioms, legacy_queries
from saalint.fixes.names import Names
from saalint.fixes.source_tree import SourceTree
from saalint.library.operations import operations
from saalint.project.model import ProjectModel
from saalint.project.names.definitions import Module

_AWAIT = re.compile(r"await\s*")
_ASYNC = re.compile(r"async\s+")
# where `await call()` can stand without parentheses around it
_PLAIN = (ast.Expr, ast.Assign, ast.AnnAssign, ast.Return, ast.NamedExpr, ast.keyword, ast.For)
# what `.name` can follow without parentheses around it
_PRIMARY = (ast.Name, ast.Attribute, ast.Call, ast.Subscript)


class Expressions:
    """Rewrites what stands at places of one file."""

    def __init__(self, project: ProjectModel, module: Module, tree: SourceTree) -> None:
        self._project = project
        self._module = module
        self._tree = tree

    def fix(self, line: int, column: int, remedy: AtPlace) -> Fix | None:
        """The fix of what stands at a place; None where it is written in a way that cannot be changed."""
        tree = self._tree
        match remedy:
            case ReadThrough():
                return _read_through(tree, line, column, remedy)
            case Rename(name=name):
                return _renamed(tree, tree.attribute_at(line, column), name)
            case Rewrite.WITH_ASYNC | Rewrite.WITHOUT_ASYNC:
                return _in_protocol(tree, line, column, is_async=remedy is Rewrite.WITH_ASYNC)
            case AsSelect():
                chain = legacy_queries.chain_at(tree, line, column)
                names = None if chain is None else self._names(chain.root)
                if chain is None or names is None:
                    return None
                return legacy_queries.as_select(self._project, tree, names, chain, remedy)
            case GiveThrough() | Replace() | Rewrite():
                call = tree.call_of(line, column)
                return None if call is None else self._of_call(call, remedy)
            case _:
                assert_never(remedy)

    def _of_call(self, call: ast.Call, remedy: GiveThrough | Replace | Rewrite) -> Fix | None:
        tree = self._tree
        match remedy:
            case GiveThrough(text=text):
                return _given_through(tree, call, text)
            case Replace(text=text, is_method=is_method):
                return idioms.replaced(tree, call, text, is_method=is_method)
            case Rewrite.AWAIT:
                return _awaited(tree, call)
            case Rewrite.NO_AWAIT:
                return _not_awaited(tree, call)
            case Rewrite.UNIQUE:
                return _unique(tree, call)
            case Rewrite.UNPACKED_LIST:
                return idioms.unpacked(tree, call)
            case Rewrite.AS_TEXT:
                return idioms.as_text(tree, self._names(call), call)
            case Rewrite.AS_BASE_CLASS:
                return idioms.as_base_class(tree, self._names(call), call)
            case Rewrite.ON_CONNECTION:
                return idioms.on_connection(tree, self._names(call), call)
            case _:
                return None

    def _names(self, place: ast.AST) -> Names:
        return Names(self._project.symbols, self._module, self._tree, place)


def _read_through(tree: SourceTree, line: int, column: int, remedy: ReadThrough) -> Fix | None:
    attribute = tree.attribute_at(line, column)
    item = tree.subscript_of(line, column)
    part = item if item is not None else attribute
    if part is None or (_is_taking(remedy.text) and not _is_used_up(tree, part.value)):
        return None
    is_item = item is not None and (attribute is None or remedy.is_replaced)
    applicability = Applicability.SAFE if remedy.is_safe else Applicability.UNSAFE
    if is_item and item is not None:
        start = tree.end(item.value)
        # a parenthesis around what the item is taken of
        start = tree.text.index("[", start)
        end = tree.end(item) if remedy.is_replaced else start
        edit = tree.replacement(start, end, remedy.text)
        has_comment = "#" in tree.text[start:end]
    elif attribute is not None and not remedy.is_replaced:
        edit = tree.part_before(attribute, remedy.text)
        has_comment = False
    else:
        return None
    return None if has_comment else Fix(applicability, f"read it from `{remedy.text}`", (edit,))


def _is_taking(text: str) -> bool:
    """Whether a result is empty after what is called on it: `.all()`."""
    return text.endswith(")")


def _is_used_up(tree: SourceTree, result: ast.expr) -> bool:
    """Whether nobody can use a result but for this one place."""
    if not isinstance(result, ast.Name):
        return not isinstance(result, ast.Attribute | ast.Subscript)
    function = tree.function_around(result)
    loops = (ast.For, ast.AsyncFor, ast.While, ast.comprehension, ast.ListComp, ast.GeneratorExp)
    if function is None or any(isinstance(outer, loops) for outer in tree.around(result)):
        return False
    reads = (node for node in ast.walk(function) if isinstance(node, ast.Name))
    return sum(node.id == result.id and isinstance(node.ctx, ast.Load) for node in reads) == 1


def _renamed(tree: SourceTree, attribute: ast.Attribute | None, name: str) -> Fix | None:
    if attribute is None:
        return None
    end = tree.end(attribute)
    edit = tree.replacement(end - len(attribute.attr), end, name)
    return Fix(Applicability.SAFE, f"use `{name}`", (edit,))


def _given_through(tree: SourceTree, call: ast.Call, text: str) -> Fix | None:
    if not call.args or isinstance(call.args[0], ast.Starred):
        return None
    given = call.args[0]
    if _is_taking(text) and not _is_used_up(tree, given):
        return None
    edits = [tree.insertion(tree.end(given), text)]
    if not isinstance(given, _PRIMARY):
        opening = tree.insertion(tree.start(given), "(")
        edits = [opening, tree.insertion(tree.end(given), f"){text}")]
    return Fix(Applicability.SAFE, f"give it `{text}`", tuple(edits))


def _in_protocol(tree: SourceTree, line: int, column: int, *, is_async: bool) -> Fix | None:
    """`async for` for `for`, `async with` for `with`, or the other way round."""
    used: ast.expr | None = tree.call_of(line, column) or tree.name_at(line, column)
    used = used or tree.attribute_at(line, column) or tree.awaited_at(line, column)
    form = None if used is None else _form_around(tree, used)
    if form is None or (is_async and not _is_in_coroutine(tree, form)):
        return None
    start = _start_of_form(tree, form)
    if start is None:
        return None
    if is_async:
        edit = tree.insertion(start, "async ")
    else:
        found = _ASYNC.match(tree.text, start)
        if found is None:
            return None
        edit = tree.replacement(start, found.end(), "")
    written = "`async`" if is_async else "no `async`"
    return Fix(Applicability.SAFE, f"use the form with {written}", (edit,))


def _form_around(tree: SourceTree, used: ast.expr) -> ast.AST | None:
    """The loop, part of a comprehension or block that an expression is gone over or entered by."""
    inner: ast.AST | None = used
    while isinstance(inner, ast.expr):
        outer = tree.parent(inner)
        match outer:
            case ast.For(iter=entered) | ast.AsyncFor(iter=entered) if entered is inner:
                return outer
            case ast.comprehension(iter=entered) | ast.withitem(context_expr=entered) if (
                entered is inner
            ):
                return outer
            case _:
                inner = outer
    return None


def _start_of_form(tree: SourceTree, form: ast.AST) -> int | None:
    match form:
        case ast.For() | ast.AsyncFor():
            return tree.start(form)
        case ast.withitem():
            statement = tree.parent(form)
            is_alone = isinstance(statement, ast.With | ast.AsyncWith) and len(statement.items) == 1
            return tree.start(statement) if is_alone else None  # type: ignore[arg-type]  # it is a statement then
        case ast.comprehension(target=target):
            # the last `for` before the target, with the `async` that may stand before it
            before = re.compile(r"(async\s+)?for\s*\(?\s*$")
            found = before.search(tree.text, 0, tree.start(target))
            return None if found is None else found.start()
        case _:
            return None


def _is_in_coroutine(tree: SourceTree, node: ast.AST) -> bool:
    return isinstance(tree.function_around(node), ast.AsyncFunctionDef)


def _awaited(tree: SourceTree, call: ast.Call) -> Fix | None:
    if not _is_in_coroutine(tree, call):
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
    edit = tree.part_before(call.func, ".unique()")
    return Fix(Applicability.SAFE, "call `.unique()` first", (edit,))

"""The session factories of a project to the edit that makes their sessions keep what a commit would expire."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence

from saalint.findings.fix import Applicability, Fix
from saalint.fixes.names import Names
from saalint.fixes.source_tree import SourceTree
from saalint.library.api import ASYNC_SESSION
from saalint.library.meanings import SessionMaker
from saalint.library.operations import Operation, operations
from saalint.project.names.definitions import External, Module
from saalint.project.names.mentions import last_parts
from saalint.project.names.symbols import Symbols

_SETTING = "expire_on_commit"


def factories_in(
    symbols: Symbols, modules: Iterable[Module], tree_of: Callable[[Module], SourceTree | None]
) -> Iterator[tuple[SourceTree, ast.Call]]:
    """The calls that make factories of asynchronous sessions."""
    known = {
        name
        for name, operation in operations().functions.items()
        if operation.meaning is SessionMaker.FACTORY
    }
    wanted = last_parts(known)
    for module in modules:
        if not any(each.member in wanted for each in module.facts.imports):
            continue
        tree = tree_of(module)
        for node in () if tree is None else tree.nodes:
            if tree is None or not isinstance(node, ast.Call):
                continue
            names = Names(symbols, module, tree, node)
            meaning = names.meaning(node.func)
            if isinstance(meaning, External) and _is_async(names, meaning, node):
                yield tree, node


def _is_async(names: Names, factory: External, call: ast.Call) -> bool:
    operation = operations().of(factory.name)
    if operation == Operation(SessionMaker.FACTORY, "async"):
        return True
    given = [each.value for each in call.keywords if each.arg == "class_"]
    is_factory = operation is not None and operation.meaning is SessionMaker.FACTORY
    return is_factory and any(names.meaning(each) == External(ASYNC_SESSION) for each in given)


def with_setting(factories: Iterable[tuple[SourceTree, ast.Call]]) -> Fix | None:
    """The fix that sets `expire_on_commit=False`; None where there is not one factory alone, or it says otherwise."""
    found: Sequence[tuple[SourceTree, ast.Call]] = tuple(factories)
    if len(found) != 1:
        return None
    ((tree, call),) = found
    if any(each.arg in (None, _SETTING) for each in call.keywords):
        return None
    arguments: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    edits = tree.addition(arguments, tree.end(call) - 1, f"{_SETTING}=False")
    # all sessions of the project go on with what they have read before
    return Fix(Applicability.UNSAFE, "make sessions with `expire_on_commit=False`", edits)

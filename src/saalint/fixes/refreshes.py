"""A read of what is not there, or not any more, to the edit that refreshes the object before it.

Right after the commit or flush that took the values away, where that serves every read after it; else right before
the read.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from saalint.findings.fix import Applicability, Fix
from saalint.findings.location import Location
from saalint.findings.remedy import Refresh
from saalint.fixes.names import Names
from saalint.fixes.source_tree import SourceTree
from saalint.library.api import ASYNC_SESSION
from saalint.library.operations import SessionVerb, operations
from saalint.project.names.definitions import External

# what is evaluated at another time than the statement that it stands in
_DEFERRED = (ast.Lambda, ast.GeneratorExp)


def refreshed(tree: SourceTree, names: Names, location: Location, remedy: Refresh) -> Fix | None:
    """`await session.refresh(author)`; None where the object has no name there, or no session has."""
    name = _object_read(tree, location)
    function = None if name is None else tree.function_around(name)
    if name is None or not isinstance(function, ast.AsyncFunctionDef):
        return None
    read = _Read(tree, function, name)
    arguments = name.id if remedy.attribute is None else f'{name.id}, ["{remedy.attribute}"]'
    cause = None if remedy.cause is None else read.cause_at(location, remedy.cause)
    if cause is not None and read.is_served_after(cause):
        fix = read.fix_after(cause, arguments)
        if fix is not None:
            return fix
    return read.fix_before(names, arguments)


def _object_read(tree: SourceTree, read: Location) -> ast.Name | None:
    """The name of `author` in `author.name`, or where `author` is handed to what reads it."""
    attribute = tree.attribute_at(read.line, read.column)
    found = attribute.value if attribute is not None else tree.name_at(read.line, read.column)
    return found if isinstance(found, ast.Name) else None


@dataclass(frozen=True)
class _Read:
    """A read of something that has a name, in a function that can await."""

    tree: SourceTree
    function: ast.AsyncFunctionDef
    name: ast.Name

    def cause_at(self, read: Location, cause: Location) -> ast.Expr | None:
        """The statement before the read that is nothing but the call which took the values away."""
        if cause.path != read.path or cause >= read:
            return None
        call = self.tree.call_of(cause.line, cause.column)
        if call is None or self.tree.function_around(call) is not self.function:
            return None
        outer = self.tree.parent(call)
        statement = self.tree.parent(outer) if isinstance(outer, ast.Await) else outer
        return statement if isinstance(statement, ast.Expr) else None

    def is_served_after(self, cause: ast.Expr) -> bool:
        """Whether the object may be refreshed right after a statement."""
        around = list(self.tree.around(cause))
        inside = [outer for outer in self.tree.around(self.name) if outer not in around]
        # what a `try` does may fail, and then nothing after it is done
        is_tried = any(isinstance(outer, ast.Try) for outer in around)
        is_reached = any(following in inside for following in self.tree.following(cause))
        return (
            self._is_bound_before(cause)
            and not self._is_asked_in(inside)
            and (is_reached or not is_tried)
        )

    def fix_after(self, cause: ast.Expr, arguments: str) -> Fix | None:
        """The fix that adds a line after the statement."""
        call = cause.value.value if isinstance(cause.value, ast.Await) else cause.value
        indentation = self.tree.indentation(self.tree.start(cause))
        if indentation is None or not isinstance(call, ast.Call):
            return None
        if not isinstance(call.func, ast.Attribute):
            return None
        receiver = self.tree.text_of(call.func.value)
        session = self._sessions_by_transaction.get(receiver, receiver)
        edit = self.tree.insertion(
            self.tree.line_end(self.tree.end(cause)),
            f"\n{indentation}await {session}.refresh({arguments})",
        )
        told = f"refresh `{self.name.id}` after the {call.func.attr}"
        return Fix(Applicability.UNSAFE, told, (edit,))

    def fix_before(self, names: Names, arguments: str) -> Fix | None:
        """The fix that adds a line before the statement that reads; None where that may read more than once."""
        around = list(self.tree.around(self.name))
        statement = next(outer for outer in around if isinstance(outer, ast.stmt))
        start = self.tree.start(statement)
        indentation = self.tree.indentation(start)
        inside = around[: around.index(statement)]
        sessions = set(self._sessions(names))
        if indentation is None or len(sessions) != 1 or isinstance(statement, ast.While):
            return None
        if self.tree.text.startswith("elif", start) or not self._is_bound_before(statement):
            return None
        if self._is_asked_in(inside) or any(isinstance(each, _DEFERRED) for each in inside):
            return None
        text = f"await {sessions.pop()}.refresh({arguments})\n{indentation}"
        told = f"refresh `{self.name.id}` before it is read"
        return Fix(Applicability.UNSAFE, told, (self.tree.insertion(start, text),))

    def _is_bound_before(self, statement: ast.stmt) -> bool:
        """Whether the name means before a statement what it means at the read."""
        bound = list(self._bindings())
        is_before = any(line < statement.lineno for line in bound)
        return is_before and not any(statement.lineno <= line <= self.name.lineno for line in bound)

    def _bindings(self) -> Iterator[int]:
        for node in ast.walk(self.function):
            match node:
                case ast.Name(id=bound, ctx=ast.Store() | ast.Del()) if bound == self.name.id:
                    yield node.lineno
                case ast.arg(arg=bound) if bound == self.name.id:
                    yield node.lineno
                case _:
                    pass

    def _is_asked_in(self, inside: list[ast.AST]) -> bool:
        """Whether one of the nodes around the read asks if there is an object: `author.name if author else ""`."""
        for outer in inside:
            match outer:
                case ast.If(test=asked) | ast.IfExp(test=asked) | ast.While(test=asked):
                    pass
                case ast.BoolOp() as asked:
                    pass
                case _:
                    continue
            names = (node for node in ast.walk(asked) if isinstance(node, ast.Name))
            if any(name.id == self.name.id for name in names):
                return True
        return False

    @cached_property
    def _sessions_by_transaction(self) -> dict[str, str]:
        """The session for the name of each transaction and savepoint that the function begins."""
        found: dict[str, str] = {}
        for node in ast.walk(self.function):
            match node:
                case (
                    ast.Assign(targets=[ast.Name(id=name)], value=made)
                    | ast.withitem(context_expr=made, optional_vars=ast.Name(id=name))
                ):
                    call = made.value if isinstance(made, ast.Await) else made
                case _:
                    continue
            match call:
                case ast.Call(func=ast.Attribute(value=begun, attr=method)) if _is_beginning(
                    method
                ):
                    found[name] = self.tree.text_of(begun)
                case _:
                    pass
        return found

    def _sessions(self, names: Names) -> Iterator[str]:
        """What the function knows as a session: by its annotation, or by what it awaits of it."""
        arguments = self.function.args
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            annotation = argument.annotation
            if annotation is not None and names.meaning(annotation) == External(ASYNC_SESSION):
                yield argument.arg
        methods = operations().session_methods
        for node in ast.walk(self.function):
            match node:
                case ast.Await(value=ast.Call(func=ast.Attribute(value=receiver, attr=method))):
                    text = self.tree.text_of(receiver)
                    is_named = isinstance(receiver, ast.Name | ast.Attribute)
                    is_known = method in methods and methods[method].is_coroutine
                    if is_named and is_known and text not in self._sessions_by_transaction:
                        yield text
                case _:
                    pass


def _is_beginning(method: str) -> bool:
    """Whether a method of a session begins what has a `commit()` of its own."""
    found = operations().session_methods.get(method)
    return found is not None and found.operation.verb is SessionVerb.BEGIN

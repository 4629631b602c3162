"""Syntax trees of a program to trees that go on after a failure: what the oracle runs."""

from __future__ import annotations

import ast
from collections.abc import Sequence

HIDDEN = "__saalint_oracle__"


class Guards(ast.NodeTransformer):
    """Puts every statement of a function into a `try` that records the failure and goes on."""

    _UNGUARDED = (
        ast.Raise, ast.Assert, ast.Pass, ast.Break, ast.Continue, ast.Global, ast.Nonlocal,
        ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef,
    )  # fmt: skip

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._function(node)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        # The interpreter checks what a magic method returns: a placeholder would be a new failure.
        if not (node.name.startswith("__") and node.name.endswith("__")):
            node.body = self._block(node.body)
        return node

    def _block(self, statements: Sequence[ast.stmt]) -> list[ast.stmt]:
        return [guarded for statement in statements for guarded in self._guard(statement)]

    def _guard(self, statement: ast.stmt) -> list[ast.stmt]:
        if isinstance(statement, ast.Try):
            # The handlers of the program decide what becomes of a failure in its body.
            for handler in statement.handlers:
                handler.body = self._block(handler.body)
            statement.orelse = self._block(statement.orelse)
            statement.finalbody = self._block(statement.finalbody)
            return [statement]
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return [self.visit(statement)]
        for name in ("body", "orelse"):
            if getattr(statement, name, None):
                setattr(statement, name, self._block(getattr(statement, name)))
        for case in getattr(statement, "cases", ()):
            case.body = self._block(case.body)
        if isinstance(statement, self._UNGUARDED) or _yields(statement):
            return [statement]
        return [_guarded(statement)]


def _yields(statement: ast.stmt) -> bool:
    """A failure thrown in at a `yield` is that of the user of the generator."""
    return any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in ast.walk(statement))


def _guarded(statement: ast.stmt) -> ast.stmt:
    targets = {
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    lines = [f"{HIDDEN}.recorder.failed(failure_of_statement)"]
    if not isinstance(statement, (ast.For, ast.AsyncFor, ast.While, ast.If, ast.Match)):
        lines += [f"{name} = {HIDDEN}.recorder.placeholder()" for name in sorted(targets)]
    if isinstance(statement, ast.Return):
        lines.append(f"return {HIDDEN}.recorder.placeholder()")
    handler = ast.ExceptHandler(
        type=ast.Name("Exception", ast.Load()),
        name="failure_of_statement",
        body=[_at(line, statement) for line in lines],
    )
    guard = ast.Try(body=[statement], handlers=[handler], orelse=[], finalbody=[])
    ast.copy_location(handler, statement)
    return ast.copy_location(guard, statement)


def _at(line: str, place: ast.stmt) -> ast.stmt:
    wrapped = ast.parse(f"def wrapper():\n {line}").body[0]
    assert isinstance(wrapped, ast.FunctionDef)
    for node in ast.walk(wrapped.body[0]):
        ast.copy_location(node, place)
    return wrapped.body[0]

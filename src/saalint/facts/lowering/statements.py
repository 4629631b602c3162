"""Statements of the syntax tree to instructions, one function for each kind of node.

`pass` and texts that stand alone, such as docstrings, vanish; `...` stays, as the mark of a stub.
"""

from __future__ import annotations

import ast

from saalint.facts.expressions import Constant, Name
from saalint.facts.instructions import (
    Assert,
    Assign,
    AugmentedAssign,
    Block,
    Case,
    Delete,
    Entered,
    Evaluate,
    For,
    Handler,
    If,
    Import,
    Instruction,
    Jump,
    Match,
    Raise,
    Return,
    Try,
    While,
    With,
)
from saalint.facts.lowering.annotations import annotation
from saalint.facts.lowering.dispatch import (
    EXPRESSIONS,
    STATEMENTS,
    block,
    expression,
    lowers_statement,
    optional,
    place_of,
)
from saalint.facts.lowering.expressions import binary_operator, condition, target
from saalint.facts.lowering.made_classes import statement_for
from saalint.facts.lowering.patterns import pattern
from saalint.facts.lowering.scope import Scope

# Generated code has longer chains of `elif`; what follows then counts as an `if` of its own.
_LONGEST_CHAIN = 2_000


@lowers_statement(ast.Expr)
def _evaluate(node: ast.Expr, scope: Scope, into: list[Instruction]) -> None:
    value = node.value
    if type(value) is ast.Constant and value.value is not ...:
        return
    into.append(Evaluate(EXPRESSIONS[type(value)](value, scope)))


@lowers_statement(ast.Assign)
def _assign(node: ast.Assign, scope: Scope, into: list[Instruction]) -> None:
    made = statement_for(node) if type(node.value) is ast.Call else None
    if made is not None:
        STATEMENTS[ast.ClassDef](made, scope, into)
        return
    value = expression(node.value, scope)
    targets = tuple([target(each, scope) for each in node.targets])
    into.append(Assign(targets, value, None, place_of(node)))


@lowers_statement(ast.AnnAssign)
def _declare(node: ast.AnnAssign, scope: Scope, into: list[Instruction]) -> None:
    value = optional(node.value, scope)
    declared = annotation(node.annotation, scope)
    into.append(Assign((target(node.target, scope),), value, declared, place_of(node)))


@lowers_statement(ast.AugAssign)
def _augmented_assign(node: ast.AugAssign, scope: Scope, into: list[Instruction]) -> None:
    value = expression(node.value, scope)
    changed = target(node.target, scope)
    if isinstance(changed, Name):
        scope.reads.add(changed.name)
        scope.rebound.add(changed.name)
    into.append(AugmentedAssign(changed, binary_operator(node.op), value, place_of(node)))


@lowers_statement(ast.Delete)
def _delete(node: ast.Delete, scope: Scope, into: list[Instruction]) -> None:
    targets = tuple([target(each, scope) for each in node.targets])
    scope.rebound.update([each.name for each in targets if isinstance(each, Name)])
    into.append(Delete(targets))


@lowers_statement(ast.If)
def _if(node: ast.If, scope: Scope, into: list[Instruction]) -> None:
    # A loop, because a chain of two thousand `elif` is as many nested nodes.
    branches = []
    rest: list[ast.stmt] = [node]
    while len(rest) == 1 and isinstance(branch := rest[0], ast.If):
        branches.append((condition(branch.test, scope), block(branch.body, scope)))
        rest = branch.orelse
    chain = block(rest, scope)
    later: Block = ()
    for number, (test, then) in reversed(list(enumerate(branches))):
        chain = (If(test, then, chain),)
        if number and number % _LONGEST_CHAIN == 0:
            chain, later = (), chain + later
    into.extend(chain + later)


def _for(node: ast.For | ast.AsyncFor, scope: Scope, into: list[Instruction]) -> None:
    iterable = expression(node.iter, scope)
    scope.loops += 1
    variable = target(node.target, scope)
    body = block(node.body, scope)
    scope.loops -= 1
    otherwise = block(node.orelse, scope)
    is_async = isinstance(node, ast.AsyncFor)
    into.append(For(variable, iterable, body, otherwise, is_async, place_of(node)))


lowers_statement(ast.For)(_for)
lowers_statement(ast.AsyncFor)(_for)


@lowers_statement(ast.While)
def _while(node: ast.While, scope: Scope, into: list[Instruction]) -> None:
    scope.loops += 1
    test = condition(node.test, scope)
    body = block(node.body, scope)
    scope.loops -= 1
    into.append(While(test, body, block(node.orelse, scope)))


def _try(node: ast.Try | ast.TryStar, scope: Scope, into: list[Instruction]) -> None:
    body = block(node.body, scope)
    handlers = tuple([_handler(each, scope) for each in node.handlers])
    otherwise = block(node.orelse, scope)
    into.append(Try(body, handlers, otherwise, block(node.finalbody, scope)))


lowers_statement(ast.Try)(_try)
lowers_statement(ast.TryStar)(_try)


def _handler(node: ast.ExceptHandler, scope: Scope) -> Handler:
    kinds = optional(node.type, scope)
    if node.name is not None:
        scope.bind(node.name)
    return Handler(kinds, node.name, block(node.body, scope), place_of(node))


def _with(node: ast.With | ast.AsyncWith, scope: Scope, into: list[Instruction]) -> None:
    entered = []
    for item in node.items:
        manager = expression(item.context_expr, scope)
        bound = None if item.optional_vars is None else target(item.optional_vars, scope)
        entered.append(Entered(manager, bound, place_of(item.context_expr)))
    body = block(node.body, scope)
    into.append(With(tuple(entered), body, isinstance(node, ast.AsyncWith)))


lowers_statement(ast.With)(_with)
lowers_statement(ast.AsyncWith)(_with)


@lowers_statement(ast.Return)
def _return(node: ast.Return, scope: Scope, into: list[Instruction]) -> None:
    value = node.value
    if value is not None and not (type(value) is ast.Constant and value.value is None):
        scope.is_giving = True
    into.append(Return(optional(value, scope), place_of(node)))


@lowers_statement(ast.Raise)
def _raise(node: ast.Raise, scope: Scope, into: list[Instruction]) -> None:
    value = optional(node.exc, scope)
    cause = optional(node.cause, scope)
    if cause is not None and not isinstance(cause, (Name, Constant)):
        into.append(Evaluate(cause))
    into.append(Raise(value, place_of(node)))


@lowers_statement(ast.Assert)
def _assert(node: ast.Assert, scope: Scope, into: list[Instruction]) -> None:
    into.append(Assert(condition(node.test, scope)))


@lowers_statement(ast.Break)
def _break(_node: ast.Break, _scope: Scope, into: list[Instruction]) -> None:
    into.append(Jump("break"))


@lowers_statement(ast.Continue)
def _continue(_node: ast.Continue, _scope: Scope, into: list[Instruction]) -> None:
    into.append(Jump("continue"))


@lowers_statement(ast.Pass)
def _pass(_node: ast.Pass, _scope: Scope, _into: list[Instruction]) -> None:
    return


@lowers_statement(ast.Global)
def _global(node: ast.Global, scope: Scope, _into: list[Instruction]) -> None:
    scope.global_names.extend(node.names)


@lowers_statement(ast.Nonlocal)
def _nonlocal(node: ast.Nonlocal, scope: Scope, _into: list[Instruction]) -> None:
    scope.nonlocal_names.extend(node.names)


@lowers_statement(ast.Import)
def _import(node: ast.Import, scope: Scope, into: list[Instruction]) -> None:
    for alias in node.names:
        bound = alias.asname or alias.name.partition(".")[0]
        scope.bind(bound)
        found = Import(alias.name, None, bound, 0, place_of(alias))
        scope.imports.append(found)
        into.append(found)


@lowers_statement(ast.ImportFrom)
def _import_from(node: ast.ImportFrom, scope: Scope, into: list[Instruction]) -> None:
    for alias in node.names:
        bound = alias.asname or alias.name
        scope.bind(bound)
        found = Import(node.module or "", alias.name, bound, node.level, place_of(alias))
        scope.imports.append(found)
        into.append(found)


@lowers_statement(ast.Match)
def _match(node: ast.Match, scope: Scope, into: list[Instruction]) -> None:
    subject = expression(node.subject, scope)
    into.append(Match(subject, tuple([_case(each, scope) for each in node.cases])))


def _case(node: ast.match_case, scope: Scope) -> Case:
    lowered = pattern(node.pattern, scope)
    guard = None if node.guard is None else condition(node.guard, scope)
    return Case(lowered, guard, block(node.body, scope))


def _type_alias(node: ast.stmt, scope: Scope, into: list[Instruction]) -> None:
    name, value = getattr(node, "name", None), getattr(node, "value", None)
    if isinstance(name, ast.Name) and isinstance(value, ast.expr):
        bound = target(name, scope)
        into.append(Assign((bound,), annotation(value, scope), None, place_of(node)))


# `type Names = list[str]` came with Python 3.12.
if hasattr(ast, "TypeAlias"):
    STATEMENTS[ast.TypeAlias] = _type_alias

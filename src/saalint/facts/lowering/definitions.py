"""Functions, lambdas and classes of the syntax tree to their facts, and to the instructions that define them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import assert_never

from saalint.facts.expressions import Expression, Lambda, Name, Opaque, Sequence
from saalint.facts.instructions import (
    Assign,
    Block,
    DefineClass,
    DefineFunction,
    For,
    If,
    Instruction,
    Match,
    Return,
    Try,
    While,
    With,
)
from saalint.facts.lowering.annotations import annotation
from saalint.facts.lowering.dispatch import (
    block,
    expression,
    expressions,
    lowers,
    lowers_statement,
    nested,
    place_of,
)
from saalint.facts.lowering.function_facts import function_facts
from saalint.facts.lowering.scope import Definitions, Scope
from saalint.facts.records import (
    LAMBDA,
    ClassFacts,
    FieldFacts,
    Parameter,
    ParameterKind,
)

# Reading a member of an enumeration costs as much as a call, and there are many parameters.
_POSITIONAL_ONLY = ParameterKind.POSITIONAL_ONLY
_PLAIN = ParameterKind.PLAIN
_KEYWORD_ONLY = ParameterKind.KEYWORD_ONLY


def _function(
    node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope, into: list[Instruction]
) -> None:
    decorators = expressions(node.decorator_list, scope)
    index = scope.definitions.reserve_function()
    inside = scope.inner(node.name)
    is_async = isinstance(node, ast.AsyncFunctionDef)
    parameters = _parameters(node.args, scope, inside)
    returns = annotation(node.returns, scope)
    scope.bind(node.name)
    body = block(node.body, inside)
    scope.definitions.functions[index] = function_facts(
        inside,
        node.name,
        parameters,
        body,
        at=place_of(node) + len("async def " if is_async else "def "),
        end_line=node.end_lineno or node.lineno,
        is_async=is_async,
        returns=returns,
        decorators=decorators,
        type_parameters=_type_parameters(node),
    )
    into.append(DefineFunction(index))


lowers_statement(ast.FunctionDef)(_function)
lowers_statement(ast.AsyncFunctionDef)(_function)


@lowers(ast.Lambda)
def _lambda(node: ast.Lambda, scope: Scope) -> Lambda:
    index = scope.definitions.reserve_function()
    inside = scope.inner(LAMBDA)
    inside.is_giving = True
    parameters = _parameters(node.args, scope, inside)
    body = (Return(nested(node.body, inside), place_of(node.body)),)
    scope.definitions.functions[index] = function_facts(
        inside,
        LAMBDA,
        parameters,
        body,
        at=place_of(node),
        end_line=node.end_lineno or node.lineno,
    )
    return Lambda(index, place_of(node))


def _parameters(arguments: ast.arguments, scope: Scope, inside: Scope) -> tuple[Parameter, ...]:
    """The parameters in order of declaration; annotations and defaults belong to the scope around."""
    positional = arguments.args
    only = 0
    if arguments.posonlyargs:
        only = len(arguments.posonlyargs)
        positional = arguments.posonlyargs + positional
    lowered = []
    if positional:
        # Defaults belong to the last parameters.
        defaults = arguments.defaults
        first = len(positional) - len(defaults)
        for index, each in enumerate(positional):
            kind = _POSITIONAL_ONLY if index < only else _PLAIN
            default = defaults[index - first] if index >= first else None
            lowered.append(_parameter(each, kind, default, scope))
    if arguments.vararg is not None:
        lowered.append(_parameter(arguments.vararg, ParameterKind.VARIADIC, None, scope))
    if arguments.kwonlyargs:
        for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            lowered.append(_parameter(each, _KEYWORD_ONLY, default, scope))
    if arguments.kwarg is not None:
        lowered.append(_parameter(arguments.kwarg, ParameterKind.VARIADIC_KEYWORDS, None, scope))
    inside.bound.update([each.name for each in lowered])
    return tuple(lowered)


def _parameter(
    node: ast.arg, kind: ParameterKind, default: ast.expr | None, scope: Scope
) -> Parameter:
    return Parameter(
        node.arg,
        kind,
        None if node.annotation is None else annotation(node.annotation, scope),
        None if default is None else expression(default, scope),
        node.lineno << 16 | node.col_offset,
    )


def _type_parameters(node: ast.AST) -> tuple[str, ...]:
    """The names in `def first[T](…)`, which came with Python 3.12."""
    parameters = getattr(node, "type_params", ())
    return tuple([each.name for each in parameters]) if parameters else ()


@lowers_statement(ast.ClassDef)
def _class(node: ast.ClassDef, scope: Scope, into: list[Instruction]) -> None:
    decorators = expressions(node.decorator_list, scope)
    definitions = scope.definitions
    index = definitions.reserve_class()
    bases = expressions(node.bases, scope)
    keywords = tuple(
        [
            (each.arg, expression(each.value, scope))
            for each in node.keywords
            if each.arg is not None
        ]
    )
    scope.bind(node.name)
    body_scope = scope.inner(node.name, owner=index)
    body = block(node.body, body_scope)
    body_scope.close()
    into.append(DefineClass(index))
    instructions = tuple(flattened(body))
    definitions.classes[index] = ClassFacts(
        name=node.name,
        scope=f"{scope.qualifier}{node.name}",
        bases=bases,
        keywords=keywords,
        decorators=decorators,
        fields=tuple([field for each in instructions for field in _fields(each)]),
        methods=tuple(_methods(instructions, definitions)),
        type_parameters=_type_parameters(node),
        body=body,
        at=place_of(node) + len("class "),
        end_line=node.end_lineno or node.lineno,
    )


def _methods(
    instructions: tuple[Instruction, ...], definitions: Definitions
) -> Iterator[tuple[str, int]]:
    for each in instructions:
        if isinstance(each, DefineFunction):
            function = definitions.functions[each.function]
            if function is not None:
                yield function.name, each.function


def flattened(body: Block) -> Iterator[Instruction]:
    """The instructions of a body and of the branches in it, in order."""
    pending = list(reversed(body))
    while pending:
        instruction = pending.pop()
        yield instruction
        if isinstance(instruction, (If, For, While, Try, With, Match)):
            for branch in reversed(_branches(instruction)):
                pending.extend(reversed(branch))


def _branches(instruction: If | For | While | Try | With | Match) -> tuple[Block, ...]:
    match instruction:
        case If(then=then, otherwise=otherwise):
            return then, otherwise
        case For(body=body, otherwise=otherwise) | While(body=body, otherwise=otherwise):
            return body, otherwise
        case Try(body=body, handlers=handlers, otherwise=otherwise, final=final):
            return (body, *[handler.body for handler in handlers], otherwise, final)
        case With(body=body):
            return (body,)
        case Match(cases=cases):
            return tuple([case.body for case in cases])
    assert_never(instruction)


def _fields(instruction: Instruction) -> Iterator[FieldFacts]:
    if not isinstance(instruction, Assign):
        return
    value = instruction.value
    for bound in instruction.targets:
        if isinstance(bound, Name):
            yield FieldFacts(bound.name, instruction.annotation, value, bound.at)
        elif isinstance(bound, Sequence):
            yield from _unpacked(bound.items, value)


def _unpacked(items: tuple[Expression, ...], value: Expression | None) -> Iterator[FieldFacts]:
    """The fields of `first, second = …`, with their values where both sides are displays."""
    values = value.items if isinstance(value, Sequence) and len(value.items) == len(items) else None
    for index, item in enumerate(items):
        if isinstance(item, Name):
            part = Opaque("unpacked", (), item.at) if values is None else values[index]
            yield FieldFacts(item.name, None, part, item.at)

"""Statements of a Jinja template to instructions, one function for each kind of node.

What is printed is turned into text, as an f-string does it; what only `extends`, `include`, `import` and `block` do is
a call of a name that no template can spell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias, TypeVar, cast

from jinja2 import nodes

from saalint.facts.expressions import (
    Attribute,
    Call,
    Constant,
    Expression,
    Formatted,
    Keyword,
    Name,
    Opaque,
    Operation,
    Sequence,
    Subscript,
)
from saalint.facts.instructions import (
    Assign,
    Block,
    DefineFunction,
    Evaluate,
    For,
    If,
    Instruction,
    Jump,
)
from saalint.facts.lowering.function_facts import function_facts
from saalint.facts.lowering.template_expressions import expression, expressions
from saalint.facts.lowering.template_scope import TemplateScope
from saalint.facts.records import Parameter, ParameterKind
from saalint.facts.template_names import IMPORT, INCLUDE, PARENT, WITHOUT_CONTEXT, block_name
from saalint.source.positions import Place, line_of

_Lowering: TypeAlias = Callable[[nodes.Node, TemplateScope, list[Instruction]], None]
_N = TypeVar("_N", bound=nodes.Node)

_LOWERINGS: dict[type[nodes.Node], _Lowering] = {}
# what has names of its own: bindings inside are not bindings of the body around
_SCOPES = (nodes.For, nodes.With, nodes.Macro, nodes.CallBlock, nodes.Block, nodes.FilterBlock)


def block(found: Iterable[nodes.Node], scope: TemplateScope) -> Block:
    """The instructions of a body."""
    into: list[Instruction] = []
    for node in found:
        for kind in type(node).__mro__:
            if kind in _LOWERINGS:
                _LOWERINGS[kind](node, scope, into)
                break
    return tuple(into)


def _lowers(
    kind: type[_N],
) -> Callable[
    [Callable[[_N, TemplateScope, list[Instruction]], None]],
    Callable[[_N, TemplateScope, list[Instruction]], None],
]:
    def enter(
        lowering: Callable[[_N, TemplateScope, list[Instruction]], None],
    ) -> Callable[[_N, TemplateScope, list[Instruction]], None]:
        _LOWERINGS[kind] = cast("_Lowering", lowering)
        return lowering

    return enter


def _shown(value: Expression, at: Place) -> Evaluate:
    return Evaluate(Formatted((value,), ("s",), (), at))


def call(name: str, arguments: tuple[Expression, ...], at: Place) -> Call:
    """A call of something by its name."""
    return Call(Name(name, at), arguments, (), at, at)


@_lowers(nodes.Output)
def _output(node: nodes.Output, scope: TemplateScope, into: list[Instruction]) -> None:
    if not scope.is_silent:
        parts = [part for part in node.nodes if not isinstance(part, nodes.TemplateData)]
        into.extend([_shown(expression(part, scope), part.lineno) for part in parts])


@_lowers(nodes.ExprStmt)
def _evaluate(node: nodes.ExprStmt, scope: TemplateScope, into: list[Instruction]) -> None:
    into.append(Evaluate(expression(node.node, scope)))


@_lowers(nodes.If)
def _if(node: nodes.If, scope: TemplateScope, into: list[Instruction]) -> None:
    otherwise = block(node.else_, scope)
    for branch in reversed(node.elif_):
        otherwise = (If(expression(branch.test, scope), block(branch.body, scope), otherwise),)
    into.append(If(expression(node.test, scope), block(node.body, scope), otherwise))


@_lowers(nodes.For)
def _for(node: nodes.For, scope: TemplateScope, into: list[Instruction]) -> None:
    if node.recursive:
        _recursive(node, scope, into)
        return
    # `else` asks again whether there was anything, and reads nothing again
    iterable = scope.temporary("iterated")
    into.append(
        Assign((Name(iterable, node.lineno),), expression(node.iter, scope), None, node.lineno)
    )
    _loop(node, scope, Name(iterable, node.lineno), into)


def _loop(node: nodes.For, scope: TemplateScope, iterable: Name, into: list[Instruction]) -> None:
    inside = scope.inner()
    scope.function.loops += 1
    variable = _fresh_target(node.target, inside)
    if not node.recursive:
        inside.names["loop"] = scope.temporary("loop")
    body = (*_kept_names(node.body, inside), *block(node.body, inside))
    if node.test is not None:
        body = (If(expression(node.test, inside), body, ()),)
    scope.function.loops -= 1
    into.append(For(variable, iterable, body, (), is_async=False, at=node.lineno))
    if node.else_:
        is_empty = Operation("not", (iterable,), node.lineno)
        into.append(If(is_empty, block(node.else_, scope.inner()), ()))


def _recursive(node: nodes.For, scope: TemplateScope, into: list[Instruction]) -> None:
    # `loop(item.children)` runs the whole loop again, over something else
    name = scope.temporary("loop")
    inside = scope.body_of(name)
    inside.names["loop"] = name
    inside.function.bound.add("items")
    instructions: list[Instruction] = []
    _loop(node, inside, Name("items", node.lineno), instructions)
    parameters = (Parameter("items", ParameterKind.PLAIN, None, None, node.lineno),)
    define(inside, name, parameters, tuple(instructions), node)
    into.append(DefineFunction(inside.index))
    iterable = expression(node.iter, scope)
    into.append(Evaluate(call(name, (iterable,), node.lineno)))


def _fresh_target(node: nodes.Node, inside: TemplateScope) -> Expression:
    """The target of a loop or `with`: variables of its own."""
    match node:
        case nodes.Name(name=name):
            return Name(inside.fresh(name), node.lineno)
        case nodes.Tuple(items=items) | nodes.List(items=items):
            return Sequence(
                "tuple", tuple([_fresh_target(item, inside) for item in items]), node.lineno
            )
        case _:
            return expression(node, inside)


def _kept_names(body: list[nodes.Node], inside: TemplateScope) -> Iterator[Instruction]:
    """What a scope sets begins as what it is outside, and ends with the scope."""
    for name, at in dict(_bound_in(body)).items():
        if name not in inside.own:
            outer = Name(inside.variable(name), at)
            yield Assign((Name(inside.fresh(name), at),), outer, None, at)


def _bound_in(body: Iterable[nodes.Node]) -> Iterator[tuple[str, Place]]:
    for node in body:
        match node:
            case nodes.Assign(target=target) | nodes.AssignBlock(target=target):
                for name in [target, *target.find_all(nodes.Name)]:
                    if isinstance(name, nodes.Name):
                        yield name.name, name.lineno
            case nodes.If():
                yield from _bound_in([*node.body, *node.elif_, *node.else_])
            case _ if not isinstance(node, _SCOPES):
                yield from _bound_in(
                    [child for child in node.iter_child_nodes() if isinstance(child, nodes.Stmt)]
                )


@_lowers(nodes.With)
def _with(node: nodes.With, scope: TemplateScope, into: list[Instruction]) -> None:
    values = expressions(node.values, scope)
    inside = scope.inner()
    for bound, value in zip(node.targets, values, strict=True):
        into.append(Assign((_fresh_target(bound, inside),), value, None, node.lineno))
    into.extend(_kept_names(node.body, inside))
    into.extend(block(node.body, inside))


@_lowers(nodes.Assign)
def _assign(node: nodes.Assign, scope: TemplateScope, into: list[Instruction]) -> None:
    value = expression(node.node, scope)
    into.append(Assign((_target(node.target, scope),), value, None, node.lineno))


@_lowers(nodes.AssignBlock)
def _assign_block(node: nodes.AssignBlock, scope: TemplateScope, into: list[Instruction]) -> None:
    inside = scope.inner()
    inside.is_silent = False
    into.extend(block(node.body, inside))
    value: Expression = Opaque("text", (), node.lineno)
    if node.filter is not None:
        value = expression(node.filter, scope)
    into.append(Assign((_target(node.target, scope),), value, None, node.lineno))


def _target(node: nodes.Node, scope: TemplateScope) -> Expression:
    match node:
        case nodes.Name(name=name):
            return Name(scope.bind(name), node.lineno)
        case nodes.NSRef(name=name, attr=attribute):
            return Attribute(Name(scope.variable(name), node.lineno), attribute, node.lineno)
        case nodes.Tuple(items=items) | nodes.List(items=items):
            return Sequence("tuple", tuple([_target(item, scope) for item in items]), node.lineno)
        case _:
            return expression(node, scope)


@_lowers(nodes.FilterBlock)
def _filter_block(node: nodes.FilterBlock, scope: TemplateScope, into: list[Instruction]) -> None:
    inside = scope.inner()
    into.extend(block(node.body, inside))
    into.append(Evaluate(expression(node.filter, scope)))


def _nested(
    node: nodes.Scope | nodes.ScopedEvalContextModifier,
    scope: TemplateScope,
    into: list[Instruction],
) -> None:
    into.extend(block(node.body, scope.inner()))


_lowers(nodes.Scope)(_nested)
_lowers(nodes.ScopedEvalContextModifier)(_nested)


@_lowers(nodes.Continue)
def _continue(_node: nodes.Continue, _scope: TemplateScope, into: list[Instruction]) -> None:
    into.append(Jump("continue"))


@_lowers(nodes.Break)
def _break(_node: nodes.Break, _scope: TemplateScope, into: list[Instruction]) -> None:
    into.append(Jump("break"))


# Functions: macros, callers, blocks


@_lowers(nodes.Macro)
def _macro(node: nodes.Macro, scope: TemplateScope, into: list[Instruction]) -> None:
    index = _callable(node, node.name, scope)
    if scope.is_top:
        scope.draft.macros.append(index)
    scope.bind(node.name)
    into.append(DefineFunction(index))


@_lowers(nodes.CallBlock)
def _call_block(node: nodes.CallBlock, scope: TemplateScope, into: list[Instruction]) -> None:
    name = scope.temporary("caller")
    into.append(DefineFunction(_callable(node, name, scope)))
    called = expression(node.call, scope)
    if isinstance(called, Call):
        caller = Keyword("caller", Name(name, node.lineno))
        called = Call(
            called.function, called.arguments, (*called.keywords, caller), called.at, called.end
        )
    into.append(_shown(called, node.lineno))


def _callable(node: nodes.Macro | nodes.CallBlock, name: str, scope: TemplateScope) -> int:
    inside = scope.body_of(name)
    parameters = tuple(_parameters(node, scope))
    for parameter in parameters:
        inside.names.pop(parameter.name, None)
        inside.function.bound.add(parameter.name)
    body = block(node.body, inside)
    define(inside, name, (*parameters, *_implicit(inside)), body, node)
    return inside.index


def _parameters(node: nodes.Macro | nodes.CallBlock, scope: TemplateScope) -> Iterator[Parameter]:
    first = len(node.args) - len(node.defaults)
    for number, argument in enumerate(node.args):
        default: Expression | None = Constant(None, argument.lineno)
        if number >= first:
            default = expression(node.defaults[number - first], scope)
        yield Parameter(argument.name, ParameterKind.PLAIN, None, default, argument.lineno)


def _implicit(inside: TemplateScope) -> Iterator[Parameter]:
    """`caller`, `varargs` and `kwargs` are parameters of a macro that uses them."""
    kinds = {
        "varargs": ParameterKind.VARIADIC,
        "caller": ParameterKind.KEYWORD_ONLY,
        "kwargs": ParameterKind.VARIADIC_KEYWORDS,
    }
    for name, kind in kinds.items():
        if name in inside.function.free_names():
            inside.function.bound.add(name)
            yield Parameter(name, kind, None, None, 0)


def define(
    inside: TemplateScope,
    name: str,
    parameters: tuple[Parameter, ...],
    body: Block,
    node: nodes.Node,
) -> None:
    """Enter a function into the draft."""
    last = max((line_of(each.lineno) for each in node.find_all(nodes.Node)), default=0)
    # the text that it makes
    inside.function.is_giving = True
    inside.draft.definitions.functions[inside.index] = function_facts(
        inside.function,
        name,
        parameters,
        body,
        at=node.lineno,
        end_line=max(last, line_of(node.lineno)),
    )


# Tags that lead to other templates


@_lowers(nodes.Block)
def _block(node: nodes.Block, scope: TemplateScope, into: list[Instruction]) -> None:
    name = block_name(node.name)
    inside = scope.body_of(name, block=node.name)
    if not node.scoped:
        inside.names = {}
    scope.draft.has_blocks = True
    define(inside, name, (), block(node.body, inside), node)
    if not scope.is_silent:
        into.append(Evaluate(call(name, (), node.lineno)))


@_lowers(nodes.Extends)
def _extends(node: nodes.Extends, scope: TemplateScope, into: list[Instruction]) -> None:
    # the parent is rendered when all else here has run
    parent = Name(scope.bind(PARENT), node.lineno)
    into.append(Assign((parent,), expression(node.template, scope), None, node.lineno))
    scope.draft.has_parent = True
    scope.is_silent = scope.is_silent or scope.is_top


@_lowers(nodes.Include)
def _include(node: nodes.Include, scope: TemplateScope, into: list[Instruction]) -> None:
    arguments = (expression(node.template, scope),)
    # what this scope has of its own goes along under the name it has here
    keywords = tuple(
        [Keyword(name, Name(variable, node.lineno)) for name, variable in scope.names.items()]
    )
    given = keywords if node.with_context else (Keyword(WITHOUT_CONTEXT, arguments[0]),)
    into.append(
        Evaluate(Call(Name(INCLUDE, node.lineno), arguments, given, node.lineno, node.lineno))
    )


@_lowers(nodes.Import)
def _import(node: nodes.Import, scope: TemplateScope, into: list[Instruction]) -> None:
    imported = _imported(node, scope)
    into.append(Assign((Name(scope.bind(node.target), node.lineno),), imported, None, node.lineno))


@_lowers(nodes.FromImport)
def _from_import(node: nodes.FromImport, scope: TemplateScope, into: list[Instruction]) -> None:
    held = Name(scope.temporary("imported"), node.lineno)
    into.append(Assign((held,), _imported(node, scope), None, node.lineno))
    for name in node.names:
        member, bound = (name, name) if isinstance(name, str) else name
        value = Subscript(held, Constant(member, node.lineno), node.lineno)
        variable = Name(scope.bind(bound), node.lineno)
        into.append(Assign((variable,), value, None, node.lineno))


def _imported(node: nodes.Import | nodes.FromImport, scope: TemplateScope) -> Call:
    with_context = Constant(node.with_context, node.lineno)
    return call(IMPORT, (expression(node.template, scope), with_context), node.lineno)

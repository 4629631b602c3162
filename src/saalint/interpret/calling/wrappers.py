"""A decorator's wrapper and the function inside it to whether a call of the one is a call of the other.

`@timed`, `@logged`, `@checked`: where the arguments are handed on as they came, and what is given comes back as it is,
the wrapper need not be run around each call.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from saalint.facts import expressions as ex
from saalint.facts import instructions as ins
from saalint.facts.records import FunctionFacts, Parameter, ParameterKind
from saalint.interpret.domain.values import FunctionReference
from saalint.project.names import definitions as symbols

if TYPE_CHECKING:
    from saalint.interpret.knowledge import Analysis


def hands_on(analysis: Analysis, wrapper: FunctionReference, inner: FunctionReference) -> bool:
    """Whether a wrapper only calls a function with what it is given, and gives what that gives."""
    facts = analysis.function(wrapper.module, wrapper.index)
    is_async = analysis.function(inner.module, inner.index).is_async
    held = frozenset(name for name, value in wrapper.captured if value == inner)
    names = held | {parameter.name for parameter in facts.parameters}
    if facts.is_generator or (facts.is_async and not is_async) or not _ends(facts.body):
        return False
    if any(parameter.default is not None for parameter in facts.parameters):
        return False
    if _session_methods(analysis).intersection(facts.attributes):
        return False
    nodes = list(ex.nodes_in(facts.body))
    if any(_changes(analysis, node, names) or _manages(analysis, wrapper, node) for node in nodes):
        return False
    if any(_closes_over(analysis, wrapper.module, node, names) for node in nodes):
        return False
    calls = [node for node in nodes if isinstance(node, ex.Call) and _is_name(node.function, held)]
    if not calls or any(_arguments(call) != _parameters(facts.parameters) for call in calls):
        return False
    kept = _kept(nodes, facts, held)
    return all(
        _is_result(node.value, facts, held) or _is_name(node.value, kept)
        for node in nodes
        if isinstance(node, ins.Return)
    )


def _session_methods(analysis: Analysis) -> frozenset[str]:
    # who calls one of them does more than hand on; `get` is a method of every mapping
    return frozenset(analysis.operations.session_methods) - {"get"}


def _ends(block: ins.Block) -> bool:
    # whether nothing falls off the end, which would give `None` in place of the result
    match block[-1] if block else None:
        case ins.Return() | ins.Raise():
            return True
        case ins.If(then=then, otherwise=otherwise):
            return _ends(then) and _ends(otherwise)
        case ins.With(body=body):
            return _ends(body)
        case ins.Try(body=body, handlers=handlers, otherwise=otherwise):
            return _ends(otherwise or body) and all(_ends(handler.body) for handler in handlers)
        case _:
            return False


def _changes(analysis: Analysis, node: ex.Node, names: frozenset[str]) -> bool:
    # `kwargs["session"] = …`, `kwargs.update(…)`, `args = args[1:]`
    match node:
        case ins.Assign(targets=targets) | ins.Delete(targets=targets):
            return any(_root(target) in names for target in targets)
        case (
            ins.AugmentedAssign(target=target)
            | ins.For(target=target)
            | ex.NamedExpression(target=target)
        ):
            return any(_is_name(part, names) for part in ex.nodes_in(target))
        case ex.Call(function=ex.Attribute(base=base, name=method)):
            return method in analysis.operations.dict_changes and _is_name(base, names)
        case _:
            return False


def _manages(analysis: Analysis, wrapper: FunctionReference, node: ex.Node) -> bool:
    # `with tracer.start_as_current_span(name):` leaves sessions and exceptions alone; `with scoped_session():`, a lock
    # or `with suppress(KeyError):` does not
    if not isinstance(node, ins.With):
        return False
    own = {name for name, _ in wrapper.captured}
    own.update(each.name for each in analysis.function(wrapper.module, wrapper.index).parameters)
    roots = [_root_of_call(entered.manager) for entered in node.entered]
    return any(
        root in own
        or not all(
            isinstance(found, symbols.External)
            and found.name.partition(".")[0] not in analysis.operations.packages
            for found in _origins(analysis, wrapper.module, root)
        )
        for root in roots
    )


def _origins(analysis: Analysis, module: str, name: str) -> list[symbols.Definition]:
    # what a name means, and of a variable what its values are made by: `tracer = trace.get_tracer(__name__)`
    lookup = analysis.project.symbols.lookup
    found = lookup(module, name)
    if not isinstance(found, symbols.VariableDefinition):
        return [found]
    values = analysis.project.symbols.assignments(found)
    return [lookup(found.module, _root_of_call(each.value)) for each in values] or [found]


def _root_of_call(value: ex.Expression | None) -> str:
    return _root(value.function) if isinstance(value, ex.Call) else ""


def _root(target: object) -> str:
    while isinstance(target, ex.Subscript | ex.Attribute):
        target = target.base
    return target.name if isinstance(target, ex.Name) else ""


def _closes_over(analysis: Analysis, module: str, node: ex.Node, names: frozenset[str]) -> bool:
    match node:
        case ins.DefineFunction(function=index) | ex.Lambda(function=index):
            return not names.isdisjoint(analysis.function(module, index).free)
        case _:
            return False


def _is_name(node: object, names: frozenset[str]) -> bool:
    return isinstance(node, ex.Name) and node.name in names


def _arguments(call: ex.Call) -> tuple[list[str], set[str]]:
    positional = [
        f"*{_root(one.value)}" if isinstance(one, ex.Starred) else _root(one)
        for one in call.arguments
    ]
    return positional, {f"{word.name or ''}={_root(word.value)}" for word in call.keywords}


def _parameters(parameters: tuple[Parameter, ...]) -> tuple[list[str], set[str]]:
    positional: list[str] = []
    keywords: set[str] = set()
    for one in parameters:
        match one.kind:
            case ParameterKind.POSITIONAL_ONLY | ParameterKind.PLAIN:
                positional.append(one.name)
            case ParameterKind.VARIADIC:
                positional.append(f"*{one.name}")
            case ParameterKind.KEYWORD_ONLY:
                keywords.add(f"{one.name}={one.name}")
            case ParameterKind.VARIADIC_KEYWORDS:
                keywords.add(f"={one.name}")
    return positional, keywords


def _is_result(value: object, facts: FunctionFacts, held: frozenset[str]) -> bool:
    if facts.is_async:
        value = value.value if isinstance(value, ex.Await) else None
    return isinstance(value, ex.Call) and _is_name(value.function, held)


def _kept(nodes: list[ex.Node], facts: FunctionFacts, held: frozenset[str]) -> frozenset[str]:
    # the variables that hold nothing but the result
    found: dict[str, bool] = {}
    for name, value in _bound(nodes):
        found[name] = found.get(name, True) and _is_result(value, facts, held)
    return frozenset(name for name, is_result in found.items() if is_result)


def _bound(nodes: list[ex.Node]) -> Iterator[tuple[str, object]]:
    for node in nodes:
        match node:
            case ins.Assign(targets=targets, value=value):
                yield from ((_root(target), value) for target in targets)
            case ins.AugmentedAssign(target=target) | ins.For(target=target):
                yield from ((_root(part), None) for part in ex.nodes_in(target))
            case _:
                continue

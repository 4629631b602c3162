"""Expressions of model code to constants and library calls, through the project's own constants and helpers.

`relationship(...)` may stand in the class body, in a helper's `return`, behind `functools.partial` or in a branch of
`"selectin" if cls.__name__ == "Photo" else "select"`. A `Bound` expression is read where it stands: in its module and
scope, with the parameters of the helper it is in bound to the expressions of the call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TypeAlias

from saalint.facts.expressions import (
    Attribute,
    Call,
    Conditional,
    Constant,
    Expression,
    Keyword,
    Lambda,
    Logical,
    Name,
    NamedExpression,
    Operation,
    Sequence,
    Starred,
)
from saalint.facts.expressions import Mapping as MappingDisplay
from saalint.facts.instructions import Assign, Block, Evaluate, If, Return, Try, With
from saalint.facts.records import FunctionFacts, ParameterKind
from saalint.library.names import LibraryNames, Role
from saalint.project.classes import Classes, own_field
from saalint.project.definitions import (
    ClassDefinition,
    Definition,
    External,
    FunctionDefinition,
    VariableDefinition,
)
from saalint.project.mapped import SourcePlace, Unknown
from saalint.project.symbols import Symbols
from saalint.source.positions import Place

Value: TypeAlias = str | int | float | bool | None

_DEEPEST = 12
_NOTHING: Mapping[str, Bound] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """An expression with the place it is read in.

    `names` are parameters of helpers, `classes` the names that stand for a class (`cls` of a declared attribute),
    `arguments` and `keywords` what `*args` and `**kwargs` of a helper hold, by the parameter's name.
    """

    expression: Expression
    module: str
    scope: str = ""
    names: Mapping[str, Bound] = field(default_factory=dict)
    classes: Mapping[str, str] = field(default_factory=dict)
    arguments: Mapping[str, tuple[Bound, ...]] = field(default_factory=dict)
    keywords: Mapping[str, Mapping[str, Bound]] = field(default_factory=dict)

    def within(self, expression: Expression) -> Bound:
        """Another expression, read at the same place."""
        return replace(self, expression=expression)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LibraryCall:
    """A call of something outside the project. `is_open` says that not all of its arguments are known."""

    name: str
    role: Role | None
    arguments: tuple[Bound, ...]
    keywords: Mapping[str, Bound]
    is_open: bool
    place: SourcePlace

    def argument(self, position: int, keyword: str) -> Bound | None:
        """The argument given by keyword or, else, by position."""
        if keyword in self.keywords:
            return self.keywords[keyword]
        return self.arguments[position] if position < len(self.arguments) else None


class Reader:
    """Reads expressions. `inherits_table` answers `has_inherited_table(cls)` for a class."""

    def __init__(self, symbols: Symbols, classes: Classes, names: LibraryNames) -> None:
        self._symbols = symbols
        self._classes = classes
        self._names = names
        self.inherits_table: Callable[[str], bool] = lambda _: False

    def role(self, found: Bound) -> Role | None:
        """The role of the external thing that an expression names."""
        return self.role_of(self.definition(found))

    def role_of(self, definition: Definition) -> Role | None:
        """The role of a definition; a class of the project has that of the external class it extends."""
        match definition:
            case External(name=name):
                return self._names.role(name)
            case ClassDefinition(name=name):
                roles = (self._names.role(ancestor) for ancestor in self._classes.mro(name)[1:])
                return next((role for role in roles if role is not None), None)
            case _:
                return None

    def place(self, found: Bound, at: Place) -> SourcePlace:
        """A place in the file that holds the expression."""
        module = self._symbols.module(found.module)
        return SourcePlace("" if module is None else module.path, at)

    def definition(self, found: Bound) -> Definition:
        """What a dotted expression means."""
        match found.expression:
            case Name(name=name) if name in found.classes:
                return ClassDefinition(found.classes[name])
            case Name(name=name) if name in found.names:
                return self.definition(found.names[name])
            case Attribute(base=base, name=name):
                return self._symbols.member(self.definition(found.within(base)), name)
            case _:
                return self._symbols.resolve(found.module, found.expression, found.scope)

    def unfold(self, found: Bound, depth: int = 0) -> Bound:
        """The expression behind names of constants and parameters, decided branches and calls of helpers."""
        if depth > _DEEPEST:
            return found
        following = self._step(found, depth)
        return found if following is None else self.unfold(following, depth + 1)

    def constant(self, found: Bound, depth: int = 0) -> Value | Unknown:
        """The constant an expression stands for."""
        if depth > _DEEPEST:
            return Unknown("too many steps to the value")
        found = self.unfold(found, depth)
        match found.expression:
            case Constant(value=value):
                return value
            case Attribute(base=base, name="__name__"):
                definition = self.definition(found.within(base))
                if isinstance(definition, ClassDefinition):
                    return definition.name.rpartition(".")[2]
            case Attribute(base=base, name="value"):
                return self.constant(found.within(base), depth + 1)
            case Operation(operator=operator, operands=operands):
                values = [self.constant(found.within(each), depth + 1) for each in operands]
                return _operated(operator, values)
            case Logical():
                return self._truth(found, depth + 1)
            case Call(function=Attribute(base=base, name=name), arguments=(), keywords=()):
                return _text_method(name, self.constant(found.within(base), depth + 1))
            case Call(function=function, arguments=(argument,)) if (
                self.role(found.within(function)) is Role.HAS_INHERITED_TABLE
            ):
                definition = self.definition(found.within(argument))
                if isinstance(definition, ClassDefinition):
                    return self.inherits_table(definition.name)
            case _:
                pass
        return Unknown("the value is computed at run time")

    def flag(self, found: Bound | None, *, default: bool = False) -> bool:
        """A keyword's truth; the default where it is absent or not known."""
        if found is None:
            return default
        value = self.constant(found)
        return default if isinstance(value, Unknown) else bool(value)

    def text(self, found: Bound | None) -> str | None:
        """A keyword's text, if it is one."""
        value = None if found is None else self.constant(found)
        return value if isinstance(value, str) else None

    def call(self, found: Bound) -> LibraryCall | None:
        """The library call an expression comes down to."""
        found = self.unfold(found)
        if not isinstance(found.expression, Call):
            return None
        call = found.expression
        return self._applied(found, found.within(call.function), call, _DEEPEST)

    def items(self, found: Bound | None) -> tuple[Bound, ...]:
        """The items of a list, tuple or set display, or the one expression itself."""
        if found is None:
            return ()
        found = self.unfold(found)
        match found.expression:
            case Sequence(items=items):
                return tuple(found.within(item) for item in items)
            case Lambda():
                body = self.body_of_lambda(found)
                return () if body is None else self.items(body)
            case _:
                return (found,)

    def entries(self, found: Bound | None) -> Mapping[str, Bound]:
        """The entries of a dict display or a `dict(...)` call under their text keys."""
        if found is None:
            return _NOTHING
        found = self.unfold(found)
        entries: dict[str, Bound] = {}
        match found.expression:
            case MappingDisplay(entries=displayed):
                for entry in displayed:
                    key = None if entry.key is None else self.text(found.within(entry.key))
                    if entry.key is None:
                        entries.update(self.entries(found.within(entry.value)))
                    elif key is not None:
                        entries[key] = found.within(entry.value)
            case Call(function=function, arguments=arguments, keywords=keywords) if self.definition(
                found.within(function)
            ) == External("builtins.dict"):
                for argument in arguments:
                    entries.update(self.entries(found.within(argument)))
                for keyword in keywords:
                    if keyword.name is None:
                        entries.update(self.entries(found.within(keyword.value)))
                    else:
                        entries[keyword.name] = found.within(keyword.value)
            case _:
                pass
        return entries

    def body_of_lambda(self, found: Bound) -> Bound | None:
        """What a lambda without parameters returns."""
        if not isinstance(found.expression, Lambda):
            return None
        function = FunctionDefinition(found.module, found.expression.function)
        for instruction in self._symbols.function(function).body:
            if isinstance(instruction, Return) and instruction.value is not None:
                return found.within(instruction.value)
        return None

    def returned(self, function: FunctionDefinition, mapped: str) -> Bound | None:
        """What a declared attribute returns for the class `mapped`."""
        facts = self._symbols.function(function)
        first = next((each.name for each in facts.parameters), None)
        classes = {} if first is None else {first: mapped}
        start = Bound(Constant(None, facts.at), function.module, facts.scope, classes=classes)
        return self._run(facts.body, start, 0)[0]

    def _step(self, found: Bound, depth: int) -> Bound | None:
        match found.expression:
            case Name(name=name) if name in found.names:
                return found.names[name]
            case Name(name=name) if name in found.classes:
                return None
            case Name():
                return self._assigned(self.definition(found))
            case Attribute(base=base, name=name):
                definition = self.definition(found)
                if isinstance(definition, VariableDefinition):
                    return self._assigned(definition)
                return self._class_constant(self.definition(found.within(base)), name)
            case Conditional(test=test, then=then, otherwise=otherwise):
                truth = self._truth(found.within(test), depth)
                if isinstance(truth, Unknown):
                    return None
                return found.within(then if truth else otherwise)
            case NamedExpression(value=value):
                return found.within(value)
            case Call(function=function):
                definition = self.definition(found.within(function))
                if isinstance(definition, FunctionDefinition):
                    return self._inlined(found, definition, found.expression, depth)
            case _:
                pass
        return None

    def _assigned(self, definition: Definition) -> Bound | None:
        if not isinstance(definition, VariableDefinition):
            return None
        scope = definition.name.rpartition(".")[0]
        for assignment in self._symbols.assignments(definition):
            if assignment.value is not None:
                return Bound(assignment.value, definition.module, scope)
        return None

    def _class_constant(self, definition: Definition, name: str) -> Bound | None:
        """`Loading.EAGER`, `cls.loading`: a plain value in the body of a class."""
        if not isinstance(definition, ClassDefinition):
            return None
        found = self._classes.find_field(definition.name, name)
        owner = None if found is None else self._classes.info(found[0])
        if found is None or owner is None or found[1].value is None:
            return None
        return Bound(found[1].value, owner.module, owner.facts.scope)

    def _truth(self, found: Bound, depth: int) -> bool | Unknown:
        match found.expression:
            case Logical(operator=operator, values=values):
                for value in values:
                    truth = self._truth(found.within(value), depth + 1)
                    if isinstance(truth, Unknown):
                        return truth
                    if truth is (operator == "or"):
                        return truth
                return operator == "and"
            case _:
                constant = self.constant(found, depth + 1)
                return constant if isinstance(constant, Unknown) else bool(constant)

    def _applied(
        self, found: Bound, function: Bound, call: Call, remaining: int
    ) -> LibraryCall | None:
        arguments, keywords, is_open = self._given(found, call)
        return self._named_call(
            found,
            function,
            call,
            remaining,
            arguments=arguments,
            keywords=keywords,
            is_open=is_open,
        )

    def _named_call(
        self,
        found: Bound,
        function: Bound,
        call: Call,
        remaining: int,
        *,
        arguments: tuple[Bound, ...],
        keywords: Mapping[str, Bound],
        is_open: bool,
    ) -> LibraryCall | None:
        definition = self.definition(function)
        if isinstance(definition, VariableDefinition):
            # `mapper = mapper_registry.map_imperatively` inside a function.
            definition = self.definition(self.unfold(function))
        name = definition.name if isinstance(definition, External | ClassDefinition) else ""
        role = self.role_of(definition)
        if isinstance(definition, External) or role is not None:
            return LibraryCall(
                name=name,
                role=role,
                arguments=arguments,
                keywords=keywords,
                is_open=is_open,
                place=self.place(found, call.at),
            )
        # `eager = partial(relationship, lazy="selectin")` and then `eager("Post")`.
        partial = self.unfold(function)
        if remaining == 0 or not isinstance(partial.expression, Call):
            return None
        if self.role(partial.within(partial.expression.function)) is not Role.PARTIAL:
            return None
        first, names, also_open = self._given(partial, partial.expression)
        if not first:
            return None
        return self._named_call(
            found,
            first[0],
            call,
            remaining - 1,
            arguments=(*first[1:], *arguments),
            keywords={**names, **keywords},
            is_open=is_open or also_open,
        )

    def _given(
        self, found: Bound, call: Call
    ) -> tuple[tuple[Bound, ...], Mapping[str, Bound], bool]:
        arguments: list[Bound] = []
        keywords: dict[str, Bound] = {}
        is_open = False
        for argument in call.arguments:
            match argument:
                case Starred(value=Name(name=name)) if name in found.arguments:
                    arguments.extend(found.arguments[name])
                case Starred(value=value):
                    unpacked = self.unfold(found.within(value))
                    if isinstance(unpacked.expression, Sequence):
                        arguments.extend(
                            unpacked.within(each) for each in unpacked.expression.items
                        )
                    else:
                        is_open = True
                case _:
                    arguments.append(found.within(argument))
        for keyword in call.keywords:
            is_open |= self._keyword(found, keyword, keywords)
        return tuple(arguments), keywords, is_open

    def _keyword(self, found: Bound, keyword: Keyword, keywords: dict[str, Bound]) -> bool:
        if keyword.name is not None:
            keywords[keyword.name] = found.within(keyword.value)
            return False
        if isinstance(keyword.value, Name) and keyword.value.name in found.keywords:
            keywords.update(found.keywords[keyword.value.name])
            return False
        entries = self.entries(found.within(keyword.value))
        keywords.update(entries)
        return not entries

    def _inlined(
        self, found: Bound, definition: FunctionDefinition, call: Call, depth: int
    ) -> Bound | None:
        facts = self._symbols.function(definition)
        if depth > _DEEPEST or facts.is_async or facts.is_generator:
            return None
        arguments, keywords, _ = self._given(found, call)
        return self._run(facts.body, _entered(definition, facts, arguments, keywords), depth)[0]

    def _run(self, block: Block, state: Bound, depth: int) -> tuple[Bound | None, Bound]:
        """What a block returns, and the names it leaves bound."""
        for instruction in block:
            match instruction:
                case Return(value=value):
                    empty = Constant(None, instruction.at)
                    return state.within(empty if value is None else value), state
                case Assign(targets=(Name(name=name),), value=value) if value is not None:
                    bound = state.within(value)
                    state = replace(state, names={**state.names, name: bound})
                case If(test=test, then=then, otherwise=otherwise):
                    truth = self._truth(state.within(test), depth + 1)
                    if isinstance(truth, Unknown):
                        continue
                    result, state = self._run(then if truth else otherwise, state, depth)
                    if result is not None:
                        return result, state
                case Evaluate(value=Call() as call):
                    state = _with_default(state, call)
                case Try(body=body) | With(body=body):
                    result, state = self._run(body, state, depth)
                    if result is not None:
                        return result, state
                case _:
                    continue
        return None, state


def own_constant(reader: Reader, classes: Classes, owner: str, name: str) -> Value | Unknown:
    """The constant that the body of a class itself gives a name; `Unknown` where it gives none."""
    info = classes.info(owner)
    found = None if info is None else own_field(info, name)
    if info is None or found is None or found.value is None:
        return Unknown(f"`{name}` is not set")
    return reader.constant(Bound(found.value, info.module, info.facts.scope))


def _with_default(state: Bound, call: Call) -> Bound:
    # `kwargs.setdefault("lazy", "raise")` in a helper that hands `**kwargs` on.
    match call:
        case Call(
            function=Attribute(base=Name(name=name), name="setdefault"),
            arguments=(Constant(value=str(key)), value),
        ) if name in state.keywords:
            given = {key: state.within(value), **state.keywords[name]}
            return replace(state, keywords={**state.keywords, name: given})
        case _:
            return state


def _entered(
    definition: FunctionDefinition,
    facts: FunctionFacts,
    arguments: tuple[Bound, ...],
    keywords: Mapping[str, Bound],
) -> Bound:
    """The state at the start of a helper: its parameters bound to what the call gives."""
    outer = Bound(Constant(None, facts.at), definition.module, facts.scope.rpartition(".")[0])
    names: dict[str, Bound] = {}
    rest = list(arguments)
    left = dict(keywords)
    variadic: dict[str, tuple[Bound, ...]] = {}
    open_keywords: dict[str, Mapping[str, Bound]] = {}
    for parameter in facts.parameters:
        match parameter.kind:
            case ParameterKind.VARIADIC:
                variadic[parameter.name], rest = tuple(rest), []
            case ParameterKind.VARIADIC_KEYWORDS:
                open_keywords[parameter.name] = left
            case _ if rest and parameter.kind is not ParameterKind.KEYWORD_ONLY:
                names[parameter.name] = rest.pop(0)
            case _ if parameter.name in left:
                names[parameter.name] = left.pop(parameter.name)
            case _ if parameter.default is not None:
                names[parameter.name] = outer.within(parameter.default)
            case _:
                continue
    return Bound(
        Constant(None, facts.at),
        definition.module,
        facts.scope,
        names=names,
        arguments=variadic,
        keywords=open_keywords,
    )


def _text_method(name: str, value: Value | Unknown) -> Value | Unknown:
    if not isinstance(value, str):
        return Unknown("the value is computed at run time")
    match name:
        case "lower":
            return value.lower()
        case "upper":
            return value.upper()
        case "title":
            return value.title()
        case _:
            return Unknown("the value is computed at run time")


def _operated(operator: str, values: list[Value | Unknown]) -> Value | Unknown:
    for value in values:
        if isinstance(value, Unknown):
            return value
    match operator, values:
        case "not", [value]:
            return not value
        case "==" | "is", [left, right]:
            return left == right
        case "!=" | "is not", [left, right]:
            return left != right
        case "in", [str(left), str(right)]:
            return left in right
        case "+", [str(left), str(right)]:
            return left + right
        case _:
            return Unknown("the value is computed at run time")

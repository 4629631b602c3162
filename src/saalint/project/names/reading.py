"""Expressions of model code to constants and library calls, through the project's own constants and helpers.

`relationship(...)` may stand in the class body, in a helper's `return`, behind `functools.partial` or in a branch of
`"selectin" if cls.__name__ == "Photo" else "select"`. A `Bound` expression is read where it stands: in its module and
scope, with the parameters of the helper it is in bound to the expressions of the call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from saalint.facts.expressions import (
    Attribute,
    Call,
    Conditional,
    Constant,
    Expression,
    Formatted,
    Keyword,
    Lambda,
    Logical,
    Name,
    NamedExpression,
    Operation,
    Sequence,
    Starred,
    short_name,
)
from saalint.facts.expressions import Mapping as MappingDisplay
from saalint.facts.instructions import Assign, Block, Evaluate, If, Return, Try, With
from saalint.library.names import LibraryNames, Role
from saalint.project.mapped import SourcePlace, Unknown
from saalint.project.names.bound import Bound, Given, LibraryCall, Value, entered, with_default
from saalint.project.names.classes import Classes, own_field
from saalint.project.names.definitions import (
    ClassDefinition,
    Definition,
    External,
    FunctionDefinition,
    VariableDefinition,
)
from saalint.project.names.operators import operated, text_method
from saalint.project.names.symbols import Symbols
from saalint.source.positions import Place

_DEEPEST = 12
_NOTHING: Mapping[str, Bound] = MappingProxyType({})


class Reader:
    """Reads expressions.

    `inherits_table` answers `has_inherited_table(cls)` for a class; `assigned` gives what an attribute of a class is
    set to outside of its body: `User.table = Table(…)`.
    """

    def __init__(self, symbols: Symbols, classes: Classes, names: LibraryNames) -> None:
        self._symbols = symbols
        self._classes = classes
        self._names = names
        self.inherits_table: Callable[[str], bool] = lambda _: False
        self.assigned: Callable[[str, str], Bound | None] = lambda _, __: None

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
                    return short_name(definition.name)
            case Attribute(base=base, name="value"):
                return self.constant(found.within(base), depth + 1)
            case Operation(operator=operator, operands=operands):
                values = [self.constant(found.within(each), depth + 1) for each in operands]
                return operated(operator, values)
            case Formatted(values=parts, texts=texts) if texts:
                return self._formatted(found, parts, texts, depth)
            case Logical():
                return self._truth(found, depth + 1)
            case Call(function=Attribute(base=base, name=name), arguments=(), keywords=()):
                return text_method(name, self.constant(found.within(base), depth + 1))
            case Call(function=function, arguments=(argument,)) if (
                self.role(found.within(function)) is Role.HAS_INHERITED_TABLE
            ):
                definition = self.definition(found.within(argument))
                if isinstance(definition, ClassDefinition):
                    return self.inherits_table(definition.name)
            case _:
                pass
        return Unknown("the value is computed at run time")

    def _formatted(
        self, found: Bound, parts: tuple[Expression, ...], texts: tuple[str, ...], depth: int
    ) -> Value | Unknown:
        text = texts[0]
        for part, following in zip(parts, texts[1:], strict=True):
            value = self.constant(found.within(part), depth + 1)
            if isinstance(value, Unknown):
                return value
            text += f"{value}{following}"
        return text

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
        function = found.within(call.function)
        place = self.place(found, call.at)
        return self._applied(place, function, self._given(found, call), _DEEPEST)

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
            case Name(name=name):
                return self._field(found, name) or self._assigned(self.definition(found))
            case Attribute(base=base, name=name):
                definition = self.definition(found)
                if isinstance(definition, VariableDefinition):
                    return self._assigned(definition)
                return self.field(self.definition(found.within(base)), name)
            case Conditional(test=test, then=then, otherwise=otherwise):
                truth = self._truth(found.within(test), depth)
                if isinstance(truth, Unknown):
                    return None
                return found.within(then if truth else otherwise)
            case NamedExpression(value=value):
                return found.within(value)
            case Call(
                function=Attribute(base=Attribute(name="c"), name="get"), arguments=(_, default)
            ):
                # `Employee.__table__.c.get("level", Column(Integer))` in two subclasses of one table.
                return found.within(default)
            case Call(function=function):
                definition = self.definition(found.within(function))
                if isinstance(definition, FunctionDefinition):
                    return self._inlined(found, definition, found.expression, depth)
            case _:
                pass
        return None

    def _field(self, found: Bound, name: str) -> Bound | None:
        """`relationship(**options)` after `options = {…}` in the same class body."""
        info = self._classes.info(f"{found.module}.{found.scope}") if found.scope else None
        field = None if info is None else own_field(info, name)
        if field is None or field.value is None or field.value is found.expression:
            return None
        return found.within(field.value)

    def _assigned(self, definition: Definition) -> Bound | None:
        if not isinstance(definition, VariableDefinition):
            return None
        scope = definition.name.rpartition(".")[0]
        for assignment in self._symbols.assignments(definition):
            if assignment.value is not None:
                return Bound(assignment.value, definition.module, scope)
        return None

    def field(self, definition: Definition, name: str) -> Bound | None:
        """`Loading.EAGER`, `cls.loading`: a plain value in the body of a class, or assigned to it."""
        if not isinstance(definition, ClassDefinition):
            return None
        for ancestor in self._classes.mro(definition.name):
            assigned = self.assigned(ancestor, name)
            if assigned is not None:
                return assigned
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
        self, place: SourcePlace, function: Bound, given: Given, remaining: int
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
                arguments=given.arguments,
                keywords=given.keywords,
                is_open=given.is_open,
                place=place,
            )
        return self._partial(place, function, given, remaining)

    def _partial(
        self, place: SourcePlace, function: Bound, given: Given, remaining: int
    ) -> LibraryCall | None:
        """`eager = partial(relationship, lazy="selectin")` and then `eager("Post")`."""
        partial = self.unfold(function)
        if remaining == 0 or not isinstance(partial.expression, Call):
            return None
        if self.role(partial.within(partial.expression.function)) is not Role.PARTIAL:
            return None
        first = self._given(partial, partial.expression)
        if not first.arguments:
            return None
        whole = Given(
            (*first.arguments[1:], *given.arguments),
            {**first.keywords, **given.keywords},
            first.is_open or given.is_open,
        )
        return self._applied(place, first.arguments[0], whole, remaining - 1)

    def _given(self, found: Bound, call: Call) -> Given:
        arguments: list[Bound] = []
        is_open = False
        for argument in call.arguments:
            match argument:
                case Starred(value=Name(name=name)) if name in found.arguments:
                    arguments.extend(found.arguments[name])
                case Starred(value=value):
                    unpacked = self.unfold(found.within(value))
                    if isinstance(unpacked.expression, Sequence):
                        arguments.extend(map(unpacked.within, unpacked.expression.items))
                    else:
                        is_open = True
                case _:
                    arguments.append(found.within(argument))
        keywords: dict[str, Bound] = {}
        for keyword in call.keywords:
            is_open |= self._keyword(found, keyword, keywords)
        return Given(tuple(arguments), keywords, is_open)

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
        start = entered(definition.module, facts, self._given(found, call))
        return self._run(facts.body, start, depth)[0]

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
                    state = with_default(state, call)
                case Try(body=body) | With(body=body):
                    result, state = self._run(body, state, depth)
                    if result is not None:
                        return result, state
                case _:
                    continue
        return None, state

"""Annotations of schemas to what a conversion does with a value: `list[BookOut] | None` reads each item by `BookOut`.

A closed family. What no conversion cares for is left out: `None` is no alternative, what is not known is plain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, assert_never

from saalint.facts.expressions import (
    Attribute,
    Call,
    Expression,
    Lambda,
    Name,
    Operation,
    Sequence,
    Subscript,
)
from saalint.facts.written_out import is_none
from saalint.library.names import LibraryNames, Role
from saalint.project.names.definitions import (
    ClassDefinition,
    External,
    FunctionDefinition,
    VariableDefinition,
)
from saalint.project.names.symbols import Symbols
from saalint.project.serialisers.schema_functions import Phase, SchemaFunction

_DEEPEST = 12
_PAIR = 2
_TUPLES = frozenset({"builtins.tuple", "typing.Tuple"})


@dataclass(frozen=True, slots=True)
class Plain:
    """A value that is taken as it is."""


@dataclass(frozen=True, slots=True)
class ClassOf:
    """An object of a class, of the project or outside it, with the arguments of a generic one."""

    name: str
    arguments: tuple[SchemaType, ...] = ()


@dataclass(frozen=True, slots=True)
class Many:
    """Any number of values: lists, sets, tuples and the like."""

    item: SchemaType


@dataclass(frozen=True, slots=True)
class Several:
    """As many values as there are types, each of its own: `tuple[AuthorOut, BookOut]`."""

    items: tuple[SchemaType, ...]


@dataclass(frozen=True, slots=True)
class ByKey:
    """A dict of values."""

    item: SchemaType


@dataclass(frozen=True, slots=True)
class Either:
    """One of several types, whichever fits."""

    options: tuple[SchemaType, ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """A type variable of a generic class."""

    name: str


@dataclass(frozen=True, slots=True)
class Watched:
    """A type whose values functions see: `Annotated[list[str], BeforeValidator(titles)]`."""

    type: SchemaType
    functions: tuple[SchemaFunction, ...]


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A schema of which a field says what is read: `only` the named fields, all where that is None, but `without`."""

    type: ClassOf
    only: frozenset[str] | None
    without: frozenset[str]

    def leaves_out(self, name: str) -> bool:
        """Whether a field of the schema is not read."""
        return name in self.without or (self.only is not None and name not in self.only)


SchemaType: TypeAlias = (
    Plain | ClassOf | Many | Several | ByKey | Either | Variable | Watched | Narrowed
)

PLAIN = Plain()


@dataclass(frozen=True, slots=True, eq=False)
class TypeReader:
    """Reads annotations. `scope` is the class or function they stand in, `variables` its type variables.

    `phases` says when functions run that a call beside a type names: `BeforeValidator(titles)`.
    """

    symbols: Symbols
    names: LibraryNames
    module: str
    scope: str = ""
    variables: frozenset[str] = frozenset()
    phases: Mapping[str, str] = field(default_factory=dict)

    def read(self, annotation: Expression | None, depth: int = 0) -> SchemaType:
        """The type that an annotation names; plain where it is none that matters."""
        if depth > _DEEPEST:
            return PLAIN
        match annotation:
            case Operation(operator="|", operands=operands):
                return either(
                    self.read(operand, depth + 1) for operand in operands if not is_none(operand)
                )
            case Subscript(base=base, index=index):
                items = index.items if isinstance(index, Sequence) else (index,)
                return self._generic(base, items, depth + 1)
            case Name(name=name) if name in self.variables:
                return Variable(name)
            case Name() | Attribute():
                return self._named(annotation, depth + 1)
            case _:
                return PLAIN

    def _named(self, annotation: Name | Attribute, depth: int) -> SchemaType:
        match self.symbols.resolve(self.module, annotation, self.scope):
            case ClassDefinition(name=name) | External(name=name):
                return ClassOf(name)
            case VariableDefinition(module=module, name=name) as variable:
                # `UserList = list[UserOut]`
                values = [binding.value for binding in self.symbols.assignments(variable)]
                scope = name.rpartition(".")[0]
                inner = TypeReader(self.symbols, self.names, module, scope, phases=self.phases)
                return inner.read(values[-1], depth) if values else PLAIN
            case _:
                return PLAIN

    def _generic(self, base: Expression, items: tuple[Expression, ...], depth: int) -> SchemaType:
        definition = self.symbols.resolve(self.module, base, self.scope)
        if not items or not isinstance(definition, External | ClassDefinition):
            return PLAIN
        if self.names.role(definition.name) is Role.ANNOTATED:
            functions = tuple(self._functions(items[1:]))
            inner = self.read(items[0], depth)
            return Watched(inner, functions) if functions else inner
        arguments = tuple(self.read(item, depth) for item in items if not is_none(item))
        return generic(self.names, definition.name, arguments)

    def _functions(self, items: tuple[Expression, ...]) -> Iterator[SchemaFunction]:
        for item in items:
            if not isinstance(item, Call) or not item.arguments:
                continue
            called = self.symbols.resolve(self.module, item.function, self.scope)
            phase = self.phases.get(called.name) if isinstance(called, External) else None
            definition = self._function(item.arguments[0])
            if phase is not None and definition is not None:
                yield SchemaFunction(None, definition, Phase(phase))

    def _function(self, expression: Expression) -> FunctionDefinition | None:
        if isinstance(expression, Lambda):
            return FunctionDefinition(self.module, expression.function)
        found = self.symbols.resolve(self.module, expression, self.scope)
        return found if isinstance(found, FunctionDefinition) else None


def generic(names: LibraryNames, name: str, arguments: tuple[SchemaType, ...]) -> SchemaType:
    """The type that a generic class is with its arguments."""
    if not arguments:
        return PLAIN
    if name in _TUPLES and len(arguments) == _PAIR and arguments[1] == PLAIN:
        # `tuple[BookOut, ...]`
        return Many(arguments[0])
    if name in _TUPLES:
        return Several(arguments)
    match names.role(name):
        case Role.LIST_COLLECTION:
            return Many(arguments[0])
        case Role.DICT_COLLECTION:
            return ByKey(arguments[-1])
        case Role.OPTIONAL | Role.ANNOTATED:
            return arguments[0]
        case Role.UNION:
            return either(arguments)
        case _:
            return ClassOf(name, arguments)


def either(options: Iterable[SchemaType]) -> SchemaType:
    """One of some types."""
    found = tuple(dict.fromkeys(options))
    if not found:
        return PLAIN
    return found[0] if len(found) == 1 else Either(found)


def bound(found: SchemaType, arguments: Mapping[str, SchemaType]) -> SchemaType:
    """The type with its type variables replaced by what they are bound to."""
    match found:
        case Plain() | Narrowed():
            return found
        case Variable(name=name):
            return arguments.get(name, PLAIN)
        case ClassOf(name=name, arguments=given):
            return ClassOf(name, tuple(bound(argument, arguments) for argument in given))
        case Many(item=item):
            return Many(bound(item, arguments))
        case Several(items=items):
            return Several(tuple(bound(item, arguments) for item in items))
        case Watched(type=inner, functions=functions):
            return Watched(bound(inner, arguments), functions)
        case ByKey(item=item):
            return ByKey(bound(item, arguments))
        case Either(options=options):
            return either(bound(option, arguments) for option in options)
        case _:
            assert_never(found)

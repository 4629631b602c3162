"""Classes of serialisers to schemas: which attributes of an object a conversion reads, and of what type each is.

Goes in: the name of a class. Comes out: a `Schema`, its fields in the order in which they are read, for classes that a
framework in `library/` reads objects by.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from saalint.facts import expressions as ex
from saalint.facts.records import FieldFacts
from saalint.facts.written_out import argument_of, is_true
from saalint.library.frameworks import Frameworks, SchemaKind, Watcher
from saalint.library.names import LibraryNames, Role
from saalint.project.frameworks.handlers import decorating_call
from saalint.project.mapped import Mapper
from saalint.project.names.classes import Classes, ClassInfo
from saalint.project.names.definitions import (
    ClassDefinition,
    External,
    FunctionDefinition,
    VariableDefinition,
)
from saalint.project.names.symbols import Symbols
from saalint.project.serialisers.described_fields import DescribedFields
from saalint.project.serialisers.schema_functions import Phase, SchemaFunction
from saalint.project.serialisers.schema_records import Schema, SchemaField
from saalint.project.serialisers.schema_types import (
    PLAIN,
    ClassOf,
    Many,
    SchemaType,
    TypeReader,
    Variable,
    bound,
    generic,
)
from saalint.project.serialisers.transfers import Transfers

_DEEPEST = 6
# `class Shelf(RootModel): root: list[BookOut]`
_CONTENT = "root"

# a function that a schema calls, what its decorator does, and the decorator as it stands
_Watching: TypeAlias = tuple[SchemaFunction, Watcher, ex.Call]


class Schemas:
    """The schemas of a project, each worked out when first asked."""

    def __init__(
        self,
        symbols: Symbols,
        classes: Classes,
        names: LibraryNames,
        frameworks: Frameworks,
        mappers: Mapping[str, Mapper],
    ) -> None:
        self._transfers = Transfers(symbols, classes, mappers, frameworks.transfers)
        self._described = DescribedFields(symbols, classes, frameworks, mappers)
        self._symbols = symbols
        self._classes = classes
        self._names = names
        self._frameworks = frameworks
        self._found: dict[str, Schema | None] = {}

    def of_class(self, name: str) -> Schema | None:
        """The schema that a class is; None where it is none."""
        if name not in self._found:
            self._found[name] = self._read(name)
        return self._found[name]

    def arguments_of(self, found: ClassOf) -> Mapping[str, SchemaType]:
        """What the type variables of a generic class are in a type: `T` of `Page[BookOut]`."""
        info = self._classes.info(found.name)
        parameters = () if info is None else info.type_parameters
        return dict(zip(parameters, found.arguments, strict=False))

    def generic(self, name: str, arguments: tuple[SchemaType, ...]) -> SchemaType:
        """The type that a generic class of a library is with its arguments."""
        return generic(self._names, name, arguments)

    def type_of(self, module: str, annotation: ex.Expression | None, scope: str) -> SchemaType:
        """The type that an annotation outside of a schema names."""
        return self._reader(module, scope, frozenset()).read(annotation)

    def transferred(
        self, module: str, expression: ex.Expression, scope: str, declared: SchemaType
    ) -> SchemaType:
        """The type that a data transfer object makes of a declared one: it reads one object, or each of several."""
        found = self._transfers.schemas_of(module, expression, scope)
        if not found:
            return PLAIN
        self._found.update({schema.name: schema for schema in found})
        own = ClassOf(found[0].name)
        return Many(own) if isinstance(declared, Many) else own

    def _read(self, name: str) -> Schema | None:
        kind = self._kind(name)
        if kind is None:
            return None
        watching = tuple(self._watchers(name))
        return Schema(
            name=name,
            is_reading=self._is_any_on(name, kind, kind.attributes, default=kind.is_reading),
            fields=tuple(self._fields(name, kind, watching)),
            functions=tuple(found for found, watcher, _ in watching if watcher.sees == "object"),
            computed=tuple(self._computed(name)),
            content=self._content(name),
            is_open=self._is_open(name, kind),
        )

    def _kind(self, name: str) -> SchemaKind | None:
        for ancestor in self._classes.mro(name):
            kind = self._frameworks.schemas.get(ancestor)
            if kind is not None and not kind.content:
                return kind
            decorated = self._kind_by_decorator(ancestor)
            if decorated is not None:
                return decorated
        return None

    def _kind_by_decorator(self, name: str) -> SchemaKind | None:
        info = self._classes.info(name)
        for decorator in info.facts.decorators if info is not None else ():
            assert info is not None
            found = self._symbols.resolve(info.module, decorating_call(decorator).function)
            kind = self._frameworks.schemas.get(found.name) if isinstance(found, External) else None
            if kind is not None and kind.is_decorator:
                return kind
        return None

    def _content(self, name: str) -> SchemaType | None:
        for ancestor in self._classes.mro(name):
            kind = self._frameworks.schemas.get(ancestor)
            if kind is not None and kind.content:
                for module, argument in self._classes.type_arguments(name, ancestor)[:1]:
                    return self._reader(module, "", frozenset()).read(argument)
                found = self._classes.find_field(name, _CONTENT)
                info = None if found is None else self._classes.info(found[0])
                if found is not None and info is not None:
                    own = self._reader(info.module, info.facts.scope, frozenset())
                    return own.read(found[1].annotation)
        return None

    # Fields

    def _fields(
        self, name: str, kind: SchemaKind, watching: tuple[_Watching, ...]
    ) -> Iterator[SchemaField]:
        if kind.described:
            yield from self._described.of_class(name, kind)
            return
        is_by_name = self._is_any_on(name, kind, kind.by_name, default=False)
        renaming = self._setting(name, kind, kind.renaming)
        for field, (owner, facts) in self._declared(name).items():
            info = self._classes.info(owner)
            assert info is not None
            if kind.resolver and _is_resolved(facts.value, kind.resolver):
                continue
            reader = self._reader(info.module, info.facts.scope, frozenset(info.type_parameters))
            yield SchemaField(
                name=field,
                sources=self._sources(info, facts, renaming, is_by_name=is_by_name),
                type=bound(reader.read(facts.annotation), self._bindings(name, owner)),
                functions=tuple(_functions_of_field(watching, field)),
                is_shown=not _is_left_out(facts),
                is_required=_is_required(facts.value),
            )

    def _declared(self, name: str) -> dict[str, tuple[str, FieldFacts]]:
        # a field keeps the place at which it was first declared, as its value in a dict does
        found: dict[str, tuple[str, FieldFacts]] = {}
        for owner in reversed(self._classes.mro(name)):
            info = self._classes.info(owner)
            for facts in info.facts.fields if info is not None else ():
                if self._is_field(info, facts):
                    found[facts.name] = (owner, facts)
        return found

    def _is_field(self, info: ClassInfo | None, facts: FieldFacts) -> bool:
        if info is None or facts.annotation is None or facts.name.startswith("_"):
            return False
        base = facts.annotation
        if isinstance(base, ex.Subscript):
            base = base.base
        definition = self._symbols.resolve(info.module, base, info.facts.scope)
        is_constant = isinstance(definition, External) and (
            self._names.role(definition.name) is Role.CLASS_VARIABLE
        )
        return not is_constant

    def _bindings(self, name: str, owner: str) -> Mapping[str, SchemaType]:
        # `class BookPage(Page[BookOut])`: what the type variables of `Page` are in `BookPage`
        info = self._classes.info(owner)
        if info is None or name == owner:
            own = () if info is None else info.type_parameters
            return {parameter: Variable(parameter) for parameter in own}
        given = self._classes.type_arguments(name, owner)
        own_info = self._classes.info(name)
        variables = frozenset(own_info.type_parameters if own_info is not None else ())
        return {
            parameter: self._reader(module, "", variables).read(argument)
            for parameter, (module, argument) in zip(info.type_parameters, given, strict=False)
        }

    def _reader(self, module: str, scope: str, variables: frozenset[str]) -> TypeReader:
        phases = self._frameworks.annotated
        return TypeReader(self._symbols, self._names, module, scope, variables, phases)

    # Aliases

    def _sources(
        self,
        info: ClassInfo,
        facts: FieldFacts,
        renaming: ex.Expression | None,
        *,
        is_by_name: bool,
    ) -> tuple[tuple[str | int, ...], ...]:
        own: tuple[tuple[str | int, ...], ...] = ((facts.name,),)
        given = self._alias(info, facts)
        if given is None and renaming is not None:
            aliases = _renamed(facts.name, renaming)
        elif given is None:
            return own
        else:
            aliases = tuple(self._paths(info, given))
        return (*aliases, *own) if is_by_name else aliases

    def _alias(self, info: ClassInfo, facts: FieldFacts) -> ex.Expression | None:
        for call in _described_by(facts):
            definition = self._symbols.resolve(info.module, call.function, info.facts.scope)
            name = definition.name if isinstance(definition, External) else ""
            for keyword in self._frameworks.fields.get(name, ()):
                given = argument_of(call, keyword)
                if given is not None:
                    return given
        return None

    def _paths(self, info: ClassInfo, alias: ex.Expression) -> Iterator[tuple[str | int, ...]]:
        match alias:
            case ex.Constant(value=str(name)):
                yield (name,)
            case ex.Call(function=function, arguments=arguments):
                definition = self._symbols.resolve(info.module, function, info.facts.scope)
                called = definition.name if isinstance(definition, External) else ""
                if called in self._frameworks.choices:
                    for argument in arguments:
                        yield from self._paths(info, argument)
                elif called in self._frameworks.paths:
                    parts = [part.value for part in arguments if isinstance(part, ex.Constant)]
                    yield tuple(part for part in parts if isinstance(part, str | int))
            case _:
                return

    # Settings

    def _is_any_on(
        self, name: str, kind: SchemaKind, settings: tuple[str, ...], *, default: bool
    ) -> bool:
        for setting in settings:
            found = self._setting(name, kind, setting)
            if isinstance(found, ex.Constant) and isinstance(found.value, bool):
                return found.value
        return default

    def _is_open(self, name: str, kind: SchemaKind) -> bool:
        # `extra="allow"`, `extra=Extra.allow`
        match self._setting(name, kind, kind.open) if kind.open else None:
            case ex.Constant(value="allow") | ex.Attribute(name="allow"):
                return True
            case _:
                return False

    def _setting(self, name: str, kind: SchemaKind, setting: str) -> ex.Expression | None:
        """A setting of a class or, else, of the nearest base that gives it."""
        for owner in self._classes.mro(name):
            info = self._classes.info(owner)
            if info is None:
                continue
            given = dict(info.facts.keywords).get(setting)
            for holder in kind.settings:
                given = given or self._setting_in(info, holder, setting)
            if given is not None:
                return given
        return None

    def _setting_in(self, info: ClassInfo, holder: str, setting: str) -> ex.Expression | None:
        nested = self._classes.find_field(f"{info.name}.{holder}", setting)
        if nested is not None:
            return nested[1].value
        for facts in reversed(info.facts.fields):
            if facts.name == holder and facts.value is not None:
                return self._among(info.module, facts.value, setting, 0)
        return None

    def _among(
        self, module: str, value: ex.Expression, setting: str, depth: int
    ) -> ex.Expression | None:
        if depth > _DEEPEST:
            return None
        match value:
            case ex.Call(keywords=keywords):
                given = argument_of(value, setting)
                if given is not None:
                    return given
                rest = [keyword.value for keyword in keywords if keyword.name is None]
            case ex.Mapping(entries=entries):
                for entry in entries:
                    if isinstance(entry.key, ex.Constant) and entry.key.value == setting:
                        return entry.value
                rest = [entry.value for entry in entries if entry.key is None]
            case ex.Operation(operator="|", operands=operands):
                rest = list(reversed(operands))
            case ex.Name() | ex.Attribute():
                return self._among_named(module, value, setting, depth)
            case _:
                return None
        found = (self._among(module, part, setting, depth + 1) for part in rest)
        return next((part for part in found if part is not None), None)

    def _among_named(
        self, module: str, value: ex.Name | ex.Attribute, setting: str, depth: int
    ) -> ex.Expression | None:
        # `model_config = COMMON`, `model_config = Base.model_config | {…}`
        definition = self._symbols.resolve(module, value)
        if isinstance(definition, VariableDefinition):
            bindings = self._symbols.assignments(definition)
            last = bindings[-1].value if bindings else None
            return (
                None if last is None else self._among(definition.module, last, setting, depth + 1)
            )
        if isinstance(value, ex.Attribute):
            owner = self._symbols.resolve(module, value.base)
            if isinstance(owner, ClassDefinition):
                field = self._classes.find_field(owner.name, value.name)
                info = None if field is None else self._classes.info(field[0])
                if field is not None and info is not None and field[1].value is not None:
                    return self._among(info.module, field[1].value, setting, depth + 1)
        return None

    # Functions that see what is read or shown

    def _watchers(self, name: str) -> Iterator[_Watching]:
        for owner, _, definition, called, call in self._decorated(name):
            watcher = self._frameworks.watchers.get(called)
            phase = "" if watcher is None else _phase(call, watcher)
            if watcher is not None and phase:
                yield SchemaFunction(owner, definition, Phase(phase)), watcher, call

    def _computed(self, name: str) -> Iterator[str]:
        for _, method, _, called, _ in self._decorated(name):
            if called in self._frameworks.computed:
                yield method

    def _decorated(self, name: str) -> Iterator[tuple[str, str, FunctionDefinition, str, ex.Call]]:
        """The methods of a class and its bases with the names of their decorators and the calls that make those."""
        seen: set[str] = set()
        for owner in self._classes.mro(name):
            info = self._classes.info(owner)
            for method, index in info.facts.methods if info is not None else ():
                if info is None or method in seen:
                    continue
                seen.add(method)
                definition = FunctionDefinition(info.module, index)
                for decorator in self._symbols.function(definition).decorators:
                    call = decorating_call(decorator)
                    found = self._symbols.resolve(info.module, call.function)
                    if isinstance(found, External):
                        yield owner, method, definition, found.name, call


def _renamed(name: str, renaming: ex.Expression) -> tuple[tuple[str | int, ...], ...]:
    # `to_camel` and its kin leave a single small word alone; what else they make of it is no attribute of an entity
    return () if "_" in name or isinstance(renaming, ex.Lambda) else ((name,),)


def _functions_of_field(watching: tuple[_Watching, ...], field: str) -> Iterator[SchemaFunction]:
    for found, watcher, call in watching:
        named = [each.value for each in call.arguments if isinstance(each, ex.Constant)]
        if watcher.sees == "field" and (field in named or "*" in named):
            yield found


def _is_resolved(value: ex.Expression | None, resolver: str) -> bool:
    return isinstance(value, ex.Call) and argument_of(value, resolver) is not None


def _phase(call: ex.Call, watcher: Watcher) -> str:
    # `mode="after"`, `pass_original=True`
    given = argument_of(call, watcher.mode)
    value = str(given.value) if isinstance(given, ex.Constant) else ""
    return watcher.phases.get(value.lower(), watcher.phase)


def _described_by(facts: FieldFacts) -> Iterator[ex.Call]:
    """The calls that describe a field: its value, and what stands beside its type in `Annotated[…]`."""
    if isinstance(facts.value, ex.Call):
        yield facts.value
    match facts.annotation:
        case ex.Subscript(index=ex.Sequence(items=items)):
            yield from (item for item in items if isinstance(item, ex.Call))
        case _:
            return


def _is_required(value: ex.Expression | None) -> bool:
    # `name: str`, `name: str = Field(..., min_length=1)`, `name: str = Field(alias="title")`
    match value:
        case None | ex.Constant(is_ellipsis=True):
            return True
        case ex.Call(arguments=(first, *_)):
            return _is_required(first)
        case ex.Call(keywords=keywords):
            return not any(
                keyword.name.startswith("default") for keyword in keywords if keyword.name
            )
        case _:
            return False


def _is_left_out(facts: FieldFacts) -> bool:
    # `Field(exclude=True)` is read, and shown nowhere
    return any(is_true(argument_of(call, "exclude")) for call in _described_by(facts))

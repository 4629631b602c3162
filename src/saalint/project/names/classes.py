"""Class facts of all modules to hierarchies: bases, method resolution order, members, generic arguments.

A base may be a class of the project, something external, a variable (`Base = declarative_base()`) or the call itself.
In an order of names a variable stands under its own qualified name, followed by what the call names as `cls`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import assert_never

from saalint.facts.expressions import (
    Attribute,
    Call,
    Expression,
    Keyword,
    Name,
    Sequence,
    Subscript,
    dotted_name,
)
from saalint.facts.instructions import Return
from saalint.facts.records import ClassFacts, FieldFacts
from saalint.library.names import LibraryNames, Role
from saalint.project.names.definitions import (
    ClassDefinition,
    Definition,
    External,
    FunctionDefinition,
    Module,
    ModuleDefinition,
    Undefined,
    VariableDefinition,
)
from saalint.project.names.linearization import Linearization
from saalint.project.names.symbols import Symbols

_BASE_KEYWORDS = ("cls", "model_class")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClassInfo:
    """One class. `base_arguments` are the generic arguments of each base: `Base[User]` has `User`."""

    name: str
    module: str
    facts: ClassFacts
    bases: tuple[Definition, ...]
    base_arguments: tuple[tuple[Expression, ...], ...]
    type_parameters: tuple[str, ...]

    @property
    def scope(self) -> str:
        """The scope around the class inside its module."""
        return self.facts.scope.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class _Base:
    """What one expression among the bases of a class stands for."""

    definition: Definition
    arguments: tuple[Expression, ...]


class Classes:
    """All classes of the project, and those of installed packages that were read."""

    def __init__(self, symbols: Symbols, names: LibraryNames) -> None:
        self._symbols = symbols
        self._names = names
        self._orders = Linearization(self._bases_of)
        self._subclasses: dict[str, tuple[str, ...]] | None = None
        self._classes: dict[str, ClassInfo] = {}
        self._methods: dict[tuple[str, str], tuple[str, FunctionDefinition] | None] = {}
        for module in symbols.modules():
            self._read(module)

    def refresh(self) -> None:
        """Read all hierarchies again, after a module was added to the symbols."""
        self._orders = Linearization(self._bases_of)
        self._subclasses = None
        self._classes.clear()
        self._methods.clear()
        for module in self._symbols.modules():
            self._read(module)

    def info(self, name: str) -> ClassInfo | None:
        """The class of that qualified name."""
        return self._classes.get(name)

    def names(self) -> tuple[str, ...]:
        """The qualified names of all classes, sorted."""
        return tuple(sorted(self._classes))

    def mro(self, name: str) -> tuple[str, ...]:
        """Qualified names in method resolution order, `name` first, external ones by their canonical name."""
        return self._orders.of(name)

    def find_method(self, name: str, method: str) -> tuple[str, FunctionDefinition] | None:
        """The class that defines the method for `name`, and the function."""
        key = (name, method)
        if key not in self._methods:
            self._methods[key] = self._method_among(self.mro(name), method)
        return self._methods[key]

    def find_method_after(
        self, name: str, owner: str, method: str
    ) -> tuple[str, FunctionDefinition] | None:
        """What `super().method` in a method of `owner` means for an instance of `name`."""
        order = self.mro(name)
        following = order[order.index(owner) + 1 :] if owner in order else self.mro(owner)[1:]
        return self._method_among(following, method)

    def find_field(self, name: str, field: str) -> tuple[str, FieldFacts] | None:
        """The class that binds the field for `name`, and its last binding."""
        for owner in self.mro(name):
            info = self._classes.get(owner)
            found = None if info is None else own_field(info, field)
            if found is not None:
                return owner, found
        return None

    def subclasses(self, name: str) -> tuple[str, ...]:
        """All known subclasses, transitive, sorted."""
        if self._subclasses is None:
            collected: dict[str, list[str]] = {}
            for known in self.names():
                for ancestor in self.mro(known)[1:]:
                    collected.setdefault(ancestor, []).append(known)
            self._subclasses = {owner: tuple(found) for owner, found in collected.items()}
        return self._subclasses.get(name, ())

    def is_subclass(self, name: str, ancestor: str) -> bool:
        """Whether `ancestor` is the class itself or among its ancestors."""
        return ancestor in self.mro(name)

    def type_arguments(self, name: str, ancestor: str) -> tuple[tuple[str, Expression], ...]:
        """What `name` binds the type parameters of `ancestor` to: each with the module it is written in.

        Empty where `name` leaves them open or is no subclass.
        """
        return self._arguments(name, ancestor, ())

    def _arguments(
        self, name: str, ancestor: str, path: tuple[str, ...]
    ) -> tuple[tuple[str, Expression], ...]:
        info = self._classes.get(name)
        if info is None or name in path:
            return ()
        for base, arguments in zip(info.bases, info.base_arguments, strict=True):
            if qualified_name(base) == ancestor:
                if arguments:
                    return tuple((info.module, argument) for argument in arguments)
                continue
            above = self._arguments(qualified_name(base), ancestor, (*path, name))
            if above:
                return self._substituted(above, qualified_name(base), info.module, arguments)
        return ()

    def _substituted(
        self,
        above: tuple[tuple[str, Expression], ...],
        base: str,
        module: str,
        arguments: tuple[Expression, ...],
    ) -> tuple[tuple[str, Expression], ...]:
        info = self._classes.get(base)
        parameters = () if info is None else info.type_parameters
        bound = dict(zip(parameters, arguments, strict=False))
        return tuple(
            (module, bound[expression.name])
            if isinstance(expression, Name) and expression.name in bound
            else (origin, expression)
            for origin, expression in above
        )

    def _method_among(
        self, owners: Iterable[str], method: str
    ) -> tuple[str, FunctionDefinition] | None:
        for owner in owners:
            info = self._classes.get(owner)
            if info is None:
                continue
            for name, index in reversed(info.facts.methods):
                if name != method:
                    continue
                definition = FunctionDefinition(info.module, index)
                if not self._is_accessor(definition):
                    return owner, definition
        return None

    def _is_accessor(self, definition: FunctionDefinition) -> bool:
        # `@total.setter` and `@total.expression` add to the property that `def total(self)` above them is
        facts = self._symbols.function(definition)
        return any(
            isinstance(decorator, Attribute)
            and decorator.name != "getter"
            and (dotted_name(decorator) or "").startswith(f"{facts.name}.")
            for decorator in facts.decorators
        )

    def _read(self, module: Module) -> None:
        for facts in self._symbols.scopes(module.name).classes():
            name = f"{module.name}.{facts.scope}"
            scope = facts.scope.rpartition(".")[0]
            found = [
                each
                for base in facts.bases
                for each in self._bases(module.name, base, scope, itself=name)
            ]
            self._classes[name] = ClassInfo(
                name=name,
                module=module.name,
                facts=facts,
                bases=tuple(each.definition for each in found),
                base_arguments=tuple(each.arguments for each in found),
                type_parameters=self._type_parameters(module.name, facts, scope),
            )

    def _bases(
        self, module: str, expression: Expression, scope: str, *, itself: str
    ) -> Iterator[_Base]:
        match expression:
            case Subscript(base=base, index=index):
                arguments = index.items if isinstance(index, Sequence) else (index,)
                for found in self._bases(module, base, scope, itself=itself):
                    yield _Base(found.definition, arguments)
            case Call(function=function, keywords=keywords):
                callee = self._symbols.resolve(module, function, scope)
                if isinstance(callee, FunctionDefinition):
                    yield from self._returned_bases(callee, itself)
                else:
                    yield _Base(callee, ())
                    yield from self._named_bases(module, keywords, scope, itself)
            case Attribute(base=base):
                definition = self._symbols.resolve(module, expression, scope)
                if self._names.role(qualified_name(definition)) is Role.FLASK_MODEL:
                    yield from self._extension_bases(module, base, scope, itself)
                yield _Base(self._not_itself(definition, itself), ())
            case _:
                definition = self._symbols.resolve(module, expression, scope)
                yield _Base(self._not_itself(definition, itself), ())

    def _not_itself(self, definition: Definition, itself: str) -> Definition:
        # `class Base(Base)` under `if`/`else`: the alternative that is not this class is not followed.
        return Undefined("its own base") if qualified_name(definition) == itself else definition

    def _returned_bases(self, function: FunctionDefinition, itself: str) -> Iterator[_Base]:
        """`Base = make_base()`: what the function of the project returns."""
        facts = self._symbols.function(function)
        for instruction in facts.body:
            match instruction:
                case Return(value=Call(function=callee)) if (
                    self._symbols.resolve(function.module, callee, facts.scope) == function
                ):
                    continue
                case Return(value=value) if value is not None:
                    yield from self._bases(function.module, value, facts.scope, itself=itself)
                case _:
                    continue

    def _extension_bases(
        self, module: str, extension: Expression, scope: str, itself: str
    ) -> Iterator[_Base]:
        """`db = SQLAlchemy(model_class=Base)`: `db.Model` has what `Base` has."""
        definition = self._symbols.resolve(module, extension, scope)
        if isinstance(definition, VariableDefinition):
            for assignment in self._symbols.assignments(definition):
                if isinstance(assignment.value, Call):
                    keywords = assignment.value.keywords
                    owner = definition.name.rpartition(".")[0]
                    yield from self._named_bases(definition.module, keywords, owner, itself)

    def _named_bases(
        self, module: str, keywords: tuple[Keyword, ...], scope: str, itself: str
    ) -> Iterator[_Base]:
        for keyword in keywords:
            if keyword.name in _BASE_KEYWORDS:
                yield from self._bases(module, keyword.value, scope, itself=itself)

    def _bases_of(self, name: str) -> tuple[str, ...]:
        listed = self._names.bases.get(name)
        if listed is not None:
            return listed
        info = self._classes.get(name)
        own = () if info is None else tuple(qualified_name(base) for base in info.bases)
        # `class Base: …` and then `Base = declarative_base(cls=Base)` are both known as `Base`.
        found = (*self._bases_of_variable(name), *own)
        return tuple(base for base in dict.fromkeys(found) if base and base != name)

    def _bases_of_variable(self, name: str) -> Iterator[str]:
        definition = self._variable(name)
        if definition is None:
            return
        for assignment in self._symbols.assignments(definition):
            if isinstance(assignment.value, Call):
                scope = definition.name.rpartition(".")[0]
                value = assignment.value
                for base in self._bases(definition.module, value, scope, itself=name):
                    yield qualified_name(base.definition)
                return

    def _variable(self, name: str) -> VariableDefinition | None:
        module = self._symbols.owner(name)
        if module is None:
            return None
        definition = VariableDefinition(module, name[len(module) + 1 :])
        return definition if self._symbols.assignments(definition) else None

    def _type_parameters(self, module: str, facts: ClassFacts, scope: str) -> tuple[str, ...]:
        if facts.type_parameters:
            return facts.type_parameters
        named: list[str] = []
        generic: tuple[str, ...] | None = None
        for base in facts.bases:
            if not isinstance(base, Subscript):
                continue
            arguments = base.index.items if isinstance(base.index, Sequence) else (base.index,)
            names = tuple(
                argument.name
                for argument in arguments
                if isinstance(argument, Name) and self._is_type_variable(module, argument, scope)
            )
            origin = self._symbols.resolve(module, base.base, scope)
            if self._names.role(qualified_name(origin)) is Role.GENERIC:
                generic = names
            named.extend(name for name in names if name not in named)
        return tuple(named) if generic is None else generic

    def _is_type_variable(self, module: str, name: Name, scope: str) -> bool:
        definition = self._symbols.resolve(module, name, scope)
        if not isinstance(definition, VariableDefinition):
            return False
        for assignment in self._symbols.assignments(definition):
            if isinstance(assignment.value, Call):
                callee = self._symbols.resolve(definition.module, assignment.value.function)
                return self._names.role(qualified_name(callee)) is Role.TYPE_VARIABLE
        return False


def own_field(info: ClassInfo, field: str) -> FieldFacts | None:
    """The last binding of a field in the body of the class itself."""
    for found in reversed(info.facts.fields):
        if found.name == field:
            return found
    return None


def qualified_name(definition: Definition) -> str:
    """A definition as one dotted name; what is not defined has none."""
    match definition:
        case ModuleDefinition(name=name) | ClassDefinition(name=name) | External(name=name):
            return name
        case VariableDefinition(module=module, name=name):
            return f"{module}.{name}"
        case FunctionDefinition(module=module, index=index):
            return f"{module}:{index}"
        case Undefined():
            return ""
        case _:
            assert_never(definition)

"""Names to definitions: what a name or dotted expression in a module means, through imports and re-exports.

Goes in: the facts of all modules. Comes out: `Definition`s, one representation for each thing.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias, assert_never

from saalint.facts.expressions import (
    Attribute,
    Call,
    Expression,
    Name,
    Subscript,
    dotted_name,
    nodes_in,
)
from saalint.facts.instructions import Import, Return
from saalint.facts.records import FunctionFacts
from saalint.library.names import LibraryNames
from saalint.project.names.bindings import Binding, ClassBinding, FunctionBinding, ValueBinding
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
from saalint.project.names.modules import ModuleIndex
from saalint.project.names.scopes import ModuleScopes

__all__ = [
    "ClassDefinition",
    "Definition",
    "External",
    "FunctionDefinition",
    "Module",
    "ModuleDefinition",
    "Symbols",
    "Undefined",
    "VariableDefinition",
]

# `reveal` is put there by whoever runs a case of the tests
_BUILTINS = frozenset(dir(builtins)) | {"reveal"}
_NO_INSTANCE = Undefined("the result of a call")
_Key: TypeAlias = tuple[str, str]


class Symbols:
    """The names of all modules. Every answer is cached: facts do not change while a model lives."""

    def __init__(
        self, modules: Iterable[Module], aliases: Mapping[str, str], names: LibraryNames
    ) -> None:
        # A folder named `sqlalchemy` inside the project is not what `import sqlalchemy` means.
        taken = names.packages | sys.stdlib_module_names
        own = {
            alias: name for alias, name in aliases.items() if alias.partition(".")[0] not in taken
        }
        self._modules = ModuleIndex(modules, own)
        self._names = names
        self._scopes: dict[str, ModuleScopes] = {}
        self._found: dict[_Key, Definition] = {}
        # the same with the names that every module has: the interpreter looks up little else
        self._meanings: dict[_Key, Definition] = {}
        self._canonical: dict[str, str] = {}
        # what a variable holds, and what a call of something makes
        self._instances: dict[VariableDefinition, Definition] = {}
        self._made: dict[Definition, Definition] = {}
        self.asked: set[str] = set()
        """The names that somebody has looked for at the top level of some module, found or not."""

    def module(self, name: str) -> Module | None:
        """The module of that exact name."""
        return self._modules.get(name)

    def modules(self) -> tuple[Module, ...]:
        """All modules, by name; those of installed packages only after `add`."""
        return self._modules.all()

    def add(self, module: Module) -> None:
        """Another module, of an installed package; what was outside until now may be a definition."""
        self._modules.add(module)
        self._found.clear()
        self._meanings.clear()
        self._instances.clear()
        self._made.clear()

    def add_template(self, module: Module) -> None:
        """A template: nothing imports it, so that no answer changes."""
        self._modules.add(module)

    def owner(self, qualified: str) -> str | None:
        """The module that holds a class or variable of that qualified name."""
        return self._modules.owner(qualified)

    def external(self, name: str) -> External:
        """What a dotted name outside the project means, by its canonical name."""
        canonical = self._canonical.get(name)
        if canonical is None:
            canonical = self._canonical[name] = self._names.canonical(name)
        return External(canonical)

    def function(self, definition: FunctionDefinition) -> FunctionFacts:
        """The facts of a function."""
        return self._module(definition.module).facts.functions[definition.index]

    def assignments(self, definition: VariableDefinition) -> tuple[ValueBinding, ...]:
        """The assignments to a variable, the one that holds first, those made under `global` last."""
        scope, _, name = definition.name.rpartition(".")
        scopes = self.scopes(definition.module)
        bindings = scopes.bindings(scope)
        found = () if bindings is None else bindings.names.get(name, ())
        values = [binding for binding in found if isinstance(binding, ValueBinding)]
        if not scope:
            values.extend(scopes.global_assignments(name))
        return tuple(values)

    def scopes(self, module: str) -> ModuleScopes:
        """The scopes of a module of the project."""
        scopes = self._scopes.get(module)
        if scopes is None:
            scopes = self._scopes[module] = ModuleScopes(self._module(module))
        return scopes

    def lookup(self, module: str, name: str) -> Definition:
        """What a name at the top level of a module means."""
        known = self._meanings.get((module, name))
        if known is None:
            known = self._meanings[module, name] = self._lookup(module, name, frozenset())
        return known

    def member(self, definition: Definition, name: str) -> Definition:
        """What `definition.name` means."""
        match definition:
            case ModuleDefinition(name=module):
                return self._module_member(module, name, frozenset())
            case ClassDefinition(name=qualified):
                return self._class_member(qualified, name)
            case External(name=base):
                submodule = f"{base}.{name}"
                if self._modules.get(submodule) is not None:
                    return ModuleDefinition(submodule)
                return self.external(submodule)
            case VariableDefinition():
                return self._instance_member(definition, name)
            case FunctionDefinition() | Undefined():
                return Undefined(f"`{name}` of what is neither a module nor a class")
            case _:
                assert_never(definition)

    def resolve(self, module: str, expression: Expression, scope: str = "") -> Definition:
        """What a dotted expression means where it stands: in `scope`, a class or function of the module."""
        match expression:
            case Name(name=name):
                return self._scoped(module, name, scope)
            case Attribute(base=base, name=name):
                return self.member(self.resolve(module, base, scope), name)
            case Call(function=function):
                return self._instance(self.resolve(module, function, scope))
            case Subscript(base=base):
                return self.resolve(module, base, scope)
            case _:
                return Undefined("not a dotted name")

    def absolute(self, qualified: str) -> Definition:
        """What a full name means, wherever it stands."""
        head, parts = qualified, list[str]()
        while head:
            module = self._modules.find(head, "")
            if module is not None:
                found: Definition = ModuleDefinition(module)
                for part in reversed(parts):
                    found = self.member(found, part)
                return found
            head, _, last = head.rpartition(".")
            parts.append(last)
        return self.external(qualified)

    def imported(self, importer: str, found: Import) -> Definition:
        """What an import binds, or would bind if it stood in a module."""
        return self._imported(importer, found, frozenset())

    def _module(self, name: str) -> Module:
        module = self._modules.get(name)
        if module is None:
            message = f"no module named {name}"
            raise LookupError(message)
        return module

    def _lookup(self, module: str, name: str, visited: frozenset[_Key]) -> Definition:
        definition = self._module_member(module, name, visited)
        if isinstance(definition, Undefined) and name in _BUILTINS:
            return External(f"builtins.{name}")
        return definition

    def _module_member(self, module: str, name: str, visited: frozenset[_Key]) -> Definition:
        key = (module, name)
        known = self._found.get(key)
        if known is not None:
            return known
        if key in visited:
            return Undefined(f"`{name}` is imported in a circle")
        definition = self._find_member(module, name, visited | {key})
        if not visited:
            self._found[key] = definition
        return definition

    def _find_member(self, module: str, name: str, visited: frozenset[_Key]) -> Definition:
        self.asked.add(name)
        if self._modules.get(module) is not None:
            bindings = self.scopes(module).module_bindings
            for binding in bindings.names.get(name, ()):
                definition = self._bound(module, name, binding, "", visited)
                if not isinstance(definition, Undefined):
                    return definition
            for star in bindings.stars:
                definition = self._starred(module, star, name, visited)
                if not isinstance(definition, Undefined):
                    return definition
        submodule = f"{module}.{name}"
        if self._modules.has(submodule):
            return ModuleDefinition(submodule)
        return Undefined(f"`{name}` is not bound in {module}")

    def _bound(
        self, module: str, name: str, binding: Binding, scope: str, visited: frozenset[_Key]
    ) -> Definition:
        match binding:
            case Import():
                return self._imported(module, binding, visited)
            case ClassBinding(index=index):
                return ClassDefinition(
                    f"{module}.{self._module(module).facts.classes[index].scope}"
                )
            case FunctionBinding(index=index):
                return FunctionDefinition(module, index)
            case ValueBinding(value=value):
                alias = self._alias(module, value, scope, visited)
                qualified = f"{scope}.{name}" if scope else name
                return VariableDefinition(module, qualified) if alias is None else alias
            case _:
                assert_never(binding)

    def _alias(
        self, module: str, value: Expression | None, scope: str, visited: frozenset[_Key]
    ) -> Definition | None:
        """`Entity = models.Entity` is no variable of its own: it is what it names."""
        if dotted_name(value) is None or value is None or scope:
            return None
        definition = self._follow(module, value, visited)
        return None if isinstance(definition, Undefined) else definition

    def _follow(self, module: str, value: Expression, visited: frozenset[_Key]) -> Definition:
        match value:
            case Name(name=name):
                return self._lookup(module, name, visited)
            case Attribute(base=base, name=name):
                followed = self._follow(module, base, visited)
                if isinstance(followed, ModuleDefinition):
                    return self._module_member(followed.name, name, visited)
                return self.member(followed, name)
            case _:
                return Undefined("not a dotted name")

    def _imported(self, importer: str, found: Import, visited: frozenset[_Key]) -> Definition:
        name = self._modules.absolute(self._module(importer), found)
        module = self._modules.find(name, importer)
        if found.member is None:
            return self._imported_module(name, module, found, importer)
        if module is None:
            # `from . import models` beside the modules, in a folder that is no regular package
            submodule = f"{name}.{found.member}" if name else found.member
            is_read = self._modules.get(submodule) is not None
            return ModuleDefinition(submodule) if is_read else self.external(submodule)
        definition = self._module_member(module, found.member, visited)
        holder = self._modules.get(module)
        is_installed = holder is not None and not holder.is_project
        if isinstance(definition, Undefined) and is_installed:
            return self.external(f"{name}.{found.member}")
        return definition

    def _imported_module(
        self, name: str, module: str | None, found: Import, importer: str
    ) -> Definition:
        # `import a.b` binds `a`, `import a.b as c` binds the submodule.
        first = name.partition(".")[0]
        if found.bound == first and "." in name:
            top = self._modules.find(first, importer)
            return self.external(first) if top is None else ModuleDefinition(top)
        return self.external(name) if module is None else ModuleDefinition(module)

    def _starred(
        self, importer: str, star: Import, name: str, visited: frozenset[_Key]
    ) -> Definition:
        target = self._modules.absolute(self._module(importer), star)
        found = self._modules.find(target, importer)
        if found is None:
            external = self.external(f"{target}.{name}")
            if self._names.is_exported(external.name):
                return external
            return Undefined(f"`{name}` may come from `{target}`")
        module = self._modules.get(found)
        exports = None if module is None else module.facts.exports
        is_exported = not name.startswith("_") if exports is None else name in exports
        if not is_exported:
            return Undefined(f"`{name}` is not exported by {found}")
        return self._module_member(found, name, visited)

    def _scoped(self, module: str, name: str, scope: str) -> Definition:
        scopes = self.scopes(module)
        current = scope
        while current:
            bindings = scopes.bindings(current)
            found = () if bindings is None else bindings.names.get(name, ())
            for binding in found:
                # `date: Mapped[date]` in a class body means the type: fields of classes are not names.
                if scopes.is_class(current) and isinstance(binding, ValueBinding | FunctionBinding):
                    continue
                definition = self._bound(module, name, binding, current, frozenset())
                if not isinstance(definition, Undefined):
                    return definition
            if scopes.is_parameter(current, name):
                return Undefined(f"`{name}` is a parameter")
            current = current.rpartition(".")[0]
        return self.lookup(module, name)

    def _class_member(self, qualified: str, name: str) -> Definition:
        owner = self._modules.owner(qualified)
        if owner is None:
            return Undefined(f"no class {qualified}")
        bindings = self.scopes(owner).bindings(qualified[len(owner) + 1 :])
        found = () if bindings is None else bindings.names.get(name, ())
        for binding in found:
            match binding:
                case ClassBinding():
                    return ClassDefinition(f"{qualified}.{name}")
                case FunctionBinding(index=index):
                    return FunctionDefinition(owner, index)
                case Import() | ValueBinding():
                    continue
                case _:
                    assert_never(binding)
        return Undefined(f"`{name}` is no class or method of {qualified}")

    def _instance_member(self, variable: VariableDefinition, name: str) -> Definition:
        if variable not in self._instances:
            # `statement = statement.where(…)` asks for itself.
            self._instances[variable] = Undefined("assigned from itself")
            self._instances[variable] = self._instance_in(variable)
        instance = self._instances[variable]
        if isinstance(instance, External):
            return self.external(f"{instance.name}.{name}")
        return Undefined(f"`{name}` of the variable `{variable.name}`")

    def _instance_in(self, variable: VariableDefinition) -> Definition:
        return self._first_instance(self._called_for(variable))

    def _called_for(self, variable: VariableDefinition) -> Iterator[Definition]:
        """What is called to make the values of a variable."""
        scope = variable.name.rpartition(".")[0]
        for assignment in self.assignments(variable):
            if isinstance(assignment.value, Call):
                yield self.resolve(variable.module, assignment.value.function, scope)

    def _first_instance(self, callees: Iterable[Definition]) -> Definition:
        instances = map(self._instance, callees)
        known = (each for each in instances if isinstance(each, External))
        return next(known, _NO_INSTANCE)

    def _instance(self, callee: Definition) -> Definition:
        """What a call returns, where that is an instance of a class whose attributes have canonical names."""
        match callee:
            case External(name=name) if name in self._names.instances:
                return callee
            case ClassDefinition() | FunctionDefinition() | VariableDefinition():
                if callee not in self._made:
                    # what leads back to itself, as its own base or its own result, makes nothing
                    self._made[callee] = _NO_INSTANCE
                    self._made[callee] = self._first_instance(self._callees_behind(callee))
                return self._made[callee]
            case _:
                return _NO_INSTANCE

    def _callees_behind(
        self, callee: ClassDefinition | FunctionDefinition | VariableDefinition
    ) -> Iterator[Definition]:
        match callee:
            case ClassDefinition():
                return self._bases_of(callee.name)
            case FunctionDefinition():
                return self._called_by(callee)
            case VariableDefinition():
                return self._classes_in(callee)
            case _:
                assert_never(callee)

    def _bases_of(self, qualified: str) -> Iterator[Definition]:
        # `class Extension(SQLAlchemy): …` and `db = Extension()`.
        owner = self._modules.owner(qualified)
        facts = None if owner is None else self.scopes(owner).class_at(qualified[len(owner) + 1 :])
        if owner is not None and facts is not None:
            for base in facts.bases:
                yield self.resolve(owner, base, facts.scope.rpartition(".")[0])

    def _called_by(self, function: FunctionDefinition) -> Iterator[Definition]:
        # `def make_router() -> APIRouter`, or undeclared `return APIRouter(prefix="/authors")`
        facts = self.function(function)
        if facts.returns is not None:
            yield self.resolve(function.module, facts.returns, facts.scope)
            return
        for value in _returned(facts):
            if isinstance(value, Call):
                yield self.resolve(function.module, value.function, facts.scope)
                continue
            found = self.resolve(function.module, value, facts.scope)
            if isinstance(found, VariableDefinition):
                yield from self._called_for(found)

    def _classes_in(self, variable: VariableDefinition) -> Iterator[Definition]:
        # `Router = router_class(Route)`: the class that the function gives
        for function in self._called_for(variable):
            if isinstance(function, FunctionDefinition):
                facts = self.function(function)
                match facts.returns:
                    case Subscript(index=given):  # `-> type[APIRouter]`
                        classes: Iterable[Expression] = (given,)
                    case _:
                        classes = _returned(facts)
                for each in classes:
                    yield self.resolve(function.module, each, facts.scope)


def _returned(function: FunctionFacts) -> Iterator[Expression]:
    for node in nodes_in(function.body):
        if isinstance(node, Return) and node.value is not None:
            yield node.value

"""Facts of all functions and classes to who uses what: functions and classes by definition, methods by name too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias, assert_never

from saalint.facts import expressions as ex
from saalint.facts.records import ClassFacts, FunctionFacts
from saalint.library.readers import readers_of_libraries
from saalint.project.frameworks.configured import Given, Service
from saalint.project.model import ProjectModel
from saalint.project.names import definitions as symbols

# methods that dicts, lists, files and many other things have too say nothing of who is called by that name
COMMON = frozenset(
    name for kind in (dict, list, set, str, bytes, tuple, int, object) for name in dir(kind)
) | frozenset(
    {"__call__", "__enter__", "__aenter__", "__iter__", "__aiter__", "__next__", "__anext__", "__await__"}
) | frozenset(
    {"run", "main", "create", "delete", "save", "find", "all", "first", "one", "close", "read", "write", "open",
     "process", "handle", "execute", "call", "send", "start", "stop", "load", "list", "check", "build", "parse",
     "validate", "name", "id", "info", "debug", "warning", "error", "exception", "log", "print", "exists", "match",
     "filter", "search", "set", "put", "post", "patch", "wait", "result", "submit", "register", "setup", "init",
     "state", "type", "status", "value", "data", "key", "config", "settings", "client", "context", "logger"}
)  # fmt: skip
# what nothing but a session, a result or an entity is asked for
_OF_SESSIONS = frozenset(
    {"scalars", "stream_scalars", "expire_all", "expunge", "expunge_all", "add_all", "begin_nested", "awaitable_attrs",
     "scalar_one", "scalar_one_or_none"}
)  # fmt: skip
_ORM = ("sqlalchemy.", "sqlmodel.")
_ERRORS = "sqlalchemy.exc."

Function: TypeAlias = symbols.FunctionDefinition
Class: TypeAlias = symbols.ClassDefinition
User: TypeAlias = "Function | Class"
# what is used: a function, a class, or a method by its name
Used: TypeAlias = "User | str"


class Uses:
    """Who uses what.

    `sourced` are those that name the ORM, a session or a mapped class; `given` those that only declare something to be
    of a mapped class; `making` those that name what libraries have for reading objects; `mapped` are the mapped
    classes, and all they inherit from.
    """

    def __init__(self, project: ProjectModel) -> None:
        self._project = project
        self._symbols = project.symbols
        self._users: dict[Used, list[User]] = {}
        self.mapped = frozenset(
            name for mapper in project.mappers for name in project.classes.mro(mapper)
        )
        self.functions: dict[Function, FunctionFacts] = {}
        self._methods: dict[str, dict[str, Function]] = {}
        self._owners: dict[Function, str] = {}
        self._makers: dict[symbols.VariableDefinition, tuple[symbols.Definition, ...]] = {}
        self.sourced: list[User] = []
        self.given: list[User] = []
        self.making: list[User] = []
        for module in project.modules:
            for index, facts in enumerate(module.facts.functions):
                self.functions[symbols.FunctionDefinition(module.name, index)] = facts
            for found in module.facts.classes:
                self._know_class(module.name, found)
        for function, facts in self.functions.items():
            self._enter_function(function, facts)
        for name, member in project.renderings.requests.members.items():
            # whoever reads `request.user` uses the function behind it
            self._users.setdefault(member.function, []).extend(self._users.get(name, ()))
        for service in project.renderings.requests.services:
            # whoever names the interface of a service uses what makes it
            interface = symbols.ClassDefinition(service.key.interface)
            for user in tuple(self._users.get(interface, ())):
                self._use_service(user, service)

    def users(self, used: Used) -> Iterable[User]:
        """Who uses something."""
        return self._users.get(used, ())

    def classes(self) -> Iterable[Class]:
        """The classes of the project that somebody uses."""
        return [used for used in self._users if isinstance(used, Class)]

    def owner(self, function: Function) -> str | None:
        """The class whose body defines a function."""
        return self._owners.get(function)

    def methods(self, name: str) -> Iterable[Function]:
        """The methods that a class defines."""
        return self._methods.get(name, {}).values()

    def is_of_class(self, function: Function) -> bool:
        """Whether a method is called on the class, not on its objects."""
        for decorator in self.functions[function].decorators:
            match self._symbols.resolve(function.module, decorator):
                case symbols.External(name="builtins.classmethod" | "builtins.staticmethod"):
                    return True
        return False

    def _know_class(self, module: str, facts: ClassFacts) -> None:
        this = symbols.ClassDefinition(f"{module}.{facts.scope}")
        methods = self._methods[this.name] = {}
        for name, index in facts.methods:
            methods[name] = symbols.FunctionDefinition(module, index)
            self._owners[methods[name]] = this.name
        if this.name in self.mapped:
            return
        for base in facts.bases:
            for name in last_names(base):
                self._use(this, self._symbols.lookup(module, name))
        for field in facts.fields:
            # `repository = Factory(Repository, make_session)` holds what the call is of, and what it is given
            call = field.value if isinstance(field.value, ex.Call) else None
            values = (field.value,) if call is None else (call.function, *call.arguments)
            names = [name for value in values for name in last_names(value)]
            for name in {*last_names(field.annotation), *names}:
                self._declare(this, self._symbols.lookup(module, name))

    def _enter_function(self, function: Function, facts: FunctionFacts) -> None:
        module = function.module
        scope = {name: self._symbols.lookup(module, name) for name in facts.free}
        for found in facts.imports:
            bound = ex.Name(found.bound, found.at)
            scope[found.bound] = self._symbols.resolve(module, bound, facts.scope)
        is_sourced = not _OF_SESSIONS.isdisjoint(facts.attributes)
        for definition in scope.values():
            is_sourced |= self._use(function, definition)
        if is_sourced or (function.module, function.index) in self._project.helpers.by_function:
            self.sourced.append(function)
        for name in _declared_names(facts):
            self._declare(function, self._symbols.lookup(module, name))
        if self.owner(function) in self.mapped:
            self.given.append(function)
        receivers: dict[str, symbols.Definition | None] = {}
        for base, name in facts.members:
            if base not in receivers:
                receivers[base] = self._receiver(function, facts, scope, base)
            self._use_member(function, receivers[base], name)

    def _use_service(self, user: User, service: Service) -> None:
        if not isinstance(service.source, Given):
            self._use(user, service.source)
            return
        for name in last_names(service.source.expression):
            self._use(user, self._symbols.lookup(service.source.function.module, name))

    def _declare(self, user: User, definition: symbols.Definition) -> None:
        # `author: Author` tells of an object that somebody else loaded
        if isinstance(definition, symbols.ClassDefinition) and definition.name in self.mapped:
            self.given.append(user)
        elif self._use(user, definition):
            self.sourced.append(user)

    def _use(self, user: User, definition: symbols.Definition) -> bool:
        """Note a use; True where what is used is of the ORM, or a mapped class."""
        match definition:
            case symbols.External(name=name):
                if name in readers_of_libraries():
                    self.making.append(user)
                is_described = name in self._project.helpers.by_name
                return is_described or (name.startswith(_ORM) and not name.startswith(_ERRORS))
            case symbols.ClassDefinition(name=name):
                self._users.setdefault(definition, []).append(user)
                return name in self.mapped
            case symbols.FunctionDefinition():
                self._users.setdefault(definition, []).append(user)
                return False
            case symbols.VariableDefinition():
                return self._use_variable(user, definition)
            case symbols.ModuleDefinition() | symbols.Undefined():
                return False
            case _:
                assert_never(definition)

    def _use_variable(self, user: User, variable: symbols.VariableDefinition) -> bool:
        if variable not in self._makers:
            self._makers[variable] = tuple(dict.fromkeys(self._made_by(variable, {variable})))
        # each use counts, not only the first one that tells
        is_sourced = [self._use(user, maker) for maker in self._makers[variable]]
        return any(is_sourced)

    def _made_by(
        self, variable: symbols.VariableDefinition, seen: set[symbols.VariableDefinition]
    ) -> Iterator[symbols.Definition]:
        """What a variable was made by: `async_session = async_sessionmaker(engine)`, `users = UserRepository()`."""
        for binding in self._symbols.assignments(variable):
            called = binding.value.function if isinstance(binding.value, ex.Call) else binding.value
            for name in {*last_names(called), *last_names(binding.annotation)}:
                maker = self._symbols.lookup(variable.module, name)
                if not isinstance(maker, symbols.VariableDefinition):
                    yield maker
                elif maker not in seen:
                    # `LOADERS = {"full": FULL, "brief": BRIEF}`
                    seen.add(maker)
                    yield from self._made_by(maker, seen)
            for index in _lambdas(called):
                yield symbols.FunctionDefinition(variable.module, index)

    def _receiver(
        self,
        function: Function,
        facts: FunctionFacts,
        scope: dict[str, symbols.Definition],
        base: str,
    ) -> symbols.Definition | None:
        """What stands before the dot, as far as that is known: of an object, its class."""
        if base in scope:
            return None if isinstance(scope[base], symbols.Undefined) else scope[base]
        for position, parameter in enumerate(facts.parameters):
            if parameter.name == base:
                owner = self.owner(function)
                if position == 0 and owner is not None:
                    return symbols.ClassDefinition(owner)
                if isinstance(parameter.annotation, ex.Name | ex.Attribute):
                    found = self._symbols.resolve(function.module, parameter.annotation)
                    known = isinstance(found, symbols.ClassDefinition | symbols.External)
                    return found if known else None
        return None

    def _use_member(self, user: Function, receiver: symbols.Definition | None, name: str) -> None:
        match receiver:
            case symbols.External(name=base):
                if f"{base}.{name}" in readers_of_libraries():
                    self.making.append(user)
            case symbols.FunctionDefinition():
                return
            case symbols.ModuleDefinition():
                if self._use(user, self._symbols.member(receiver, name)):
                    self.sourced.append(user)
            case symbols.ClassDefinition(name=owner):
                classes = self._project.classes
                for kind in (*classes.mro(owner), *classes.subclasses(owner)):
                    method = self._methods.get(kind, {}).get(name)
                    if method is not None:
                        self._users.setdefault(method, []).append(user)
            case _:
                if name not in COMMON:
                    self._users.setdefault(name, []).append(user)


def _declared_names(facts: FunctionFacts) -> Iterator[str]:
    # `def repository(self) -> AuthorRepository: ...` hands one out, whatever its body is
    yield from last_names(facts.returns)
    for parameter in facts.parameters:
        if parameter.annotation is not None:
            yield from last_names(parameter.annotation)
        if isinstance(parameter.default, ex.Call | ex.Subscript):
            yield from last_names(parameter.default)
    for decorator in facts.decorators:
        yield from last_names(decorator.function if isinstance(decorator, ex.Call) else decorator)


def _lambdas(expression: ex.Expression | None) -> Iterator[int]:
    # `loaders = {"books": lambda: selectinload(Author.books)}`
    match expression:
        case ex.Lambda(function=index):
            yield index
        case ex.Mapping(entries=entries):
            for entry in entries:
                yield from _lambdas(entry.value)
        case _:
            return


def last_names(expression: ex.Expression | None) -> Iterator[str]:
    """The names that a type or a call is made of."""
    match expression:
        case ex.Name(name=name):
            yield name
        case ex.Attribute(base=base):
            yield from last_names(base)
        case ex.Subscript(base=base, index=index):
            yield from last_names(base)
            yield from last_names(index)
        case ex.Call(function=function, arguments=arguments):
            # `Annotated[AsyncSession, Depends(get_session)]`, `Depends(CurrentAuthor())`
            for item in (function, *arguments):
                yield from last_names(item)
        case ex.Sequence(items=items) | ex.Operation(operands=items):
            for item in items:
                yield from last_names(item)
        case ex.Mapping(entries=entries):
            for entry in entries:
                yield from last_names(entry.value)
        case _:
            return

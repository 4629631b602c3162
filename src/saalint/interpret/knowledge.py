"""The project model to answers that interpretation asks again and again: functions, decorators, module variables.

One `Analysis` lives as long as one run; all machines share it. Its memory holds what module bodies made, at
negative locations, below the memory of every machine.
"""

from __future__ import annotations

import os
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from saalint.config.settings import Settings
from saalint.facts import expressions as ex
from saalint.facts import instructions as ins
from saalint.facts.records import ClassFacts, FieldFacts, FunctionFacts, Parameter
from saalint.interpret import backend, module_bodies, transfer
from saalint.interpret.calling import calls
from saalint.interpret.calling.contexts import Contexts
from saalint.interpret.calling.known_classes import KnownClasses
from saalint.interpret.calling.recursion import Recursion
from saalint.interpret.calling.relevance import Relevance
from saalint.interpret.domain.heap import AttributeState, Entity
from saalint.interpret.domain.memory import Memory
from saalint.interpret.domain.values import (
    BoundMethod,
    ClassReference,
    External,
    ExternalInstance,
    FunctionReference,
    Reference,
    Unknown,
    Value,
    members,
)
from saalint.interpret.events import Event, Failure, SessionKind
from saalint.interpret.language import declared
from saalint.interpret.machine import Frame, LimitReachedError, Machine
from saalint.interpret.orm import load_states
from saalint.interpret.orm.pairs import WrittenPairs
from saalint.interpret.orm.rows import WrittenRows
from saalint.interpret.queries.loading_notes import Note
from saalint.interpret.record import replace
from saalint.interpret.surroundings import Surroundings
from saalint.library.meanings import SessionMaker
from saalint.library.operations import Operations, operations
from saalint.project.mapped import Mapper, SourcePlace
from saalint.project.model import ProjectModel
from saalint.project.names import definitions as symbols
from saalint.project.names.classes import ClassInfo
from saalint.project.names.symbols import Module

_PLAIN_BASES = frozenset(
    {"enum.Enum", "enum.StrEnum", "enum.IntEnum", "enum.Flag", "enum.IntFlag", "builtins.Exception",
     "builtins.str", "builtins.int", "builtins.BaseException", "builtins.ValueError"}
)  # fmt: skip


class Analysis:
    """What all machines of one run share."""

    def __init__(self, project: ProjectModel, settings: Settings) -> None:
        self.project = project
        self.settings = settings
        self.mappers: dict[str, Mapper] = backend.fitted(
            project.mappers, settings, project.database
        )
        self.operations: Operations = operations()
        self.relevance = Relevance(project)
        self.relationship_names = frozenset(
            name for mapper in self.mappers.values() for name in mapper.relationships
        )
        self.surroundings = Surroundings(project, settings)
        self.rows = WrittenRows(project)
        self.pairs = WrittenPairs(project)
        self.step_limit = settings.max_steps
        self.memory = Memory()
        self.bounds: Counter[str] = Counter()
        self.failures: list[Failure] = []
        self.recursion = Recursion(self.hit)
        self.contexts = Contexts(KnownClasses(self), settings.max_steps_each)
        self.settings_by_kind: dict[SessionKind, bool | None] = {}
        self.autoflush_by_kind: dict[SessionKind, bool | None] = {}
        self._modules: dict[str, Module] = {module.name: module for module in project.modules}
        self._module_machine = module_bodies.ModuleBodies(self)
        self._frames: dict[str, Frame] = {}
        self._decorators: dict[tuple[str, int], frozenset[str]] = {}
        self._decorated: dict[tuple[str, int], Value] = {}
        self._class_fields: dict[tuple[str, str], Value] = {}
        self._declared_fields: dict[str, tuple[str, ...]] = {}
        self._stubs: dict[tuple[str, int], bool] = {}
        self._session_kinds: dict[str, SessionKind | None] = {}
        self.session_uses: dict[tuple[str, int, str], SessionKind | None] = {}
        self._initialising: set[str] = set()
        self.assigned_names: set[str] = set()
        self.later_fields: dict[tuple[str, str], tuple[Value, ...]] = {}
        self.subclassed: set[str] = set()
        self._running: set[object] = set()

    def resolve(self, entity: Entity, name: str) -> AttributeState:
        """The state of an attribute that an entity's background decides."""
        return load_states.state_of(replace(entity, states=()), name, self.mappers)

    def hit(self, bound: str) -> None:
        """Count a bound that cut the analysis short."""
        self.bounds[bound] += 1

    def guarded(self, machine: Machine, frame: Frame, body: Callable[[], None]) -> None:
        """Run a body; an internal error or a limit ends this function's analysis, not the run's."""
        try:
            body()
        except LimitReachedError:
            self.hit("steps of one function")
            _reset(machine, frame)
        except RecursionError:
            self.hit("nesting of one function")
            _reset(machine, frame)
        except Exception as error:
            if self.is_debugging:
                raise
            self.failures.append(_failure(frame, error))
            _reset(machine, frame)

    @property
    def module_events(self) -> list[Event]:
        """What running the bodies of modules saw."""
        return self._module_machine.machine.record.events

    def notes(self) -> Iterator[Note]:
        """Who reads what queries load, as all functions and modules noted it."""
        yield from self._module_machine.machine.record.notes
        for context in self.contexts:
            for run in context.runs:
                yield from run.record.notes

    @property
    def is_debugging(self) -> bool:
        """Whether internal errors are raised, for us."""
        return bool(os.environ.get("SAALINT_DEBUG"))

    # Modules, functions, classes

    def module(self, name: str) -> Module:
        """A module by name."""
        found = self._modules.get(name)
        if found is None:
            found = self.project.symbols.module(name)
            assert found is not None
            self._modules[name] = found
        return found

    def function(self, module: str, index: int) -> FunctionFacts:
        """A function by module and index."""
        return self.module(module).facts.functions[index]

    def class_facts(self, module: str, index: int) -> ClassFacts:
        """A class by module and index."""
        return self.module(module).facts.classes[index]

    def owner_of(self, function: FunctionReference) -> str | None:
        """The qualified name of the class whose body defines a function."""
        facts = self.function(function.module, function.index)
        if facts.owner is None:
            return None
        return f"{function.module}.{self.class_facts(function.module, facts.owner).scope}"

    def is_stub(self, module: str, index: int) -> bool:
        """Whether a body says nothing: `...`, `pass`, a docstring, `raise NotImplementedError`, or an overload."""
        key = (module, index)
        if key not in self._stubs:
            facts = self.function(module, index)
            names = self.decorator_names(module, index)
            self._stubs[key] = facts.is_silent or "typing.overload" in names
        return self._stubs[key]

    def decorator_names(self, module: str, index: int) -> frozenset[str]:
        """The canonical names of the decorators that come from outside the project."""
        key = (module, index)
        if key not in self._decorators:
            found: set[str] = set()
            for decorator in self.function(module, index).decorators:
                inner = decorator.function if isinstance(decorator, ex.Call) else decorator
                definition = self.project.symbols.resolve(module, inner)
                if isinstance(definition, symbols.External):
                    found.add(definition.name)
            self._decorators[key] = frozenset(found)
        return self._decorators[key]

    def setter(self, owner: str, name: str) -> FunctionReference | None:
        """The setter of a property."""
        found = self.project.classes.info(owner)
        for qualified in self.project.classes.mro(owner) if found is not None else ():
            info = self.project.classes.info(qualified)
            if info is None:
                continue
            for method, index in info.facts.methods:
                if method != name:
                    continue
                facts = self.function(info.module, index)
                for decorator in facts.decorators:
                    if isinstance(decorator, ex.Attribute) and decorator.name == "setter":
                        return FunctionReference(info.module, index, qualified)
        return None

    def constructor(self, name: str) -> FunctionReference | None:
        """The `__init__` that the project defines for a class."""
        found = self.project.classes.find_method(name, "__init__")
        if found is None:
            return None
        return FunctionReference(found[1].module, found[1].index, found[0])

    def decorated(self, function: FunctionReference) -> Value:
        """A function or method as the project's own decorators leave it."""
        key = (function.module, function.index)
        facts = self.function(*key)
        if not facts.decorators:
            return function
        if key in self._decorated:
            return self._decorated[key]
        self._decorated[key] = function
        value: Value = function
        for decorator in reversed(facts.decorators):
            inner = decorator.function if isinstance(decorator, ex.Call) else decorator
            if not self._is_own(function.module, inner):
                continue
            with self.in_module(function.module) as runner:
                found = transfer.evaluate(runner, decorator)
                value = calls.apply_decorator(runner, found, value, facts.at)
        self._decorated[key] = value
        return value

    def _is_own(self, module: str, decorator: ex.Expression) -> bool:
        # `@logged`, and `@bus.on(Published)` of an object that a module of the project holds
        resolve = self.project.symbols.resolve
        match resolve(module, decorator), decorator:
            case symbols.Undefined(), ex.Attribute(base=ex.Name() as base):
                if not isinstance(resolve(module, base), symbols.VariableDefinition):
                    return False
                with self.in_module(module) as runner:
                    return isinstance(transfer.evaluate(runner, decorator), BoundMethod)
            case symbols.External() | symbols.Undefined(), _:
                return False
            case _:
                return True

    # Module variables

    def module_frame(self, name: str) -> Frame:
        """The frame of a module, its body run."""
        if name not in self._frames:
            frame = self._module_machine.frame_of(name, len(self._frames))
            self._frames[name] = frame
            self._module_machine.run(frame)
        return self._frames[name]

    @contextmanager
    def in_module(self, name: str, owner: str | None = None) -> Iterator[Machine]:
        """The machine of module bodies, at what a module or one of its classes declares: decorators, fields.

        A function that is called there may keep what is declared, and is run for that: `@bus.on(Published)`.
        """
        # the owner of a frame that runs no function is the class whose body it is
        frame = replace(self.module_frame(name), owner=owner)
        machine = self._module_machine.machine
        held, memory = machine.is_declaring, machine.memory
        machine.is_declaring = True
        # asked once for all: it outlives a call of the module, `asyncio.run(main())`, in which it is met first
        machine.memory = self.memory
        try:
            with machine.inside(frame):
                yield machine
                machine.is_alive = True
        finally:
            machine.is_declaring, machine.memory = held, memory

    def global_value(self, machine: Machine, module: str, name: str) -> Value:
        """The value of a module's variable."""
        key = (self.module_frame(module).number, name.rsplit(".", maxsplit=1)[-1])
        found = machine.memory.read(key)
        if found is self.memory.read(key):
            # nobody has bound it on the way here, and somebody may have before
            found = self._module_machine.later(module, name, found)  # type: ignore[arg-type]  # as below
        if found is None:
            return Unknown("a variable of a module that is not known yet")
        return found  # type: ignore[return-value]  # variables never hold bare objects

    def bind_global(self, machine: Machine, module: str, name: str, value: Value) -> None:
        """Bind a module's variable from inside a function."""
        frame = self.module_frame(module)
        machine.memory.write((frame.number, name), value)

    def assigned_expression(self, module: str, name: str) -> ex.Expression | None:
        """What a module-level name is assigned, as written; of several, the last."""
        bindings = self.project.symbols.assignments(symbols.VariableDefinition(module, name))
        return bindings[-1].value if bindings else None

    def class_field(self, machine: Machine, owner: str, field: FieldFacts) -> Value:
        """The value that a class body gives a field."""
        key = (owner, field.name)
        if key not in self._class_fields:
            self._class_fields[key] = Unknown("a field that refers to itself")
            info = self.project.classes.info(owner)
            if info is not None and field.value is not None:
                with self.in_module(info.module, owner) as runner:
                    value = transfer.evaluate(runner, field.value)
                    if field.annotation is not None:
                        value = declared.with_arguments(runner, value, field.annotation)
                    self._class_fields[key] = value
        del machine
        return self._class_fields[key]

    def default_value(
        self, machine: Machine, function: FunctionReference, parameter: Parameter
    ) -> Value:
        """The value of a parameter's default."""
        assert parameter.default is not None
        frame = self.module_frame(function.module)
        with machine.inside(frame):
            return transfer.evaluate(machine, parameter.default)

    def module_definition(self, name: str) -> symbols.Definition:
        """A module of the project or outside it, by its dotted name."""
        if self.project.symbols.module(name) is not None:
            return symbols.ModuleDefinition(name)
        return self.project.symbols.external(name)

    def absolute_module(self, importer: str, instruction: ins.Import) -> str:
        """The absolute name of the module that an import names."""
        if instruction.level == 0:
            return instruction.module
        module = self.module(importer)
        parts = importer.split(".")
        keep = len(parts) - instruction.level + (1 if module.is_package else 0)
        return ".".join([*parts[:keep], *([instruction.module] if instruction.module else [])])

    # Classes by what they are

    def session_kind_of(self, value: Value) -> SessionKind | None:
        """The kind of session a class is; None where it is none."""
        name = (
            value.name if isinstance(value, ClassReference | External | ExternalInstance) else None
        )
        if name is None:
            return None
        if name not in self._session_kinds:
            found: SessionKind | None = None
            names = self.project.classes.mro(name) if isinstance(value, ClassReference) else (name,)
            for ancestor in names:
                operation = self.operations.of(ancestor)
                if operation is not None and operation.meaning is SessionMaker.SESSION:
                    found = SessionKind(operation.detail)
                    break
            self._session_kinds[name] = found
        return self._session_kinds[name]

    def is_async_session(self, name: str) -> bool:
        """Whether a class of the project is an AsyncSession."""
        return self.session_kind_of(ClassReference(name)) is SessionKind.ASYNC

    def class_default(self, name: str | None) -> bool | None:
        """`expire_on_commit` as a session class of the project sets it in its `__init__`; True where it does not."""
        method = self.constructor(name) if name is not None else None
        if method is None:
            return True
        for instruction in self.function(method.module, method.index).body:
            if isinstance(instruction, ins.Assign) and _is_setting(instruction):
                value = instruction.value
                return bool(value.value) if isinstance(value, ex.Constant) else None
        return True

    def project_setting(self, kind: SessionKind) -> bool | None:
        """`expire_on_commit` as all factories of a kind in the project agree on; None where they differ."""
        return self.settings_by_kind.get(kind, True)

    def project_autoflush(self, kind: SessionKind) -> bool | None:
        """`autoflush` as all factories of a kind in the project agree on; None where they differ."""
        return self.autoflush_by_kind.get(kind, True)

    def is_plain_value(self, name: str) -> bool:
        """Whether objects of a class hold nothing that matters: enums, exceptions, text."""
        return any(ancestor in _PLAIN_BASES for ancestor in self.project.classes.mro(name))

    def is_named_tuple(self, name: str) -> bool:
        """Whether a class is a NamedTuple."""
        return "typing.NamedTuple" in self.project.classes.mro(name)

    def declared_fields(self, name: str) -> tuple[str, ...]:
        """The fields of a class in order, those of its bases first: what a dataclass takes."""
        known = self._declared_fields.get(name)
        if known is not None:
            return known
        found: dict[str, None] = {}
        for qualified in reversed(self.project.classes.mro(name)):
            info = self.project.classes.info(qualified)
            if info is not None:
                own = [each.name for each in info.facts.fields if self._is_field(info, each)]
                found.update(dict.fromkeys(own))
        fields = self._declared_fields[name] = tuple(found)
        return fields

    def _is_field(self, info: ClassInfo, field: FieldFacts) -> bool:
        # `author: Author`, and `author = attr.ib()` of a class under `@attr.s`; no `model: ClassVar[type]`
        resolve = self.project.symbols.resolve
        match field.annotation, field.value:
            case ex.Subscript(base=base), _:
                return resolve(info.module, base) != symbols.External("typing.ClassVar")
            case None, ex.Call(function=function):
                return resolve(info.module, function) == symbols.External("attrs.field")
            case annotation, _:
                return annotation is not None

    def attribute_name(self, owner: str, name: str) -> str:
        """The attribute that a synonym stands for."""
        mapper = self.mappers.get(owner)
        return mapper.synonyms.get(name, name) if mapper is not None else name

    @contextmanager
    def initialising(self, name: str) -> Iterator[bool]:
        """Run a constructor for its fields; gives False where that of the class is being run already."""
        if name in self._initialising:
            yield False
            return
        self._initialising.add(name)
        try:
            yield True
        finally:
            self._initialising.discard(name)

    # Type variables

    def bound_types(
        self, machine: Machine, owner: str, arguments: tuple[Value, ...], declaring: str
    ) -> tuple[tuple[str, Value], ...]:
        """What the type variables of `declaring` are for an object of class `owner`."""
        info = self.project.classes.info(declaring)
        if info is None or not info.type_parameters:
            return ()
        if owner == declaring and arguments:
            return tuple(zip(info.type_parameters, arguments, strict=False))
        own = self.project.classes.info(owner)
        given = dict(zip(own.type_parameters, arguments, strict=False)) if own is not None else {}
        found: list[tuple[str, Value]] = []
        for name, (module, expression) in zip(
            info.type_parameters,
            self.project.classes.type_arguments(owner, declaring),
            strict=False,
        ):
            scope = declared.Scope(module, tuple(given.items()))
            found.append((name, declared.class_value(machine, expression, scope)))
        return tuple(found)

    def bound_types_of(
        self, machine: Machine, receiver: Value | None, owner: str | None
    ) -> tuple[tuple[str, Value], ...]:
        """The type variables in a method of `owner` called on an object or class."""
        if receiver is None or owner is None:
            return ()
        for member in members(receiver):
            if isinstance(member, ClassReference):
                return self.bound_types(machine, member.name, member.arguments, owner)
            if isinstance(member, Reference):
                thing = machine.object_of(member)
                name = getattr(thing, "class_name", None)
                if isinstance(name, str):
                    return self.bound_types(machine, name, getattr(thing, "arguments", ()), owner)
        return ()


def _is_setting(instruction: ins.Assign) -> bool:
    target = instruction.targets[0]
    return (
        isinstance(target, ex.Subscript)
        and isinstance(target.index, ex.Constant)
        and target.index.value == "expire_on_commit"
    )


def _reset(machine: Machine, frame: Frame) -> None:
    machine.frames.clear()
    frame.returned.append(Unknown("a function whose analysis did not end"))
    frame.exits.append(dict(frame.base.writes))
    while (
        machine.memory.parent is not None and machine.memory.parent is not machine.analysis.memory
    ):
        machine.memory = machine.memory.parent
    machine.is_alive = True


def _failure(frame: Frame, error: Exception) -> Failure:
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{last.filename.rsplit('/', 1)[-1]}:{last.lineno}"
    at = frame.function.at if frame.function is not None else 0
    return Failure(
        place=SourcePlace(frame.path, at),
        scope=frame.scope,
        text=f"{type(error).__name__} at {where}",
    )

"""Declared types to values: what an annotation tells of an object, which is never its load states."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from saalint.facts import expressions as ex
from saalint.facts.records import FieldFacts
from saalint.interpret.domain.heap import (
    Background,
    Entity,
    Factory,
    Instance,
    Items,
    Origin,
    Session,
    Table,
)
from saalint.interpret.domain.values import (
    NONE,
    ClassReference,
    External,
    ExternalInstance,
    ModuleReference,
    Ready,
    Reference,
    Result,
    Statement,
    Tuple,
    Unknown,
    Value,
    members,
    union,
)
from saalint.interpret.events import Attachment, SessionKind
from saalint.interpret.machine import Frame, Machine
from saalint.interpret.queries import statements
from saalint.interpret.record import replace
from saalint.library.frameworks import classes_with_functions
from saalint.library.meanings import SessionMaker
from saalint.project.names import symbols

_COLLECTIONS = frozenset(
    {
        "builtins.list",
        "builtins.set",
        "builtins.frozenset",
        "collections.deque",
        *(
            f"collections.abc.{name}"
            for name in (
                "Sequence", "MutableSequence", "Set", "MutableSet", "Collection", "Iterable", "Iterator",
                "Generator", "AsyncIterable", "AsyncIterator", "AsyncGenerator",
            )
        ),
    }
)  # fmt: skip
_MAPPINGS = frozenset(
    {
        "builtins.dict",
        "collections.defaultdict",
        "collections.OrderedDict",
        "collections.abc.Mapping",
        "collections.abc.MutableMapping",
    }
)
_AWAITABLES = frozenset({"collections.abc.Awaitable", "collections.abc.Coroutine"})
# what says something about the type that it is written around
_TRANSPARENT = frozenset(
    {
        "typing.Annotated",
        "typing.ClassVar",
        "typing.Final",
        "typing.NotRequired",
        "typing.ReadOnly",
        "typing.Required",
        "sqlalchemy.orm.Mapped",
        "pydantic.InstanceOf",
    }
)
# what takes arguments that are no types of what it holds
_WITHOUT_PARTS = frozenset({"collections.abc.Callable", "typing.Literal"})
# whether their rows are scalars
_RESULTS = {
    "sqlalchemy.engine.Result": False,
    "sqlalchemy.Result": False,
    "sqlalchemy.engine.ScalarResult": True,
    "sqlalchemy.ScalarResult": True,
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an annotation stands: its module, the type variables that are bound there, and what `Self` is."""

    module: str
    bound: tuple[tuple[str, Value], ...] = ()
    own_class: Value | None = None


def scope_of(frame: Frame) -> Scope:
    """Where the annotations of a body stand."""
    return Scope(frame.module, tuple(frame.bound_types.items()), frame.receiver)


def value_of_annotation(
    machine: Machine, annotation: ex.Expression, key: tuple[Hashable, ...], fallback: Value
) -> Value:
    """What a declared type tells; `fallback` where it tells nothing."""
    found = value_of(machine, annotation, scope_of(machine.frame), key)
    return fallback if isinstance(found, Unknown) else found


def with_arguments(machine: Machine, value: Value, annotation: ex.Expression) -> Value:
    """An object of a library with the type arguments of a declaration: `current: ContextVar[AsyncSession] = …`."""
    if not isinstance(value, ExternalInstance):
        return value
    found = value_of_annotation(machine, annotation, ("arguments", value.name), value)
    if isinstance(found, ExternalInstance) and found.name == value.name and found != value:
        return replace(value, arguments=(*value.arguments, *found.arguments))
    return value


def value_of(
    machine: Machine, annotation: ex.Expression, scope: Scope, key: tuple[Hashable, ...]
) -> Value:
    """A value of a declared type, its objects at locations under `key`."""
    match annotation:
        case ex.Constant(value=None):
            return NONE
        case ex.Operation(operator="|", operands=operands):
            parts = [value_of(machine, part, scope, (*key, n)) for n, part in enumerate(operands)]
            return _union(parts, key)
        case ex.Subscript(index=ex.Sequence(items=())):
            # `tuple[()]`
            return Tuple(())
        case ex.Subscript(base=base, index=index):
            arguments = index.items if isinstance(index, ex.Sequence) else (index,)
            return _generic(machine, base, arguments, scope, key)
        case ex.Name() | ex.Attribute():
            return _named(machine, annotation, scope, key)
        case _:
            return Unknown("a type that is computed")


def _union(parts: list[Value], key: tuple[Hashable, ...]) -> Value:
    known = [part for part in parts if not isinstance(part, Unknown)]
    if len(known) == len(parts):
        return union(known)
    # `author_id: int | None`: two reads of one field give the same key
    unknown = Unknown("a value of an unknown type", ("declared", *key))
    return unknown if all(part == NONE for part in known) else union([*known, unknown])


def _named(
    machine: Machine, annotation: ex.Expression, scope: Scope, key: tuple[Hashable, ...]
) -> Value:
    name = ex.dotted_name(annotation)
    bound = dict(scope.bound).get(name or "")
    if bound is not None:
        return of_class_value(machine, bound, key)
    definition = machine.analysis.project.symbols.resolve(scope.module, annotation)
    match definition:
        case symbols.ClassDefinition(name=qualified):
            return instance(machine, ClassReference(qualified), key)
        case symbols.External(name="typing.Self" | "typing_extensions.Self"):
            return scope.own_class or Unknown("`Self` of an unknown class")
        case symbols.External(name=qualified):
            return external(machine, qualified, (), key)
        case symbols.VariableDefinition(module=module, name=variable):
            return _alias(machine, module, variable, scope, key)
        case _:
            return Unknown(f"a value of type `{name}`")


def _alias(
    machine: Machine, module: str, variable: str, scope: Scope, key: tuple[Hashable, ...]
) -> Value:
    # `SessionDep = Annotated[AsyncSession, Depends(get_session)]`, a TypeVar, a NewType
    expression = machine.analysis.assigned_expression(module, variable)
    if expression is None or key.count("alias") > 4:  # noqa: PLR2004 - aliases of aliases end somewhere
        return Unknown("a type alias that is computed")
    inner = Scope(module, scope.bound, scope.own_class)
    match expression:
        case ex.Call(keywords=keywords, arguments=arguments, function=function):
            called = ex.dotted_name(function) or ""
            if called.endswith("NewType") and len(arguments) > 1:
                return value_of(machine, arguments[1], inner, (*key, "alias"))
            for keyword in keywords:
                if keyword.name == "bound":
                    return _bounded(machine, keyword.value, inner, key)
            return Unknown("a type variable")
        case _:
            return value_of(machine, expression, inner, (*key, "alias"))


def _bounded(
    machine: Machine, bound: ex.Expression, scope: Scope, key: tuple[Hashable, ...]
) -> Value:
    value = value_of(machine, bound, scope, (*key, "alias"))
    entity = machine.entity(value)
    if isinstance(value, Reference) and (
        entity is not None or isinstance(machine.object_of(value), Instance)
    ):
        # a bound names a base class: nothing is known of the class itself
        return Unknown("an object of a type variable")
    return value


def _generic(
    machine: Machine,
    base: ex.Expression,
    arguments: tuple[ex.Expression, ...],
    scope: Scope,
    key: tuple[Hashable, ...],
) -> Value:
    definition = machine.analysis.project.symbols.resolve(scope.module, base)
    match definition:
        case symbols.ClassDefinition(name=qualified):
            found = tuple(class_value(machine, argument, scope) for argument in arguments)
            return instance(machine, ClassReference(qualified, found), key)
        case symbols.External(name=qualified):
            return _external_generic(machine, qualified, arguments, scope, key)
        case _:
            return Unknown("a value of an unknown generic type")


def _external_generic(
    machine: Machine,
    name: str,
    arguments: tuple[ex.Expression, ...],
    scope: Scope,
    key: tuple[Hashable, ...],
) -> Value:
    first = (*key, 0)
    if name == "typing.Optional":
        return _union([value_of(machine, arguments[0], scope, first), NONE], key)
    if name == "typing.Union":
        return _union(
            [value_of(machine, part, scope, (*key, n)) for n, part in enumerate(arguments)], key
        )
    if name in _TRANSPARENT:
        return value_of(machine, arguments[0], scope, first)
    if name in _COLLECTIONS:
        element = value_of(machine, arguments[0], scope, first)
        return machine.allocate((*key, "items"), Items(rest=element))
    if name in _MAPPINGS:
        element = value_of(machine, arguments[-1], scope, first)
        return machine.allocate((*key, "items"), Table(rest=element))
    if name == "builtins.tuple":
        return _tuple(machine, arguments, scope, key)
    if name == "builtins.type":
        return class_value(machine, arguments[0], scope)
    if name in _AWAITABLES:
        return Ready(value_of(machine, arguments[-1], scope, first))
    if name == "sqlalchemy.Select":
        return _select(machine, arguments, scope)
    if name in _RESULTS:
        return _result(machine, name, arguments, scope, first)
    return external(
        machine, name, tuple(class_value(machine, part, scope) for part in arguments), key
    )


def _tuple(
    machine: Machine,
    arguments: tuple[ex.Expression, ...],
    scope: Scope,
    key: tuple[Hashable, ...],
) -> Value:
    last = arguments[-1]
    if isinstance(last, ex.Constant) and last.is_ellipsis:
        element = value_of(machine, arguments[0], scope, (*key, 0))
        return machine.allocate((*key, "items"), Items(rest=element))
    parts = [value_of(machine, part, scope, (*key, n)) for n, part in enumerate(arguments)]
    return Tuple(tuple(parts))


def _select(machine: Machine, arguments: tuple[ex.Expression, ...], scope: Scope) -> Value:
    argument = arguments[0]
    inner = argument.index if isinstance(argument, ex.Subscript) else argument
    parts = inner.items if isinstance(inner, ex.Sequence) else (inner,)
    targets = tuple(
        statements.target_of(machine, class_value(machine, part, scope)) for part in parts
    )
    return Statement(kind="select", targets=targets, has_unknown_options=True, is_filtered=True)


def _result(
    machine: Machine,
    name: str,
    arguments: tuple[ex.Expression, ...],
    scope: Scope,
    key: tuple[Hashable, ...],
) -> Value:
    value = value_of(machine, arguments[0], scope, key)
    items = value.items if isinstance(value, Tuple) else (value,)
    return Result(
        items=items,
        names=("",) * len(items),
        is_scalar=_RESULTS[name],
        is_streamed=False,
        is_unique=False,
    )


def class_value(machine: Machine, expression: ex.Expression, scope: Scope) -> Value:
    """The class that an expression in a type names; one of several in `Optional[Author]` and `Author | None`."""
    match expression:
        case ex.Operation(operator="|", operands=parts):
            return union([class_value(machine, part, scope) for part in parts])
        case ex.Subscript(base=base, index=index) if _is_optional(machine, base, scope):
            return class_value(machine, index, scope)
        case _:
            pass
    name = ex.dotted_name(expression)
    bound = dict(scope.bound).get(name or "")
    if bound is not None:
        return bound
    definition = machine.analysis.project.symbols.resolve(scope.module, expression)
    match definition:
        case symbols.ClassDefinition(name=qualified):
            return ClassReference(qualified)
        case symbols.External(name=qualified):
            return External(qualified)
        case symbols.ModuleDefinition(name=qualified):
            return ModuleReference(qualified)
        case _:
            return Unknown("a type that is not known")


def _is_optional(machine: Machine, base: ex.Expression, scope: Scope) -> bool:
    definition = machine.analysis.project.symbols.resolve(scope.module, base)
    return definition == symbols.External("typing.Optional")


def of_class_value(machine: Machine, value: Value, key: tuple[Hashable, ...]) -> Value:
    """An object of the class that a value is."""
    found: list[Value] = []
    for member in members(value):
        match member:
            case ClassReference():
                found.append(instance(machine, member, key))
            case External(name=name):
                found.append(external(machine, name, (), key))
            case _:
                found.append(Unknown("an object of an unknown class"))
    return union(found)


def instance(machine: Machine, kind: ClassReference, key: tuple[Hashable, ...]) -> Value:
    """An object known only by its class."""
    analysis = machine.analysis
    if kind.name in analysis.mappers:
        return machine.allocate((*key, kind.name), unknown_entity(kind.name))
    session = analysis.session_kind_of(kind)
    if session is not None:
        return machine.allocate((*key, kind.name), declared_session(machine, session, kind.name))
    if analysis.is_plain_value(kind.name):
        return Unknown(f"a value of type `{ex.short_name(kind.name)}`", ("declared", *key))
    thing = Instance(class_name=kind.name, arguments=kind.arguments, is_declared=True)
    return machine.allocate((*key, kind.name), thing)


def unknown_entity(mapper: str) -> Entity:
    """An entity that somebody else loaded: nothing is known of its load states."""
    return Entity(
        mapper=mapper, backgrounds=(Background(Origin.UNKNOWN),), attachment=Attachment.UNKNOWN
    )


def declared_session(machine: Machine, kind: SessionKind, class_name: str | None) -> Session:
    """A session known by its type: its settings are those that all factories of the project agree on."""
    setting = machine.analysis.class_default(class_name)
    if setting is not False:
        setting = machine.analysis.project_setting(kind)
    known = (
        class_name if machine.analysis.project.classes.info(class_name or "") is not None else None
    )
    is_autoflush = machine.analysis.project_autoflush(kind)
    return Session(
        kind=kind,
        expire_on_commit=setting,
        is_autoflush=is_autoflush,
        is_declared=True,
        class_name=known,
    )


def external(
    machine: Machine, name: str, arguments: tuple[Value, ...], key: tuple[Hashable, ...]
) -> Value:
    """An object of a class outside the project."""
    kind = machine.analysis.session_kind_of(External(name))
    if kind is not None:
        session = replace(declared_session(machine, kind, None), library_class=name)
        return machine.allocate((*key, name), session)
    operation = machine.analysis.operations.of(name)
    if operation is not None and operation.meaning in (
        SessionMaker.FACTORY,
        SessionMaker.SCOPED,
    ):
        wanted = SessionKind(operation.detail)
        is_async = any(
            machine.analysis.session_kind_of(part) is SessionKind.ASYNC for part in arguments
        )
        factory = Factory(
            kind=SessionKind.ASYNC if is_async else wanted,
            expire_on_commit=machine.analysis.project_setting(wanted),
            is_autoflush=machine.analysis.project_autoflush(wanted),
            is_scoped=operation.meaning is SessionMaker.SCOPED,
            # `maker: sessionmaker` may have been made by `sessionmaker(class_=AsyncSession)`
            is_guessed=wanted is SessionKind.SYNC and not arguments,
        )
        return machine.allocate((*key, name), factory)
    if name in ("builtins.None", "types.NoneType"):
        return NONE
    if name == "builtins.bool":
        return Unknown("a value of type `bool`", ("flag", *key))
    if arguments and name not in _WITHOUT_PARTS:
        return ExternalInstance(name, arguments)
    if name in classes_with_functions() or name in machine.analysis.operations.connections:
        return ExternalInstance(name)
    return Unknown(f"a value of type `{ex.short_name(name)}`", ("declared", *key))


def value_of_field(
    machine: Machine,
    reference: Reference,
    owner: str,
    arguments: tuple[Value, ...],
    field: tuple[str, FieldFacts],
) -> Value | None:
    """A field that a class declares by annotation only, its type variables bound by the object's class."""
    declaring, facts = field
    if facts.annotation is None:
        return None
    info = machine.analysis.project.classes.info(declaring)
    if info is None:
        return None
    scope = Scope(
        info.module, machine.analysis.bound_types(machine, owner, arguments, declaring), reference
    )
    key = ("field", reference.location, facts.name)
    return value_of(machine, facts.annotation, scope, key)

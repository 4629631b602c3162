"""Calls of helpers that a models file describes: what they load, run or make, in place of what their bodies say."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import assert_never

from saalint.facts import expressions as ex
from saalint.interpret.calling import dependencies
from saalint.interpret.calling.uses import last_names
from saalint.interpret.domain.heap import Instance, Items, Session, Table
from saalint.interpret.domain.values import (
    NONE,
    ClassReference,
    EntityTarget,
    External,
    ExternalInstance,
    FunctionReference,
    Keywords,
    LoaderOption,
    MappedAttribute,
    OptionEntry,
    OptionLink,
    PendingCall,
    Reference,
    Result,
    Statement,
    Tuple,
    Unknown,
    Value,
    literal,
    members,
    union,
    without_none,
)
from saalint.interpret.events import Attachment, SessionKind, Step
from saalint.interpret.language import declared, iteration
from saalint.interpret.libraries import library_functions
from saalint.interpret.libraries.library_use import LibraryUse
from saalint.interpret.machine import Machine
from saalint.interpret.queries import (
    application_sessions,
    loader_options,
    results,
    session_calls,
    statements,
)
from saalint.library.helpers import ENTITY, Helper
from saalint.library.meanings import SessionMaker
from saalint.library.operations import Operation, SessionOperation, SessionVerb
from saalint.project.names import symbols
from saalint.source.positions import Place

# a dependency that makes a manager, which has a database, which has a session
_DEEPEST = 4


def call(
    machine: Machine, helper: Helper, arguments: tuple[Value, ...], keywords: Keywords, at: Place
) -> Value:
    """Call a helper outside the project; a coroutine or dependency of it runs when it is asked for."""
    kind = "library" if helper.is_coroutine else "dependency" if helper.is_dependency else None
    if kind is None:
        return run(machine, helper, arguments, keywords, at)
    short = ex.short_name(helper.name)
    step = machine.step(at, len(short), short)
    return PendingCall(External(helper.name), arguments, keywords, kind, step)


def made(
    machine: Machine,
    name: str,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
    types: tuple[Value, ...] = (),
) -> Value:
    """An object of a class outside the project that has helpers: with all that it is made of."""
    numbered = ((str(number), value) for number, value in enumerate(arguments))
    thing = Instance(class_name=name, fields=(*numbered, *keywords), arguments=types)
    return machine.allocate(machine.site(at, f"instance {name}"), thing)


def run(
    machine: Machine, helper: Helper, arguments: tuple[Value, ...], keywords: Keywords, at: Place
) -> Value:
    """What a helper does and gives."""
    values = (*arguments, *(value for _, value in keywords))
    if helper.returns is not None:
        changed = _changed(machine, helper, values, at)
        if changed is not None:
            return changed
        given = dict(keywords).get(helper.options)
        options = () if given is None else _options(machine, given, at)
        return _Returned(machine, helper, values, options, at).of(helper.returns, ())
    assert helper.does is not None
    match helper.does.operation:
        case SessionOperation() as operation:
            return _in_session(
                machine, helper, operation, helper.does.methods, arguments, keywords, at
            )
        case Operation(meaning=SessionMaker()) as operation:
            keywords = (("expire_on_commit", literal(helper.expire_on_commit)),)
            use = LibraryUse(helper.name, operation, (), keywords, at)
            return library_functions.run(machine, use)
        case Operation() as operation:
            use = LibraryUse(helper.name, operation, arguments, keywords, at)
            return library_functions.run(machine, use)
        case unreachable:
            assert_never(unreachable)


def _in_session(
    machine: Machine,
    helper: Helper,
    operation: SessionOperation,
    methods: tuple[str, ...],
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> Value:
    values = (*arguments, *(value for _, value in keywords))
    session = _session(machine, helper, values, at)
    rest = tuple(value for value in arguments if not _holds(machine, value, session))
    if operation.verb is SessionVerb.EXECUTE:
        rest = tuple(value for value in values if statements.as_statement(machine, value))
    made = session_calls.run(machine, session, operation, rest, (), at)
    for method in methods:
        if not isinstance(made, Result):
            break
        made = results.call_method(machine, made, method, (), at)
    return made


def _changed(
    machine: Machine, helper: Helper, values: tuple[Value, ...], at: Place
) -> Reference | None:
    """The object that a helper is given, after what it does with it; None where it gives another one."""
    references = [value for value in values if isinstance(value, Reference)]
    given = next((value for value in references if machine.entity(value) is not None), None)
    entity = None if given is None else machine.entity(given)
    if given is None or entity is None or not helper.changes:
        return None
    if (
        helper.changes[0].verb is not SessionVerb.ADD
        and entity.attachment is not Attachment.PERSISTENT
    ):
        # `update(Author(id=1, name="Ann"))` loads the author of that key, and changes it
        return None
    session = _session(machine, helper, values, at)
    for operation in helper.changes:
        is_of_all = operation.verb in (SessionVerb.FLUSH, SessionVerb.COMMIT)
        about = () if is_of_all else (given,)
        session_calls.run(machine, session, operation, about, (), at)
    return given


def _options(machine: Machine, given: Value, at: Place) -> tuple[LoaderOption, ...] | None:
    """Loader options, or relationships that stand for theirs; None where they are not known."""
    known, rest = iteration.elements(machine, given, at)
    if isinstance(given, LoaderOption | MappedAttribute):
        known, rest = (given,), None
    found: list[LoaderOption] = []
    for part in known:
        option = part
        if isinstance(part, MappedAttribute):
            option = loader_options.make(machine, "selectin", None, (part,), (), at)
        if not isinstance(option, LoaderOption):
            return None
        found.append(option)
    return tuple(found) if rest is None else None


def _entity_of(machine: Machine, value: Value) -> str | None:
    """The mapped class that a repository is for: what it was made with, or is declared for."""
    if isinstance(value, ExternalInstance):
        return _first_mapped(machine, value.arguments)
    thing = machine.object_of(value) if isinstance(value, Reference) else None
    if not isinstance(thing, Instance):
        return None
    found = [*(each for _, each in thing.fields), *thing.arguments]
    for name in machine.analysis.project.classes.mro(thing.class_name):
        info = machine.analysis.project.classes.info(name)
        if info is None:
            continue
        for base in info.facts.bases:
            for part in last_names(base.index if isinstance(base, ex.Subscript) else None):
                definition = machine.analysis.project.symbols.lookup(info.module, part)
                if isinstance(definition, symbols.ClassDefinition):
                    found.append(ClassReference(definition.name))
        found.extend(
            machine.analysis.class_field(machine, name, each) for each in info.facts.fields
        )
    return _first_mapped(machine, found)


def _first_mapped(machine: Machine, values: Iterable[Value]) -> str | None:
    names = (each.name for each in values if isinstance(each, ClassReference))
    return next((name for name in names if name in machine.analysis.mappers), None)


def _session(machine: Machine, helper: Helper, values: Iterable[Value], at: Place) -> Reference:
    """The session among what a helper is given, or of an object among it; else one that it has of its own."""
    for value in values:
        for member in members(value):
            found = _session_in(machine, member)
            if found is not None:
                return found
    kind = SessionKind.UNKNOWN if helper.session is None else SessionKind(helper.session)
    made = Session(kind=kind, expire_on_commit=helper.expire_on_commit, is_declared=True)
    return machine.allocate(machine.site(at, "session of a helper"), made)


def _session_in(machine: Machine, value: Value, depth: int = 0) -> Reference | None:
    if isinstance(value, FunctionReference) and depth:
        # `FastAPIUsers(get_user_manager, …)`: the manager that each request is given has the session
        value = dependencies.given_by(machine, value, 0)
    if not isinstance(value, Reference):
        return None
    if machine.session(value) is not None:
        return value
    thing = machine.object_of(value)
    for _, field in thing.fields if isinstance(thing, Instance) and depth < _DEEPEST else ():
        found = _session_in(machine, field, depth + 1)
        if found is not None:
            return found
    if isinstance(thing, Instance):
        # `db.paginate(…)` loads by `db.session`
        return application_sessions.session_of(machine, thing.class_name)
    entity = machine.entity(value)
    return None if entity is None else entity.session


def _holds(machine: Machine, value: Value, session: Reference) -> bool:
    return value == session or (
        isinstance(value, Reference)
        and machine.entity(value) is None
        and _session_in(machine, value) == session
    )


class _Returned:
    """The value of a helper's declared result, its entities loaded by what stands for the helper's query."""

    def __init__(
        self,
        machine: Machine,
        helper: Helper,
        values: tuple[Value, ...],
        options: tuple[LoaderOption, ...] | None,
        at: Place,
    ) -> None:
        self._options = options
        self._receiver = values[0] if values else NONE
        self._machine = machine
        self._helper = helper
        self._session: Callable[[], Reference] = lambda: _session(machine, helper, values, at)
        self._at = at

    def of(self, expression: ex.Expression, key: tuple[Hashable, ...]) -> Value:
        """A value of a type."""
        match expression:
            case ex.Constant(value=None):
                return NONE
            case ex.Operation(operator="|", operands=operands):
                return union(self.of(part, (*key, n)) for n, part in enumerate(operands))
            case ex.Subscript(base=base, index=index):
                parts = index.items if isinstance(index, ex.Sequence) else (index,)
                return self._generic(base, parts, key)
            case ex.Name() | ex.Attribute():
                return self._named(expression, key)
            case _:
                return Unknown("a type that is computed")

    def _generic(
        self, base: ex.Expression, parts: tuple[ex.Expression, ...], key: tuple[Hashable, ...]
    ) -> Value:
        short = ex.short_name(ex.dotted_name(base) or "")
        place = (*self._machine.site(self._at, "helper"), *key)
        match short:
            case "Optional":
                return union((self.of(parts[0], key), NONE))
            case "Union":
                return union(self.of(part, (*key, n)) for n, part in enumerate(parts))
            case "tuple" | "Tuple" if not _is_ellipsis(parts[-1]):
                return Tuple(tuple(self.of(part, (*key, n)) for n, part in enumerate(parts)))
            case "dict" | "Dict" | "Mapping":
                return self._machine.allocate(place, Table(rest=self.of(parts[-1], (*key, "item"))))
            case _:
                element = self.of(parts[0], (*key, "item"))
                return self._machine.allocate(place, Items(rest=element))

    def _named(self, expression: ex.Expression, key: tuple[Hashable, ...]) -> Value:
        machine = self._machine
        if ex.dotted_name(expression) == ENTITY:
            entity = _entity_of(machine, self._receiver)
            if entity is None:
                return Unknown("an entity of a repository of something unknown")
            return self._loaded(entity, is_many="item" in key)
        for _, definition in machine.analysis.project.helpers.classes_in(expression):
            match definition:
                case symbols.ClassDefinition(name=name) if name in machine.analysis.mappers:
                    return self._loaded(name, is_many="item" in key)
                case symbols.ClassDefinition(name=name):
                    place = (*machine.site(self._at, "helper"), *key)
                    return declared.instance(machine, ClassReference(name), place)
                case _:
                    break
        return Unknown("what a helper gives beside entities")

    def _loaded(self, mapper: str, *, is_many: bool) -> Value:
        machine, helper = self._machine, self._helper
        short = ex.short_name(helper.name)
        entries = tuple(
            OptionEntry(tuple(OptionLink("", name) for name in path[: end + 1]), "selectin")
            for path in helper.loads
            for end in range(len(path))
        )
        statement = Statement(
            kind="select",
            targets=(EntityTarget(mapper),),
            options=(*(self._options or ()), *([LoaderOption(entries)] if entries else [])),
            has_unknown_options=self._options is None,
            is_filtered=True,
            is_limited=True,
            origin=Step(machine.source_place(self._at), len(short), f"{short}(…)"),
        )
        form = "scalars" if is_many else "scalar"
        found = results.execute(machine, self._session(), statement, form, self._at)
        return results.row(found) if isinstance(found, Result) else without_none(found)


def _is_ellipsis(expression: ex.Expression) -> bool:
    return isinstance(expression, ex.Constant) and expression.is_ellipsis

"""What a test tells: a value is not `None`, an entity is of a subclass, a flag is true."""

from __future__ import annotations

from functools import partial

from saalint.facts import expressions as ex
from saalint.interpret import transfer
from saalint.interpret.calling import sides
from saalint.interpret.domain.heap import AttributeState, Entity, Instance, Table
from saalint.interpret.domain.memory import ABSENT
from saalint.interpret.domain.plans import is_kin
from saalint.interpret.domain.values import (
    NONE,
    AttributeAccess,
    ClassReference,
    External,
    ExternalInstance,
    Literal,
    Ready,
    Reference,
    Result,
    Tuple,
    Unknown,
    Value,
    literal,
    members,
    union,
)
from saalint.interpret.events import LoadState
from saalint.interpret.language import coroutines, declared, operators, protocols
from saalint.interpret.machine import Machine
from saalint.interpret.orm import extents, inspection, load_states
from saalint.interpret.record import replace
from saalint.library.meanings import ObjectFunction
from saalint.library.operations import Operation
from saalint.project.names import symbols

_COMPARISONS = frozenset({"is", "is not", "==", "!="})
_SCALARS = frozenset(
    {"builtins.str", "builtins.int", "builtins.float", "builtins.bool", "builtins.bytes"}
)
_BUILT_IN = _SCALARS | {
    "builtins.dict",
    "builtins.list",
    "builtins.tuple",
    "builtins.set",
    "builtins.frozenset",
}
# what a value that can be waited for is an instance of
_AWAITABLES = frozenset({"collections.abc.Awaitable", "collections.abc.Coroutine"})


def assume(machine: Machine, test: ex.Expression, *, holds: bool) -> None:
    """Go on where the test holds, or where it does not."""
    match test:
        case ex.Name(name=name):
            _keep(machine, name, holds=holds)
        case ex.NamedExpression(target=target):
            _keep(machine, target.name, holds=holds)
        case ex.Operation(operator="not", operands=operands):
            assume(machine, operands[0], holds=not holds)
        case ex.Operation(operator=("in" | "not in") as operator, operands=(left, right)):
            _assume_contained(machine, left, right, is_contained=(operator == "in") is holds)
        case ex.Operation(operator=operator, operands=(left, right)) if operator in _COMPARISONS:
            _compare(machine, left, right, is_same=(operator in ("is", "==")) is holds)
        case ex.Logical(operator=operator, values=values):
            if (operator == "and") is holds:
                for value in values:
                    assume(machine, value, holds=holds)
            elif _is_contained(values[-1]):
                _assume_one(machine, values, holds=holds)
        case ex.Call(function=ex.Name(name="isinstance"), arguments=(subject, kind)):
            _assume_class(machine, subject, kind, holds=holds)
        case ex.Call(function=function, arguments=(ex.Name(name=name),)):
            _assume_awaitable(machine, function, name, holds=holds)
            sides.call_is(machine, test, is_true=holds)
        case ex.Call() | ex.Await():
            sides.call_is(machine, test, is_true=holds)
        case ex.Attribute():
            _keep_attribute(machine, test, holds=holds)
        case _:
            return


def _is_contained(test: ex.Expression) -> bool:
    match test:
        case ex.Operation(operator="in" | "not in", operands=(_, ex.Attribute() | ex.Call())):
            return True
        case _:
            return False


def _assume_one(machine: Machine, tests: tuple[ex.Expression, ...], *, holds: bool) -> None:
    # after `if author and "books" in inspect(author).unloaded: return`: no author, or one with its books
    def body(position: int) -> None:
        for test in tests[:position]:
            assume(machine, test, holds=not holds)
        if machine.is_alive and protocols.test(machine, tests[position]) is (not holds):
            machine.is_alive = False
        if machine.is_alive:
            assume(machine, tests[position], holds=holds)

    machine.join([machine.run_branch(partial(body, position)) for position in range(len(tests))])


def _keep(machine: Machine, name: str, *, holds: bool) -> None:
    value = machine.variable(name)
    if value is None:
        return
    kept = _of_truth(machine, value, holds=holds)
    if not kept:
        machine.is_alive = False
        return
    sides.value_is(machine, value, kept)
    narrowed = union(kept)
    match narrowed:
        case Unknown(symbol=("flag", *_)):
            narrowed = literal(holds)
        case _:
            pass
    if narrowed != value:
        machine.bind(name, narrowed)
        _leave_out(machine, value, narrowed)


def _of_truth(machine: Machine, value: Value, *, holds: bool) -> list[Value]:
    # the alternatives of a value that may be true, or that may be false
    return [one for one in members(value) if operators.truth(machine, one) is not (not holds)]


def _keep_attribute(machine: Machine, test: ex.Attribute, *, holds: bool) -> None:
    # `if self.user:`: the field of an object that is not mapped is narrowed like a variable
    if not isinstance(test.base, ex.Name):
        return
    base = machine.variable(test.base.name)
    owners = members(base) if base is not None else ()
    for owner in owners:
        if not isinstance(owner, Reference):
            continue
        match machine.object_of(owner):
            case Instance() as thing if len(owners) == 1:
                _keep_field(machine, owner, thing, test.name, holds=holds)
            case Entity() as entity if not holds:
                _assume_no_key(machine, owner, entity, test.name)
            case _:
                pass


def _keep_field(
    machine: Machine, owner: Reference, thing: Instance, name: str, *, holds: bool
) -> None:
    value = thing.get(name)
    if value is None:
        return
    kept = _of_truth(machine, value, holds=holds)
    if kept and len(kept) < len(members(value)):
        machine.write(owner, thing.with_field(name, union(kept)))


def _assume_no_key(machine: Machine, owner: Reference, entity: Entity, name: str) -> None:
    # `book.author_id or book.author.id`: where the key is NULL there is no author to load
    if name in machine.analysis.mappers[entity.mapper].foreign_keys:
        machine.set_state(owner, name, AttributeState(LoadState.LOADED, NONE))


def _assume_key(machine: Machine, key: ex.Expression, other: ex.Expression) -> None:
    # `if book.author_id == author.id: book.author`: the key leads to an object that is at hand
    if not isinstance(key, ex.Attribute) or not isinstance(key.base, ex.Name):
        return
    if not isinstance(other, ex.Constant | ex.Name | ex.Attribute):
        return
    owner = machine.variable(key.base.name)
    entity = None if owner is None else machine.entity(owner)
    if entity is None or not isinstance(owner, Reference):
        return
    mappers = machine.analysis.mappers
    known = entity.get(key.name)
    if key.name not in mappers[entity.mapper].foreign_keys or (known and known.value is not None):
        return
    if load_states.state_of(entity, key.name, mappers).state is not LoadState.LOADED:
        return
    value = transfer.evaluate(machine, other)
    if isinstance(value, Literal | Unknown):
        machine.set_state(owner, key.name, AttributeState(LoadState.LOADED, value))


def _single_out(machine: Machine, *compared: ex.Expression) -> None:
    # `if book is first:`, `if book.id == key:`: one of the books, and no matter which of them
    for side in compared:
        name = side.base if isinstance(side, ex.Attribute) else side
        value = machine.variable(name.name) if isinstance(name, ex.Name) else None
        for member in members(value) if value is not None else ():
            entity = machine.entity(member)
            if entity is not None and isinstance(member, Reference):
                machine.write(member, extents.any_one(entity))


def _compare(machine: Machine, left: ex.Expression, right: ex.Expression, *, is_same: bool) -> None:
    if isinstance(left, ex.NamedExpression):
        left = left.target
    if isinstance(left, ex.Attribute) and isinstance(right, ex.Constant) and right.value is None:
        _keep_attribute(machine, left, holds=not is_same)
        return
    if isinstance(left, ex.Await | ex.Call) and isinstance(right, ex.Constant):
        if right.value is None:
            sides.call_is(machine, left, is_true=not is_same)
        return
    if is_same:
        _single_out(machine, left, right)
        _assume_key(machine, left, right)
        _assume_key(machine, right, left)
    if not isinstance(left, ex.Name) or not isinstance(right, ex.Constant):
        return
    value = machine.variable(left.name)
    if value is None:
        return
    wanted = transfer.evaluate(machine, right)
    kept = [
        one for one in members(value) if operators.equal(machine, one, wanted) is not (not is_same)
    ]
    if not kept:
        machine.is_alive = False
        return
    sides.value_is(machine, value, kept)
    narrowed = union(kept)
    if is_same and isinstance(narrowed, Unknown) and isinstance(wanted, Literal):
        narrowed = wanted
    machine.bind(left.name, narrowed)
    _leave_out(machine, value, narrowed)


def _leave_out(machine: Machine, before: Value, narrowed: Value) -> None:
    # `if author is not None: session.expunge(author)`: where it is None, the query gave no author that stays behind
    if narrowed != NONE:
        return
    given = [
        member
        for member in members(before)
        if isinstance(member, Reference)
        and (entity := machine.entity(member)) is not None
        and not entity.is_constructed
    ]
    for name, content in machine.contents().items() if given else ():
        # nor does the result give one: `result = …; author = result.scalar_one_or_none()`
        if isinstance(content, Result) and not set(given).isdisjoint(content.items):
            machine.memory.write(
                name, replace(content, items=(Unknown("no row"),) * len(content.items))
            )
    live = machine.live() if given else ()
    for reference in given:
        if reference.location not in live:
            machine.memory.write(reference.location, ABSENT)


def _assume_contained(
    machine: Machine, left: ex.Expression, right: ex.Expression, *, is_contained: bool
) -> None:
    # `if "books" in inspect(author).unloaded:`, `if "books" in vars(author):`
    if not isinstance(right, ex.Attribute | ex.Call) or not isinstance(
        left, ex.Constant | ex.Name | ex.Attribute
    ):
        return
    container = transfer.evaluate(machine, right)
    if isinstance(container, AttributeAccess):
        inspection.assume(
            machine, container, transfer.evaluate(machine, left), is_contained=is_contained
        )


def _assume_class(
    machine: Machine, subject: ex.Expression, kind: ex.Expression, *, holds: bool
) -> None:
    if not isinstance(subject, ex.Name):
        return
    value = machine.variable(subject.name)
    if value is None:
        return
    kinds = classes_in(transfer.evaluate(machine, kind))
    kept: list[Value] = []
    for member in members(value):
        if holds:
            fits = [
                found
                for one in kinds
                if (found := narrow_to_class(machine, member, one)) is not None
            ]
            kept.extend(fits[:1])
        elif not any(is_instance(machine, member, one) for one in kinds):
            kept.append(member)
    if not kept:
        machine.is_alive = False
        return
    machine.bind(subject.name, union(kept))


def _assume_awaitable(machine: Machine, function: ex.Expression, name: str, *, holds: bool) -> None:
    # `if inspect.isawaitable(found): found = await found`
    asked = machine.analysis.project.symbols.resolve(machine.frame.module, function)
    if not isinstance(asked, symbols.External):
        return
    value = machine.variable(name)
    if (
        machine.analysis.operations.of(asked.name) != Operation(ObjectFunction.IS_AWAITABLE)
        or value is None
    ):
        return
    kept = [
        member
        for member in members(value)
        if coroutines.is_awaitable(machine, member) is not (not holds)
    ]
    if kept:
        machine.bind(name, union(kept))


def classes_in(kind: Value) -> tuple[Value, ...]:
    """The classes of a type test's second argument, `Author`, `(Author, Book)` or `Author | Book`, inner ones too."""
    if not isinstance(kind, Tuple):
        return (kind,)
    return tuple(inner for item in kind.items for inner in classes_in(item))


def is_instance(machine: Machine, value: Value, kind: Value) -> bool:
    """Whether a value is known to be an instance of a class."""
    if kind == NONE:
        return value == NONE
    if isinstance(kind, External):
        match value:
            case ClassReference():
                return kind.name == "builtins.type"
            case ExternalInstance(name=name):
                # `if isinstance(connectable, AsyncEngine): … else: with connectable.connect(): …`
                return name == kind.name
            case Reference() if isinstance(machine.object_of(value), Table):
                return kind.name == "builtins.dict"
            case _:
                return _is_of_library(machine, value, kind) is True
    if not isinstance(kind, ClassReference) or not isinstance(value, Reference):
        return False
    match machine.object_of(value):
        case Entity(mapper=name) | Instance(class_name=name):
            return machine.analysis.project.classes.is_subclass(name, kind.name)
        case _:
            return False


def _is_of_library(machine: Machine, value: Value, kind: External) -> bool | None:
    # `if isinstance(db, AsyncSession): … else: …` is decided where it is known what `db` is, and so is
    # `if isinstance(found, Awaitable): found = await found`
    if kind.name in _AWAITABLES and not isinstance(value, Ready):
        return coroutines.is_awaitable(machine, value)
    session = machine.session(value)
    wanted = machine.analysis.session_kind_of(kind)
    if session is None or wanted is None or session.is_guessed:
        return None
    return session.kind is wanted


def may_be(machine: Machine, value: Value, kind: Value) -> bool:
    """Whether a value may be an instance of a class: an entity is no dict, an engine is of one kind."""
    if isinstance(value, ExternalInstance) and isinstance(kind, External):
        connections = machine.analysis.operations.connections
        is_session = machine.analysis.session_kind_of(kind) is not None
        is_other = kind.name != value.name and (kind.name in connections or is_session)
        return not (value.name in connections and is_other)
    entity = machine.entity(value)
    is_built_in = isinstance(kind, External) and kind.name in _BUILT_IN
    if entity is None or not is_built_in:
        return True
    classes = machine.analysis.project.classes
    return isinstance(kind, External) and classes.is_subclass(entity.mapper, kind.name)


def narrow_to_class(machine: Machine, value: Value, kind: Value) -> Value | None:
    """The value where it is known to be an instance of a class; None where it cannot be one."""
    if NONE in (value, kind):
        return NONE if value == kind else None
    if isinstance(kind, External):
        if kind.name in _SCALARS and isinstance(value, Reference):
            return None
        if not may_be(machine, value, kind):
            return None
        return None if _is_of_library(machine, value, kind) is False else value
    if not isinstance(kind, ClassReference):
        return value
    if isinstance(value, Unknown):
        return declared.instance(machine, kind, ("narrowed", kind.name, value.symbol))
    if not isinstance(value, Reference):
        return value
    thing = machine.object_of(value)
    classes = machine.analysis.project.classes
    match thing:
        case Entity(mapper=name):
            if classes.is_subclass(name, kind.name):
                return value
            if kind.name in machine.analysis.mappers and is_kin(
                name, kind.name, machine.analysis.mappers
            ):
                machine.write(
                    value,
                    replace(thing, mapper=kind.name, narrowed_from=(*thing.narrowed_from, name)),
                )
                return value
            return None if kind.name in machine.analysis.mappers else value
        case Instance(class_name=name):
            if classes.is_subclass(name, kind.name):
                return value
            if classes.is_subclass(kind.name, name):
                machine.write(value, replace(thing, class_name=kind.name))
                return value
            return None if classes.info(kind.name) is not None and not thing.is_declared else value
        case _:
            return value

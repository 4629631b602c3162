"""What may fail inside a `try` to what its handlers find: a flush that fails rolls back first."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import assert_never

from saalint.facts import expressions as ex
from saalint.facts import instructions as ins
from saalint.interpret import transfer
from saalint.interpret.domain.heap import Content, Entity, Instance, Items, Key, Table
from saalint.interpret.domain.object_references import map_content
from saalint.interpret.domain.references import Change, map_references
from saalint.interpret.domain.values import (
    BoundMethod,
    ClassReference,
    Expression,
    External,
    ExternalInstance,
    ExternalMethod,
    FunctionReference,
    MappedAttribute,
    Reference,
    Unknown,
    Value,
)
from saalint.interpret.language.exits import Catcher, Failure, Raised, Vagueness
from saalint.interpret.machine import Frame, Machine
from saalint.interpret.orm import flushing, lifecycle
from saalint.interpret.record import replace
from saalint.project.names import symbols
from saalint.source.positions import Place

# what builds statements, and what the language has itself
_SOMETHING = Unknown("an exception")
_SAFE = ("builtins.", "sqlalchemy.")
# what a failed body made is not what the same lines made that came through
_APART = Entity | Items | Table | Instance


def run_raise(machine: Machine, expression: ex.Expression | None) -> None:
    """`raise`: what was written so far reaches the handlers of the innermost `try`."""
    if expression is not None:
        value = transfer.evaluate(machine, expression)
        if isinstance(value, Unknown):
            value = _class_of(machine, expression) or value
        throw(machine, Failure.RAISE, value)
        return
    caught = machine.handlers[-1].caught if machine.handlers else ()
    if caught:
        throw_one_of(machine, [(raised.kind, raised.value) for raised in caught])
    else:
        throw(machine, Failure.RAISE, _SOMETHING)


def _class_of(machine: Machine, expression: ex.Expression) -> Value | None:
    # of `raise NotFound("author")` the class is all that matters
    named = expression.function if isinstance(expression, ex.Call) else expression
    if not isinstance(named, ex.Name | ex.Attribute):
        return None
    match machine.analysis.project.symbols.resolve(machine.frame.module, named):
        case symbols.ClassDefinition(name=name):
            return ClassReference(name)
        case symbols.External(name=name):
            return External(name)
        case _:
            return None


def throw(machine: Machine, kind: Failure, value: Value) -> None:
    """An exception leaves from here."""
    throw_one_of(machine, [(kind, value)])


def throw_one_of(machine: Machine, exceptions: Iterable[tuple[Failure, Value]]) -> None:
    """One of some exceptions leaves from here: what runs on the way out is the same for all of them, and run once.

    In a `with` whose manager is a generator it is raised there, at its `yield`, and may come out of it again.
    """
    thrown = tuple(dict.fromkeys(exceptions))
    frame = machine.frame
    relay = frame.relays[-1] if frame.relays else None
    if relay is not None and relay.depth == len(frame.catchers):
        machine.leave(0, is_error=True)
        if machine.is_alive:
            written = machine.memory.since(relay.base)
            relay.raised.extend(Raised(*each, written) for each in thrown)
    elif (catcher := _catcher_of(frame)) is not None:
        machine.leave(catcher.cleanup_depth, is_error=True)
        if machine.is_alive:
            written = machine.memory.since(catcher.base)
            catcher.raised.extend(Raised(*each, written) for each in thrown)
    else:
        machine.leave(0, is_error=True)
        if machine.is_alive and frame.consumer is not None:
            with machine.inside(frame.consumer):
                throw_one_of(machine, thrown)
    machine.is_alive = False


def _catcher_of(frame: Frame) -> Catcher | None:
    return frame.catchers[-1] if frame.catchers else frame.outlet


def flush_may_fail(machine: Machine, session: Reference, at: Place, text: str) -> None:
    """A flush or commit that fails rolls back its session, or the savepoint that it is in, before anybody hears of it.

    `except IntegrityError: log(author.name)` finds everything expired.
    """
    _may_fail(machine, Failure.CHANGE, lambda: lifecycle.undo_flush(machine, session, at, text))


def query_may_fail(machine: Machine, session: Reference, at: Place) -> None:
    """The flush before a query may fail, where there is something to flush."""
    if _catcher_of(machine.frame) is not None and flushing.has_changes(machine, session):
        flush_may_fail(machine, session, at, "autoflush")


def statement_may_fail(machine: Machine, *, is_change: bool) -> None:
    """A statement that fails leaves the objects of its session as they are."""
    _may_fail(machine, Failure.CHANGE if is_change else Failure.QUERY, lambda: None)


def _may_fail(machine: Machine, kind: Failure, undo: Callable[[], None]) -> None:
    catcher = _catcher_of(machine.frame)
    if catcher is None or machine.is_failing:
        return

    def leave() -> None:
        undo()
        machine.leave(catcher.cleanup_depth, is_error=True)

    before = machine.memory.since(catcher.base)
    # what runs on the way out does not fail once more
    machine.is_failing = True
    try:
        written = machine.run_branch(leave)
    finally:
        machine.is_failing = False
    if written is not None:
        catcher.raised.append(Raised(kind, _SOMETHING, {**before, **written}))


def call_may_fail(machine: Machine, callee: Value) -> None:
    """A call of anything but a session's method may fail too, and one that uses a session as a session's does."""
    if _catcher_of(machine.frame) is None:
        return
    match callee:
        case BoundMethod(function=function) | (FunctionReference() as function):
            if _is_followed(machine, function):
                # nothing of it has run yet, or what it raises is handed on
                return
            vague = of_function(machine, function)
        case ClassReference(name=name) if name in machine.analysis.mappers:
            return
        case ClassReference(name=name) if machine.analysis.is_plain_value(name):
            return
        case ClassReference(name=name) if _is_constructor_followed(machine, name):
            return
        case External(name=name) if name.startswith(_SAFE):
            return
        case ExternalMethod() | Expression() | MappedAttribute():
            return
        case External() | ExternalInstance() | ClassReference():
            vague = Vagueness.LIBRARY
        case _:
            vague = Vagueness.ALL
    note_vague(machine, vague)


def _is_constructor_followed(machine: Machine, name: str) -> bool:
    constructor = machine.analysis.constructor(name)
    return constructor is not None and _is_followed(machine, constructor)


def _is_followed(machine: Machine, function: FunctionReference) -> bool:
    analysis = machine.analysis
    if analysis.function(function.module, function.index).is_generator:
        return True
    is_helper = analysis.project.helpers.of(function.module, function.index) is not None
    return not is_helper and not analysis.is_stub(function.module, function.index)


def of_function(machine: Machine, function: FunctionReference) -> Vagueness:
    """What a function may raise that is not looked into."""
    analysis = machine.analysis
    if function.owner is not None and analysis.is_plain_value(function.owner):
        # the constructor of an exception raises nothing else
        return Vagueness.NONE
    is_of_database = (function.module, function.index) in analysis.relevance
    return Vagueness.ALL if is_of_database else Vagueness.LIBRARY | Vagueness.OWN


def note_vague(machine: Machine, vague: Vagueness) -> None:
    """Something runs here that may raise this, from wherever it is."""
    catcher = _catcher_of(machine.frame)
    if catcher is not None:
        catcher.vague |= vague


def reaching(
    machine: Machine, catcher: Catcher, handler: ins.Handler, written: dict[Key, Content] | None
) -> tuple[tuple[Raised, ...], list[dict[Key, Content]]]:
    """What reaches a handler, where all of it is known, and what was written where an exception may reach it.

    Where it is not, the handler starts from anywhere in the body; `written` is by a body that ran to its end.
    """
    known = tuple(each for each in catcher.raised if _catches(machine, handler, each) is not False)
    states = [each.written for each in known]
    if known and not catcher.vague & _vague_for(machine, handler):
        return known, states
    return (), [{}, *states, *([written] if written is not None else [])]


def set_apart(
    machine: Machine, catcher: Catcher, caught: tuple[Raised, ...], states: list[dict[Key, Content]]
) -> tuple[tuple[Raised, ...], list[dict[Key, Content]]]:
    """What a body raised and wrote that failed, with the objects that it made as others than where it came through.

    `try: async with session.begin_nested(): user = User(…); session.add(user) except IntegrityError: continue`. Those
    that hold entities are apart as well: `try: users = …; return users except OSError: session.rollback(); return []`.
    """
    others: dict[int, Reference] = {}
    for state in states:
        others.update(_others(machine, catcher, state))
    change = _change_to(others)
    named = tuple(replace(each, value=map_references(each.value, change)) for each in caught)
    return named, [_renamed(state, others) for state in states]


def _others(
    machine: Machine, catcher: Catcher, state: dict[Key, Content]
) -> Iterator[tuple[int, Reference]]:
    for key, content in state.items():
        if not isinstance(key, int) or not isinstance(content, _APART) or key in machine.apart:
            continue
        if catcher.base.read(key) is None or key in catcher.past - machine.past:
            other = Reference(machine.locate(("failed", key)))
            machine.apart[other.location] = key
            if isinstance(content, Entity):
                machine.note_new(other.location, content)
            yield key, other


def put_together(machine: Machine, state: dict[Key, Content]) -> dict[Key, Content]:
    """What a handler wrote that goes on behind the `try`: from there it is one object, come through or failed."""
    return _renamed(
        state,
        {
            key: Reference(machine.apart[key])
            for key in state
            if isinstance(key, int) and key in machine.apart
        },
    )


def _renamed(state: dict[Key, Content], others: Mapping[int, Reference]) -> dict[Key, Content]:
    if not others:
        return state
    change = _change_to(others)
    return {
        others[key].location if isinstance(key, int) and key in others else key: map_content(
            content, change
        )
        for key, content in state.items()
    }


def _change_to(others: Mapping[int, Reference]) -> Change:
    def change(reference: Reference | Unknown) -> Value:
        return (
            reference
            if isinstance(reference, Unknown)
            else others.get(reference.location, reference)
        )

    return change


def hand_on(machine: Machine, catcher: Catcher, handlers: Iterable[ins.Handler]) -> None:
    """What no handler is known to catch leaves the `try`; also what may be raised there from anywhere."""
    outer = _catcher_of(machine.frame)
    if outer is None and not machine.frame.relays:
        return
    throw_again(
        machine,
        [
            each
            for each in catcher.raised
            if not any(_catches(machine, handler, each) for handler in handlers)
        ],
    )
    by_anything = machine.analysis.operations.raised.by_anything
    is_open = not any(
        handler.kinds is None or by_anything & kinds_of(machine, handler) for handler in handlers
    )
    if outer is not None and is_open:
        outer.vague |= catcher.vague


def throw_again(machine: Machine, raised: Iterable[Raised]) -> None:
    """Exceptions that were on their way leave from here, those that left one place together as one."""
    by_state: dict[int, list[Raised]] = {}
    for each in raised:
        by_state.setdefault(id(each.written), []).append(each)
    for together in by_state.values():
        machine.run_branch(partial(_throw_together, machine, together))


def _throw_together(machine: Machine, raised: list[Raised]) -> None:
    machine.join([raised[0].written])
    throw_one_of(machine, [(each.kind, each.value) for each in raised])


def _catches(machine: Machine, handler: ins.Handler, raised: Raised) -> bool | None:
    """Whether a handler catches an exception; None where its class is not known."""
    known = machine.analysis.operations.raised
    names = kinds_of(machine, handler)
    if handler.kinds is None or names & known.by_anything:
        return True
    match raised.kind:
        case Failure.CHANGE:
            return bool(names & (known.by_changes | known.by_database))
        case Failure.QUERY:
            return bool(names & known.by_database)
        case Failure.RAISE:
            classes = _classes_of(machine, raised)
            if names & classes:
                return True
            is_known = classes and "" not in names
            return False if is_known and _are_told_apart(machine, names, classes) else None
        case _:
            assert_never(raised.kind)


def _classes_of(machine: Machine, raised: Raised) -> set[str]:
    """The classes of what is raised, as far as the project tells."""
    value = raised.value
    thing: Content | None = value
    if isinstance(value, Reference):
        thing = raised.written.get(value.location) or machine.object_of(value)
    match thing:
        case Instance(class_name=name) | ClassReference(name=name):
            return set(machine.analysis.project.classes.mro(name))
        case External(name=name) | ExternalInstance(name=name):
            kind = getattr(builtins, name.removeprefix("builtins."), None)
            if isinstance(kind, type):
                return {f"builtins.{each.__name__}" for each in kind.__mro__}
            return {name}
        case _:
            return set()


def _are_told_apart(machine: Machine, names: set[str], classes: set[str]) -> bool:
    # what a library's exception inherits from is not known, but for those of the language; it is no class of ours
    info = machine.analysis.project.classes.info
    return all(info(name) is not None for name in names) or all(
        info(name) is not None or name.startswith("builtins.") for name in classes
    )


def _vague_for(machine: Machine, handler: ins.Handler) -> Vagueness:
    known = machine.analysis.operations.raised
    names = kinds_of(machine, handler)
    if handler.kinds is None or names & known.by_anything:
        return Vagueness.ALL
    vague = Vagueness.NONE
    for name in names:
        if name in known.by_changes | known.by_database:
            vague |= Vagueness.DATABASE
        elif machine.analysis.project.classes.info(name) is not None:
            vague |= Vagueness.OWN
        else:
            vague |= Vagueness.LIBRARY | Vagueness.OWN
    return vague


def kinds_of(machine: Machine, handler: ins.Handler) -> set[str]:
    """The names of the exceptions that a handler waits for; one that is not known has none."""
    if handler.kinds is None:
        return set()
    kinds = handler.kinds.items if isinstance(handler.kinds, ex.Sequence) else (handler.kinds,)
    resolve = machine.analysis.project.symbols.resolve
    return {_name_of(resolve(machine.frame.module, kind)) for kind in kinds}


def _name_of(kind: symbols.Definition) -> str:
    match kind:
        case symbols.External(name=name) | symbols.ClassDefinition(name=name):
            return name
        case _:
            return ""

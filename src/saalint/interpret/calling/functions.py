"""Functions of the project: arguments bound, bodies run in place or by summary."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from saalint.facts.records import FunctionFacts
from saalint.interpret import transfer
from saalint.interpret.calling import dispatching, escapes, summaries, ways_out
from saalint.interpret.calling.bound_calls import BoundCall
from saalint.interpret.domain.heap import Entity, Factory, Instance, Items, Session
from saalint.interpret.domain.memory import Memory
from saalint.interpret.domain.values import (
    NONE,
    BoundMethod,
    ClassReference,
    Expression,
    FunctionReference,
    Keywords,
    Manager,
    Partial,
    PendingCall,
    Reference,
    Result,
    Tuple,
    Union,
    Unknown,
    Value,
    members,
    union,
    without_none,
)
from saalint.interpret.events import SessionKind
from saalint.interpret.language import binding, coroutines, declared, later_fields, waiting
from saalint.interpret.libraries import helpers
from saalint.interpret.machine import Frame, Machine, PlainCall
from saalint.interpret.record import replace
from saalint.library.names import Role, library_names
from saalint.project.names.symbols import FunctionDefinition
from saalint.source.positions import Place

_MANAGERS = library_names().of_role(Role.CONTEXT_MANAGER)
_PROPERTIES = library_names().of_role(Role.PROPERTY)
_DECLARED = (BoundMethod, ClassReference, FunctionReference, Partial)
_MOST_FRAMES = 12
_MOST_OVERRIDES = 4


def call_function(
    machine: Machine,
    function: FunctionReference,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> Value:
    """Call a function of the project; a coroutine or generator is made, not run."""
    facts = machine.analysis.function(function.module, function.index)
    waiting.hand_over(machine, arguments, keywords)
    step = machine.step(at, len(facts.name), f"call of `{facts.name}`")
    if facts.is_generator:
        helper = machine.analysis.project.helpers.of(function.module, function.index)
        if helper is not None:
            return helpers.run(machine, helper, arguments, keywords, at)
        call = PendingCall(function, arguments, keywords, "generator", step)
        if _MANAGERS & machine.analysis.decorator_names(function.module, function.index):
            return Manager(call)
        return call
    if facts.is_async:
        return PendingCall(function, arguments, keywords, "coroutine", step)
    given = run_function(machine, function, arguments, keywords, at)
    parts = members(without_none(given))
    if not facts.decorators and all(_is_at_hand(machine, part) for part in parts):
        machine.plain_call = PlainCall(at, f"{facts.name}()")
    return given


def _is_at_hand(machine: Machine, value: Value) -> bool:
    # an object and a list of them cannot be waited for; what is got of a sync session by `await` is of an async one
    thing = machine.object_of(value) if isinstance(value, Reference) else value
    match thing:
        case Result(is_streamed=is_streamed):
            return not is_streamed
        case Entity(session=Reference() as session):
            known = machine.session(session)
            return known is not None and known.kind is SessionKind.ASYNC and not known.is_guessed
        case Items():
            element = thing.element()
            return element is not None and _is_at_hand(machine, element)
        case _:
            return False


def run_coroutine(machine: Machine, pending: PendingCall, at: Place) -> Value:
    """Run a coroutine that is waited for."""
    callee = pending.callee
    if not isinstance(callee, FunctionReference):
        return Unknown("a coroutine that is not known")
    place = pending.origin.place.at if pending.origin is not None else at
    return run_function(machine, callee, pending.arguments, pending.keywords, place)


def receiver_of(
    machine: Machine, function: FunctionReference, arguments: tuple[Value, ...]
) -> Value | None:
    """The object or class that a method is called on, its first argument; None where the function is no method."""
    facts = machine.analysis.function(function.module, function.index)
    decorators = machine.analysis.decorator_names(function.module, function.index)
    is_method = facts.owner is not None and "builtins.staticmethod" not in decorators
    return arguments[0] if is_method and arguments else None


def run_function(
    machine: Machine,
    function: FunctionReference,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> Value:
    """Run a function's body: in place where it closes over something, else by its summary for these arguments."""
    facts = machine.analysis.function(function.module, function.index)
    if facts.decorators:
        found = dispatching.chosen(machine, function, arguments)
        if isinstance(found, Unknown):
            return found
        if found != function:
            return run_function(machine, found, arguments, keywords, at)
    helper = machine.analysis.project.helpers.of(function.module, function.index)
    if helper is not None:
        return helpers.run(machine, helper, arguments, keywords, at)
    call = BoundCall(
        function=function,
        facts=facts,
        bound=binding.bind(machine, function, facts, arguments, keywords, at),
        receiver=receiver_of(machine, function, arguments),
        at=at,
    )
    if machine.analysis.is_stub(function.module, function.index):
        return declared_result(machine, call)
    is_closure = function.frame is not None or bool(function.captured)
    if is_closure or (machine.is_declaring and _may_keep(machine, call.bound)):
        given = run_in_place(machine, call)
    else:
        given = summaries.call(machine, call)
    if isinstance(given, Unknown) and facts.returns is not None:
        given = _declared_object(machine, call) or given
    return coroutines.handed_on(machine, given, at, facts.name)


def _may_keep(machine: Machine, bound: Mapping[str, Value]) -> bool:
    """Whether a function that is called at a declaration may keep what is declared: `@bus.on(Published)`.

    That is what is called there itself, and what it hands a class or a function on to.
    """
    is_called_there = machine.frame.function is None
    return is_called_there or any(isinstance(value, _DECLARED) for value in bound.values())


def _declared_object(machine: Machine, call: BoundCall) -> Value | None:
    # `def repository(self) -> AuthorRepository: return self.container["authors"]`
    found = declared_result(machine, call)
    thing = machine.object_of(found) if isinstance(found, Reference) else None
    return found if isinstance(thing, Instance | Session | Factory) else None


def declared_result(machine: Machine, call: BoundCall) -> Value:
    """What a function's declared result tells, where its body cannot."""
    function = call.function
    if call.facts.returns is None:
        return Unknown("the result of a function without a body")
    types = machine.analysis.bound_types_of(machine, call.receiver, function.owner)
    scope = declared.Scope(function.module, types, call.receiver)
    key = (*machine.site(call.at, "declared result"), function.module, function.index)
    return declared.value_of(machine, call.facts.returns, scope, key)


def run_in_place(
    machine: Machine, call: BoundCall, yields: Callable[[Value], Value] | None = None
) -> Value:
    """Run a body on the caller's memory: closures, generators, context managers."""
    function, facts = call.function, call.facts
    if _is_too_deep(machine, facts, is_generator=yields is not None):
        machine.analysis.hit("call depth")
        return declared_result(machine, call)
    base = machine.memory
    machine.memory = base.fork()
    parent = machine.frame_by_number(function.frame) if function.frame is not None else None
    module = machine.analysis.module(function.module)
    frame = Frame(
        number=machine.frame_number_for(
            ("call", machine.frame.number, call.at, function.module, function.index)
        ),
        module=function.module,
        path=module.path,
        scope=facts.scope,
        function=facts,
        base=machine.memory,
        owner=machine.analysis.owner_of(function),
        parent=parent,
        receiver=call.receiver,
        yields=yields,
        is_template=module.is_template,
    )
    _put_in(machine, frame, call)
    try:
        with machine.inside(frame):
            transfer.run_block(machine, facts.body)
        return _finish(machine, frame, base)
    finally:
        machine.memory = base


def _put_in(machine: Machine, frame: Frame, call: BoundCall) -> None:
    if frame.yields is None:
        escapes.watch(machine, frame)
    types = machine.analysis.bound_types_of(machine, frame.receiver, call.function.owner)
    frame.bound_types = dict(types)
    for name, value in (*call.function.captured, *call.bound.items()):
        if frame.parent is None or name in call.bound:
            machine.memory.write((frame.number, name), value)


def _is_too_deep(machine: Machine, facts: FunctionFacts, *, is_generator: bool) -> bool:
    active = [
        frame
        for frame in machine.frames
        if frame.function is facts and frame.yields is None and not is_generator
    ]
    return len(active) > 1 or len(machine.frames) > _MOST_FRAMES


def _finish(machine: Machine, frame: Frame, base: Memory) -> Value:
    # the writes of all ways out, seen from the caller's memory
    if machine.is_alive:
        frame.returned.append(NONE)
        frame.exits.append(machine.memory.since(frame.base.parent))
    ways_out.tell_apart(machine, frame)
    machine.memory = base
    escapes.hand_on_in_place(machine, frame)
    machine.join(frame.exits)
    return union(frame.returned) if frame.returned else Unknown("the function does not return")


def method_of(machine: Machine, receiver: Value, name: str) -> Value | None:
    """A method of an object's class, bound to it; None where the project defines none."""
    match class_of(machine, receiver):
        case ClassReference(name=owner):
            found = machine.analysis.project.classes.find_method(owner, name)
        case _:
            return None
    if found is None:
        return None
    return BoundMethod(FunctionReference(found[1].module, found[1].index, found[0]), receiver)


def member_of_named_tuple(machine: Machine, value: Tuple, name: str, at: Place) -> Value | None:
    """A method or property of a named tuple's class; None where it declares none."""
    found = machine.analysis.project.classes.find_method(value.class_name, name)
    return None if found is None else own_method(machine, value, found[0], found[1], at)


def member_method(
    machine: Machine, receiver: Reference, owner: str, definition: FunctionDefinition, at: Place
) -> Value:
    """What reading a method's name on an object gives: a method of its class, or of a class that inherits from it."""
    found = own_method(machine, receiver, owner, definition, at)
    if not isinstance(found, BoundMethod) or found.receiver != receiver:
        return found
    return union((found, *_overrides(machine, receiver, definition)))


def own_method(
    machine: Machine, receiver: Value, owner: str, definition: FunctionDefinition, at: Place
) -> Value:
    """What a method of one class is on an object: a property is entered, a method is bound."""
    function = FunctionReference(definition.module, definition.index, owner)
    decorators = machine.analysis.decorator_names(definition.module, definition.index)
    if decorators & _PROPERTIES:
        return call_function(machine, function, (receiver,), (), at)
    if "builtins.staticmethod" in decorators:
        return machine.analysis.decorated(function)
    if "builtins.classmethod" in decorators:
        return bound_to(machine.analysis.decorated(function), class_of(machine, receiver))
    return bound_to(machine.analysis.decorated(function), receiver)


def bound_to(value: Value, receiver: Value) -> Value:
    """What reading a member of a class on an object gives: functions are bound, as their `__get__` does."""
    match value:
        case FunctionReference():
            return BoundMethod(value, receiver)
        case Union(members=parts):
            return union([bound_to(part, receiver) for part in parts])
        case _:
            return value


def class_of(machine: Machine, receiver: Value) -> Value:
    """The class of an object."""
    match machine.object_of(receiver) if isinstance(receiver, Reference) else receiver:
        case Entity(mapper=name):
            return ClassReference(name)
        case Instance(class_name=name, arguments=arguments):
            return ClassReference(name, arguments)
        case Tuple(class_name=name) if name:
            return ClassReference(name)
        case _:
            return Unknown("the class of an object")


def _overrides(
    machine: Machine, receiver: Reference, definition: FunctionDefinition
) -> Iterator[Value]:
    # a method called on an object known by a base class only may be that of a subclass, on an object of that
    thing = machine.object_of(receiver)
    if not isinstance(thing, Instance) or not thing.is_declared:
        return
    classes = machine.analysis.project.classes
    name = machine.analysis.function(definition.module, definition.index).name
    known = {definition}
    for subclass in classes.subclasses(thing.class_name)[:16]:
        method = classes.find_method(subclass, name)
        if method is None or method[1] in known or len(known) > _MOST_OVERRIDES:
            continue
        known.add(method[1])
        place = ("of subclass", receiver.location, subclass)
        other = machine.allocate(place, replace(thing, class_name=subclass))
        function = FunctionReference(method[1].module, method[1].index, method[0])
        yield bound_to(machine.analysis.decorated(function), other)


def class_method(
    machine: Machine, kind: ClassReference, owner: str, definition: FunctionDefinition
) -> Value:
    """What reading a method's name on a class gives."""
    function = FunctionReference(definition.module, definition.index, owner)
    decorators = machine.analysis.decorator_names(definition.module, definition.index)
    if "builtins.classmethod" in decorators:
        return bound_to(machine.analysis.decorated(function), kind)
    if decorators & _PROPERTIES:
        return declared_property(machine, function)
    return machine.analysis.decorated(function)


def declared_property(machine: Machine, function: FunctionReference) -> Value:
    """A property read on the class: a hybrid gives a SQL expression."""
    names_of = machine.analysis.decorator_names(function.module, function.index)
    return (
        Expression()
        if any(name.startswith("sqlalchemy") for name in names_of)
        else Unknown("a property")
    )


def field_from_constructor(
    machine: Machine, reference: Reference, instance: Instance, name: str
) -> Value | None:
    """A field of an object known by type only: what its constructor sets it to, from declared parameters."""
    if not instance.is_declared:
        return None
    found = machine.analysis.project.classes.find_method(instance.class_name, "__init__")
    if found is None:
        return None
    function = FunctionReference(found[1].module, found[1].index, found[0])
    facts = machine.analysis.function(function.module, function.index)
    with machine.analysis.initialising(instance.class_name) as is_first:
        if not is_first:
            return None
        machine.write(reference, replace(instance, is_declared=False))
        bound = binding.declared(
            machine, function, facts, reference, ("initialised", reference.location)
        )
        call = BoundCall(
            function=function, facts=facts, bound=bound, receiver=reference, at=facts.at
        )
        run_in_place(machine, call)
        machine.is_alive = True
    after = machine.object_of(reference)
    if not isinstance(after, Instance):
        return None
    kept = after
    for field, value in after.fields:
        kept = kept.with_field(field, later_fields.opened(machine, after.class_name, field, value))
    for field, value in instance.fields:
        kept = kept.with_field(field, value)
    machine.write(reference, replace(kept, is_declared=True))
    stored = kept.get(name)
    if stored is None:
        # set elsewhere: nothing is known, and the constructor need not run again
        unknown = Unknown("an attribute that no constructor sets")
        machine.write(reference, replace(kept.with_field(name, unknown), is_declared=True))
        return unknown
    return stored

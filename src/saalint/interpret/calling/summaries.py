"""Calls by summary: a function is analysed once for each shape of its arguments, and the result is used again.

What a call passes on has a shape (`shapes`); two calls that pass the same shapes share one context.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from saalint.facts.records import FunctionFacts
from saalint.interpret import transfer
from saalint.interpret.calling import escapes, failures, functions, shapes, sides, ways_out
from saalint.interpret.calling.bound_calls import BoundCall
from saalint.interpret.calling.canonical_names import Names, Outward
from saalint.interpret.calling.cargo import Cargo, cargo_of
from saalint.interpret.calling.contexts import (
    Context,
    ContextKey,
    Left,
    Outcome,
    Run,
    nearest,
    reachable,
)
from saalint.interpret.domain.heap import OBJECTS, Entity, HeapObject
from saalint.interpret.domain.joins import join_contents, join_objects
from saalint.interpret.domain.memory import Memory
from saalint.interpret.domain.object_references import map_content, map_object, references_in
from saalint.interpret.domain.references import map_references
from saalint.interpret.domain.values import (
    FunctionReference,
    Literal,
    Reference,
    Unknown,
    Value,
    literal,
    union,
)
from saalint.interpret.machine import Called, Frame, Machine
from saalint.interpret.orm import repeating
from saalint.interpret.queries import loading_notes
from saalint.interpret.readers import responses
from saalint.interpret.record import replace
from saalint.source.positions import Place, line_of

if TYPE_CHECKING:
    from saalint.interpret.knowledge import Analysis

_MOST_FLAGS = 3
# how many calls are remembered that gave an object to their caller
_MOST_RETURNS = 4
# lines beyond which a function is not analysed once for each value of its flags
_LONGEST_SPLIT = 120
# how often a function is analysed that is given nothing the analysis follows: what it does hardly depends on the rest
_FEW_CONTEXTS = 3
# how many objects are handed over in the time that an instruction takes
_GIVEN_IN_A_STEP = 8


def call(machine: Machine, made: BoundCall) -> Value:
    """Call a function through its context for these arguments."""
    analysis, function, at = machine.analysis, made.function, made.at
    if machine.depth >= analysis.settings.max_call_depth:
        analysis.hit("call depth")
        return _not_entered(machine, made)
    entered = _entered(machine, made)
    if entered is None:
        return _not_entered(machine, made)
    names, key, context = entered
    if not analysis.recursion.is_running(context) and analysis.recursion.is_too_deep(context):
        analysis.hit("recursion")
        return _not_entered(machine, made)
    repetitions = machine.repetitions_of((function.module, function.index), at)
    called = Called(context, machine.frame.path, at, repetitions, machine.handover)
    machine.called.append(called)
    if analysis.recursion.is_running(context):
        outcome = analysis.recursion.assumed(context)
        if outcome is None:
            return _not_entered(machine, made)
        outcome = _of_recursion(context, outcome, function)
    else:
        if context.outcome is None or escapes.is_missing(machine, context):
            context.forget()
            run_context(machine, context, function, made.facts)
        analysis.recursion.lean(context)
        outcome = context.outcome_for(key)
        loading_notes.share(machine, context.key.objects, key.objects)
    given = context.key.objects
    give = partial(_apply, machine, given=given, names=names, function=function, at=at)
    return escapes.come_back(machine, outcome, failures.of_function(machine, function), give)


def _of_recursion(context: Context, outcome: Outcome, function: FunctionReference) -> Outcome:
    # what the inner call made is one thing for all depths, and what nobody knows of it has no name of its own
    origins = {
        number: outcome.origins.get(number, ("recursion", function.module, function.index, number))
        for number in outcome.objects
        if number >= len(context.key.objects)
    }
    return replace(context.lent(outcome), origins=origins)


def _entered(machine: Machine, call: BoundCall) -> tuple[Names, ContextKey, Context] | None:
    """The shape and the context of a call; None where nothing is to be learnt inside, or too many others are known."""
    analysis, function, bound = machine.analysis, call.function, call.bound
    here = (function.module, function.index)
    is_filler = analysis.relevance.is_filler(here)
    is_relevant = here in analysis.relevance or is_filler or analysis.relevance.is_maker(here)
    if not is_relevant and all(isinstance(value, Unknown | Literal) for value in bound.values()):
        return None
    # `numbered(7) & with_author`: what a module holds need not be handed on, and is a reason to look inside
    objects = shapes.behind(machine, bound.values(), is_of_modules=not is_relevant)
    cargo = cargo_of(analysis, bound.values(), objects.values())
    if not is_relevant and (
        cargo is Cargo.NOTHING or (cargo is Cargo.GIVEN and not analysis.relevance.may_read(here))
    ):
        return None
    shared = dict(shapes.shared_cargo(machine))
    given = shapes.given_by(machine, (*bound.values(), *shared.values()))
    names, key = shapes.shape(machine, function, bound, given, shared)
    machine.tick(len(given.objects) // _GIVEN_IN_A_STEP)
    # `def __init__(self): self.query = select(Author)` leaves something in the very object that it was given
    is_filling = is_filler or (is_relevant and bool(call.facts.filled))
    if cargo is Cargo.DATA or key.shared or is_filling:
        is_followed = cargo is Cargo.DATA or bool(key.shared)
        is_spent = analysis.contexts.is_spent
        is_many = is_followed and not is_spent
        most = analysis.settings.max_contexts if is_many else _FEW_CONTEXTS
        context = analysis.contexts.of_shape(key, most=most)
        if context is None:
            analysis.hit("steps of all functions" if is_spent else "contexts of one function")
        if context is None and is_many and (wider := shapes.widened(key, names)) != key:
            key = wider
            context = analysis.contexts.of_shape(key, most=most + _FEW_CONTEXTS)
    else:
        context = analysis.contexts.like(
            key, most=_FEW_CONTEXTS, most_exact=analysis.settings.max_contexts
        )
    if context is None:
        return None
    return names if context.key == key else Names({}, names.is_at_hand), key, context


def context_of_root(analysis: Analysis, key: ContextKey) -> Context | None:
    """The context of a function that nobody is known to call."""
    cargo = cargo_of(analysis, (value for _, value in key.arguments), key.objects)
    if cargo is Cargo.DATA or key.shared:
        return analysis.contexts.of_shape(key, most=analysis.settings.max_contexts + 1)
    most = analysis.settings.max_contexts + 1
    return analysis.contexts.like(key, most=_FEW_CONTEXTS + 1, most_exact=most)


def _not_entered(machine: Machine, call: BoundCall) -> Value:
    loading_notes.leave(machine, call.bound.values())
    failures.note_vague(machine, failures.of_function(machine, call.function))
    if call.facts.answer is not None:
        # `def options(self): return []`
        return transfer.evaluate(machine, call.facts.answer)
    found = functions.declared_result(machine, call)
    if machine.session(found) is None:
        return found
    # a function that was given a session, or an object that hangs on one, gives no other
    parts = [part for value in call.bound.values() for part in references_in(value)]
    given = {_session_of(machine, part) for part in parts} - {None}
    return found if len(given) != 1 else given.pop() or found


def _session_of(machine: Machine, reference: Reference) -> Reference | None:
    entity = machine.entity(reference)
    if entity is not None:
        return entity.session
    return None if machine.session(reference) is None else reference


def _open_flags(key: ContextKey, facts: FunctionFacts) -> list[str]:
    if facts.end_line - line_of(facts.at) > _LONGEST_SPLIT:
        return []
    return [
        name
        for name, value in key.arguments
        if isinstance(value, Unknown) and value.symbol is not None and value.symbol[0] == "flag"
    ][:_MOST_FLAGS]


def run_context(
    caller: Machine, context: Context, function: FunctionReference, facts: FunctionFacts
) -> None:
    """Analyse a function in a context: once for each combination of the flags that the caller leaves open."""
    flags = _open_flags(context.key, facts)

    def run() -> Outcome:
        outcomes: list[Outcome] = []
        for combination in range(1 << len(flags)):
            chosen = {
                name: literal(bool(combination >> position & 1))
                for position, name in enumerate(flags)
            }
            outcomes.append(_run_once(caller, context, function, facts, chosen))
        outcome = _joined(caller, outcomes)
        # what nobody can reach afterwards was half of what all outcomes hold
        wanted = reachable(outcome, len(context.key.objects))
        objects = {number: each for number, each in outcome.objects.items() if number in wanted}
        failed = escapes.joined([each.failed for each in outcomes])
        outcome = replace(outcome, objects=objects, failed=failed)
        given, most = len(context.key.objects), caller.analysis.settings.max_given
        if len(objects) <= given + most:
            return outcome
        caller.analysis.hit("objects given back by a call")
        return nearest(outcome, given, most)

    caller.analysis.recursion.run(context, run)


def _machine_for(caller: Machine, key: ContextKey) -> Machine:
    """A machine whose memory holds the objects of a call's shape."""
    analysis = caller.analysis
    machine = Machine(
        analysis,
        Memory(analysis.memory),
        is_load_allowed=key.is_load_allowed,
        depth=caller.depth + 1,
    )
    machine.is_watched = escapes.is_watched(caller)
    machine.reserve(len(key.objects))
    for number, thing in enumerate(key.objects):
        machine.memory.write(number, thing)
    for place, content in key.shared:
        machine.memory.write(place, content)
    machine.pinned = tuple(Reference(number) for number in range(len(key.objects)))
    return machine


def _run_once(
    caller: Machine,
    context: Context,
    function: FunctionReference,
    facts: FunctionFacts,
    chosen: dict[str, Literal],
) -> Outcome:
    analysis = caller.analysis
    key = context.key
    machine = _machine_for(caller, key)
    run = Run(machine.record)
    context.runs.append(run)
    frame = _frame_for(machine, key, function, facts)
    frame.bound_types = dict(analysis.bound_types_of(machine, frame.receiver, function.owner))
    frame.responds = partial(responses.respond, machine, function) if key.is_handler else None
    frame.yields = _yielding(run.yielded) if facts.is_generator else None
    machine.memory = machine.memory.fork()
    frame.base = machine.memory
    for name, value in key.arguments:
        machine.memory.write((frame.number, name), chosen.get(name, value))
    left: list[Left] = []
    analysis.guarded(machine, frame, lambda: left.append(_body(machine, frame, key, facts)))
    analysis.contexts.spend(machine.steps)
    run.called = machine.called
    outcome = _outcome(machine, frame)
    for each in left:
        outcome.failed, outcome.sides = each.failed, each.sides
    if facts.is_generator:
        nothing = Unknown("a generator that yields nothing known")
        outcome.value = union(run.yielded) if run.yielded else nothing
    return outcome


def _frame_for(
    machine: Machine, key: ContextKey, function: FunctionReference, facts: FunctionFacts
) -> Frame:
    module = machine.analysis.module(function.module)
    return Frame(
        number=machine.frame_number_for("body"),
        module=function.module,
        path=module.path,
        scope=facts.scope,
        function=facts,
        base=machine.memory,
        owner=machine.analysis.owner_of(function),
        receiver=_receiver(facts, key),
        is_template=module.is_template,
    )


def _yielding(yielded: list[Value]) -> Callable[[Value], Value]:
    # what comes after the last `yield` is seen too: the generator is taken to run to its end

    def receive(value: Value) -> Value:
        yielded.append(value)
        return Unknown("what is sent to a generator")

    return receive


def _receiver(facts: FunctionFacts, key: ContextKey) -> Value | None:
    return key.arguments[0][1] if facts.owner is not None and key.arguments else None


def _body(machine: Machine, frame: Frame, key: ContextKey, facts: FunctionFacts) -> Left:
    escapes.watch(machine, frame)
    with machine.inside(frame):
        transfer.run_block(machine, facts.body)
    if machine.is_alive:
        frame.returned.append(literal(None))
        frame.exits.append(machine.memory.since(frame.base.parent))
    seen = partial(_outcome, machine, frame)
    failed = escapes.collected(machine, frame, key, seen)
    ways_out.tell_apart(machine, frame)
    left = Left(failed, sides.of_body(machine, frame, key.objects, seen))
    assert frame.base.parent is not None
    machine.memory = frame.base.parent
    machine.join(frame.exits)
    return left


def _outcome(machine: Machine, frame: Frame) -> Outcome:
    memory = machine.contents()
    objects = {
        key: content
        for key, content in memory.items()
        if isinstance(key, int) and key >= 0 and isinstance(content, OBJECTS)
    }
    shared = shapes.shared_contents(machine, memory)
    value = union(frame.returned) if frame.returned else Unknown("the function does not return")
    comes_back = bool(frame.exits)
    return Outcome(
        value,
        objects,
        shared,
        comes_back=comes_back,
        origins=dict(machine.origins),
        awaited=frozenset(machine.task.awaited),
    )


def _joined(caller: Machine, outcomes: list[Outcome]) -> Outcome:
    back = [outcome for outcome in outcomes if outcome.comes_back]
    if not back:
        return outcomes[0]
    if len(back) == 1:
        return back[0]
    resolve = caller.analysis.resolve
    objects: dict[int, HeapObject] = {}
    for number in dict.fromkeys(number for outcome in back for number in outcome.objects):
        found = [outcome.objects[number] for outcome in back if number in outcome.objects]
        joined = join_contents(found, resolve)
        assert isinstance(joined, OBJECTS)
        objects[number] = joined
    shared = {key: content for outcome in back for key, content in outcome.shared.items()}
    value = union(outcome.value for outcome in back)
    origins = {number: key for outcome in back for number, key in outcome.origins.items()}
    awaited = frozenset[Reference]().union(*(outcome.awaited for outcome in back))
    return Outcome(value, objects, shared, comes_back=True, origins=origins, awaited=awaited)


def _apply(
    machine: Machine,
    outcome: Outcome,
    given: tuple[HeapObject, ...],
    names: Names,
    function: FunctionReference,
    at: Place,
) -> Value:
    site = (*machine.site(at, "call"), function.module, function.index)
    outward = Outward(machine, names, site, outcome.origins)
    written: dict[int, HeapObject] = {}
    repeated = repeating.repeat(machine, outward.join_sessions(outcome.objects), outcome.shared)
    wanted = reachable(outcome, len(names.locations))
    for number in sorted(wanted):
        thing = outcome.objects.get(number)
        is_given = number < len(given) and outward.is_incoming(number)
        if thing is None or (is_given and thing is given[number]):
            # nobody touched it
            continue
        made = map_object(thing, outward)
        if not outward.is_incoming(number) and isinstance(made, Entity):
            returned_by = (*made.returned_by, machine.source_place(at))[:_MOST_RETURNS]
            made = replace(made, returned_by=returned_by)
        location = outward.location(number)
        made = repeating.with_acts(machine, made, Reference(location), repeated)
        if location in written:
            made = join_objects(written[location], made, machine.analysis.resolve)
        written[location] = made
        machine.memory.write(location, made)
        if not outward.is_incoming(number) and isinstance(made, Entity):
            machine.note_new(location, made)
    for key, content in outcome.shared.items():
        left = map_content(content, outward)
        if isinstance(left, OBJECTS) and isinstance(key, int):
            left = repeating.with_acts(machine, left, Reference(key), repeated)
        machine.memory.write(key, left)
    for reference in outcome.awaited:
        if reference.location < 0 or outward.is_incoming(reference.location):
            machine.task.awaited.add(Reference(outward.location(reference.location)))
    return sides.remember(machine, outcome, outward, map_references(outcome.value, outward), at)

"""Control flow: branches, loops, `try`, `with`, `match` and jumps, on forks of the memory that join again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from saalint.facts import expressions as ex
from saalint.facts import instructions as ins
from saalint.interpret import transfer
from saalint.interpret.calling import failures
from saalint.interpret.domain.heap import Content, Key
from saalint.interpret.domain.memory import Memory
from saalint.interpret.domain.values import (
    NONE,
    Unknown,
    Value,
    one_of,
)
from saalint.interpret.language import (
    assignment,
    forms,
    iteration,
    managers,
    narrowing,
    promises,
    protocols,
    repetition,
)
from saalint.interpret.language.exits import Catcher, Handling, LoopExits, Raised
from saalint.interpret.machine import Machine
from saalint.interpret.readers import rendering
from saalint.library.meanings import Trait
from saalint.project.names import symbols
from saalint.source.positions import Place

# beyond this nesting of loops a second turn is not run apart: the work would double at each level
_UNROLLED_DEPTH = 3


def run_if(machine: Machine, instruction: ins.If) -> None:
    """`if`: each side on a fork in which the test is known to hold or not."""
    truth = protocols.test(machine, instruction.test)
    branches: list[dict[Key, Content] | None] = []
    for holds, block in ((True, instruction.then), (False, instruction.otherwise)):
        if truth is (not holds):
            continue

        def body(block: ins.Block = block, *, holds: bool = holds) -> None:
            narrowing.assume(machine, instruction.test, holds=holds)
            transfer.run_block(machine, block)

        branches.append(machine.run_branch(body))
    machine.join(branches)


def conditional(machine: Machine, expression: ex.Conditional) -> Value:
    """`then if test else otherwise`."""
    truth = protocols.test(machine, expression.test)
    branches: list[dict[Key, Content] | None] = []
    found: list[Value] = []
    for holds, part in ((True, expression.then), (False, expression.otherwise)):
        if truth is (not holds):
            continue

        def body(part: ex.Expression = part, *, holds: bool = holds) -> None:
            narrowing.assume(machine, expression.test, holds=holds)
            found.append(transfer.evaluate(machine, part))

        branches.append(machine.run_branch(body))
    machine.join(branches)
    return one_of(found, "neither side comes out")


def run_return(machine: Machine, value: Value, at: Place) -> None:
    """`return`: leave all blocks of the function; what was written so far is one way out of it."""
    frame = machine.frame
    if frame.function is not None and frame.function.is_async:
        value = promises.kept(machine, frame.module, frame.function.returns, value)
    if machine.analysis.project.renderings.renderers:
        rendering.render_returned(machine, value, at)
    frame.returned_at = at
    held = machine.pinned
    # `async with work: return await work.users.get(1)`: nobody names it, and it lives while the blocks are left
    machine.pinned = (*held, value)
    machine.leave(0, is_error=False)
    machine.pinned = held
    if machine.is_alive and frame.responds is not None and not frame.managers:
        frame.responds(value, at)
    if machine.is_alive:
        frame.returned.append(value)
        frame.exits.append(machine.memory.since(frame.base.parent))
    machine.is_alive = False


def run_jump(machine: Machine, kind: str) -> None:
    """`break` and `continue`."""
    loops = machine.frame.loops
    if loops:
        loop = loops[-1]
        machine.leave(loop.cleanup_depth, is_error=False)
        if machine.is_alive:
            exits = loop.breaks if kind == "break" else loop.continues
            exits.append(machine.memory.since(loop.base))
    machine.is_alive = False


def run_assert(machine: Machine, test: ex.Expression) -> None:
    """`assert`: from here on the test holds."""
    if protocols.test(machine, test) is False:
        machine.is_alive = False
        return
    narrowing.assume(machine, test, holds=True)


def run_for(machine: Machine, instruction: ins.For) -> None:
    """`for` and `async for`: the body with each element that can be told apart, at least once."""
    iterable = transfer.evaluate(machine, instruction.iterable)
    place = protocols.place_of(instruction.iterable)
    forms.iterated(machine, iterable, place, is_async=instruction.is_async)
    machine.evaluated = instruction.iterable

    def body(element: Value) -> None:
        assignment.assign(machine, instruction.target, element)
        transfer.run_block(machine, instruction.body)

    loop(machine, iterable, body, instruction.at)
    if machine.is_alive:
        transfer.run_block(machine, instruction.otherwise)


def loop(machine: Machine, iterable: Value, body: Callable[[Value], None], at: int) -> bool:
    """Run a body for the elements of a value, with `break` and `continue` inside; True where each was met once."""
    breaks: list[dict[Key, Content]] = []

    with repetition.looping(machine, at) as around:

        def turn(element: Value) -> None:
            if around.is_last_turn:
                return
            repetition.begin_turn(machine, around, element)
            written = _turn(machine, lambda: body(element), breaks)
            machine.join(written)

        is_exact = iteration.each(
            machine, iterable, turn, at, is_unrolled=machine.loop_depth <= _UNROLLED_DEPTH
        )
    ends = breaks
    if machine.is_alive and ends:
        machine.join([{}, *ends])
    elif ends:
        machine.is_alive = True
        machine.join(ends)
    return is_exact


def _turn(
    machine: Machine, body: Callable[[], None], breaks: list[dict[Key, Content]]
) -> list[dict[Key, Content]]:
    frame = machine.frame
    exits = LoopExits(machine.memory, len(frame.cleanups))
    frame.loops.append(exits)
    try:
        written = machine.run_branch(body)
    finally:
        frame.loops.pop()
    breaks.extend(exits.breaks)
    ends = list(exits.continues)
    if written is not None:
        ends.append(written)
    return ends


def run_while(machine: Machine, instruction: ins.While) -> None:
    """`while`: not at all, once, or more often."""
    breaks: list[dict[Key, Content]] = []
    outcomes: list[dict[Key, Content]] = []
    base = machine.memory
    machine.memory = base.fork()
    try:
        with repetition.looping(machine, protocols.place_of(instruction.test)) as around:
            turns = 2 if machine.loop_depth <= _UNROLLED_DEPTH else 1
            for _ in range(turns):
                repetition.begin_turn(machine, around)
                goes_on = _run_while_once(machine, instruction, base, outcomes, breaks)
                if not goes_on or around.is_last_turn:
                    break
        if machine.is_alive:
            outcomes.append(machine.memory.since(base))
    finally:
        machine.memory = base
    machine.is_alive = True
    machine.join([*outcomes, *breaks])
    if machine.is_alive and not breaks:
        narrowing.assume(machine, instruction.test, holds=False)
        transfer.run_block(machine, instruction.otherwise)


def _run_while_once(
    machine: Machine,
    instruction: ins.While,
    base: Memory,
    outcomes: list[dict[Key, Content]],
    breaks: list[dict[Key, Content]],
) -> bool:
    # the test, and the body where it may hold; False where no further turn comes
    truth = protocols.test(machine, instruction.test)
    if truth is not True:
        outcomes.append(machine.memory.since(base))
    if truth is False or not machine.is_alive:
        machine.is_alive = False
        return False

    def body() -> None:
        narrowing.assume(machine, instruction.test, holds=True)
        transfer.run_block(machine, instruction.body)

    ends_here: list[dict[Key, Content]] = []
    ends = _turn(machine, body, ends_here)
    breaks.extend({**machine.memory.since(base), **written} for written in ends_here)
    return machine.join(ends)


def run_try(machine: Machine, instruction: ins.Try) -> None:
    """`try`: a handler starts from anywhere in the body; `finally` runs on every way out."""
    frame = machine.frame
    if not instruction.final:
        _run_handled(machine, instruction)
        return
    entry = len(frame.cleanups)

    def final(_is_error: bool) -> None:  # noqa: FBT001 - the type of a cleanup
        transfer.run_block(machine, instruction.final)

    frame.cleanups.append(final)
    try:
        _run_handled(machine, instruction)
    finally:
        del frame.cleanups[entry:]
    if machine.is_alive:
        transfer.run_block(machine, instruction.final)


def _run_handled(machine: Machine, instruction: ins.Try) -> None:
    if not instruction.handlers:
        transfer.run_block(machine, (*instruction.body, *instruction.otherwise))
        return
    _run_caught(
        machine,
        instruction.handlers,
        lambda: transfer.run_block(machine, instruction.body),
        lambda: transfer.run_block(machine, instruction.otherwise),
    )


def _run_caught(
    machine: Machine,
    handlers: tuple[ins.Handler, ...],
    body: Callable[[], None],
    otherwise: Callable[[], None],
) -> None:
    frame = machine.frame
    raising = machine.analysis.operations.raised.by_reads
    is_for_raising = any(
        raising.intersection(failures.kinds_of(machine, each)) for each in handlers
    )
    catcher = Catcher(machine.memory, len(frame.cleanups), is_for_raising, frozenset(machine.past))
    frame.catchers.append(catcher)
    try:
        written = machine.run_branch(body)
    finally:
        frame.catchers.pop()
    branches: list[dict[Key, Content] | None] = []
    if written is not None:

        def follow() -> None:
            machine.memory.writes.update(written)
            otherwise()

        branches.append(machine.run_branch(follow))
    for handler in handlers:
        caught, states = failures.reaching(machine, catcher, handler, written)
        caught, states = failures.set_apart(machine, catcher, caught, states)
        handled = machine.run_branch(partial(_run_handler, machine, handler, caught, states))
        if handled is not None:
            branches.append(failures.put_together(machine, handled))
    failures.hand_on(machine, catcher, handlers)
    machine.join(branches)


def _run_handler(
    machine: Machine,
    handler: ins.Handler,
    caught: tuple[Raised, ...],
    states: list[dict[Key, Content]],
) -> None:
    machine.join(states)
    repetition.note_caught(machine)
    if handler.name is not None:
        machine.bind(handler.name, one_of([each.value for each in caught], "an exception"))
    machine.handlers.append(Handling(machine.loop_depth, caught))
    try:
        transfer.run_block(machine, handler.body)
    finally:
        machine.handlers.pop()


def run_with(machine: Machine, instruction: ins.With) -> None:
    """`with`: enter each manager, run the body, leave in reverse order."""

    def enter(index: int) -> None:
        if index == len(instruction.entered):
            transfer.run_block(machine, instruction.body)
            return
        entered = instruction.entered[index]
        kinds = _suppressed(machine, entered.manager)
        if kinds is not None:
            if entered.target is not None:
                assignment.assign(machine, entered.target, Unknown("what is caught"))
            _run_suppressed(machine, kinds, lambda: enter(index + 1))
            return
        manager = transfer.evaluate(machine, entered.manager)
        forms.entered(machine, manager, entered.at, is_async=instruction.is_async)

        def body(value: Value) -> None:
            if entered.target is not None:
                assignment.assign(machine, entered.target, value)
            enter(index + 1)

        managers.run_inside(machine, manager, body, entered.at, is_async=instruction.is_async)

    enter(0)


def _suppressed(machine: Machine, manager: ex.Expression) -> ex.Sequence | None:
    # `with suppress(NoResultFound):`, `with pytest.raises(NoResultFound) as caught:`
    if not isinstance(manager, ex.Call) or not isinstance(manager.function, ex.Name | ex.Attribute):
        return None
    found = machine.analysis.project.symbols.resolve(machine.frame.module, manager.function)
    if not isinstance(found, symbols.External):
        return None
    is_suppress = machine.analysis.operations.meaning(found.name) is Trait.SUPPRESS
    return ex.Sequence("tuple", manager.arguments, manager.at) if is_suppress else None


def _run_suppressed(machine: Machine, kinds: ex.Sequence, body: Callable[[], None]) -> None:
    # as `try: … except kinds: pass`
    handlers = (ins.Handler(kinds, None, (), kinds.at),)
    _run_caught(machine, handlers, body, lambda: None)


def run_yield(machine: Machine, expression: ex.Yield) -> Value:
    """`yield`: whoever iterates or entered the manager goes on with the value."""
    value = NONE if expression.value is None else transfer.evaluate(machine, expression.value)
    receive = machine.frame.yields
    if receive is None:
        return Unknown("what is sent to a generator")
    if expression.is_delegation:

        def body(element: Value) -> None:
            receive(element)

        loop(machine, value, body, expression.at)
        return Unknown("the result of a delegated generator")
    return receive(value)

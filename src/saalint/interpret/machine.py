"""The state of interpreting one function in one context: frames, memory, locations, and what was seen.

Every other module of `interpret/` works on a `Machine`; it holds no semantics of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, TypeAlias

from saalint.facts import expressions as ex
from saalint.facts.records import FunctionFacts
from saalint.interpret.domain.heap import (
    OBJECTS,
    AttributeState,
    Content,
    Entity,
    HeapObject,
    Key,
    Session,
    TaskRecord,
)
from saalint.interpret.domain.memory import Memory
from saalint.interpret.domain.object_references import reach, references_in
from saalint.interpret.domain.values import Reference, Value
from saalint.interpret.events import (
    AttributeRead,
    Event,
    Handover,
    LoadState,
    Loss,
    Repetition,
    Reveal,
    SessionKind,
    Step,
)
from saalint.interpret.language.exits import Catcher, Fork, Handling, LoopExits, Relay
from saalint.interpret.queries.loading_notes import Note
from saalint.interpret.reads import ReadKey, key_of, severity
from saalint.project.mapped import SourcePlace
from saalint.source.positions import Place

if TYPE_CHECKING:
    from saalint.interpret.calling.contexts import Context
    from saalint.interpret.knowledge import Analysis

# what the location of an object begins with that was told apart from others
INDIVIDUAL = "individual"
# how much of a large memory is looked through, and how much of it joined, in the time that an instruction takes
_READ_IN_A_STEP = 1024
_JOINED_IN_A_STEP = 32

Cleanup = Callable[[bool], None]


class LimitReachedError(Exception):
    """The analysis of one function took more steps than it may; the function is given up, the rest goes on."""


@dataclass(slots=True)
class Frame:
    """One body that is being run: a function's, an inlined one's or a module's.

    `yields` is what happens with a yielded value, `responds` with a returned one where a framework called the function.
    `returned_at` is where the function last returned, `managers` how many managers it is inside of that run with it.
    `exits` are the writes of paths that returned, `catchers` and `relays` listen to what is raised; what nobody here
    listens to goes to the `consumer` of a generator, or to the `outlet` of a function that is called inside a `try`.
    `stacks` are the open ones, with what leaving them does.
    """

    number: int
    module: str
    path: str
    scope: str
    function: FunctionFacts | None
    base: Memory
    owner: str | None = None
    parent: Frame | None = None
    receiver: Value | None = None
    yields: Callable[[Value], Value] | None = None
    responds: Callable[[Value, Place], None] | None = None
    returned_at: Place = 0
    managers: int = 0
    cleanups: list[Cleanup] = field(default_factory=list)
    returned: list[Value] = field(default_factory=list)
    exits: list[dict[Key, Content]] = field(default_factory=list)
    catchers: list[Catcher] = field(default_factory=list)
    relays: list[Relay] = field(default_factory=list)
    stacks: list[list[Cleanup]] = field(default_factory=list)
    consumer: Frame | None = None
    outlet: Catcher | None = None
    loops: list[LoopExits] = field(default_factory=list)
    bound_types: dict[str, Value] = field(default_factory=dict)
    is_template: bool = False


# a function by its module and index, or an attribute by its mapper and name
Choice: TypeAlias = tuple[str, int | str]


@dataclass(slots=True)
class Loop:
    """A loop that is being run: its elements, the turn it is in, and the entities that its turns `met` or made.

    `key` tells whether this turn caught an exception, `chosen` what a place called or read, and since which turn. After
    one that `is_last_turn` none comes that does anything else.
    """

    key: tuple[int, str]
    elements: Repetition
    turn: int = 0
    is_last_turn: bool = False
    met: set[int] = field(default_factory=set)
    chosen: dict[Place, dict[Choice, int]] = field(default_factory=dict)

    def is_new_choice(self, choice: Choice, at: Place) -> bool:
        """Whether only others were chosen here in the turns before: `for name in names: getattr(book, name)`."""
        known = self.chosen.setdefault(at, {})
        first = known.setdefault(choice, self.turn)
        return first == self.turn and any(turn < self.turn for turn in known.values())


@dataclass(frozen=True, slots=True)
class Called:
    """A call of a function by its summary: the context, where, what it is repeated for and handed over to."""

    context: Context
    path: str
    at: Place
    repetitions: tuple[Repetition, ...]
    handover: Handover | None


@dataclass(slots=True)
class Record:
    """What one run saw: its events in order, the reads, and who reads what queries load."""

    events: list[Event] = field(default_factory=list)
    reads: dict[ReadKey, AttributeRead] = field(default_factory=dict)
    notes: set[Note] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class PlainCall:
    """A call of a library's method: where it stands, and in words."""

    at: Place
    text: str


class Machine:
    """Interprets one function body in one context."""

    def __init__(
        self, analysis: Analysis, memory: Memory, *, is_load_allowed: bool, depth: int
    ) -> None:
        self.analysis = analysis
        self.memory = memory
        self.is_load_allowed = is_load_allowed
        self.depth = depth
        self.frames: list[Frame] = []
        self.is_alive = True
        self.record = Record()
        self.called: list[Called] = []
        self.handover: Handover | None = None
        self.pinned: tuple[Value, ...] = ()
        self.injected: dict[Value, Value] = {}
        self.application_sessions: dict[str, Reference] = {}
        self.inferred_sessions: dict[tuple[object, ...], Reference] = {}
        self.injecting: list[Value] = []
        self.loops: list[Loop] = []
        self.handlers: list[Handling] = []
        self.forks: list[Fork] = []
        self.evaluated: ex.Expression | None = None
        self.past: set[int] = set()
        # the entities of a `try` body that failed, and what they are called where it came through
        self.apart: dict[int, int] = {}
        self.steps = 0
        self.is_quiet = False
        self.is_declaring = False
        self.is_failing = False
        self.is_watched = False
        self.released: set[Step] = set()
        self.origins: dict[int, tuple[Hashable, ...]] = {}
        self.plain_call: PlainCall | None = None
        self.blocking_call: PlainCall | None = None
        self.task = TaskRecord()
        self._locations: dict[Hashable, int] = {}
        self._frame_numbers: dict[Hashable, int] = {}
        self._first_location = 0
        # what module bodies made is shared by all machines and large: it is no part of what one function holds
        self._outside = None if memory is analysis.memory else analysis.memory

    # Frames

    @property
    def frame(self) -> Frame:
        """The innermost body."""
        return self.frames[-1]

    def frame_number_for(self, key: Hashable) -> int:
        """The number of the frame that is opened at one site; the same each time, so that loops come to rest."""
        # those of module bodies are no one else's: what they leave behind closes over none of a function's frames
        number = self._first_location + len(self._frame_numbers)
        return self._frame_numbers.setdefault(key, number)

    @property
    def loop_depth(self) -> int:
        """How many loops are being run, in this body and those that run inside it."""
        return len(self.loops)

    def repetitions_of(self, choice: Choice, at: Place) -> tuple[Repetition, ...]:
        """The loops for whose elements a function is called again, or an attribute read again, at a place."""
        return _repeated_for([one for one in self.loops if not one.is_new_choice(choice, at)])

    def note_choice(self, choice: Choice, at: Place) -> None:
        """What is called, read or set at a place, in this turn of each loop."""
        for loop in self.loops:
            loop.is_new_choice(choice, at)

    @contextmanager
    def inside(self, frame: Frame) -> Iterator[Frame]:
        """Run the body of a `with` inside a frame."""
        self.frames.append(frame)
        try:
            yield frame
        finally:
            self.frames.pop()

    def frame_by_number(self, number: int) -> Frame | None:
        """An active frame, so that a closure sees its variables as they are now."""
        for frame in reversed(self.frames):
            if frame.number == number:
                return frame
        return None

    def source_place(self, at: Place) -> SourcePlace:
        """A place in the file of the innermost body."""
        return SourcePlace(self.frame.path, at)

    def step(self, at: Place, width: int, text: str, loss: Loss = Loss.OTHER) -> Step:
        """A trace step at a place of the innermost body."""
        return Step(self.source_place(at), width, text, loss)

    def tick(self, steps: int = 1) -> None:
        """Count steps of work; raises LimitReachedError beyond what one context may take."""
        self.steps += steps
        if self.steps > self.analysis.step_limit:
            raise LimitReachedError

    def take_plain_call(self) -> PlainCall | None:
        """The last call of a library's method whose result is there at once, if there was one since the last time."""
        call, self.plain_call = self.plain_call, None
        return call

    # Locations and objects

    def reserve(self, count: int) -> None:
        """Keep the first locations for the objects that came in from the caller."""
        self._first_location = count

    def locate(self, key: Hashable) -> int:
        """The location of what is made at one site; the same each time, so that loops come to rest."""
        number = self._locations.get(key)
        if number is None:
            number = self._first_location + len(self._locations)
            self._locations[key] = number
        return number

    def located(self) -> dict[Hashable, int]:
        """The locations of this machine, by the key of what was made there."""
        return self._locations

    def site(self, at: Place, kind: str) -> tuple[Hashable, ...]:
        """The key of an allocation site in the innermost body, told apart by the frames around it."""
        return (kind, self.frame.number, self.frame.path, at)

    def object_of(self, reference: Reference) -> HeapObject | None:
        """The object that a reference leads to."""
        content = self.memory.read(reference.location)
        return content if isinstance(content, OBJECTS) else None

    def entity(self, reference: Value) -> Entity | None:
        """The entity that a value leads to, if it is one."""
        if not isinstance(reference, Reference):
            return None
        content = self.memory.read(reference.location)
        return content if isinstance(content, Entity) else None

    def entity_at(self, reference: Reference) -> Entity:
        """The entity at a location that is known to hold one; TypeError where it does not."""
        content = self.memory.read(reference.location)
        if not isinstance(content, Entity):
            message = f"no entity at {reference.location}"
            raise TypeError(message)
        return content

    def session(self, reference: Value | None) -> Session | None:
        """The session that a value leads to, if it is one."""
        if not isinstance(reference, Reference):
            return None
        content = self.memory.read(reference.location)
        return content if isinstance(content, Session) else None

    def allocate(self, key: Hashable, thing: HeapObject) -> Reference:
        """Put a new object at the location of a site."""
        location = self.locate(key)
        self.memory.write(location, thing)
        if isinstance(thing, Entity):
            self.note_new(location, thing)
        elif isinstance(thing, Session):
            self.task.made.add(Reference(location))
        return Reference(location)

    def note_new(self, location: int, entity: Entity) -> None:
        """An entity was made: of a loop, by the turn that is being run."""
        self.past.discard(location)
        if self.loops and not entity.is_one_row:
            self.loops[-1].met.add(location)

    def is_past(self, reference: Reference) -> bool:
        """Whether an entity belongs to another turn of a loop: what two turns meet are taken for different objects."""
        return reference.location in self.past

    def write(self, reference: Reference, thing: HeapObject) -> None:
        """Replace the object at a location."""
        self.memory.write(reference.location, thing)

    def set_state(self, reference: Reference, name: str, state: AttributeState) -> None:
        """Replace the state of one attribute of an entity."""
        entity = self.entity(reference)
        if entity is not None:
            self.memory.write(reference.location, entity.with_state(name, state))

    def entities(self, session: Reference | None) -> list[tuple[Reference, Entity]]:
        """The entities that hang on a session, by location."""
        contents = self.contents()
        self.tick(len(contents) // _READ_IN_A_STEP)
        found = [
            (key, content)
            for key, content in contents.items()
            if isinstance(content, Entity) and content.session == session and isinstance(key, int)
        ]
        return [(Reference(key), content) for key, content in sorted(found, key=itemgetter(0))]

    def sessions(self) -> dict[int, Session]:
        """The sessions of this machine, by location."""
        return {
            key: each
            for key, each in self.contents().items()
            if isinstance(each, Session) and isinstance(key, int)
        }

    def contents(self) -> dict[Key, Content]:
        """All variables and objects of this machine, without what modules hold and nobody here changed."""
        return self.memory.since(self._outside)

    def own_content(self, location: int) -> Content | None:
        """The object at a location of this machine."""
        return self.memory.read(location) if location >= 0 else None

    def live(self) -> set[int]:
        """The locations that some variable still reaches; the identity map forgets all others."""
        memory = self.contents()
        self.tick(len(memory) // _READ_IN_A_STEP)
        open_frames = {frame.number for frame in self.frames}
        queue: list[Value] = list(self.pinned)
        for key, content in memory.items():
            if not isinstance(key, int) and key[0] in open_frames:
                queue.extend(references_in(content))
        queue.extend(frame.receiver for frame in self.frames if frame.receiver is not None)
        found = reach(memory.get, queue)
        # a list of all objects of a class holds those too that are known one by one; what another turn of a loop met is
        # told apart by that only here, and does not go along
        whole = {
            (one.mapper, one.session)
            for location in found
            if isinstance(one := memory.get(location), Entity) and one.is_whole
        }
        if whole:
            each: list[Value] = [
                Reference(key)
                for key, thing in memory.items()
                if isinstance(key, int)
                and key not in self.past
                and isinstance(thing, Entity)
                and (thing.mapper, thing.session) in whole
            ]
            found |= reach(memory.get, each)
        return found

    # Variables

    def variable(self, name: str) -> Value | None:
        """The value of a name in the innermost body and those it closes over."""
        frame: Frame | None = self.frame
        while frame is not None:
            found = self.memory.read((frame.number, name))
            if found is not None:
                return found  # type: ignore[return-value]  # variables never hold bare objects
            frame = frame.parent
        return None

    def variables(self) -> dict[str, Value]:
        """The names of the innermost body and those it closes over, with their values."""
        found: dict[str, Value] = {}
        contents = self.contents()
        frame: Frame | None = self.frame
        while frame is not None:
            for key, value in contents.items():
                if isinstance(key, tuple) and key[0] == frame.number:
                    found.setdefault(key[1], value)  # type: ignore[arg-type]  # variables never hold bare objects
            frame = frame.parent
        return found

    def bind(self, name: str, value: Value) -> None:
        """Bind a name in the body that owns it: a `nonlocal` one in the enclosing body."""
        frame = self.frame
        function = frame.function
        if function is not None and name in function.nonlocal_names:
            outer = frame.parent
            while outer is not None:
                if self.memory.read((outer.number, name)) is not None:
                    frame = outer
                    break
                outer = outer.parent
        elif function is not None and name in function.global_names:
            self.analysis.bind_global(self, frame.module, name, value)
            return
        self.memory.write((frame.number, name), value)

    # Branches and exits

    def join(self, branches: Iterable[dict[Key, Content] | None]) -> bool:
        """Go on from the join of the branches that come out; with none, nothing goes on, which is False."""
        ways = [branch for branch in branches if branch is not None]
        self.is_alive = bool(ways)
        if ways:
            self.tick(sum(map(len, ways)) // _JOINED_IN_A_STEP)
            self.memory.absorb(ways, self.analysis.resolve)
        return self.is_alive

    def run_branch(self, body: Callable[[], object]) -> dict[Key, Content] | None:
        """Run a body on a fork of the memory: what it wrote, or None where it does not come out."""
        base = self.memory
        self.memory = base.fork()
        self.is_alive = True
        try:
            body()
            return self.memory.writes if self.is_alive else None
        finally:
            self.memory = base
            self.is_alive = True

    def leave(self, cleanup_depth: int, *, is_error: bool) -> None:
        """Run the `finally` blocks and context exits between here and an outer level, innermost first."""
        frame = self.frame
        held = frame.cleanups
        for index in range(len(held) - 1, cleanup_depth - 1, -1):
            frame.cleanups = held[:index]
            held[index](is_error)
            if not self.is_alive:
                break
        frame.cleanups = held

    # What was seen

    def emit(self, read: AttributeRead) -> None:
        """Note a read. One place keeps the worst that was seen there: a certain failure on some path analysed.

        Where a handler waits for it, `try: order.items except InvalidRequestError: …`, the read is tried on purpose.
        """
        if read.state is LoadState.RAISING and self._is_raising_awaited():
            return
        key = key_of(read)
        known = self.record.reads.get(key)
        if known is None or severity(read) > severity(known):
            self.record.reads[key] = read

    def _is_raising_awaited(self) -> bool:
        return any(each.is_for_raising for frame in self.frames for each in frame.catchers)

    def reveal(self, at: Place, text: str) -> None:
        """Note what is believed of a value."""
        self.record.events.append(Reveal(place=self.source_place(at), text=text))

    def session_kind(self, reference: Reference | None) -> SessionKind:
        """Which kind of session an object hangs on; the setting `assume-async` takes all of them for asynchronous."""
        if self.analysis.settings.assume_async:
            return SessionKind.ASYNC
        session = self.session(reference)
        return session.kind if session is not None else SessionKind.UNKNOWN


def _repeated_for(loops: list[Loop]) -> tuple[Repetition, ...]:
    return tuple(dict.fromkeys(loop.elements for loop in loops if loop.turn > 1))

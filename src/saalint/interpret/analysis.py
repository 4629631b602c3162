"""A project model to events: every function analysed on its own declaration, and again for each shape of call."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_

from saalint.config.settings import Settings
from saalint.findings.coverage import Coverage
from saalint.interpret import callers, mappings
from saalint.interpret.calling.contexts import Context, ContextKey, Run
from saalint.interpret.calling.handed_out import handed_out_by
from saalint.interpret.calling.relevance import HandedOut
from saalint.interpret.domain.heap import Instance, Session
from saalint.interpret.domain.memory import Memory
from saalint.interpret.domain.values import ClassReference, FunctionReference, Reference, Value
from saalint.interpret.events import (
    Attachment,
    AttributeRead,
    Event,
    Handover,
    InvalidOption,
    LoadState,
    Misuse,
    Movable,
    Reveal,
    SessionKind,
    Step,
    Unreadable,
)
from saalint.interpret.knowledge import Analysis
from saalint.interpret.language import binding, class_attributes, declared, repetition
from saalint.interpret.machine import Frame, Machine
from saalint.interpret.queries import session_settings, unused_options
from saalint.interpret.readers import handovers, responses
from saalint.interpret.reads import ReadKey, is_failing, key_of, kinds, severity
from saalint.interpret.record import replace
from saalint.project.mapped import SourcePlace
from saalint.project.model import ProjectModel
from saalint.source.watch import Watch

_STACK = 512 * 1024 * 1024
_RECURSION = 50_000
# how many calls a trace shows on the way down to a read, the last of them
_MOST_CALLS = 8


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What interpretation saw, and the functions, by module and index, that have to do with the ORM in some way."""

    events: tuple[Event, ...]
    coverage: Coverage
    notes: tuple[str, ...] = ()
    involved: frozenset[tuple[str, int]] = frozenset()


def interpret(
    project: ProjectModel, settings: Settings, watch: Watch | None = None
) -> Interpretation:
    """Interpret all functions of the project. Runs on a thread of its own, whose stack holds deep call chains."""
    if not project.mappers:
        return Interpretation((), Coverage(0, 0, 0, 0, {}, {}))
    found: list[Interpretation] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            found.append(_interpret(project, settings, watch or Watch()))
        except BaseException as error:  # noqa: BLE001 - carried to the caller's thread
            failed.append(error)

    limit = sys.getrecursionlimit()
    size = threading.stack_size(_STACK)
    try:
        sys.setrecursionlimit(max(limit, _RECURSION))
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(size)
        sys.setrecursionlimit(limit)
    if failed:
        raise failed[0]
    return found[0]


def _interpret(project: ProjectModel, settings: Settings, watch: Watch) -> Interpretation:
    analysis = Analysis(project, settings)
    session_settings.read(analysis)
    class_attributes.run_modules(analysis)
    roots = _run_roots(analysis, watch)
    reads = _merged_reads(analysis, roots)
    told = sorted(reads.values(), key=_order)
    others = sorted(_others(analysis, roots), key=lambda event: (event.place, repr(event)))
    declared_so = sorted(mappings.told(project), key=lambda event: event.place)
    events: tuple[Event, ...] = (
        *declared_so,
        *_movable(analysis, roots),
        *unused_options.told(analysis, roots),
        *handovers.told(told, analysis.project.templates.origin),
        *others,
        *_unreadable(analysis),
        *analysis.failures,
    )
    return Interpretation(
        events, _coverage(analysis, told), _notes(analysis), analysis.relevance.involved
    )


def _movable(analysis: Analysis, roots: list[Context]) -> Iterator[Movable]:
    """The functions that take a sync session first, and in which loads happen, when the project moves."""
    if not analysis.settings.assume_async:
        return
    merger = _Merger()
    for root in roots:
        facts = analysis.function(root.key.module, root.key.index)
        if facts.is_async or facts.is_generator or facts.owner is not None:
            continue
        match root.key.arguments:
            case ((_, Reference(location=number)), *_) if 0 <= number < len(root.key.objects):
                first = root.key.objects[number]
            case _:
                continue
        loads = sum(is_failing(read) for read in merger.reads_of(root, ()).values())
        if isinstance(first, Session) and first.kind is SessionKind.SYNC and loads:
            place = SourcePlace(analysis.module(root.key.module).path, facts.at)
            yield Movable(place=place, scope=facts.scope, loads=loads)


def _unreadable(analysis: Analysis) -> Iterator[Unreadable]:
    for broken in analysis.project.templates.broken:
        failure = broken.failure
        yield Unreadable(
            place=SourcePlace(broken.path, failure.at),
            reason=failure.reason,
            remedy=failure.remedy,
            is_left_out=failure.is_left_out,
        )


def _notes(analysis: Analysis) -> tuple[str, ...]:
    if not analysis.project.templates.is_parser_missing:
        return ()
    return ("templates are not analysed, Jinja is not installed: pip install 'saalint[templates]'",)


def _order(read: AttributeRead) -> tuple[object, ...]:
    return (read.place, read.attribute, read.handover is not None, read.handover)


def _run_roots(analysis: Analysis, watch: Watch) -> list[Context]:
    """The contexts of all functions that are run by themselves: reached from entities, or called by a framework."""
    roots = {(root.module, root.index): root for root in _roots(analysis)}
    contexts: list[Context] = []

    def run(module: str, index: int) -> HandedOut | None:
        root = roots.get((module, index))
        if root is None:
            return None
        with watch.function(f"{module}.{analysis.function(module, index).scope}"):
            context = _run_root(analysis, root)
        if context is None:
            return None
        contexts.append(context)
        return handed_out_by(analysis, context)

    ran = analysis.relevance.run_reached(run)
    for module, index in roots:
        if (module, index) not in ran and _is_rendered(analysis, module, index):
            run(module, index)
    return sorted(contexts, key=lambda context: (context.key.module, context.key.index))


def _roots(analysis: Analysis) -> Iterator[FunctionReference]:
    for module in analysis.project.modules:
        if not module.is_project:
            continue
        for index, facts in enumerate(module.facts.functions):
            if facts.is_lambda or ("." in facts.scope and facts.owner is None):
                continue
            owner = None
            if facts.owner is not None:
                owner = f"{module.name}.{module.facts.classes[facts.owner].scope}"
            yield FunctionReference(module.name, index, owner)


def _run_root(analysis: Analysis, function: FunctionReference) -> Context | None:
    facts = analysis.function(function.module, function.index)
    if analysis.is_stub(function.module, function.index):
        return None
    machine = Machine(analysis, Memory(analysis.memory), is_load_allowed=False, depth=0)
    module = analysis.module(function.module)
    frame = Frame(
        number=machine.frame_number_for("root"),
        module=function.module,
        path=module.path,
        scope=facts.scope,
        function=facts,
        base=machine.memory,
        owner=analysis.owner_of(function),
    )
    found: list[Context] = []

    def body() -> None:
        with machine.inside(frame):
            receiver = _receiver(machine, function)
            bound = binding.declared(machine, function, facts, receiver, ("root",))
            for name, value in bound.items():
                machine.memory.write((frame.number, name), value)
            context = responses.enter(machine, function, bound)
            if context is not None:
                found.append(context)

    analysis.guarded(machine, frame, body)
    return found[0] if found else None


def _is_rendered(analysis: Analysis, module: str, index: int) -> bool:
    # a template that is rendered with nothing may read `request.user` all the same
    renderings = analysis.project.renderings
    here = (module, analysis.function(module, index).at)
    has_requests = renderings.requests.is_known
    return here in renderings.contexts or (has_requests and here in renderings.renderers)


def _receiver(machine: Machine, function: FunctionReference) -> Value | None:
    if function.owner is None:
        return None
    names = machine.analysis.decorator_names(function.module, function.index)
    if "builtins.staticmethod" in names:
        return None
    if "builtins.classmethod" in names:
        return ClassReference(function.owner)
    kind = ClassReference(function.owner)
    value = declared.instance(machine, kind, ("root", "self"))
    thing = machine.object_of(value) if isinstance(value, Reference) else None
    if thing is None:
        return machine.allocate(
            ("root", "self"), Instance(class_name=function.owner, is_declared=True)
        )
    return value


def _merged_reads(analysis: Analysis, roots: list[Context]) -> dict[ReadKey, AttributeRead]:
    """The reads of all contexts: a certain failure in any of them is told; with flags, in all that reach it."""
    merger = _Merger()
    aside = frozenset(module.path for module in analysis.project.modules if module.is_aside)
    for part in callers.apart(analysis, roots):
        answers = dict(merger.found)
        for root in part:
            is_test = analysis.module(root.key.module).is_aside
            for key, read in merger.reads_of(root, ()).items():
                if is_test and _is_disproved(read, aside):
                    continue
                if is_failing(read) and callers.answers_for(answers.get(key)):
                    continue
                known = merger.found.get(key)
                merger.found[key] = read if known is None else _worse(known, read)
    for key in merger.allowed & merger.found.keys():
        read = merger.found[key]
        if read.session is SessionKind.SYNC:
            # what `run_sync` runs takes a `Session` too: seen alone it looks like a function of a sync project
            merger.found[key] = replace(read, is_load_allowed=True)
    return merger.found


def _is_disproved(read: AttributeRead, aside: frozenset[str]) -> bool:
    """Whether a failure that a test leads to, with an object or an order of calls of its own, is none: it passes.

    That a `Session` sends one more query is not seen by that, unless the query is the test's own.
    """
    if read.place.path in aside or not is_failing(read):
        return False
    is_of_test = read.query is not None and read.query.place.path in aside
    return is_of_test or read.session is not SessionKind.SYNC


class _Merger:
    def __init__(self) -> None:
        self.found: dict[ReadKey, AttributeRead] = {}
        self.allowed: set[ReadKey] = set()
        self._known: dict[int, dict[ReadKey, AttributeRead]] = {}
        # how many calls further in a read is, at least
        self._calls: dict[int, dict[ReadKey, int]] = {}
        self._open: set[int] = set()

    def reads_of(
        self, context: Context, way: tuple[SourcePlace, ...]
    ) -> dict[ReadKey, AttributeRead]:
        """The reads of a context and all it calls."""
        key = id(context)
        if key in self._known:
            return self._known[key]
        if key in self._open:
            return {}
        self._open.add(key)
        calls = self._calls[key] = {}
        by_run = [self._of_run(run, way, calls) for run in context.runs]
        self._open.discard(key)
        reads = by_run[0] if len(by_run) == 1 else _over_flags(by_run, context.key)
        self._known[key] = reads
        return reads

    def _of_run(
        self, run: Run, way: tuple[SourcePlace, ...], calls: dict[ReadKey, int]
    ) -> dict[ReadKey, AttributeRead]:
        reads = {key: _with_calls(read, way) for key, read in run.record.reads.items()}
        self.allowed.update(key for key, read in reads.items() if read.is_load_allowed)
        calls.update(dict.fromkeys(reads, 0))
        for call in run.called:
            longer = (*way, SourcePlace(call.path, call.at))[-_MOST_CALLS:]
            found = self.reads_of(call.context, longer)
            further_in = self._calls.get(id(call.context), {})
            for inner, one in found.items():
                distance = further_in.get(inner, 0) + 1
                repeated = repetition.repeated(one, call.repetitions, distance)
                read = _handed_over(repeated, call.handover, way)
                key = key_of(read)
                calls[key] = min(distance, calls.get(key, distance))
                known = reads.get(key)
                reads[key] = read if known is None else _worse(known, read)
        return reads


def _handed_over(
    read: AttributeRead, handover: Handover | None, way: tuple[SourcePlace, ...]
) -> AttributeRead:
    # what a property reads that a schema asked for happens where the object was handed to the schema
    if handover is None or read.handover is not None:
        return read
    return _with_calls(replace(read, handover=handover), way)


def _with_calls(read: AttributeRead, way: tuple[SourcePlace, ...]) -> AttributeRead:
    steps: list[Step] = []
    if read.query is not None:
        steps.append(read.query)
    steps.extend(Step(place, 1, "returned to here") for place in read.returned_by)
    if read.again is not None:
        steps.append(replace(read.again, text="the same object, which the session holds"))
    if read.cause is not None:
        steps.insert(_moment_of(read.cause, steps), read.cause)
    calls = [Step(place, 1, "called from here") for place in way]
    before = len(steps) - (bool(steps) and steps[-1] == read.cause)
    steps[before:before] = calls
    done = "change" if read.usage.is_change else "read"
    text = f"{done} of `{read.owner}.{read.attribute}`"
    if read.handover is not None:
        place, width = read.handover.place, read.handover.width
        steps.append(Step(place, width, _handing_over(read.handover)))
    if read.handover is None or read.place != read.handover.place:
        steps.append(Step(read.place, len(read.attribute), text))
    return replace(read, trace=tuple(dict.fromkeys(steps)))


def _moment_of(cause: Step, steps: list[Step]) -> int:
    """When something was taken away: after the last step above it in its file, or in its file, else in the end.

    What is lost inside of the function that made an object is lost before the object is returned.
    """
    there = [n for n, step in enumerate(steps, start=1) if step.place.path == cause.place.path]
    above = [number for number in there if steps[number - 1].place.at <= cause.place.at]
    return max(above or there, default=len(steps))


def _handing_over(handover: Handover) -> str:
    if handover.is_template:
        reader = f"`{handover.reader}`" if handover.reader else "it"
        return f"{reader} is rendered from here"
    return f"handed over: `{handover.reader}` is read from it"


def _worse(one: AttributeRead, other: AttributeRead) -> AttributeRead:
    worse = other if severity(other) > severity(one) else one
    if one.is_as_queried is other.is_as_queried:
        return worse
    return replace(worse, is_as_queried=False)


def _over_flags(
    by_run: list[dict[ReadKey, AttributeRead]], shape: ContextKey
) -> dict[ReadKey, AttributeRead]:
    # one run for each value of the caller's flags: only what fails in all that reach it is certain, unless whoever
    # sends the request says which it is: `async def book(id: int, with_author: bool = False)`
    reads: dict[ReadKey, AttributeRead] = {}
    for key in dict.fromkeys(key for run in by_run for key in run):
        found = [run[key] for run in by_run if key in run]
        reads[key] = reduce(_worse, found)
        if is_failing(reads[key]) and not shape.is_handler and not _fails_each_time(by_run, key):
            # with another flag the same read is fine
            state = reduce(or_, (read.state for read in found), LoadState.LOADED)
            reads[key] = replace(found[0], state=state)
    return reads


def _fails_each_time(by_run: list[dict[ReadKey, AttributeRead]], key: ReadKey) -> bool:
    by_kind = [[run[one] for one in kinds(key) if one in run] for run in by_run]
    return all(any(map(is_failing, found)) for found in by_kind if found)


def _others(analysis: Analysis, roots: list[Context]) -> list[Reveal | Misuse]:
    found: dict[Reveal | Misuse, None] = {}
    of_new: list[tuple[Context, InvalidOption]] = []
    for context in analysis.contexts:
        for run in context.runs:
            for event in run.record.events:
                if isinstance(event, InvalidOption) and event.is_of_new:
                    of_new.append((context, event))
                elif isinstance(event, Reveal | Misuse):
                    found.setdefault(event)
    answered = callers.answered(analysis, roots) if of_new else set[int]()
    found.update((event, None) for context, event in of_new if id(context) not in answered)
    for event in analysis.module_events:
        if isinstance(event, Misuse):
            found.setdefault(event)
    return list(found)


def _coverage(analysis: Analysis, reads: list[AttributeRead]) -> Coverage:
    outcomes = Counter(_outcome(read) for read in reads if read.kind.is_relationship)
    safe, reported = outcomes.pop(_SAFE, 0), outcomes.pop(_REPORTED, 0)
    unverifiable = outcomes.total()
    return Coverage(
        reads=safe + reported + unverifiable,
        safe=safe,
        reported=reported,
        unverifiable=unverifiable,
        reasons=dict(sorted(outcomes.items())),
        bounds=dict(sorted(analysis.bounds.items())),
    )


_SAFE = "safe"
_REPORTED = "reported"


def _outcome(read: AttributeRead) -> str:
    """`safe`, `reported`, or why neither can be said."""
    # what costs a query for each element of a loop is told of a sync session only
    may_load = read.is_load_allowed or (read.session is SessionKind.SYNC and not read.repetitions)
    is_free = may_load and LoadState.RAISING not in read.state
    if read.state is LoadState.LOADED or is_free:
        return _SAFE
    if LoadState.UNKNOWN in read.state:
        return "origin not known"
    if not is_failing(read) or read.is_target_plausible:
        return "loaded on some paths only"
    is_session_known = (
        read.session is not SessionKind.UNKNOWN or read.attachment is Attachment.DETACHED
    )
    return _REPORTED if is_session_known else "session not known"

"""What a rule has at hand to make a finding of an event: locations, the query in words, the remedy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from saalint.findings.finding import Confidence, Finding, TraceStep
from saalint.findings.location import Location
from saalint.findings.remedy import (
    AsSelect,
    KeepValues,
    LoadInQuery,
    PathStep,
    Refresh,
    Remedy,
    StepKind,
)
from saalint.interpret.events import (
    Attachment,
    AttributeKind,
    AttributeRead,
    Event,
    Idiom,
    LegacyIdiom,
    LoaderStep,
    LoadState,
    Loss,
    Misuse,
    SessionKind,
    SessionUse,
    Step,
)
from saalint.project.mapped import SourcePlace
from saalint.project.mapping.loaders import LoaderChoice
from saalint.rules.rule import Rule
from saalint.source.positions import column_of, line_of


class RuleContext:
    """Events to findings, in the house form. `loaders` chooses what a message advises to load by.

    `is_of_first_series` where the code itself runs on SQLAlchemy 1.x only.
    """

    def __init__(
        self, loaders: LoaderChoice | None = None, *, is_of_first_series: bool = False
    ) -> None:
        self.loaders = loaders or LoaderChoice()
        self.is_of_first_series = is_of_first_series

    def location(self, place: SourcePlace, width: int) -> Location:
        """A place as a location of a number of characters."""
        line, column = line_of(place.at), column_of(place.at)
        return Location(place.path, line, column, line, column + width)

    def finding(self, rule: Rule, read: AttributeRead, message: str) -> Finding:
        """The finding of a rule about a read: at the read, or where the object was handed to what reads it."""
        handover = read.handover
        return Finding(
            location=self.location(read.place, len(read.attribute))
            if handover is None
            else self.location(handover.place, handover.width),
            code=rule.code,
            rule=rule.name,
            message=message,
            severity=rule.severity,
            confidence=self.confidence(read),
            subject=self.subject(read),
            scope=read.scope if handover is None else handover.scope,
            origin=None
            if read.query is None
            else self.location(read.query.place, read.query.width),
            trace=tuple(self._step(step) for step in read.trace),
            remedy=self._remedy(read),
        )

    def misuse(
        self, rule: Rule, event: Misuse, message: str, subject: str, remedy: Remedy | None = None
    ) -> Finding:
        """The finding of a rule about something that is used as it cannot be."""
        site, origin = event.site, event.site.origin
        is_across = origin is not None and origin.place.path != site.place.path
        here = self.location(site.place, site.width)
        steps = (self._step(origin),) if origin is not None else ()
        return Finding(
            location=here,
            code=rule.code,
            rule=rule.name,
            message=message,
            severity=rule.severity,
            confidence=Confidence.INFERENCE if is_across else Confidence.HIGH,
            subject=subject,
            scope=site.scope,
            origin=None if origin is None else self.location(origin.place, origin.width),
            # what is wrong there, without what to do about it
            trace=(*steps, TraceStep(here, message.partition(": ")[0])),
            remedy=remedy,
        )

    def idiom(
        self, rule: Rule, event: Event, idiom: Idiom, why: str, remedy: Remedy | None = None
    ) -> Iterator[Finding]:
        """The finding of a rule about one idiom of SQLAlchemy 1.x, with the form that 2.0 has for it."""
        if isinstance(event, LegacyIdiom) and event.idiom is idiom:
            written = f": write `{event.form}`" if event.form else ""
            message = f"`{event.used}` {why}{written}"
            yield self.misuse(rule, event, message, "", remedy if event.form else None)

    def as_select(self, use: SessionUse) -> Remedy | None:
        """What makes a `select()` of a legacy query, where all of it is written at one place."""
        if not use.run:
            return None
        return AsSelect(use.run, is_unique=use.is_repeated, is_awaited=False)

    def source_of(self, event: Misuse) -> str:
        """Where what is used came from, as a part of a sentence; empty where that is not known."""
        origin = event.site.origin
        if origin is None:
            return ""
        return f" of the query at {origin.place.shown}"

    def confidence(self, read: AttributeRead) -> Confidence:
        """How we know. A many-to-one whose target the session may hold is told at level strict only."""
        if read.is_target_plausible:
            return Confidence.INFERENCE_FAILURE
        return Confidence.INFERENCE if read.is_across_functions else Confidence.HIGH

    def _remedy(self, read: AttributeRead) -> Remedy | None:
        if read.attachment is Attachment.DETACHED and LoadState.EXPIRED in read.state:
            return None if read.session is SessionKind.SYNC else KeepValues()
        is_lost = LoadState.EXPIRED in read.state or LoadState.SERVER in read.state
        is_for_query = read.query_text and read.is_as_queried and not is_lost
        if read.attachment is not Attachment.DETACHED and (read.cause or not is_for_query):
            # an option of the query brings nothing to what was taken away, is new, or was in the session before
            return self._refresh(read, read.cause)
        if not is_for_query or read.kind in _NEVER_REFRESHED:
            return None
        calls = tuple(self.location(place, 1) for place in read.returned_by)
        if not read.kind.is_relationship:
            *way, last = read.path
            column = PathStep(last.mapper, last.attribute, StepKind.COLUMN)
            return LoadInQuery(((*_steps(way), column),), calls)
        whole = [(*read.path, *below) for below in read.below] or [read.path]
        return LoadInQuery(tuple(tuple(_steps(path)) for path in whole), calls)

    def _refresh(self, read: AttributeRead, cause: Step | None) -> Refresh | None:
        if read.session is not SessionKind.ASYNC or read.kind in _NEVER_REFRESHED:
            return None
        is_whole = LoadState.EXPIRED in read.state and not read.kind.is_relationship
        attribute = None if is_whole else read.attribute
        if cause is None:
            return Refresh(None, attribute)
        is_expiring = LoadState.EXPIRED in read.state and cause.loss is Loss.COMMIT
        return Refresh(self.location(cause.place, cause.width), attribute, is_expiring)

    def _step(self, step: Step) -> TraceStep:
        return TraceStep(self.location(step.place, step.width), step.text)

    def subject(self, read: AttributeRead) -> str:
        """`Author.books`."""
        return f"{read.owner}.{read.attribute}"

    def failure(self, read: AttributeRead) -> str:
        """Why a value is not there, and the remedy."""
        lost = "" if read.kind.is_relationship else self.loss(read)
        return f"{lost or self.reason(read)}: {self.remedy(read)}"

    def loss(self, read: AttributeRead) -> str:
        """What took the value of a column away; empty where it was never there."""
        if LoadState.EXPIRED in read.state:
            return f"is expired by {self.cause(read)}"
        if LoadState.SERVER in read.state:
            return f"is left to the server by {self.cause(read)}"
        return ""

    def template_place(self, read: AttributeRead) -> str:
        """Where a template reads it: `templates/shelf.html:3:14`; of one written in the code, where that stands."""
        return f"{read.place.shown}:{column_of(read.place.at) + 1}"

    def query(self, read: AttributeRead) -> str:
        """The query in words, with its place: the line is all that most editors show."""
        if read.query is None:
            return "the query"
        made = "query" if read.query_text else "object made"
        return f"the {made} at {read.query.place.shown}"

    def cause(self, read: AttributeRead) -> str:
        """What took the value away, with its place."""
        if read.cause is None:
            return "then"
        return f"the {read.cause.text} at {read.cause.place.shown}"

    def reason(self, read: AttributeRead) -> str:
        """Why a relationship is not there: what took it away, or who did not load it."""
        if read.cause is not None:
            return f"is gone since {self.cause(read)}"
        if not read.query_text:
            return f"was not set before the flush of {self.query(read)}"
        return f"is not loaded by {self.query(read)}"

    def detachment(self, read: AttributeRead) -> str:
        """Why an attribute of an object without a session cannot be read, and the remedy."""
        is_expired = LoadState.EXPIRED in read.state
        reason = "is expired" if is_expired else "was not loaded"
        remedy = (
            "make the session with `expire_on_commit=False`"
            if is_expired
            else f"add `{self.loader(read)}`"
        )
        return f"{reason} when {self.cause(read)} detached the object: {remedy}"

    def remedy(self, read: AttributeRead) -> str:
        """What to write so that the value is there."""
        refresh = f'`await session.refresh(…, ["{read.attribute}"])`'
        if read.kind.is_relationship and (read.cause is not None or not read.query_text):
            way = {step.mapper for step in read.path}
            if self.loaders.is_only_looked_up(read.mapper, read.attribute, way):
                return f"query the object again with `{self.loader(read)}`, for a refresh does not load it"
            return f"{refresh} first"
        if read.kind.is_relationship:
            return f"add `{self.loader(read)}`"
        if LoadState.EXPIRED in read.state and read.loss is Loss.COMMIT:
            return "use `expire_on_commit=False`, or refresh it"
        return f"{refresh} first"

    def loader(self, read: AttributeRead) -> str:
        """The option that would have loaded it: `selectinload(Author.books).joinedload(Book.publisher)`.

        Of a column it is `undefer(Book.text)` behind the options that lead to its object; of one that only a subclass
        has, `selectin_polymorphic(Vehicle, [Car])`.
        """
        way = self._chain(read.path[:-1])
        if read.left_out_of and way:
            return f"{way}.selectin_polymorphic([{read.owner}])"
        if read.left_out_of:
            return f"selectin_polymorphic({read.left_out_of}, [{read.owner}])"
        if not read.kind.is_relationship:
            return ".".join(filter(None, (way, f"undefer({self.subject(read)})")))
        match read.below:
            case ():
                return self._chain(read.path)
            case (one,):
                return self._chain((*read.path, *one))
            case several:
                return f"{self._chain(read.path)}.options({', '.join(map(self._chain, several))})"

    def _chain(self, path: Iterable[LoaderStep]) -> str:
        return ".".join(f"{self._loader(step)}({step.owner}.{step.attribute})" for step in path)

    def _loader(self, step: LoaderStep) -> str:
        return self.loaders.of(step.mapper, step.attribute, is_collection=step.is_collection)

    def is_certain(self, read: AttributeRead) -> bool:
        """Whether the read needs a load on every path that was analysed."""
        return bool(read.state) and not read.state & (LoadState.LOADED | LoadState.UNKNOWN)

    def is_async_failure(self, read: AttributeRead) -> bool:
        """Whether a load would happen in an async session with no greenlet to run it in."""
        return (
            self.is_certain(read)
            and read.session is SessionKind.ASYNC
            and not read.is_load_allowed
            and read.attachment in _IN_A_SESSION
        )

    def is_detached_failure(self, read: AttributeRead) -> bool:
        """Whether an object without a session would need one; what raises anyway does so here too."""
        is_other = LoadState.RAISING in read.state or read.is_target_plausible
        return self.is_certain(read) and read.attachment is Attachment.DETACHED and not is_other


def _steps(path: Iterable[LoaderStep]) -> Iterator[PathStep]:
    for step in path:
        kind = StepKind.COLLECTION if step.is_collection else StepKind.SINGLE
        yield PathStep(step.mapper, step.attribute, kind)


_NEVER_REFRESHED = (AttributeKind.DYNAMIC, AttributeKind.WRITE_ONLY)

# where an object may be detached, what would fail for another reason there fails all the same
_IN_A_SESSION = (Attachment.PERSISTENT, Attachment.PERSISTENT | Attachment.DETACHED)

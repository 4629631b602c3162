"""What interpretation saw: the closed family of events that rules turn into findings.

An event says what happened in all contexts that were analysed at one place; rules never see syntax.
"""

from __future__ import annotations

from dataclasses import field
from enum import Enum, Flag, StrEnum, auto

from saalint.interpret.quick_flags import quick
from saalint.interpret.record import record
from saalint.project.mapped import SourcePlace


class SessionKind(StrEnum):
    """Which session an object hangs on."""

    ASYNC = "async"
    SYNC = "sync"
    UNKNOWN = "unknown"


class AttributeKind(Enum):
    """What a mapped attribute is."""

    RELATIONSHIP = auto()
    COLLECTION = auto()
    COLUMN = auto()
    EXPRESSION = auto()
    DYNAMIC = auto()
    WRITE_ONLY = auto()

    @property
    def is_relationship(self) -> bool:
        """Whether reading it loads another entity."""
        return self not in (AttributeKind.COLUMN, AttributeKind.EXPRESSION)


@quick
class LoadState(Flag):
    """The states an attribute may be in; more than one bit means: one on some path, another on others.

    LOADED needs no I/O. UNLOADED was left out by the query. RAISING is forbidden to load (`raiseload`).
    EXPIRED was there and was taken away. SERVER is left to the database by a flush. UNKNOWN: nobody has told.
    """

    NONE = 0
    LOADED = auto()
    UNLOADED = auto()
    RAISING = auto()
    EXPIRED = auto()
    SERVER = auto()
    UNKNOWN = auto()


@quick
class Attachment(Flag):
    """Where an object stands towards its session; several bits: on different paths."""

    TRANSIENT = auto()
    PENDING = auto()
    PERSISTENT = auto()
    DETACHED = auto()
    UNKNOWN = auto()


class Usage(Enum):
    """What is done with the attribute that is read."""

    READ = auto()
    CHANGE = auto()
    ADDITION = auto()
    LIST_USE = auto()

    @property
    def is_change(self) -> bool:
        """Whether something is put in or taken out; an addition asks nothing of what is there already."""
        return self in (Usage.CHANGE, Usage.ADDITION)


class Loss(StrEnum):
    """What took values away, as far as a rule tells one from another."""

    COMMIT = auto()
    ROLLBACK = auto()
    FAILURE = auto()
    OTHER = auto()


@record(order=True)
class Step:
    """One step of a trace: a place, its end column, and what happened there in words.

    `loss` tells what kind of thing it is where that took values away.
    """

    place: SourcePlace
    width: int
    text: str
    loss: Loss = Loss.OTHER


@record(order=True)
class LoaderStep:
    """One link of the loader path that would have loaded an attribute: `Author.books`, a collection or not.

    `owner` is the class name as written in messages, `mapper` its qualified name.
    """

    owner: str
    attribute: str
    is_collection: bool
    mapper: str


@record(order=True)
class Handover:
    """Where an object was handed to code that reads it for the user.

    `reader` is what reads there: the path of a schema's field, as in `OrderOut.items[].product`, or a template; nothing
    for a template that is written in the code.
    """

    place: SourcePlace
    width: int
    scope: str
    reader: str
    is_template: bool = False


@record()
class Repetition:
    """What an event is repeated for, in words: the elements of a loop, mapped objects or not."""

    elements: str
    is_over_objects: bool


@record(kw_only=True)
class AttributeRead:
    """An attribute of an entity was read at `place`.

    `owner` is the class name as written in messages, `mapper` its qualified name. `path` leads from the entity the
    query selected to the attribute. `query` is where the object came from, `cause` what took the value away.
    `is_target_plausible` holds for a many-to-one whose target the session may hold, `is_target_shared` for one whose
    target all objects of the query have: one load brings it.
    `handover` is where the object was given to whoever reads it, where that is no line of the user's; `below` are the
    loader paths that are read from there on and that nobody loaded either.
    `repetitions` are what it is repeated for, outermost first: the loops around it of which a later turn found it as
    it is told here. `is_as_queried` is false where the object was in the session before the query, perhaps, or was
    expired since, `is_handling` true in an exception handler. `returned_by` are the calls that returned it,
    innermost first, `again` is a later query that gave the same object. `left_out_of` is the base class whose query
    left out the column, for only a subclass has it.
    """

    place: SourcePlace
    scope: str
    owner: str
    mapper: str
    attribute: str
    kind: AttributeKind
    state: LoadState
    attachment: Attachment
    session: SessionKind
    is_load_allowed: bool
    is_target_plausible: bool
    is_target_shared: bool
    usage: Usage
    query: Step | None
    query_text: str
    cause: Step | None
    path: tuple[LoaderStep, ...]
    below: tuple[tuple[LoaderStep, ...], ...] = ()
    trace: tuple[Step, ...] = ()
    handover: Handover | None
    repetitions: tuple[Repetition, ...]
    is_handling: bool = False
    is_across_functions: bool
    is_as_queried: bool
    left_out_of: str = ""
    returned_by: tuple[SourcePlace, ...] = ()
    again: Step | None = None

    @property
    def loss(self) -> Loss:
        """What took the value away."""
        return Loss.OTHER if self.cause is None else self.cause.loss


@record()
class HandedRead:
    """An attribute was read by what the object was handed to."""

    read: AttributeRead
    handover: Handover

    @property
    def place(self) -> SourcePlace:
        """Where the object was handed over."""
        return self.handover.place

    @property
    def scope(self) -> str:
        """The function in which it was handed over."""
        return self.handover.scope


@record()
class RenderedRead(HandedRead):
    """An attribute was read by a template, where `read.place` stands."""


@record()
class SerializedRead(HandedRead):
    """An attribute was read by a schema."""


@record(kw_only=True)
class Unreadable:
    """A template that is rendered cannot be read, or, where something `is_left_out`, can be read without that."""

    place: SourcePlace
    reason: str
    remedy: str
    is_left_out: bool


@record()
class Site:
    """Where something is used, over `width` characters; `origin` is where the thing came from."""

    place: SourcePlace
    width: int
    scope: str
    origin: Step | None = field(default=None, compare=False)


@record()
class Misuse:
    """Something of SQLAlchemy is used as it cannot be."""

    site: Site

    @property
    def place(self) -> SourcePlace:
        """Where it is used."""
        return self.site.place

    @property
    def scope(self) -> str:
        """The function in which it is used."""
        return self.site.scope


@record(kw_only=True)
class ForeignToResult(Misuse):
    """`used` is read from a result that has no such thing: `name`, `[0]`, `len()`.

    `result` is the class of the result, `entity` what its rows hold, where that is an entity, `is_of_entity` whether
    that has what is used.
    """

    result: str
    used: str
    entity: str
    is_of_entity: bool


@record(kw_only=True)
class ForeignToRow(Misuse):
    """`used` is read from a row, or a row is used as the object it holds.

    `names` are the row's own, `owner` the one of them that has what was wanted, empty where none has.
    """

    row: str
    used: str
    names: tuple[str, ...]
    owner: str


@record(kw_only=True)
class LostCoroutine(Misuse):
    """What `call` made is used, or left, without being waited for."""

    call: str


@record(kw_only=True)
class MissingMember(Misuse):
    """`owner` has no `member`, which another class it is taken for has."""

    owner: str
    member: str


@record(kw_only=True)
class RepeatedRows(Misuse):
    """Rows are taken by `method` that a joined collection repeats; no method where they are iterated."""

    method: str
    entity: str


@record(kw_only=True)
class PlainAwaited(Misuse):
    """The result of `call`, which is there at once, is waited for."""

    call: str


@record(kw_only=True)
class BlockingCall(Misuse):
    """`call` of a synchronous session, or of an `owner` that would have to be waited for, runs SQL in a coroutine."""

    call: str
    owner: str = ""


@record(kw_only=True)
class SharedSession(Misuse):
    """Several tasks of one `function` use a session at once, or something more beside that of the site's origin.

    The function is `await` where whoever made the task uses the session himself.
    """

    function: str


@record(kw_only=True)
class WrongProtocol(Misuse):
    """`subject` is used in the form `used`, such as `for` or `async with`, and needs the form `needed`."""

    subject: str
    used: str
    needed: str


@record(kw_only=True)
class UnlimitedFirst(Misuse):
    """`first()` of a result whose query has no LIMIT."""

    entity: str


@record(kw_only=True)
class InvalidOption(Misuse):
    """A loader option that raises: `reason` says why, `remedy` what to write.

    `is_of_new` one that does so only with an object that its session did not hold before.
    """

    reason: str
    remedy: str
    is_of_new: bool = False


@record(kw_only=True)
class UnloadableOption(Misuse):
    """An option would load a relationship that holds no objects: `lazy` is its `dynamic` or `write_only`."""

    owner: str
    attribute: str
    option: str
    lazy: str


@record(kw_only=True)
class UnusedOption(Misuse):
    """A query loads by an `option` what nobody reads of its objects."""

    option: str


@record(kw_only=True)
class UnknownAwaitable(Misuse):
    """`awaitable_attrs` is asked of a class without `AsyncAttrs`, or for an attribute that the class lacks.

    `nearest` is the attribute with the most similar name, empty where none is similar.
    """

    entity: str
    attribute: str
    lacks_mixin: bool
    nearest: str


class UseKind(Enum):
    """What a session is used for that has another form in SQLAlchemy 2.0, or under `AsyncSession`."""

    QUERY = auto()
    LEGACY_QUERY = auto()
    LEGACY_GET = auto()
    EXPIRING_COMMIT = auto()


@record(kw_only=True)
class SessionUse(Misuse):
    """A session is used: by a `method` of a legacy query, where `form` is how 2.0 writes it, if that is known.

    `run` is the method of the session that runs it then, empty where only a part of the query is written there;
    `is_repeated` says whether its rows repeat.
    """

    kind: UseKind
    method: str
    form: str
    run: str = ""
    is_repeated: bool = False


class Idiom(Enum):
    """What SQLAlchemy 1.x wrote in another form than 2.0."""

    STRING_OPTION = auto()
    LISTED_SELECT = auto()
    PLAIN_TEXT = auto()
    ENGINE_EXECUTE = auto()
    BASE_FUNCTION = auto()
    STRING_JOIN = auto()
    DYNAMIC = auto()


@record(kw_only=True)
class LegacyIdiom(Misuse):
    """`used` is how 1.x wrote it, `form` how 2.0 does, empty where that cannot be written out."""

    idiom: Idiom
    used: str
    form: str


@record(kw_only=True)
class ImplicitStrategy(Misuse):
    """A relationship is mapped without saying how it is loaded."""

    entity: str
    attribute: str


@record(kw_only=True)
class Movable:
    """A function that could run whole behind `run_sync`: its session is its first argument, `loads` happen inside."""

    place: SourcePlace
    scope: str
    loads: int


@record(kw_only=True)
class Failure:
    """The analysis of one function failed with an internal error; the rest went on."""

    place: SourcePlace
    scope: str
    text: str


@record(kw_only=True)
class Reveal:
    """`reveal(x)` in a test: what the interpreter believes of `x`."""

    place: SourcePlace
    text: str


Event = (
    AttributeRead | Misuse | Movable | SerializedRead | RenderedRead | Unreadable | Failure | Reveal
)

"""The words of data files for what functions do: closed families, each acted on in one place of `interpret/`."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import get_args


class QueryFunction(StrEnum):
    """It makes a statement or a part of one, or runs one."""

    SELECT = "select"
    CHANGE = "change"
    COMPOUND = "compound"
    ALIASED = "aliased"
    WITH_POLYMORPHIC = "with-polymorphic"
    EXPRESSION = "expression"
    ALL_OF = "all-of"
    TEXT = "text"
    COLUMNS = "columns"
    ENGINE_EXECUTE = "engine-execute"
    BOUND = "bound"


class SessionMaker(StrEnum):
    """It makes a session, or what makes sessions."""

    SESSION = "session"
    FACTORY = "factory"
    SCOPED = "scoped"


class CallableFunction(StrEnum):
    """It makes something that is called later, or keeps the function that it is given."""

    BOUND_LATER = "bound-later"
    CALL_HELD = "call-held"
    MANAGER = "manager"
    GETTER = "getter"
    PARTIAL = "partial"
    IDENTITY_DECORATOR = "identity-decorator"


class ContextVariable(StrEnum):
    """It makes a `ContextVar`, or is a method of one."""

    VARIABLE = "variable"
    HOLD = "hold"
    HELD = "held"
    RELEASE = "release"


class SequenceFunction(StrEnum):
    """It goes over what it is given, or makes something to go over."""

    CONSUME = "consume"
    ITEMS = "items"
    CHAIN = "chain"
    CHAIN_OF = "chain-of"
    DICT = "dict"
    DEFAULTDICT = "defaultdict"
    ENUMERATE = "enumerate"
    ZIP = "zip"
    ZIP_LONGEST = "zip-longest"
    PRODUCT = "product"
    TUPLES = "tuples"
    MAP = "map"
    STARMAP = "starmap"
    ACCUMULATE = "accumulate"
    REPEATED = "repeated"
    LARGEST = "largest"
    FILTER = "filter"
    GROUPBY = "groupby"
    EXTREME = "extreme"
    REDUCE = "reduce"
    CHOSEN = "chosen"
    ELEMENT = "element"


class TaskFunction(StrEnum):
    """It makes tasks, waits for them, or enters managers."""

    ELEMENT_AWAITABLE = "element-awaitable"
    THREAD = "thread"
    READY = "ready"
    CLOSING = "closing"
    AS_COMPLETED = "as-completed"
    WAIT = "wait"
    START = "start"
    START_IN_GROUP = "start-in-group"
    GATHER = "gather"
    AWAIT_FIRST = "await-first"
    RUN = "run"
    ENTER_MANAGER = "enter-manager"


class LaterFunction(StrEnum):
    """It runs what it is given: a transformer of a page, a task after the response, an encoder."""

    PAGE = "page"
    PAGE_OF_QUERY = "page-of-query"
    ENCODE = "encode"
    LATER = "later"


class RecordFunction(StrEnum):
    """It makes, copies or takes apart objects by their fields."""

    FIELDS = "fields"
    PICK = "pick"
    REPLACED = "replaced"
    COPIED = "copied"
    CONSTRUCTED = "constructed"
    NAMED_TUPLE = "named-tuple"
    SENTINEL = "sentinel"
    NAMESPACE = "namespace"


class ProviderFunction(StrEnum):
    """It gives what was registered elsewhere in the program."""

    PROVIDER = "provider"
    PROVIDE = "provide"
    FIND_SERVICE = "find-service"


class StateFunction(StrEnum):
    """It asks for the state of an entity, or sets it."""

    INSPECT = "inspect"
    SET_COMMITTED = "set-committed"
    ATTRIBUTE = "attribute"
    FLAG_DIRTY = "flag-dirty"
    MAKE_DETACHED = "make-detached"
    MAKE_TRANSIENT = "make-transient"
    OBJECT_SESSION = "object-session"


class TemplateSource(StrEnum):
    """It makes or finds what templates come from."""

    ENVIRONMENT = "template-environment"
    LOADER = "template-loader"
    TEMPLATE_OF = "template-of"


class TemplateFunction(StrEnum):
    """It renders, or stands inside a template."""

    RENDER = "render"
    TAG = "template-tag"
    NAMESPACE = "template-namespace"
    FILTER = "template-filter"


class ObjectFunction(StrEnum):
    """It asks for an object's attribute, type or text as the language does."""

    ENTER = "enter"
    TRUTH = "truth"
    ISINSTANCE = "isinstance"
    ISSUBCLASS = "issubclass"
    IS_AWAITABLE = "is-awaitable"
    HASATTR = "hasattr"
    GETATTR = "getattr"
    SETATTR = "setattr"
    DELATTR = "delattr"
    SUPER = "super"
    TYPE = "type"
    TYPE_ARGUMENTS = "type-arguments"
    TYPE_ORIGIN = "type-origin"
    VARS = "vars"
    SHOW = "show"
    JOIN_PATHS = "join-paths"
    CAST = "cast"
    FIRST = "first"
    SECOND = "second"
    INSTANCE = "instance"


class Trait(StrEnum):
    """What a name is known for: a call of it gives nothing that is followed."""

    ENVIRONMENT = "environment"
    SUPPRESS = "suppress"


Meaning = (
    QueryFunction
    | SessionMaker
    | CallableFunction
    | ContextVariable
    | SequenceFunction
    | TaskFunction
    | LaterFunction
    | RecordFunction
    | ProviderFunction
    | StateFunction
    | TemplateSource
    | TemplateFunction
    | ObjectFunction
    | Trait
)

# as the data files write them
MEANINGS: Mapping[str, Meaning] = {one.value: one for family in get_args(Meaning) for one in family}

"""The files in `framework_files/` to one table: what frameworks read of the objects that they are given.

A framework is a file with some of the tables below, each by canonical name. Adding a framework is adding a file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import TypeAlias

import msgspec

_FOLDER = "framework_files"

_Table: TypeAlias = dict[str, object] | list[object]


class _Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one entry of a table says; a key that is not declared is an error."""


class SchemaKind(_Row, frozen=True, kw_only=True):
    """What all subclasses of a class have in common, as schemas.

    `settings` are the names in a class body that hold its settings; `attributes` the settings under which attributes
    are read, `is_reading` whether they are where none is given; `by_name` those under which a field is found under its
    own name beside its alias; `renaming` the one that gives every field an alias, `open` the one that lets an object
    have other fields too, where it is `allow`. `content` says that the class stands for its type argument alone,
    `described` that its fields are calls and not annotations.
    `only` and `without` are settings that choose among such fields and leave some out; `model` the one that names a
    mapped class whose columns are fields, `related` and `keys` those that add its relationships and foreign keys.
    `is_decorator` is for a decorator of classes, `resolver` the keyword of a field that is not read but made. `listed`
    are the attributes of the class that hold its fields by name.
    """

    settings: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    is_reading: bool = False
    by_name: tuple[str, ...] = ()
    renaming: str = ""
    open: str = ""
    content: bool = False
    described: bool = False
    only: str = ""
    without: str = ""
    model: str = ""
    related: str = ""
    keys: str = ""
    is_decorator: bool = False
    resolver: str = ""
    listed: tuple[str, ...] = ()


class Description(_Row, frozen=True, kw_only=True):
    """A call that describes a field: whether its first argument is what the field holds, and whether it holds many.

    `many` is the keyword that says so, `only` and `without` choose among the fields of the schema that it holds;
    `position` is that of the argument that may stand for `only`.
    What `is_computed` is made by the function that its first argument is, or names as a method where it `is_method`.
    `is_named` is for one whose first argument is the attribute that is read.
    """

    item: bool = False
    many: str = ""
    is_many: bool = False
    only: str = ""
    without: str = ""
    position: int | None = None
    is_computed: bool = False
    is_method: bool = False
    is_named: bool = False


class Conversion(_Row, frozen=True, kw_only=True):
    """A call that reads an object by a schema.

    `schema` and `value` are their positions, `keyword` the name of the value; without `schema` it is what the method
    belongs to. `switch` is the keyword that decides whether attributes are read, `is_reading` says so without one.
    `many`, `only` and `without` are the keywords, of the call or of the schema's own making, under which it converts
    several objects and leaves out fields. `shows` is for what reads nothing new and shows what the object holds: `json`
    where that is always JSON, `python` where the keyword `mode` decides it; what `varied` is set for gives a dict of
    the fields then: those are the keywords that leave some out which have a default, `renames` is the one that names
    them differently. `is_new` says that an object of the mapped class itself is read too, and a new one made of it.
    """

    schema: int | None = None
    value: int = 0
    keyword: str = "obj"
    switch: str = ""
    is_reading: bool | None = None
    many: str = ""
    only: str = ""
    without: str = ""
    shows: str = ""
    varied: tuple[str, ...] = ()
    renames: str = ""
    is_new: bool = False


class Watcher(_Row, frozen=True, kw_only=True):
    """A decorator of functions that a schema calls with what it reads or shows.

    `sees` is `object` for the object itself, `field` for the fields that are named. `phases` says when they run, by the
    value of the keyword `mode`; `phase` where that is not given, or has another value. Without a phase they see nothing
    of the object.
    """

    sees: str
    mode: str = ""
    phases: Mapping[str, str] = {}
    phase: str = ""


class ResponseHandler(_Row, frozen=True, kw_only=True):
    """A decorator of functions whose result becomes a response, by a schema; or a call that registers such a function.

    `schema` is the keyword that names it; where that is not given, the declared result counts. `is_reading` says that
    attributes are read, whatever the settings of the schema are. `function` and `position` are the keyword and the
    position of the function in a call that registers one. `transfer` are the keywords, or the fields of the handler's
    class, that name the data transfer object which reads the result; without one nothing does.
    """

    schema: str = ""
    is_reading: bool | None = None
    function: str = ""
    position: int = 0
    transfer: tuple[str, ...] = ()


class Transfer(_Row, frozen=True, kw_only=True):
    """What all data transfer objects of mapped classes have in common that a class makes: `SQLAlchemyDTO[Author]`.

    `settings` is the name in a class body that holds its settings; `without`, `only` and `depth` are those that leave
    out fields, choose them, and say how many relationships are followed, `deepest` where that is not said. Fields that
    are marked as one of `hidden` are not read.
    """

    settings: str
    without: str
    only: str
    depth: str
    deepest: int
    hidden: tuple[str, ...] = ()


class Frameworks(_Row, frozen=True, kw_only=True):
    """What the data files say.

    `fields` are the functions that describe a field, with the keywords that hold what it is read from; `paths` and
    `choices` the functions that such a keyword may call; `watchers` decorators of functions that a schema calls,
    `annotated` the calls in `Annotated[…]` that name such a function, with its phase; `computed` decorators of
    properties that are shown with the fields; `containers` classes outside the project that hold objects of their type
    argument, by the field that does; `adapters` classes whose objects convert by the type that they are made with.
    `functions` are functions by the operation that they stand for, as in `python.toml`. `injectors` stand around what a
    parameter is injected from: `Depends(…)`, `Provide[…]`; `provided` are those that stand in a dictionary by the names
    of parameters, with the keyword or field that holds it. `prefixes` are modules by the
    one under which their names are known here, `bases` the bases of classes.
    """

    schemas: Mapping[str, SchemaKind] = {}
    fields: Mapping[str, tuple[str, ...]] = {}
    paths: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    descriptions: Mapping[str, Description] = {}
    conversions: Mapping[str, Conversion] = {}
    watchers: Mapping[str, Watcher] = {}
    annotated: Mapping[str, str] = {}
    computed: tuple[str, ...] = ()
    handlers: Mapping[str, ResponseHandler] = {}
    transfers: Mapping[str, Transfer] = {}
    containers: Mapping[str, str] = {}
    adapters: tuple[str, ...] = ()
    functions: Mapping[str, str] = {}
    injectors: tuple[str, ...] = ()
    provided: Mapping[str, str] = {}
    prefixes: Mapping[str, str] = {}
    bases: Mapping[str, tuple[str, ...]] = {}

    @property
    def applications(self) -> frozenset[str]:
        """The classes whose objects have handlers: `app = FastAPI()`."""
        return frozenset(name.rpartition(".")[0] for name in self.handlers)


@cache
def classes_with_functions() -> frozenset[str]:
    """The classes that have some of the frameworks' functions as methods."""
    return frozenset(name.rpartition(".")[0] for name in frameworks().functions)


@cache
def frameworks() -> Frameworks:
    """The frameworks that saalint knows: all files as one."""
    joined: dict[str, _Table] = {}
    for document in _documents():
        for name, table in document.items():
            match joined.setdefault(name, type(table)()), table:
                case list() as known, list():
                    known.extend(table)
                case dict() as known, dict():
                    known.update(table)
    return msgspec.convert(joined, Frameworks)


def _documents() -> Iterator[dict[str, _Table]]:
    folder = files("saalint.library").joinpath(_FOLDER)
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        yield tomllib.loads(entry.read_text("utf-8"))

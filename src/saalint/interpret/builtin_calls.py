"""Functions of Python's standard library, as far as objects pass through them (`library/python.toml`)."""

from __future__ import annotations

from dataclasses import replace

from saalint.interpret import (
    assignment,
    attributes,
    calls,
    collections_api,
    functions,
    generated,
    iteration,
    load_states,
    managers,
    narrowing,
    protocols,
    subscripts,
    tables,
    unloadable,
    waiting,
)
from saalint.interpret.events import Attachment, LoadState
from saalint.interpret.heap import (
    AttributeState,
    Background,
    Entity,
    Instance,
    Items,
    Origin,
)
from saalint.interpret.machine import Machine
from saalint.interpret.values import (
    NONE,
    ClassReference,
    Expression,
    ExternalInstance,
    Literal,
    Partial,
    Ready,
    Reference,
    Super,
    Tuple,
    Unknown,
    Value,
    literal,
    members,
    union,
)
from saalint.source.positions import Place

Keywords = tuple[tuple[str, Value], ...]


def run(
    machine: Machine, kind: str, detail: str, arguments: tuple[Value, ...], keywords: Keywords, at: Place
) -> Value:
    """The result of a known function of the standard library or of SQLAlchemy."""
    first = arguments[0] if arguments else NONE
    match kind:
        case "enter":
            if detail == "__len__":
                unloadable.length(machine, first, at)
            made = protocols.enter(machine, first, detail, (), at)
            return Unknown("a number") if made is None else made
        case "truth":
            known = protocols.truth(machine, first, at)
            return Unknown("a truth value") if known is None else literal(known)
        case "consume":
            iteration.element(machine, first, at)
            return Unknown("a number")
        case "items":
            return _items(machine, first, detail, keywords, at)
        case "chain":
            return machine.allocate(machine.site(at, "chain"), _chained(machine, arguments, at))
        case "chain-of":
            known, rest = iteration.elements(machine, first, at)
            more = (rest,) if rest is not None else ()
            return machine.allocate(machine.site(at, "chain"), _chained(machine, (*known, *more), at, is_loose=bool(more)))
        case "dict":
            table = tables.from_values(machine, arguments, keywords, at)
            return machine.allocate(machine.site(at, "dict"), table)
        case "defaultdict":
            table = tables.from_values(machine, arguments[1:], keywords, at)
            return machine.allocate(machine.site(at, "dict"), replace(table, default=first))
        case "enumerate":
            known, rest = iteration.elements(machine, first, at)
            pairs = tuple(Tuple((Unknown("a position"), value)) for value in known)
            more = Tuple((Unknown("a position"), rest)) if rest is not None else None
            return machine.allocate(machine.site(at, "enumerate"), Items(items=pairs, rest=more))
        case "zip":
            return machine.allocate(machine.site(at, "zip"), _zipped(machine, arguments, at))
        case "map" | "filter" | "extreme" | "groupby" | "reduce":
            return _higher_order(machine, kind, arguments, keywords, at)
        case "element":
            return _next(machine, arguments, at)
        case "element-awaitable":
            return Ready(iteration.element(machine, first, at))
        case "isinstance":
            return _isinstance(machine, arguments)
        case "hasattr" | "getattr" | "setattr":
            return _by_name(machine, kind, arguments, at)
        case "super":
            return _super(machine, arguments)
        case "type":
            return _type(machine, first)
        case "show":
            for argument in arguments:
                protocols.show(machine, argument, at, is_representation=detail == "repr")
            return Unknown("a text")
        case "cast":
            return _cast(machine, arguments)
        case "first":
            return first
        case "vars":
            return attributes.read(machine, first, "__dict__", at)
        case "fields":
            return generated.fields_of(machine, first, at, detail)
        case "partial":
            return Partial(first, arguments[1:], keywords)
        case "get" if len(arguments) > 1 and isinstance(first, Tuple):
            return _got(machine, detail, first.items, arguments[1], at)
        case "ready":
            return Ready(first)
        case "as-completed":
            known, rest = iteration.elements(machine, first, at)
            done = tuple(Ready(waiting.wait(machine, value, at)) for value in known)
            more = Ready(waiting.wait(machine, rest, at)) if rest is not None else None
            return machine.allocate(machine.site(at, "completed"), Items(items=done, rest=more))
        case "wait":
            element = waiting.wait(machine, iteration.element(machine, first, at), at)
            tasks = machine.allocate(machine.site(at, "tasks"), Items(rest=Ready(element), kind="set"))
            return Ready(Tuple((tasks, tasks)))
        case "enter-manager":
            value = managers.enter(machine, first, at, is_async=detail == "later")
            return Ready(value) if detail == "later" else value
        case "replaced":
            return _replaced(machine, first, keywords, at)
        case "named-tuple" if isinstance(first, Tuple):
            return _named_tuple(machine, first.items, arguments[1:], keywords, at)
        case "namespace":
            made = Instance(class_name="types.SimpleNamespace", fields=tuple(sorted(keywords)))
            return machine.allocate(machine.site(at, "namespace"), made)
        case "instance":
            return ExternalInstance(detail)
        case "identity-decorator":
            return Unknown("a decorator that keeps the function")
        case "gather":
            return Ready(_gathered(machine, arguments, at))
        case "await-first":
            return Ready(waiting.wait(machine, first, at))
        case "run":
            return waiting.wait(machine, first, at)
        case _:
            return _of_sqlalchemy(machine, kind, detail, arguments, at)


def _items(machine: Machine, first: Value, detail: str, keywords: Keywords, at: Place) -> Value:
    if first == NONE:
        return machine.allocate(machine.site(at, "collected"), Items(kind=detail))
    if detail == "sorted":
        element = iteration.element(machine, first, at)
        collections_api.compare(machine, element, dict(keywords).get("key"), at)
    return collections_api.collect(machine, first, detail, at)


def _zipped(machine: Machine, arguments: tuple[Value, ...], at: Place) -> Items:
    columns = [iteration.elements(machine, argument, at) for argument in arguments]
    if all(rest is None for _, rest in columns):
        return Items(items=tuple(Tuple(row) for row in zip(*(known for known, _ in columns), strict=False)))
    cells = [[*known, *([rest] if rest is not None else [])] for known, rest in columns]
    return Items(rest=Tuple(tuple(union(cell) if cell else Unknown("an element of nothing") for cell in cells)))


def _chained(machine: Machine, arguments: tuple[Value, ...], at: Place, *, is_loose: bool = False) -> Items:
    parts = [iteration.elements(machine, argument, at) for argument in arguments]
    if not is_loose and all(rest is None for _, rest in parts):
        return Items(items=tuple(value for known, _ in parts for value in known))
    found = [value for known, rest in parts for value in (*known, *([rest] if rest is not None else []))]
    return Items(rest=union(found) if found else None)


def _next(machine: Machine, arguments: tuple[Value, ...], at: Place) -> Value:
    first = arguments[0]
    thing = machine.object_of(first) if isinstance(first, Reference) else None
    if isinstance(first, Reference) and isinstance(thing, Items) and thing.items:
        found = collections_api.take(machine, first, thing, 0)
    else:
        made = protocols.enter(machine, first, "__next__", (), at)
        element = iteration.element(machine, first, at) if made is None else made
        found = iteration.individual(machine, element, ("next", at))
    return found if len(arguments) == 1 else union((found, *arguments[1:]))


def _higher_order(
    machine: Machine, kind: str, arguments: tuple[Value, ...], keywords: Keywords, at: Place
) -> Value:
    match kind:
        case "map" if len(arguments) > 1:
            rows = _zipped(machine, arguments[1:], at)
            made = [_applied(machine, arguments[0], row, at) for row in rows.items]
            rest = _applied(machine, arguments[0], rows.rest, at) if rows.rest is not None else None
            return machine.allocate(machine.site(at, "map"), Items(items=tuple(made), rest=rest))
        case "filter" if len(arguments) > 1:
            element = iteration.element(machine, arguments[1], at)
            if arguments[0] != NONE:
                _each(machine, arguments[0], element, at)
            return machine.allocate(machine.site(at, "filter"), Items(rest=element))
        case "extreme":
            element = iteration.element(machine, arguments[0], at) if len(arguments) == 1 else union(arguments)
            collections_api.compare(machine, element, dict(keywords).get("key"), at)
            default = dict(keywords).get("default")
            return union((element, default)) if default is not None else element
        case "groupby":
            element = iteration.element(machine, arguments[0], at)
            key = arguments[1] if len(arguments) > 1 else dict(keywords).get("key")
            made_key = _each(machine, key, element, at) if key is not None else element
            group = machine.allocate(machine.site(at, "group"), Items(rest=element))
            return machine.allocate(machine.site(at, "groups"), Items(rest=Tuple((made_key, group))))
        case "reduce" if len(arguments) > 1:
            element = iteration.element(machine, arguments[1], at)
            start = arguments[2] if len(arguments) > 2 else element  # noqa: PLR2004 - its third argument
            return union((start, calls.call(machine, arguments[0], (start, element), (), at)))
        case _:
            return Unknown("the result of a function of the standard library")


def _applied(machine: Machine, function: Value, row: Value, at: Place) -> Value:
    assert isinstance(row, Tuple)
    return calls.call(machine, function, row.items, (), at)


def _each(machine: Machine, function: Value, element: Value, at: Place) -> Value:
    return union(calls.call(machine, function, (member,), (), at) for member in members(element))


def _isinstance(machine: Machine, arguments: tuple[Value, ...]) -> Value:
    if len(arguments) > 1 and not isinstance(arguments[1], Tuple):
        parts = members(arguments[0])
        if all(narrowing.is_instance(machine, part, arguments[1]) for part in parts):
            return Literal(True, "bool")  # noqa: FBT003 - the value is the datum
    return Unknown("a type test")


def _by_name(machine: Machine, kind: str, arguments: tuple[Value, ...], at: Place) -> Value:
    # `hasattr(obj, "rel")` and `getattr(obj, "rel", None)` load like any read (semantics: R2)
    if len(arguments) < 2 or not isinstance(arguments[1], Literal):  # noqa: PLR2004 - object and name
        return Unknown("an attribute by a name that is not known")
    name = str(arguments[1].value)
    if kind == "setattr":
        assignment.assign_attribute(machine, arguments[0], name, arguments[2], at)
        return NONE
    if not any(isinstance(member, Reference | ClassReference) for member in members(arguments[0])):
        return Unknown("an attribute of something unknown")
    value = attributes.read(machine, arguments[0], name, at)
    if kind == "hasattr":
        return Unknown("whether an attribute is there")
    if len(arguments) > 2 and isinstance(value, Unknown):  # noqa: PLR2004 - the default
        return union((value, arguments[2]))
    return value


def _got(machine: Machine, detail: str, wanted: tuple[Value, ...], value: Value, at: Place) -> Value:
    # `attrgetter("author.name")(book)`, `itemgetter("id")(row)`, `methodcaller("titles")(author)`
    if detail == "method":
        name = wanted[0].value if wanted and isinstance(wanted[0], Literal) else ""
        return calls.call(machine, attributes.read(machine, value, str(name), at), wanted[1:], (), at)
    found: list[Value] = []
    for one in wanted:
        if detail == "item":
            found.append(subscripts.item(machine, value, one, at))
            continue
        held = value
        for name in str(one.value).split(".") if isinstance(one, Literal) else ():
            held = attributes.read(machine, held, name, at)
        found.append(held)
    return found[0] if len(found) == 1 else Tuple(tuple(found))


def _replaced(machine: Machine, value: Value, keywords: Keywords, at: Place) -> Value:
    found: list[Value] = []
    for member in members(value):
        thing = machine.object_of(member) if isinstance(member, Reference) else None
        if not isinstance(thing, Instance):
            found.append(Unknown("a copy of something unknown"))
            continue
        for name, changed in keywords:
            thing = thing.with_field(name, changed)
        found.append(machine.allocate((*machine.site(at, "replaced"), member), thing))
    return union(found)


def _named_tuple(
    machine: Machine, declared: tuple[Value, ...], arguments: tuple[Value, ...], keywords: Keywords, at: Place
) -> Value:
    # `Pair = namedtuple("Pair", "first second")`, and later `Pair(one, second=two)`
    given = declared[1] if len(declared) > 1 else NONE
    if isinstance(given, Literal):
        names = tuple(str(given.value).replace(",", " ").split())
    else:
        known, _ = iteration.elements(machine, given, at)
        names = tuple(str(name.value) for name in known if isinstance(name, Literal))
    values = {**dict(zip(names, arguments, strict=False)), **dict(keywords)}
    return Tuple(tuple(values.get(name, Unknown("a field that is not given")) for name in names), names)


def _super(machine: Machine, arguments: tuple[Value, ...]) -> Value:
    frame = machine.frame
    while frame.owner is None and frame.parent is not None:
        frame = frame.parent
    if len(arguments) > 1 and isinstance(arguments[0], ClassReference):
        return Super(arguments[0].name, arguments[1])
    if frame.owner is None or frame.receiver is None:
        return Unknown("`super()` outside a method")
    return Super(frame.owner, frame.receiver)


def _type(machine: Machine, value: Value) -> Value:
    found: list[Value] = []
    for member in members(value):
        thing = machine.object_of(member) if isinstance(member, Reference) else None
        match thing:
            case Entity(mapper=name) | Instance(class_name=name):
                found.append(ClassReference(name))
            case _:
                found.append(Unknown("a class"))
    return union(found)


def _cast(machine: Machine, arguments: tuple[Value, ...]) -> Value:
    if len(arguments) < 2:  # noqa: PLR2004 - type and value
        return Unknown("a cast")
    value = arguments[1]
    if isinstance(value, Unknown) and isinstance(arguments[0], ClassReference):
        return attributes.instance_of(machine, arguments[0], ("cast", arguments[0].name, value.symbol))
    return value


def _gathered(machine: Machine, arguments: tuple[Value, ...], at: Place) -> Value:
    return Tuple(tuple(waiting.wait(machine, argument, at) for argument in arguments))


def _of_sqlalchemy(machine: Machine, kind: str, detail: str, arguments: tuple[Value, ...], at: Place) -> Value:
    target = arguments[0] if arguments else NONE
    match kind:
        case "set-committed" | "set-attribute" if len(arguments) > 2 and isinstance(arguments[1], Literal):  # noqa: PLR2004 - object, name, value
            for reference in functions.entity_references(machine, target):
                machine.set_state(
                    reference, str(arguments[1].value), AttributeState(LoadState.LOADED, arguments[2])
                )
            return NONE
        case "make-transient":
            for reference in functions.entity_references(machine, target):
                _make_transient(machine, reference)
            return NONE
        case "object-session":
            for reference in functions.entity_references(machine, target):
                entity = machine.entity(reference)
                if entity is not None and entity.session is not None:
                    return entity.session
            return Unknown("the session of an object")
        case _:
            del detail, at
            return Unknown("a function that loads nothing known")


def _make_transient(machine: Machine, reference: Reference) -> None:
    entity = machine.entity(reference)
    if entity is None:
        return
    mappers = machine.analysis.mappers
    made = Entity(
        mapper=entity.mapper,
        backgrounds=(Background(Origin.CONSTRUCTOR),),
        states=tuple(
            (name, state)
            for name, state in entity.states
            if load_states.state_of(entity, name, mappers).state is LoadState.LOADED
        ),
        attachment=Attachment.TRANSIENT,
    )
    machine.write(reference, made)


def escape(machine: Machine, arguments: tuple[Value, ...], keywords: Keywords) -> None:
    """A function that is not known was given objects: with a session among them it may have loaded anything."""
    values = (*arguments, *(value for _, value in keywords))
    has_session = any(
        machine.session(member) is not None for value in values for member in members(value)
    )
    if not has_session:
        return
    for value in values:
        for reference in functions.entity_references(machine, value):
            _forget(machine, reference)


def _forget(machine: Machine, reference: Reference) -> None:
    entity = machine.entity(reference)
    if entity is not None:
        machine.write(
            reference, replace(entity, backgrounds=(*entity.backgrounds, Background(Origin.UNKNOWN))[-4:], states=())
        )


def escape_external(machine: Machine, name: str, arguments: tuple[Value, ...], keywords: Keywords) -> None:
    """A function of another library was given objects."""
    del name
    escape(machine, arguments, keywords)


def call_instance(
    machine: Machine, owner: str, name: str, arguments: tuple[Value, ...], keywords: Keywords, at: Place
) -> Value:
    """A method of an object of another library, where `library/` says what it means."""
    if f"{owner}.{name}" in machine.analysis.operations.functions:
        return calls.call_external(machine, f"{owner}.{name}", arguments, keywords, at)
    if owner.startswith("sqlalchemy.func"):
        return Expression()
    escape(machine, arguments, keywords)
    return Unknown(f"the result of a method of `{owner}`")


def call_instance_of_project(
    machine: Machine,
    receiver: Reference,
    thing: Instance,
    name: str,
    arguments: tuple[Value, ...],
    keywords: Keywords,
    at: Place,
) -> Value:
    """A method that the class of a project inherits from another library."""
    del machine, receiver, arguments, keywords, at
    return Unknown(f"the result of `{thing.class_name.rsplit('.', 1)[-1]}.{name}`")


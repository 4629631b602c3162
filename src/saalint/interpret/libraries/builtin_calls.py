"""Functions of Python's library and of SQLAlchemy, as far as objects pass through them (`library/*.toml`)."""

from __future__ import annotations

from saalint.interpret.calling import functions
from saalint.interpret.domain import texts
from saalint.interpret.domain.heap import Table
from saalint.interpret.domain.values import (
    NONE,
    BoundMethod,
    ClassReference,
    External,
    ExternalInstance,
    FunctionReference,
    Literal,
    Partial,
    Result,
    Super,
    Unknown,
    Value,
    literal,
    members,
    union,
)
from saalint.interpret.language import (
    assignment,
    attributes,
    classes,
    coroutines,
    declared,
    forms,
    narrowing,
    protocols,
)
from saalint.interpret.libraries import (
    later_functions,
    providers,
    record_functions,
    sequence_functions,
    services,
    task_functions,
    text_functions,
)
from saalint.interpret.libraries.library_use import LibraryUse
from saalint.interpret.machine import Machine
from saalint.interpret.orm import state_functions, unloadable
from saalint.interpret.queries import foreign, loading_notes, misuse
from saalint.interpret.readers import rendering, template_environments, template_filters

_FUNCTIONS = (FunctionReference, BoundMethod, Partial)
# what a decorator that keeps the function does: it gives its first argument
_KEEPING = "functools.cache"
_TRUE, _FALSE = literal(True), literal(False)  # noqa: FBT003 - the value is the datum


def run(machine: Machine, use: LibraryUse) -> Value:
    """The result of a function that `library/` knows."""
    _look_at(machine, use)
    for family in (
        sequence_functions.run,
        task_functions.run,
        later_functions.run,
        record_functions.run,
        providers.run,
        services.run,
        state_functions.run,
        template_environments.run,
        template_filters.run,
        rendering.run,
        text_functions.run,
        _run_own,
    ):
        found = family(machine, use)
        if found is not None:
            return found
    return Unknown("the result of a function that loads nothing")


# what is done with each argument, or with the first one, that no coroutine can stand for
_CONSUMING = frozenset({"consume", "items", "enumerate", "zip", "element", "extreme", "reversed"})


def _look_at(machine: Machine, use: LibraryUse) -> None:
    if use.kind in _CONSUMING:
        for argument in use.arguments:
            forms.iterated(machine, argument, use.at, is_async=False)
    elif use.detail == "__len__":
        coroutines.lost(machine, use.first)
        if isinstance(use.first, Result):
            foreign.length_of_result(machine, use.first, use.at)
    elif use.kind != "show":
        # `inspect.isawaitable(x)` and the like: what comes of the coroutine is not seen
        coroutines.release(machine, use.arguments)


def _run_own(machine: Machine, use: LibraryUse) -> Value | None:
    first, at = use.first, use.at
    match use.kind:
        case "enter":
            return _enter(machine, use)
        case "truth":
            known = protocols.truth(machine, first, at)
            return Unknown("a truth value") if known is None else literal(known)
        case "isinstance":
            return _isinstance(machine, use.arguments)
        case "is-awaitable":
            return coroutines.awaitable_test(machine, first, use.detail)
        case "issubclass":
            return classes.subclass_test(machine, use.arguments)
        case "hasattr" | "getattr" | "setattr" | "delattr":
            return _by_name(machine, use)
        case "super":
            return _super(machine, use.arguments)
        case "type":
            return _type(machine, first)
        case "show":
            for argument in use.arguments:
                protocols.show(machine, argument, at, is_representation=use.detail == "repr")
            is_same = use.detail == "str" and isinstance(first, Literal)
            return texts.joined(("", ""), (first,)) if is_same else Unknown("a text")
        case "cast":
            return _cast(machine, use.arguments)
        case "first":
            return first
        case "second" if len(use.arguments) > 1:
            return use.arguments[1]
        case "vars" if not use.arguments:
            entries = tuple((literal(name), held) for name, held in machine.variables().items())
            return machine.allocate(machine.site(at, "variables"), Table(entries=entries))
        case "vars":
            return attributes.read(machine, first, "__dict__", at)
        case "type-arguments":
            return classes.type_arguments(first)
        case "type-origin":
            return (
                ClassReference(first.name)
                if isinstance(first, ClassReference)
                else Unknown("a type")
            )
        case "partial":
            return Partial(first, use.arguments[1:], use.keywords)
        case "instance":
            return ExternalInstance(use.detail)
        case "identity-decorator" if use.detail and isinstance(use.first, _FUNCTIONS):
            # `self.cached = lru_cache(self._find)`, without its settings
            return use.first
        case "identity-decorator":
            return External(_KEEPING)
        case _:
            return None


def _enter(machine: Machine, use: LibraryUse) -> Value:
    if use.detail == "__len__":
        unloadable.length(machine, use.first, use.at)
    made = protocols.enter(machine, use.first, use.detail, (), use.at)
    return Unknown("a number") if made is None else made


def _isinstance(machine: Machine, arguments: tuple[Value, ...]) -> Value:
    if len(arguments) > 1:
        kinds = narrowing.classes_in(arguments[1])
        parts = members(arguments[0])
        if all(any(narrowing.is_instance(machine, part, kind) for kind in kinds) for part in parts):
            return _TRUE
        if not any(narrowing.may_be(machine, part, kind) for kind in kinds for part in parts):
            return _FALSE
    return Unknown("a type test")


def _by_name(machine: Machine, use: LibraryUse) -> Value:
    # `hasattr(obj, "rel")` and `getattr(obj, "rel", None)` load like any read (semantics: R2)
    match use.arguments:
        case (owner, Literal(value=str(name)), *others):
            pass
        case (owner, name, value) if use.kind == "setattr":
            assignment.assign_some_attribute(machine, owner, name, value, use.at)
            return NONE
        case _:
            loading_notes.leave(machine, use.arguments)
            return Unknown("an attribute by a name that is not known")
    match use.kind, others:
        case "setattr", (value, *_):
            assignment.assign_attribute(machine, owner, name, value, use.at)
            return NONE
        case "delattr", _:
            assignment.delete_attribute(machine, owner, name)
            return NONE
        case _:
            with misuse.quiet(machine):
                found = attributes.read(machine, owner, name, use.at)
    if use.kind == "hasattr":
        is_missing = all(map(_is_undeclared, members(found)))
        return _FALSE if is_missing else Unknown("whether an attribute is there")
    return union((found, *others)) if isinstance(found, Unknown) else found


def _is_undeclared(value: Value) -> bool:
    # `if hasattr(self.model, "creator"):` in a base that all models share
    match value:
        case Unknown(symbol=("undeclared", *_)):
            return True
        case _:
            return False


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
    return union(functions.class_of(machine, member) for member in members(value))


def _cast(machine: Machine, arguments: tuple[Value, ...]) -> Value:
    if len(arguments) < 2:  # noqa: PLR2004 - type and value
        return Unknown("a cast")
    value = arguments[1]
    if isinstance(value, Unknown) and isinstance(arguments[0], ClassReference):
        return declared.instance(machine, arguments[0], ("cast", arguments[0].name, value.symbol))
    return value

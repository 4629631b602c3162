"""Functions that do with an object what the language does: `getattr`, `isinstance`, `str`, `len` (`library/*.toml`)."""

from __future__ import annotations

from typing import assert_never

from saalint.interpret.calling import functions
from saalint.interpret.domain import texts
from saalint.interpret.domain.heap import Table
from saalint.interpret.domain.values import (
    NONE,
    ClassReference,
    ExternalInstance,
    Literal,
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
    narrowing,
    protocols,
)
from saalint.interpret.libraries.library_use import NOTHING_KNOWN, LibraryUse
from saalint.interpret.machine import Machine
from saalint.interpret.orm import unloadable
from saalint.interpret.queries import loading_notes, misuse
from saalint.library.meanings import ObjectFunction

_TRUE, _FALSE = literal(True), literal(False)  # noqa: FBT003 - the value is the datum


def run(machine: Machine, use: LibraryUse, meaning: ObjectFunction) -> Value:
    """The result of such a function."""
    first, at = use.first, use.at
    match meaning:
        case ObjectFunction.ENTER:
            return _enter(machine, use)
        case ObjectFunction.TRUTH:
            known = protocols.truth(machine, first, at)
            return Unknown("a truth value") if known is None else literal(known)
        case ObjectFunction.ISINSTANCE:
            return _isinstance(machine, use.arguments)
        case ObjectFunction.IS_AWAITABLE:
            return coroutines.awaitable_test(machine, first, use.detail)
        case ObjectFunction.ISSUBCLASS:
            return classes.subclass_test(machine, use.arguments)
        case (
            ObjectFunction.HASATTR
            | ObjectFunction.GETATTR
            | ObjectFunction.SETATTR
            | ObjectFunction.DELATTR
        ):
            return _by_name(machine, use, meaning)
        case ObjectFunction.SUPER:
            return _super(machine, use.arguments)
        case ObjectFunction.TYPE:
            return _type(machine, first)
        case ObjectFunction.SHOW:
            for argument in use.arguments:
                protocols.show(machine, argument, at, is_representation=use.detail == "repr")
            is_same = use.detail == "str" and isinstance(first, Literal)
            return texts.joined(("", ""), (first,)) if is_same else Unknown("a text")
        case ObjectFunction.CAST:
            return _cast(machine, use.arguments)
        case ObjectFunction.FIRST:
            return first
        case ObjectFunction.SECOND if len(use.arguments) > 1:
            return use.arguments[1]
        case ObjectFunction.VARS if not use.arguments:
            entries = tuple((literal(name), held) for name, held in machine.variables().items())
            return machine.allocate(machine.site(at, "variables"), Table(entries=entries))
        case ObjectFunction.VARS:
            return attributes.read(machine, first, "__dict__", at)
        case ObjectFunction.TYPE_ARGUMENTS:
            return classes.type_arguments(first)
        case ObjectFunction.TYPE_ORIGIN:
            return (
                ClassReference(first.name)
                if isinstance(first, ClassReference)
                else Unknown("a type")
            )
        case ObjectFunction.INSTANCE:
            return ExternalInstance(use.detail)
        case ObjectFunction.JOIN_PATHS:
            return texts.path_of(use.arguments)
        case ObjectFunction.SECOND:
            return NOTHING_KNOWN
        case unreachable:
            assert_never(unreachable)


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


def _by_name(machine: Machine, use: LibraryUse, meaning: ObjectFunction) -> Value:
    # `hasattr(obj, "rel")` and `getattr(obj, "rel", None)` load like any read (semantics: R2)
    match use.arguments:
        case (owner, Literal(value=str(name)), *others):
            pass
        case (owner, name, value) if meaning is ObjectFunction.SETATTR:
            assignment.assign_some_attribute(machine, owner, name, value, use.at)
            return NONE
        case _:
            loading_notes.leave(machine, use.arguments)
            return Unknown("an attribute by a name that is not known")
    match meaning, others:
        case ObjectFunction.SETATTR, (value, *_):
            assignment.assign_attribute(machine, owner, name, value, use.at)
            return NONE
        case ObjectFunction.DELATTR, _:
            assignment.delete_attribute(machine, owner, name)
            return NONE
        case _:
            with misuse.quiet(machine):
                found = attributes.read(machine, owner, name, use.at)
    if meaning is ObjectFunction.HASATTR:
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

"""Providers of containers: `providers.Factory(Repository, session=session)` to the object that calling it gives.

A provider is kept as its call with the place where it stands, and runs there each time that the object is asked for.
"""

from __future__ import annotations

from typing import assert_never

from saalint.interpret.calling import calls
from saalint.interpret.domain.values import (
    External,
    ExternalMethod,
    Literal,
    Partial,
    PendingCall,
    Unknown,
    Value,
    literal,
)
from saalint.interpret.language import attributes, generators
from saalint.interpret.libraries import services
from saalint.interpret.libraries.library_use import LibraryUse
from saalint.interpret.machine import Machine
from saalint.library.meanings import ProviderFunction
from saalint.library.operations import Operation
from saalint.source.positions import Place


def run(machine: Machine, use: LibraryUse, meaning: ProviderFunction) -> Value:
    """The result of such a function."""
    match meaning:
        case ProviderFunction.PROVIDER:
            here = (literal(machine.frame.module), literal(use.at))
            return Partial(External(use.detail), (*here, *use.arguments), use.keywords)
        case ProviderFunction.PROVIDE:
            return _provided(machine, use)
        case ProviderFunction.FIND_SERVICE:
            return services.find(machine, use)
        case unreachable:
            assert_never(unreachable)


def _provided(machine: Machine, use: LibraryUse) -> Value:
    match use.arguments:
        case (Literal(value=str(module)), Literal(value=int(at)), made, *given):
            pass
        case _:
            return Unknown("a provider of nothing")
    with machine.inside(machine.analysis.module_frame(module)):
        if use.detail == "object":
            return made
        arguments = tuple([_given(machine, value, at) for value in given])
        keywords = tuple([(name, _given(machine, value, at)) for name, value in use.keywords])
        found = calls.call(machine, made, arguments, keywords, at)
        if isinstance(found, PendingCall) and found.kind == "generator":
            # a resource that its generator closes
            return generators.collect(machine, found)
        return found


def _given(machine: Machine, value: Value, at: Place) -> Value:
    """What is passed for a value: the object of a provider, an attribute of it, or the provider itself."""
    match value:
        case Partial(function=External(name=name)) if _is_provider(machine, name):
            return calls.call(machine, value, (), (), at)
        case ExternalMethod(receiver=Partial() as provider, name="provider"):
            return provider
        case ExternalMethod(receiver=Partial() as provider, name="provided"):
            return _given(machine, provider, at)
        case ExternalMethod(receiver=ExternalMethod() as inner, name=name):
            return attributes.read(machine, _given(machine, inner, at), name, at)
        case _:
            return value


def _is_provider(machine: Machine, name: str) -> bool:
    return (
        Operation(ProviderFunction.PROVIDER, name) in machine.analysis.operations.functions.values()
    )

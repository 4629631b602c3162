"""The interface of a service that a request is asked for, to what the project registered for it."""

from __future__ import annotations

from saalint.interpret.calling import calls
from saalint.interpret.domain.values import (
    ClassReference,
    External,
    FunctionReference,
    Literal,
    Unknown,
    Value,
    union,
)
from saalint.interpret.libraries import views
from saalint.interpret.libraries.library_use import LibraryUse
from saalint.interpret.machine import Machine
from saalint.project.frameworks.configured import Given, Service, ServiceKey
from saalint.source.positions import Place


def find(machine: Machine, use: LibraryUse) -> Value:
    """What `request.find_service(IShelf)` gives, asked with the request first."""
    key = _key(use)
    if key is None:
        return Unknown("a service of an interface that is not known")
    kept = (machine.frames[0].number, f"request.find_service({key.interface}, {key.name})")
    known = machine.memory.read(kept)
    if known is None:
        services = machine.analysis.project.renderings.requests.services
        found = [_made(machine, one, use.first, use.at) for one in services if one.key == key]
        known = union(found) if found else Unknown("a service that nobody registers")
        machine.memory.write(kept, known)
    return known  # type: ignore[return-value]  # variables never hold bare objects


def _key(use: LibraryUse) -> ServiceKey | None:
    match use.given("iface", 1), use.given("name", 3):
        case None, None:
            return ServiceKey("", "")
        case None, Literal(value=str(name)):
            return ServiceKey("", name)
        case ClassReference(name=interface) | External(name=interface), None:
            return ServiceKey(interface, "")
        case ClassReference(name=interface) | External(name=interface), Literal(value=str(name)):
            return ServiceKey(interface, name)
        case _:
            return None


def _made(machine: Machine, service: Service, request: Value, at: Place) -> Value:
    source: Value
    if isinstance(service.source, Given):
        source = views.given(machine, service.source)
    else:
        source = FunctionReference(service.source.module, service.source.index)
    if not service.is_factory:
        return source
    return calls.call(machine, source, (Unknown("where a request is"), request), (), at)

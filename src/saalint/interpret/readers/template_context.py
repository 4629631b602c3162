"""What templates have without being given it: globals of the environment, registered functions, context processors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from saalint.facts import expressions as ex
from saalint.facts import instructions as ins
from saalint.interpret.calling import calls
from saalint.interpret.domain.heap import Instance, Table
from saalint.interpret.domain.values import (
    NONE,
    FunctionReference,
    Literal,
    Reference,
    Unknown,
    Value,
    members,
)
from saalint.interpret.language import binding, iteration
from saalint.interpret.machine import Machine
from saalint.interpret.readers import rendering, template_environments
from saalint.source.positions import Place

_MARKS = {"filters": "|{}", "tests": "is {}", "globals": "{}"}
_KINDS = {"filter": "filters", "test": "tests", "global": "globals"}


def globals_of(machine: Machine, environment: Value, at: Place) -> dict[str, Value]:
    """What every template of an environment knows, filters as `|name` and tests as `is name`."""
    found: dict[str, Value] = {}
    for registered in machine.analysis.project.renderings.registered:
        function = FunctionReference(registered.module, registered.index)
        if registered.kind == "context":
            made = calls.call(machine, function, (), (), at)
            found.update(rendering.entries(machine, made, at))
        else:
            found[_MARKS[_KINDS[registered.kind]].format(registered.name)] = function
    for kind, mark in _MARKS.items():
        own = template_environments.globals_of(machine, environment, kind)
        found.update({mark.format(name): value for name, value in own.items()})
    return found


def is_whole(
    machine: Machine, environment: Value, contexts: Iterable[Value], given: Mapping[str, Value]
) -> bool:
    """Whether nothing unknown is passed to a template, as nothing is by `Template(text).render(user=user)`."""
    held = list(template_environments.tables_of(machine, environment, "globals"))
    if binding.OTHER_KEYWORDS in given or not (held or environment == NONE):
        return False
    for context in contexts:
        thing = machine.object_of(context) if isinstance(context, Reference) else None
        if isinstance(thing, Table):
            held.append(thing)
        elif context != NONE:
            return False
    keys = [key for table in held for key, _ in table.entries]
    return all(table.rest is None for table in held) and all(
        isinstance(key, Literal) for key in keys
    )


def of_processors(machine: Machine, templates: Value, at: Place) -> dict[str, Value]:
    """What the context processors of `Jinja2Templates` add to the context."""
    found: dict[str, Value] = {}
    for member in members(templates):
        thing = machine.object_of(member) if isinstance(member, Reference) else None
        given = thing.get("context_processors") if isinstance(thing, Instance) else None
        if given is None:
            continue
        for processor in iteration.elements(machine, given, at)[0]:
            made = calls.call(machine, processor, (Unknown("a request"),), (), at)
            found.update(dict.fromkeys(_written(machine, processor), Unknown("what is no entity")))
            found.update(rendering.entries(machine, made, at))
    return found


def _written(machine: Machine, processor: Value) -> Iterator[str]:
    # one that holds no entity is not run (`calling/relevance`): `return {"user": current_user(request)}`
    if not isinstance(processor, FunctionReference):
        return
    for node in ex.nodes_in(machine.analysis.function(processor.module, processor.index).body):
        match node:
            case ins.Return(value=ex.Mapping(entries=entries)):
                yield from (
                    str(entry.key.value) for entry in entries if isinstance(entry.key, ex.Constant)
                )
            case _:
                pass

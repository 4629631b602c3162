"""Classes of the project that inherit from a list or a dict: an object holds a collection of its own."""

from __future__ import annotations

from saalint.interpret.calling import calls
from saalint.interpret.domain.heap import HeapObject, Instance
from saalint.interpret.domain.values import Keywords, Reference, Tuple, Value
from saalint.interpret.machine import Machine
from saalint.source.positions import Place

# as `UserList` and `UserDict` call it
_HELD = "data"
_MADE_BY = {
    "builtins.list": "builtins.list",
    "builtins.set": "builtins.set",
    "builtins.tuple": "builtins.tuple",
    "collections.UserList": "builtins.list",
    "collections.deque": "collections.deque",
    "builtins.dict": "builtins.dict",
    "collections.OrderedDict": "builtins.dict",
    "collections.UserDict": "builtins.dict",
}


def fields(
    machine: Machine, owner: str, arguments: tuple[Value, ...], keywords: Keywords, at: Place
) -> Keywords:
    """The collection that a new object of a class holds, as its field; nothing for a class that is none."""
    for ancestor in machine.analysis.project.classes.mro(owner)[1:]:
        function = _MADE_BY.get(ancestor)
        if function is not None:
            return ((_HELD, calls.call_external(machine, function, arguments, keywords, at)),)
    return ()


def held(machine: Machine, thing: HeapObject | None) -> Value | None:
    """The collection that an object stands for, where its class inherits from one."""
    value = thing.get(_HELD) if isinstance(thing, Instance) else None
    if not isinstance(thing, Instance) or not isinstance(value, Reference | Tuple):
        return None
    ancestors = machine.analysis.project.classes.mro(thing.class_name)[1:]
    return value if any(ancestor in _MADE_BY for ancestor in ancestors) else None

"""Rows that a module writes itself: `Book(id=2, author_id=1)` to the foreign keys of the object of that key.

They tell apart the objects that the same module asks for by key, `session.get(Book, 2)`, and what stands behind them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from saalint.facts import expressions as ex
from saalint.interpret.domain.heap import Entity
from saalint.interpret.domain.values import NONE, Literal, literal
from saalint.interpret.machine import Machine
from saalint.interpret.orm import load_states
from saalint.interpret.record import replace
from saalint.project.mapped import Mapper
from saalint.project.model import ProjectModel
from saalint.project.names import definitions as symbols

_ANYWHERE = ("",)

Row = dict[str, Literal]
Rows = Mapping[Literal, Row]


class WrittenRows:
    """The rows that modules write, by module and mapped class; read when somebody asks for one of them."""

    def __init__(self, project: ProjectModel) -> None:
        self._project = project
        self._found: dict[tuple[str, str], Rows] = {}
        self._is_scattered: set[tuple[str, str]] = set()

    def of(self, module: str, mapper: Mapper) -> Rows:
        """The foreign keys of the rows of a mapped class that a module writes, by primary key."""
        rows = self._found.get((module, mapper.name))
        if rows is None:
            rows = self._found[module, mapper.name] = self._read(module, mapper)
        return rows

    def all_of(self, module: str, mapper: Mapper) -> tuple[Literal, ...]:
        """The keys of all rows of a mapped class, in order, where one function of the module writes them."""
        keys = self.of(module, mapper)
        is_kin = mapper.base is not None or mapper.subclasses
        is_known = not is_kin and (module, mapper.name) not in self._is_scattered
        return tuple(sorted(keys, key=_order)) if is_known else ()

    def _read(self, module: str, mapper: Mapper) -> Rows:
        primary_key = mapper.single_key
        if primary_key is None:
            return {}
        rows: dict[Literal, Row] = {}
        writers: dict[str, None] = {}
        others: set[str] = set()
        for writer, call, is_alone in self._calls(module, mapper):
            given = {each.name: each.value for each in call.keywords}
            key = given.get(primary_key)
            if not isinstance(key, ex.Constant):
                # `Book(id=number)` may be many rows, `Book()` in another function is one that comes later
                others.update((writer,) if key is None else (writer, *_ANYWHERE))
                continue
            writers[writer] = None
            row = dict(_foreign_keys(mapper, given, is_alone=is_alone))
            known = rows.setdefault(literal(key.value), row)
            for name in [name for name in known if row.get(name) != known[name]]:
                # two of them do not agree
                del known[name]
        if len(writers) > 1 or others.intersection((*writers, *_ANYWHERE)):
            self._is_scattered.add((module, mapper.name))
        return rows

    def _calls(self, module: str, mapper: Mapper) -> Iterator[tuple[str, ex.Call, bool]]:
        """The calls that make a row, with the function they are in, and whether no other row is given it as its own."""
        found = self._project.symbols.module(module)
        for facts in found.facts.functions if found is not None else ():
            if mapper.class_name not in facts.free:
                continue
            calls = list(ex.calls_in(facts.body))
            # `Author(id=1, books=[Book(id=2)])` gives the book its key
            given = [each.value for call in calls for each in call.keywords]
            inner = {call.at for value in given for call in ex.calls_in(value)}
            for call in calls:
                called = self._project.symbols.resolve(module, call.function, facts.scope)
                if called == symbols.ClassDefinition(mapper.name):
                    yield facts.name, call, call.at not in inner


def _order(key: Literal) -> tuple[str, object]:
    return type(key.value).__name__, key.value


def _foreign_keys(
    mapper: Mapper, given: Mapping[str | None, ex.Expression], *, is_alone: bool
) -> Iterator[tuple[str, Literal]]:
    # a row that is given columns only has NULL for the others
    is_all = is_alone and all(name in mapper.columns for name in given)
    for name, column in mapper.columns.items():
        if column.foreign_key is None:
            continue
        written = given.get(name)
        if isinstance(written, ex.Constant):
            yield name, literal(written.value)
        elif written is None and is_all and not load_states.has_any_default(column):
            yield name, NONE


def with_keys(machine: Machine, entity: Entity) -> Entity:
    """An object of a known key with the foreign keys that its row was written with."""
    if not isinstance(entity.identity, Literal) or entity.is_constructed:
        return entity
    mappers = machine.analysis.mappers
    rows = machine.analysis.rows.of(machine.frame.module, mappers[entity.mapper])
    for name, value in rows.get(entity.identity, {}).items():
        if entity.get(name) is None:
            state = load_states.state_of(entity, name, mappers)
            entity = entity.with_state(name, replace(state, value=value))
    return entity

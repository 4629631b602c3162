"""Rows of association tables that a module writes itself: which objects stand behind a many-to-many of another.

session.execute(book_tag.insert().values(book_id=1, tag_id=2))
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from saalint.facts import expressions as ex
from saalint.facts.records import FunctionFacts
from saalint.interpret.domain.values import Literal, Reference, literal
from saalint.interpret.machine import Machine
from saalint.interpret.record import replace
from saalint.library.meanings import QueryFunction
from saalint.library.operations import Operation, operations
from saalint.project.mapped import Association, Relationship
from saalint.project.model import ProjectModel
from saalint.project.names import definitions as symbols

# the key of an object, and that of one behind its relationship
Pairs: TypeAlias = frozenset[tuple[Literal, Literal]]


class WrittenPairs:
    """The rows of association tables that modules write; read when somebody asks for those of a relationship."""

    def __init__(self, project: ProjectModel) -> None:
        self._project = project
        self._found: dict[tuple[str, str, str], Pairs | None] = {}

    def of(self, module: str, relationship: Relationship) -> Pairs | None:
        """The pairs of keys that one function of a module writes; None where not all of them are known."""
        association = relationship.association
        if association is None:
            return None
        key = (module, relationship.owner, relationship.name)
        if key not in self._found:
            self._found[key] = self._read(module, relationship, association)
        return self._found[key]

    def _read(
        self, module: str, relationship: Relationship, association: Association
    ) -> Pairs | None:
        found = self._project.symbols.module(module)
        functions = found.facts.functions if found is not None else ()
        every = [
            _Writer(self._project, module, facts, names)
            for facts in functions
            # `relationship(secondary=lambda: book_tag)` writes nothing
            if not facts.is_lambda and (names := self._names(module, facts, association.table))
        ]
        if len(every) != 1 or every[0].puts_behind(relationship):
            return None
        rows = every[0].rows()
        keys = [(row.get(association.own), row.get(association.other)) for row in rows or ()]
        known = frozenset((own, other) for own, other in keys if own and other)
        return known if rows and len(known) == len(rows) else None

    def _names(self, module: str, facts: FunctionFacts, table: str) -> frozenset[str]:
        """The names by which a function uses a table."""
        resolve = self._project.symbols.resolve
        found = {name: resolve(module, ex.Name(name, facts.at)) for name in facts.free}
        return frozenset(name for name, one in found.items() if _is_variable(one, table))


def _is_variable(found: symbols.Definition, qualified: str) -> bool:
    match found:
        case symbols.VariableDefinition(module=module, name=name):
            return f"{module}.{name}" == qualified
        case _:
            return False


@dataclass(frozen=True, slots=True)
class _Writer:
    """A function that uses a table, by the names that it has for it."""

    project: ProjectModel
    module: str
    facts: FunctionFacts
    names: frozenset[str]

    def puts_behind(self, relationship: Relationship) -> bool:
        """Whether it names the relationship or its other side as well: `Book(id=1, tags=[tag])`."""
        sides = {relationship.name, relationship.back_populates}
        given = {each.name for call in ex.calls_in(self.facts.body) for each in call.keywords}
        return not sides.isdisjoint((*given, *self.facts.attributes))

    def rows(self) -> list[dict[str, Literal]] | None:
        """What it puts into the table; None where it does more with it, or what it puts there is not written out."""
        nodes = ex.nodes_in(self.facts.body)
        uses = [one for one in nodes if isinstance(one, ex.Name) and one.name in self.names]
        inserts = list(self._inserts())
        rows = [_row(one) for given in inserts for one in _each(given)]
        known = [row for row in rows if row is not None]
        return known if len(inserts) == len(uses) and len(known) == len(rows) else None

    def _inserts(self) -> Iterator[ex.Expression]:
        for call in ex.calls_in(self.facts.body):
            match call:
                case ex.Call(function=ex.Attribute(base=base, name="values")) if self._is_insert(
                    base
                ):
                    yield call.arguments[0] if call.arguments else _as_mapping(call)
                case ex.Call(arguments=(statement, given)) if self._is_insert(statement):
                    yield given
                case _:
                    pass

    def _is_insert(self, statement: ex.Expression) -> bool:
        match statement:
            case ex.Call(function=ex.Attribute(base=ex.Name(name=name), name="insert")):
                return name in self.names
            case ex.Call(function=function, arguments=(ex.Name(name=name),)):
                made = self.project.symbols.resolve(self.module, function, self.facts.scope)
                return name in self.names and _makes_insert(made)
            case _:
                return False


def _makes_insert(function: symbols.Definition) -> bool:
    match function:
        case symbols.External(name=name):
            return operations().of(name) == Operation(QueryFunction.CHANGE, "insert")
        case _:
            return False


def _as_mapping(call: ex.Call) -> ex.Mapping:
    entries = (
        ex.Entry(ex.Constant(each.name, call.at) if each.name else None, each.value)
        for each in call.keywords
    )
    return ex.Mapping(tuple(entries), call.at)


def _each(given: ex.Expression) -> tuple[ex.Expression, ...]:
    match given:
        case ex.Sequence(items=items):
            return items
        case _:
            return (given,)


def _row(given: ex.Expression) -> dict[str, Literal] | None:
    if not isinstance(given, ex.Mapping):
        return None
    row: dict[str, Literal] = {}
    for entry in given.entries:
        match entry:
            case ex.Entry(key=ex.Constant(value=str(name)), value=ex.Constant(value=value)):
                row[name] = literal(value)
            case _:
                return None
    return row


def known(machine: Machine, relationship: Relationship) -> Pairs | None:
    """The pairs behind a many-to-many, as they were written and the program left them."""
    found = machine.analysis.pairs.of(machine.frame.module, relationship)
    table = relationship.association and relationship.association.table
    is_changed = found is not None and any(
        table in session.rewritten for session in machine.sessions().values()
    )
    return None if is_changed else found


def put_together(machine: Machine, reference: Reference, name: str) -> None:
    """The program says anew what is behind a relationship: its rows are not those that were written before."""
    entity = machine.entity_at(reference)
    session = machine.session(entity.session)
    relationship = machine.analysis.mappers[entity.mapper].relationships.get(name)
    association = relationship.association if relationship is not None else None
    if association is None or session is None or entity.session is None:
        return
    tables = dict.fromkeys((*session.rewritten, association.table))
    machine.write(entity.session, replace(session, rewritten=tuple(sorted(tables))))

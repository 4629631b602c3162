"""Data transfer objects of mapped classes to schemas: `SQLAlchemyDTO[Author]` reads what its settings do not exclude.

Goes in: the expression that names one, a class or a subscript. Comes out: the schema, and those of what lies below it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from saalint.facts import expressions as ex
from saalint.facts.written_out import argument_of, text_of
from saalint.library.frameworks import Transfer
from saalint.project.mapped import LoaderStrategy, Mapper
from saalint.project.names.classes import Classes
from saalint.project.names.definitions import ClassDefinition, External, VariableDefinition
from saalint.project.names.symbols import Symbols
from saalint.project.serialisers.schema_records import Schema, SchemaField
from saalint.project.serialisers.schema_types import PLAIN, ClassOf, Many, SchemaType

_UNREADABLE = frozenset({LoaderStrategy.DYNAMIC, LoaderStrategy.WRITE_ONLY})
_DEEPEST = 4

_Paths = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class _Choice:
    """What is left out and what is chosen, as paths of names from here, and how many relationships may follow."""

    without: _Paths
    only: _Paths
    depth: int

    def takes(self, name: str) -> bool:
        is_chosen = not self.only or any(path[0] == name for path in self.only)
        return is_chosen and (name,) not in self.without and not name.startswith("_")

    def below(self, name: str) -> _Choice:
        without, only = (
            tuple(path[1:] for path in paths if path[0] == name and len(path) > 1)
            for paths in (self.without, self.only)
        )
        return _Choice(without, only, self.depth - 1)


@dataclass(frozen=True, slots=True, eq=False)
class Transfers:
    """The data transfer objects of a project. `kinds` are the base classes, `mappers` what they are of."""

    symbols: Symbols
    classes: Classes
    mappers: Mapping[str, Mapper]
    kinds: Mapping[str, Transfer]

    def schemas_of(
        self, module: str, expression: ex.Expression, scope: str, depth: int = 0
    ) -> tuple[Schema, ...]:
        """The schema that an expression names, first, and those of its relationships; nothing for what is none."""
        if isinstance(expression, ex.Subscript):
            return self._of_subscript(module, expression, scope)
        match self.symbols.resolve(module, expression, scope):
            case ClassDefinition(name=name):
                return self._of_class(name)
            case VariableDefinition(module=home, name=name) as variable if depth < _DEEPEST:
                values = self.symbols.assignments(variable)
                around = name.rpartition(".")[0]
                value = values[-1].value if values else None
                return () if value is None else self.schemas_of(home, value, around, depth + 1)
            case _:
                return ()

    def _of_subscript(
        self, module: str, expression: ex.Subscript, scope: str
    ) -> tuple[Schema, ...]:
        base = self.symbols.resolve(module, expression.base, scope)
        kind = self.kinds.get(base.name) if isinstance(base, External) else None
        if kind is None:
            return ()
        key = f"{module}:{expression.at}.{ex.dotted_name(expression.base)}[…]"
        return self._of_argument(kind, key, module, expression.index, scope, None)

    def _of_class(self, name: str) -> tuple[Schema, ...]:
        for ancestor in self.classes.mro(name):
            kind = self.kinds.get(ancestor)
            if kind is None:
                continue
            field = self.classes.find_field(name, kind.settings)
            settings = None if field is None else field[1].value
            for module, argument in self.classes.type_arguments(name, ancestor)[:1]:
                return self._of_argument(kind, name, module, argument, "", settings)
        return ()

    def _of_argument(
        self,
        kind: Transfer,
        key: str,
        module: str,
        argument: ex.Expression,
        scope: str,
        settings: ex.Expression | None,
    ) -> tuple[Schema, ...]:
        # `SQLAlchemyDTO[Annotated[Author, SQLAlchemyDTOConfig(exclude={"books"})]]`
        if isinstance(argument, ex.Subscript) and isinstance(argument.index, ex.Sequence):
            argument, *rest = argument.index.items
            settings = settings or next(iter(rest), None)
        found = self.symbols.resolve(module, argument, scope)
        mapper = self.mappers.get(found.name) if isinstance(found, ClassDefinition) else None
        choice = _choice(kind, settings)
        if mapper is None or choice is None:
            return ()
        return tuple(self._schemas(kind, key, mapper, choice))

    def _schemas(
        self, kind: Transfer, key: str, mapper: Mapper, choice: _Choice
    ) -> Iterator[Schema]:
        fields = [
            SchemaField(name, ((name,),), PLAIN)
            for name in mapper.columns
            if choice.takes(name) and not self._is_hidden(kind, mapper, name)
        ]
        below: list[Schema] = []
        for name, relationship in mapper.relationships.items():
            target = self.mappers.get(str(relationship.target))
            is_read = choice.depth > 0 and relationship.strategy not in _UNREADABLE
            if not is_read or not choice.takes(name) or self._is_hidden(kind, mapper, name):
                continue
            inner: SchemaType = PLAIN
            if target is not None:
                own = f"{key}.{name}"
                below.extend(self._schemas(kind, own, target, choice.below(name)))
                inner = ClassOf(own)
            found = Many(inner) if relationship.is_collection else inner
            fields.append(SchemaField(name, ((name,),), found))
        yield Schema(name=key, is_reading=True, fields=tuple(fields))
        yield from below

    def _is_hidden(self, kind: Transfer, mapper: Mapper, name: str) -> bool:
        # `mapped_column(info=dto_field("private"))`
        field = self.classes.find_field(mapper.class_name, name)
        value = None if field is None else field[1].value
        marked = argument_of(value, "info") if isinstance(value, ex.Call) else None
        given = marked.arguments[:1] if isinstance(marked, ex.Call) else ()
        return any(text_of(one) in kind.hidden for one in given)


def _choice(kind: Transfer, settings: ex.Expression | None) -> _Choice | None:
    """What settings choose; None where they are not written out."""
    if settings is None:
        return _Choice((), (), kind.deepest)
    if not isinstance(settings, ex.Call):
        return None
    without = _paths(argument_of(settings, kind.without))
    only = _paths(argument_of(settings, kind.only))
    depth = argument_of(settings, kind.depth)
    deepest = depth.value if isinstance(depth, ex.Constant) else kind.deepest
    if without is None or only is None or not isinstance(deepest, int):
        return None
    return _Choice(without, only, min(deepest, _DEEPEST))


def _paths(expression: ex.Expression | None) -> _Paths | None:
    # `{"books.0.title"}`: the number stands for every book
    if expression is None:
        return ()
    if not isinstance(expression, ex.Sequence):
        return None
    names = [item.value for item in expression.items if isinstance(item, ex.Constant)]
    if len(names) < len(expression.items):
        return None
    paths = (str(name).split(".") for name in names)
    return tuple(tuple(part for part in path if not part.isdigit()) for path in paths)

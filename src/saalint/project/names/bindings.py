"""A block of instructions to the names it binds, each with its bindings, the most telling one first.

Of two bindings in a row the later one holds. Of alternatives (`if … else`, `try … except ImportError`) the first one
does: it is the one under `if TYPE_CHECKING:` and the one that a complete installation takes. Only `Base = Any` tells
less than any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from saalint.facts.expressions import Attribute, Expression, Name, Sequence, Starred, Subscript
from saalint.facts.instructions import (
    Assert,
    Assign,
    AugmentedAssign,
    Block,
    DefineClass,
    DefineFunction,
    Delete,
    Evaluate,
    For,
    If,
    Import,
    Instruction,
    Jump,
    Match,
    Raise,
    Return,
    Try,
    While,
    With,
)
from saalint.source.positions import Place


@dataclass(frozen=True, slots=True)
class ClassBinding:
    """`class name`, by index."""

    index: int


@dataclass(frozen=True, slots=True)
class FunctionBinding:
    """`def name`, by index."""

    index: int


@dataclass(frozen=True, slots=True)
class ValueBinding:
    """`name = value`, `name: annotation`; a name that a loop or a tuple target binds has no value."""

    value: Expression | None
    annotation: Expression | None
    at: Place


Binding: TypeAlias = Import | ClassBinding | FunctionBinding | ValueBinding


@dataclass(frozen=True, slots=True, eq=False)
class Bindings:
    """What a block binds: `names` with the most telling binding first, and its star imports, the last first."""

    names: Mapping[str, tuple[Binding, ...]]
    stars: tuple[Import, ...]


@dataclass(frozen=True, slots=True)
class ScopeNames:
    """Names of the classes and functions of one file, by index: blocks hold the index only."""

    classes: tuple[str, ...]
    functions: tuple[str, ...]


def bindings_of(block: Block, scope_names: ScopeNames) -> Bindings:
    """All bindings of a block, nested blocks of the same scope included."""
    collected: dict[str, list[Binding]] = {}
    stars: list[Import] = []
    for name, binding in _of_block(block, scope_names):
        if name == "*" and isinstance(binding, Import):
            stars.append(binding)
        else:
            collected.setdefault(name, []).append(binding)
    names = {name: tuple(sorted(found, key=_is_anything)) for name, found in collected.items()}
    return Bindings(names, tuple(stars))


def _is_anything(binding: Binding) -> bool:
    # `if TYPE_CHECKING: Base = Any`, `else: Base = mapper_registry.generate_base()`
    match binding:
        case ValueBinding(value=Name(name="Any") | Attribute(base=Name(name="typing"), name="Any")):
            return True
        case _:
            return False


def _of_block(block: Block, names: ScopeNames) -> Iterator[tuple[str, Binding]]:
    for instruction in reversed(block):
        yield from _of_instruction(instruction, names)


def _of_instruction(instruction: Instruction, names: ScopeNames) -> Iterator[tuple[str, Binding]]:
    match instruction:
        case Import(member="*"):
            yield "*", instruction
        case Import(bound=bound):
            yield bound, instruction
        case DefineClass(definition=index):
            yield names.classes[index], ClassBinding(index)
        case DefineFunction(function=index):
            yield names.functions[index], FunctionBinding(index)
        case Assign(targets=targets, value=value, annotation=annotation, at=at):
            for target in targets:
                yield from _of_target(target, ValueBinding(value, annotation, at))
        case If():
            yield from _of_blocks(_branches(instruction), names)
        case Try(body=body, handlers=handlers, otherwise=otherwise, final=final):
            blocks = (body, otherwise, *(handler.body for handler in handlers), final)
            yield from _of_blocks(blocks, names)
        case For(target=target, body=body, otherwise=otherwise, at=at):
            yield from _of_target(target, ValueBinding(None, None, at))
            yield from _of_blocks((body, otherwise), names)
        case While(body=body, otherwise=otherwise):
            yield from _of_blocks((body, otherwise), names)
        case With(entered=entered, body=body):
            for manager in entered:
                if manager.target is not None:
                    yield from _of_target(manager.target, ValueBinding(None, None, manager.at))
            yield from _of_block(body, names)
        case Match(cases=cases):
            yield from _of_blocks((case.body for case in cases), names)
        case Evaluate() | AugmentedAssign() | Delete() | Return() | Raise() | Jump() | Assert():
            return
        case _:
            assert_never(instruction)


def _branches(instruction: If) -> Iterator[Block]:
    """An `elif` chain is a deep nest: this goes along it in a loop."""
    yield instruction.then
    otherwise = instruction.otherwise
    while len(otherwise) == 1 and isinstance(link := otherwise[0], If):
        yield link.then
        otherwise = link.otherwise
    yield otherwise


def _of_blocks(blocks: Iterable[Block], names: ScopeNames) -> Iterator[tuple[str, Binding]]:
    for block in blocks:
        yield from _of_block(block, names)


def _of_target(target: Expression, binding: ValueBinding) -> Iterator[tuple[str, Binding]]:
    match target:
        case Name(name=name):
            yield name, binding
        case Sequence(items=items):
            values = _values_for(items, binding)
            for item, value in zip(items, values, strict=True):
                yield from _of_target(item, ValueBinding(value, None, binding.at))
        case Starred(value=value):
            yield from _of_target(value, ValueBinding(None, None, binding.at))
        case Attribute() | Subscript():
            return
        case _:
            return


def _values_for(
    items: tuple[Expression, ...], binding: ValueBinding
) -> tuple[Expression | None, ...]:
    """`a, b = x, y` gives each its own value; any other unpacking gives none."""
    match binding.value:
        case Sequence(items=values) if len(values) == len(items) and not any(
            isinstance(item, Starred) for item in (*items, *values)
        ):
            return values
        case _:
            return (None,) * len(items)

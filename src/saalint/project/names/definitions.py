"""What a name can mean: modules, classes, functions, variables, things outside the project, nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from saalint.facts.records import FileFacts


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """A module of the project, or of an installed package read on demand (`is_project` is False), or a template.

    `is_aside` marks tests and migrations: what they do with the program is not what the program does.
    """

    name: str
    path: str
    facts: FileFacts
    is_project: bool
    is_package: bool
    is_template: bool = False
    is_aside: bool = False


@dataclass(frozen=True, slots=True)
class ModuleDefinition:
    """A module by its dotted name."""

    name: str


@dataclass(frozen=True, slots=True)
class ClassDefinition:
    """A class of the project; `name` is its qualified name `package.module.Outer.Inner`."""

    name: str


@dataclass(frozen=True, slots=True)
class FunctionDefinition:
    """A function of the project, by module and index in its facts."""

    module: str
    index: int


@dataclass(frozen=True, slots=True)
class VariableDefinition:
    """A variable bound by an assignment in `module`; `name` is dotted where a function's body binds it."""

    module: str
    name: str


@dataclass(frozen=True, slots=True)
class External:
    """Something outside the project, by its canonical qualified name (`sqlalchemy.orm.Session`, `builtins.len`)."""

    name: str


@dataclass(frozen=True, slots=True)
class Undefined:
    """A name that nothing binds, with the reason."""

    reason: str


Definition: TypeAlias = (
    ModuleDefinition
    | ClassDefinition
    | FunctionDefinition
    | VariableDefinition
    | External
    | Undefined
)

"""How the facts of templates call what the language of templates does itself; no name of a user's can be spelled so."""

from __future__ import annotations

INCLUDE, EXTENDS, IMPORT, BLOCKS = (
    "{% include %}",
    "{% extends %}",
    "{% import %}",
    "{% block %}",
)
WITHOUT_CONTEXT = "{% without context %}"
# variables: the template to extend, and the environment that a template is rendered in
PARENT = "parent template"
ENVIRONMENT = "environment of the template"

_BLOCK, _SUPER = "block ", "super "


def block_name(name: str) -> str:
    """The function of a block."""
    return f"{_BLOCK}{name}"


def super_name(name: str) -> str:
    """What `super()` means inside a block."""
    return f"{_SUPER}{name}"


def is_block(function: str) -> bool:
    """Whether a function is that of a block."""
    return function.startswith(_BLOCK)


def super_name_of(function: str) -> str:
    """What `super()` means inside the block of a function."""
    return super_name(function.removeprefix(_BLOCK))


def is_of_template(name: str) -> bool:
    """Whether a name is the template's own: of a block, a tag, or a scope inside it."""
    return "/" in name or name.startswith((_BLOCK, _SUPER, "{%", PARENT, ENVIRONMENT))

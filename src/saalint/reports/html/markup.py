"""Text and attributes to HTML: everything a user wrote is escaped here."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import NewType

Markup = NewType("Markup", str)


def text(content: str) -> Markup:
    """Text as people wrote it, with what stands in backticks as code."""
    parts = escape(content, quote=False).split("`")
    marked = (f"<code>{part}</code>" if odd % 2 else part for odd, part in enumerate(parts))
    return Markup("".join(marked))


def element(tag: str, *children: Markup, **attributes: str) -> Markup:
    """An element; `class_` and the like lose their underscore, others become dashes."""
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for name, value in attributes.items()
    )
    return Markup(f"<{tag}{written}>{''.join(children)}</{tag}>")


def joined(parts: Iterable[Markup]) -> Markup:
    """Pieces one after the other, a line each."""
    return Markup("\n".join(parts))

"""Which files can be templates, and what is said of one that cannot be read. Knows nothing of Jinja itself."""

from __future__ import annotations

from dataclasses import dataclass

from saalint.source.positions import Place

TEMPLATE_SUFFIXES = (
    ".html", ".htm", ".xhtml", ".jinja", ".jinja2", ".j2", ".txt", ".xml", ".md", ".rst", ".svg", ".css", ".js",
    ".json", ".csv", ".tex", ".eml", ".mjml", ".tmpl", ".tpl", ".sql", ".yml", ".yaml", ".prompt", ".rss", ".atom",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TemplateFailure:
    """What a template says that is not Jinja, and where; `is_left_out` where the rest of it is read all the same."""

    reason: str
    remedy: str
    at: Place
    is_left_out: bool = False

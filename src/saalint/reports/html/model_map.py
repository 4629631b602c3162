"""The mappers of a project to a drawing of how they lead to one another, and to a card for each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from saalint.facts.expressions import short_name
from saalint.project.mapped import Mapper, Relationship, Unknown
from saalint.reports.html.markup import Markup, element, joined, text

_WIDTH, _HEIGHT = 170, 30
_ACROSS, _DOWN = 260, 46
_MARGIN = 24


@dataclass(frozen=True, slots=True)
class _Box:
    """Where a mapper is drawn: its upper left corner."""

    x: int
    y: int


def drawing(mappers: Sequence[Mapper]) -> Markup:
    """All mappers that have relationships, each below its kin, and a line for each relationship."""
    boxes = _placed(mappers)
    if not boxes:
        return Markup("")
    by_name = {mapper.name: mapper for mapper in mappers}
    lines = [
        _line(boxes[name], boxes[target], relationship)
        for name in boxes
        for relationship, target in _edges(by_name[name])
        if target in boxes
    ]
    width = max(box.x for box in boxes.values()) + _WIDTH + _MARGIN
    height = max(box.y for box in boxes.values()) + _HEIGHT + _MARGIN
    drawn = [*lines, *(_box(by_name[name], box) for name, box in boxes.items())]
    size = {"width": str(width), "height": str(height), "viewBox": f"0 0 {width} {height}"}
    return element("svg", joined(drawn), role="img", **size)


def cards(mappers: Sequence[Mapper]) -> Markup:
    """A card for each mapper: its relationships with their loader strategies, its deferred columns."""
    return joined(_card(mapper) for mapper in mappers)


def strategy(relationship: Relationship) -> str:
    """The loader strategy in one word."""
    return "unknown" if relationship.is_strategy_unknown else str(relationship.strategy)


def _edges(mapper: Mapper) -> Iterator[tuple[Relationship, str]]:
    for relationship in mapper.relationships.values():
        if relationship.owner == mapper.name and not isinstance(relationship.target, Unknown):
            yield relationship, relationship.target


def _placed(mappers: Sequence[Mapper]) -> Mapping[str, _Box]:
    """Columns by distance from the mapper with most relationships, of each group that hangs together."""
    neighbours: defaultdict[str, set[str]] = defaultdict(set)
    known = {mapper.name for mapper in mappers}
    for mapper in mappers:
        for _, target in _edges(mapper):
            if target in known:
                neighbours[mapper.name].add(target)
                neighbours[target].add(mapper.name)
    boxes: dict[str, _Box] = {}
    top = _MARGIN
    for start in sorted(neighbours, key=lambda name: (-len(neighbours[name]), name)):
        if start in boxes:
            continue
        columns = list(_columns(start, neighbours))
        for number, column in enumerate(columns):
            for row, name in enumerate(column):
                boxes[name] = _Box(_MARGIN + number * _ACROSS, top + row * _DOWN)
        top += max(map(len, columns)) * _DOWN + _DOWN // 2
    return boxes


def _columns(start: str, neighbours: Mapping[str, set[str]]) -> Iterator[list[str]]:
    seen = {start}
    column = [start]
    while column:
        yield column
        following = sorted({each for name in column for each in neighbours[name]} - seen)
        seen.update(following)
        column = following


def _line(start: _Box, end: _Box, relationship: Relationship) -> Markup:
    """A curve that leaves at the right and arrives at the left; within a column it swings out."""
    x1, y1 = start.x + _WIDTH, start.y + _HEIGHT // 2
    x2, y2 = end.x, end.y + _HEIGHT // 2
    if end.x < start.x:
        x1, x2 = start.x, end.x + _WIDTH
    elif end.x == start.x:
        x2 = end.x + _WIDTH
    bend = 60 if end.x == start.x else (x2 - x1) // 2
    second = x2 + bend if end.x == start.x else x2 - bend
    path = f"M{x1},{y1} C{x1 + bend},{y1} {second},{y2} {x2},{y2}"
    name = f"{short_name(relationship.owner)}.{relationship.name}"
    title = element(
        "title", text(f"{name}: {relationship.direction}, lazy {strategy(relationship)}")
    )
    return element("path", title, d=path, class_=f"edge {_style(relationship)}")


def _box(mapper: Mapper, box: _Box) -> Markup:
    label = element(
        "text",
        text(mapper.class_name),
        x=str(box.x + _WIDTH // 2),
        y=str(box.y + _HEIGHT // 2 + 5),
        text_anchor="middle",
    )
    size = {"x": str(box.x), "y": str(box.y), "width": str(_WIDTH), "height": str(_HEIGHT)}
    link = f"#model-{mapper.name}"
    return element("a", element("rect", rx="6", **size), label, href=link, class_="box")


def _card(mapper: Mapper) -> Markup:
    rows = [_relationship_row(each) for each in mapper.relationships.values()]
    deferred = [column.name for column in mapper.columns.values() if column.is_deferred]
    notes = []
    if deferred:
        notes.append(element("p", text(f"deferred: {', '.join(deferred)}"), class_="about"))
    if mapper.is_incomplete:
        notes.append(element("p", text("not all of it was understood"), class_="about"))
    return element(
        "article",
        element("h3", text(mapper.class_name)),
        element("p", text(mapper.place.shown), class_="place"),
        element("table", joined(rows)) if rows else Markup(""),
        *notes,
        id=f"model-{mapper.name}",
        class_="model",
    )


def _relationship_row(relationship: Relationship) -> Markup:
    target = relationship.target
    if isinstance(target, Unknown):
        shown = element("td", text(f"unknown ({target.reason})"))
    else:
        name = text(short_name(target))
        shown = element("td", element("a", name, href=f"#model-{target}"))
    badge = element("span", text(strategy(relationship)), class_=f"badge {_style(relationship)}")
    return element(
        "tr",
        element("td", text(relationship.name)),
        shown,
        element("td", text(str(relationship.direction))),
        element("td", badge),
    )


def _style(relationship: Relationship) -> str:
    """How a strategy is coloured: by whether a read costs a query, none, or an exception."""
    return _STYLES.get(strategy(relationship), "eager")


_STYLES = {
    "select": "lazy",
    "raise": "raising",
    "raise_on_sql": "raising",
    "noload": "never",
    "write_only": "never",
    "dynamic": "never",
    "unknown": "unknown",
}

"""A report to one HTML page that needs nothing else: no network, no other file."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Sequence
from importlib.resources import files

from saalint.facts.expressions import short_name
from saalint.findings.coverage import Coverage
from saalint.findings.finding import Finding
from saalint.project.mapped import Mapper
from saalint.reports.frames import LinesOf
from saalint.reports.html.flows import finding_card
from saalint.reports.html.markup import Markup, element, joined, text
from saalint.reports.html.model_map import cards, drawing
from saalint.reports.places import place_text

_VIEWS = (("models", "By model"), ("queries", "By query"), ("map", "Models"), ("cover", "Coverage"))


def html_report(
    findings: Sequence[Finding], coverage: Coverage, mappers: Sequence[Mapper], lines_of: LinesOf
) -> str:
    """The whole page."""
    models = {short_name(mapper.name) for mapper in mappers}
    by_model = [(_by_model(finding, models), finding) for finding in findings]
    by_query = [(_by_query(finding), finding) for finding in findings]
    body = joined(
        [
            _header(findings),
            _section("models", _grouped(by_model, "no model", lines_of)),
            _section("queries", _grouped(by_query, "no query", lines_of)),
            _section("map", _map(mappers)),
            _section("cover", _coverage(coverage)),
            element("script", _resource("page.js")),
        ]
    )
    head = element(
        "head",
        Markup('<meta charset="utf-8">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        element("title", text(f"saalint: {len(findings)} findings")),
        element("style", _resource("page.css")),
    )
    return f"<!doctype html>\n{element('html', head, element('body', body), lang='en')}"


def _resource(name: str) -> Markup:
    return Markup(files(__package__).joinpath(name).read_text(encoding="utf-8"))


def _header(findings: Sequence[Finding]) -> Markup:
    counts = Counter((finding.code, finding.rule) for finding in findings)
    rules = [
        element("button", text(code), _rule_name(rule), _count(count), data_rule=code, title=rule)
        for (code, rule), count in sorted(counts.items())
    ]
    views = [element("button", text(label), data_view=name) for name, label in _VIEWS]
    search = Markup(
        '<input type="search" placeholder="file, model, attribute" aria-label="filter">'
    )
    return element(
        "header",
        element("h1", text("saalint"), _count(len(findings))),
        element("nav", joined(views)),
        element("div", search, joined(rules), class_="rules"),
    )


def _rule_name(rule: str) -> Markup:
    return element("span", text(f" {rule}"), class_="name")


def _count(number: int) -> Markup:
    return element("span", text(str(number)), class_="count")


def _section(name: str, content: Markup) -> Markup:
    return element("section", content, id=f"view-{name}")


def _by_model(finding: Finding, models: Container[str]) -> str:
    """`Author` for a finding about `Author.books`; nothing for misuse of a session or a result."""
    owner = finding.subject.partition(".")[0]
    return owner if owner in models else ""


def _by_query(finding: Finding) -> str:
    return "" if finding.origin is None else place_text(finding.origin)


def _grouped(findings: Sequence[tuple[str, Finding]], without: str, lines_of: LinesOf) -> Markup:
    """Findings by their group, the largest first; what is in none comes last, under the name `without`."""
    if not findings:
        return element("p", text("Nothing was found."), class_="about")
    groups: defaultdict[str, list[Finding]] = defaultdict(list)
    for group, finding in findings:
        groups[group].append(finding)
    ordered = sorted(groups.items(), key=lambda group: (not group[0], -len(group[1]), group[0]))
    return joined(
        element(
            "div",
            element("h2", text(name or without), _count(len(members))),
            joined(finding_card(finding, lines_of) for finding in members),
            class_="group",
        )
        for name, members in ordered
    )


def _map(mappers: Sequence[Mapper]) -> Markup:
    if not mappers:
        return element("p", text("No mapped classes were found."), class_="about")
    legend = [
        element("span", text(label), class_=f"badge {style}")
        for style, label in (
            ("lazy", "lazy: a read costs a query, or fails"),
            ("eager", "loaded with its object"),
            ("raising", "a read raises"),
            ("never", "never loaded by a read"),
        )
    ]
    return joined(
        [
            element("p", joined(legend), class_="legend"),
            element("div", drawing(mappers), class_="map"),
            element("div", cards(mappers), class_="cards"),
        ]
    )


def _coverage(coverage: Coverage) -> Markup:
    """How many reads are safe, reported and not verifiable, as a bar, and the reasons."""
    parts = (
        ("safe", coverage.safe),
        ("reported", coverage.reported),
        ("unverifiable", coverage.unverifiable),
    )
    bar = [
        element("span", text(str(count)), class_=name, style=f"flex-grow:{count}", title=name)
        for name, count in parts
        if count
    ]
    rows = [
        element("tr", element("td", text(name)), element("td", text(str(count))))
        for name, count in sorted(
            [*coverage.reasons.items(), *coverage.bounds.items()],
            key=lambda reason: (-reason[1], reason[0]),
        )
    ]
    summary = (
        f"{coverage.reads} relationship reads: {coverage.safe} safe, {coverage.reported} reported, "
        f"{coverage.unverifiable} not verifiable"
    )
    return joined(
        [
            element("p", text(summary)),
            element("div", joined(bar), class_="bar"),
            element("h2", text("Why reads are not verifiable")) if rows else Markup(""),
            element("table", joined(rows)),
        ]
    )

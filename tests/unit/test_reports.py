"""Findings and coverage to text."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from saalint.findings.coverage import Coverage
from saalint.findings.crowds import thinned
from saalint.findings.finding import Confidence, Finding, Severity, TraceStep
from saalint.findings.location import Location
from saalint.reports.concise import concise_lines
from saalint.reports.coverage import coverage_line
from saalint.reports.frames import FrameStyle, frame_lines
from saalint.reports.statistics import statistics_lines

QUERY = Location("app.py", 1, 9, 1, 23)
READ = Location("app.py", 4, 15, 4, 20)
FINDING = Finding(
    location=READ,
    code="SAA101",
    rule="lazy-relationship-read",
    message="`Author.books` is not loaded",
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    subject="Author.books",
    scope="shelf",
    origin=QUERY,
    trace=(TraceStep(QUERY, "select(Author)"), TraceStep(READ, "read of `Author.books`")),
)
CODE = ("author = select(Author)", "", "", "\treturn author.books")


def test_a_line_for_each_finding() -> None:
    assert list(concise_lines([FINDING], has_trace=False)) == [
        "app.py:4:16: SAA101 `Author.books` is not loaded"
    ]


def test_the_trace_is_numbered() -> None:
    assert list(concise_lines([FINDING], has_trace=True))[1:] == [
        "   1  app.py:1:10   select(Author)",
        "   2  app.py:4:16   read of `Author.books`",
        "   explain: saalint explain SAA101",
    ]


def test_a_frame_marks_the_query_and_the_read() -> None:
    style = FrameStyle(has_colour=False, has_trace=False)

    assert list(frame_lines([FINDING], lambda _: CODE, style)) == [
        "error[SAA101]: `Author.books` is not loaded",
        " --> app.py:4:16",
        "1 | author = select(Author)",
        "  |          -------------- select(Author)",
        "4 | \treturn author.books",
        "  | \t              ^^^^^ read here",
        "",
    ]


def test_each_step_in_another_file_has_a_frame() -> None:
    style = FrameStyle(has_colour=False, has_trace=False)
    query, read = FINDING.trace
    query = msgspec.structs.replace(query, location=msgspec.structs.replace(QUERY, path="far.py"))
    returned = TraceStep(Location("near.py", 1, 0, 1, 1), "returned to here")
    taken = TraceStep(Location("far.py", 4, 1, 4, 7), "commit")
    elsewhere = replace(FINDING, origin=query.location, trace=(query, returned, taken, read))

    assert list(frame_lines([elsewhere], lambda _: CODE, style)) == [
        "error[SAA101]: `Author.books` is not loaded",
        " --> app.py:4:16",
        "4 | \treturn author.books",
        "  | \t              ^^^^^ read here",
        " ::: far.py:1:10",
        "1 | author = select(Author)",
        "  |          -------------- select(Author)",
        "4 | \treturn author.books",
        "  | \t------ commit",
        " ::: near.py:1:1",
        "1 | author = select(Author)",
        "  | ------ returned to here",
        "",
    ]


def test_a_frame_of_a_file_that_is_gone_has_no_code() -> None:
    style = FrameStyle(has_colour=True, has_trace=True)

    assert any("read here" in line for line in frame_lines([FINDING], lambda _: (), style))


def test_the_coverage_names_the_reasons_by_weight() -> None:
    coverage = Coverage(120, 110, 4, 6, {"b": 1, "a": 1, "c": 4}, {"max-contexts": 2})

    assert coverage_line(coverage) == (
        "relationship reads: 120 checked, 110 safe, 4 reported, 6 not verifiable "
        "(c: 4, a: 1, b: 1); bounds hit: max-contexts: 2"
    )


def test_counts_come_most_frequent_first() -> None:
    assert list(statistics_lines([FINDING, FINDING])) == ["2  SAA101 lazy-relationship-read"]


def test_of_a_crowd_at_one_place_the_first_are_shown() -> None:
    crowd = [replace(FINDING, subject=f"Author.field{number}") for number in range(643)]

    shown = list(thinned([FINDING, *crowd[:9]]))
    assert shown == [FINDING, *crowd[:9]]
    *first, last = thinned(crowd)
    assert first == crowd[:9]
    assert last.message.endswith("(and 633 more here: `--output-format json` lists all)")


def test_the_way_is_what_stands_elsewhere() -> None:
    read_in_template = TraceStep(Location("shelf.html", 1, 8, 1, 13), "read of `Author.books`")
    query = FINDING.trace[0]
    rendered = TraceStep(READ, "`shelf.html` is rendered from here")

    assert replace(FINDING, trace=(query, rendered, read_in_template)).way == (
        query,
        read_in_template,
    )

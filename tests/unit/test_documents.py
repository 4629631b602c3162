"""Findings to the documents that services read."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree as ET

import msgspec
import pytest

from saalint.findings.coverage import NOTHING_READ, Coverage
from saalint.findings.finding import Confidence, Finding, Severity, TraceStep
from saalint.findings.fingerprint import with_fingerprints
from saalint.findings.fix import Applicability, Edit, Fix
from saalint.findings.location import Location
from saalint.findings.run_error import RunError
from saalint.reports.github import github_lines
from saalint.reports.gitlab import gitlab_report
from saalint.reports.html.page import html_report
from saalint.reports.junit import junit_report
from saalint.reports.sarif import sarif_report
from saalint.rules.registry import all_rules

QUERY = Location("app/a b.py", 1, 9, 1, 23)
READ = Location("app.py", 4, 8, 4, 13)
FINDING = Finding(
    location=READ,
    code="SAA101",
    rule="lazy-relationship-read",
    message="`Author.books` is 100 % <not>\nloaded",
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    subject="Author.books",
    scope="shelf",
    origin=QUERY,
    trace=(TraceStep(QUERY, "select(Author)"), TraceStep(READ, "read\x1b here")),
)
FIX = Fix(Applicability.SAFE, "load it", (Edit(QUERY, ".options()"),))
ERROR = RunError("b.py", "cannot be read")


def test_sarif_follows_its_schema() -> None:
    schema = pytest.importorskip("pydantic_sarif.model")

    text = sarif_report([FINDING], [ERROR], all_rules(), version="1.2", fixes={FINDING: FIX})

    # Generated from the schema of SARIF 2.1.0: unknown names are refused.
    schema.StaticAnalysisResultsFormatSarifVersion210JsonSchema.model_validate_json(text)


def test_sarif_leads_from_the_query_to_the_read() -> None:
    document = json.loads(sarif_report([FINDING], [], all_rules(), version="1.2", fixes={}))

    (result,) = document["runs"][0]["results"]
    steps = result["codeFlows"][0]["threadFlows"][0]["locations"]
    places = [step["location"]["physicalLocation"] for step in steps]
    assert [place["artifactLocation"]["uri"] for place in places] == ["app/a%20b.py", "app.py"]
    assert places[0]["region"] == {"startLine": 1, "startColumn": 10, "endLine": 1, "endColumn": 24}
    rules = document["runs"][0]["tool"]["driver"]["rules"]
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == "SAA101"


def test_fingerprints_know_no_lines() -> None:
    moved = replace(FINDING, location=msgspec.structs.replace(READ, line=9, end_line=9))

    (_, first), (_, second) = with_fingerprints([FINDING, moved])
    ((_, alone),) = with_fingerprints([moved])

    assert first == alone != second


def test_a_github_annotation_is_one_line() -> None:
    (line,) = github_lines([replace(FINDING, location=QUERY)])

    place, _, text = line.partition(",title=")
    assert place == "::error file=app/a b.py,line=1,endLine=1,col=10,endColumn=24"
    assert text == "SAA101 lazy-relationship-read::`Author.books` is 100 %25 <not>%0Aloaded"


def test_gitlab_gets_a_list_of_issues() -> None:
    (issue,) = json.loads(gitlab_report([FINDING]))

    assert issue["check_name"] == "lazy-relationship-read"
    assert issue["severity"] == "major"
    assert issue["location"] == {"path": "app.py", "lines": {"begin": 4, "end": 4}}


def test_junit_counts_findings_as_failures() -> None:
    suites = ET.fromstring(junit_report([FINDING], [ERROR]).encode())  # noqa: S314 - our own

    assert suites.attrib == {"name": "saalint", "tests": "2", "failures": "1", "errors": "1"}
    failure = suites.find(".//failure")
    assert failure is not None
    assert "app/a b.py:1:10" in (failure.text or "")


def test_junit_of_a_clean_run_has_a_passed_test() -> None:
    suites = ET.fromstring(junit_report([], []).encode())  # noqa: S314 - our own

    assert [case.attrib["name"] for case in suites.iter("testcase")] == ["no findings"]


def test_the_page_needs_nothing_else_and_escapes_what_users_wrote() -> None:
    coverage = Coverage(3, 1, 1, 1, {"session not known": 1}, {})

    page = html_report([FINDING], coverage, [], lambda _: ("a = 1 <b>", "", "", "  x.books<1"))

    assert "100 % &lt;not&gt;" in page
    assert "<mark>" in page
    assert "x.books" in page.replace("<mark>", "").replace("</mark>", "")
    assert "<b>" not in page
    assert "http" not in page
    assert "session not known" in page


def test_the_page_of_a_clean_run() -> None:
    assert "Nothing was found." in html_report([], NOTHING_READ, [], lambda _: ())

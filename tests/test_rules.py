"""Every rule keeps its promises: its examples, its number and name, its page, its changelog line and its cases."""

from __future__ import annotations

import importlib.util
import re
import textwrap
from pathlib import Path
from types import ModuleType

import pytest

from analysis import analyse
from case_files import cases_of, shared_files
from oracle import Observation, Program, run_guarded
from saalint.rules.registry import RegisteredRule, all_rules

ROOT = Path(__file__).parent.parent
HEADINGS = ["Why is this bad", "What to do", "What is not reported"]
GROUPS = {
    "tool": 0,
    "loading": 1,
    "expiry": 2,
    "migration": 3,
    "serialization": 5,
    "templates": 6,
    "queries": 7,
    "upgrade": 8,
    "strict": 9,
}
RULES = {registered.rule.code: registered for registered in all_rules()}
WITH_EXAMPLES = [code for code, registered in RULES.items() if registered.rule.bad]

each_rule = pytest.mark.parametrize("code", RULES)
each_example = pytest.mark.parametrize("code", WITH_EXAMPLES)


@each_example
def test_the_bad_example_reports_this_rule_and_no_other(code: str, tmp_path: Path) -> None:
    rule = RULES[code].rule

    found = analyse(files_of(rule.bad), settings_of(code), tmp_path)

    assert {finding.code for finding in found.findings} == {code}
    assert found.errors == ()


@each_example
def test_the_good_example_reports_nothing(code: str, tmp_path: Path) -> None:
    rule = RULES[code].rule

    found = analyse(files_of(rule.good), settings_of(code), tmp_path)

    # the shared models map in forms that a project may decide against
    assert [finding for finding in found.findings if finding.location.path == "main.py"] == []
    assert found.errors == ()


@each_example
def test_the_bad_example_fails_at_the_reported_line(code: str, tmp_path: Path) -> None:
    registered = RULES[code]
    # what tasks do to a session that they share depends on the driver
    is_seen = registered.group != "queries" and code != "SAA312"
    if registered.identity.is_strict or not is_seen:
        return
    found = analyse(files_of(registered.rule.bad), {}, tmp_path)

    failing = {(seen.chain[0].path, seen.chain[0].line) for seen in failures(registered.rule.bad)}

    assert {(f.location.path, f.location.line) for f in found.findings} == failing


@each_example
def test_the_good_example_runs(code: str) -> None:
    assert failures(RULES[code].rule.good) == ()


@each_rule
def test_the_number_is_of_its_group(code: str) -> None:
    registered = RULES[code]

    assert registered.rule.number // 100 == GROUPS[registered.group]
    assert re.fullmatch(r"SAA\d{3}", code)


@each_rule
def test_the_name_is_that_of_the_module(code: str) -> None:
    registered = RULES[code]
    module = registered.rule.name.replace("-", "_")

    path = ROOT / "src" / "saalint" / "rules" / registered.group / f"{module}.py"

    assert path.is_file()
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", registered.rule.name)
    assert not registered.rule.name.startswith(("no-", "disallow-"))


def test_numbers_and_names_are_unique() -> None:
    rules = [registered.rule for registered in all_rules()]
    names = [name for rule in rules for name in (rule.name, *rule.aliases)]

    assert len({rule.number for rule in rules}) == len(rules)
    assert len(set(names)) == len(names)


@each_rule
def test_the_explanation_has_its_headings_in_order(code: str) -> None:
    registered = RULES[code]

    headings = re.findall(r"^## (.+)$", registered.explanation, re.MULTILINE)

    assert headings == (HEADINGS if registered.rule.bad else HEADINGS[: len(headings)])
    assert registered.summary.endswith(".")


@each_rule
def test_the_changelog_has_a_line(code: str) -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")

    assert f"* {code} `{RULES[code].rule.name}`: " in changelog


def test_the_changelog_announces_no_other_rules() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")

    assert sorted(re.findall(r"^\* (SAA\d{3}) ", changelog, re.MULTILINE)) == sorted(RULES)


@each_example
def test_there_are_cases(code: str) -> None:
    registered = RULES[code]
    group = ROOT / "tests" / "cases" / registered.group

    marked = {
        mark.rule
        for path in group.glob("*.md")
        for case in cases_of(path.read_text("utf-8"))
        for mark in case.marks
    }

    assert registered.rule.name in marked
    assert (group / f"{registered.rule.name}.md").is_file()


def test_the_pages_are_up_to_date() -> None:
    folder = ROOT / "docs" / "rules"

    written = {path.name: path.read_text("utf-8") for path in folder.glob("*.md")}

    reference = {
        name: (ROOT / "docs" / name).read_text("utf-8") for name in generator().reference()
    }

    assert generator().pages() == written, "run: python scripts/generate_docs.py"
    assert generator().reference() == reference, "run: python scripts/generate_docs.py"


def generator() -> ModuleType:
    path = ROOT / "scripts" / "generate_docs.py"
    spec = importlib.util.spec_from_file_location("generate_docs", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def settings_of(code: str) -> dict[str, object]:
    if RULES[code].identity.is_on_request:
        return {"select": [code]}
    return {"level": "strict"} if RULES[code].identity.is_strict else {}


def files_of(example: str) -> dict[str, str]:
    """The shared models, and the example after the imports that examples begin with."""
    files = shared_files()
    return files | {"main.py": files["main.py"] + "\n\n" + textwrap.dedent(example).lstrip("\n")}


def failures(example: str) -> tuple[Observation, ...]:
    """Run the first function of an example."""
    files = files_of(example)
    # An example may say `.one()`: it finds a single author.
    files["seed.py"] = files["seed.py"].replace("for number in (1, 2):", "for number in (1,):")
    function = re.search(r"^(?:async )?def (\w+)", files["main.py"], re.MULTILINE)
    assert function is not None, "an example begins with the function that is run"
    program = Program(files=files, function=function[1])
    return run_guarded(program)


def test_every_registered_rule_is_found() -> None:
    modules = [
        path
        for path in (ROOT / "src" / "saalint" / "rules").glob("*/*.py")
        if path.name != "__init__.py"
    ]

    assert len(modules) == len(RULES)
    assert all(isinstance(registered, RegisteredRule) for registered in RULES.values())

"""`saalint check`, `explain`, `rules` and `models` as users type them."""

from __future__ import annotations

import errno
import io
import json
import os
import sys
from pathlib import Path

import pytest

from front_ends.conftest import API, QUERIES
from front_ends.hosts import json_findings, run, saalint, write
from models_text import MODELS
from saalint.front_ends.cli.progress import PATIENCE, ProgressNote


def test_the_status_is_1_with_findings_and_0_without(shop: Path) -> None:
    assert saalint(shop, "check", ".").status == 1
    assert saalint(shop, "check").status == 1
    assert saalint(shop, "check", ".", "--exit-zero").status == 0
    assert saalint(shop, "check", "shop/models.py").status == 0


def test_the_output_ends_with_what_was_checked(shop: Path) -> None:
    lines = saalint(shop, "check", ".").lines

    assert lines[0].startswith("shop/api.py:11:23: SAA101 `Author.books`")
    assert lines[-1].startswith("relationship reads: 1 checked, 0 safe, 1 reported")


def test_the_trace_leads_from_the_query_to_the_read(shop: Path) -> None:
    lines = saalint(shop, "check", ".", "--show-trace").lines

    steps = [line.split() for line in lines if line.startswith("   ") and line.split()[0].isdigit()]
    assert [" ".join(step[2:]) for step in steps] == [
        "select(Author)",
        "returned to here",
        "read of `Author.books`",
    ]
    assert steps[0][1].startswith("shop/queries.py:11:")
    assert steps[1][1].startswith("shop/api.py:10:")
    assert steps[2][1] == "shop/api.py:11:23"
    assert "   explain: saalint explain SAA101" in lines


def test_the_full_report_shows_the_query_and_the_read(shop: Path) -> None:
    output = saalint(shop, "check", ".", "--output-format=full").output

    assert output.startswith("error[SAA101]: `Author.books`")
    assert "11 |     return (await session.scalars(select(Author))).one()" in output
    assert "11 |     return len(author.books)" in output
    assert "^^^^^ read here" in output
    assert "\x1b[" not in output


def test_the_document_is_versioned_and_complete(shop: Path) -> None:
    document = json.loads(saalint(shop, "check", ".", "--output-format=json").output)

    assert list(document) == ["version", "findings", "coverage", "errors"]
    assert document["version"] == 1
    assert document["errors"] == []
    assert list(document["coverage"]) == [
        "reads",
        "safe",
        "reported",
        "unverifiable",
        "reasons",
        "bounds",
    ]
    (finding,) = document["findings"]
    assert list(finding) == [
        "path",
        "line",
        "column",
        "end_line",
        "end_column",
        "code",
        "rule",
        "severity",
        "confidence",
        "message",
        "subject",
        "scope",
        "origin",
        "trace",
        "fix",
    ]
    assert (finding["subject"], finding["scope"]) == ("Author.books", "shelf")
    assert (finding["origin"]["path"], finding["origin"]["line"]) == ("shop/queries.py", 11)
    assert (finding["end_line"], finding["end_column"]) == (11, 28)
    assert list(finding["trace"][0]) == ["path", "line", "column", "text"]


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        (["--select=SAA101"], ["SAA101"]),
        (["--select=lazy-relationship-read"], ["SAA101"]),
        (["--select=SAA0,SAA102"], []),
        (["--ignore=SAA1"], []),
        (["--ignore=SAA1", "--select=SAA101"], ["SAA101"]),
        (["--level=strict", "--select=SAA1"], ["SAA101"]),
    ],
)
def test_rules_are_selected_by_code_prefix_and_name(
    shop: Path, arguments: list[str], codes: list[str]
) -> None:
    findings = json_findings(saalint(shop, "check", ".", "--output-format=json", *arguments))

    assert [each["code"] for each in findings] == codes


def test_counts_in_place_of_findings(shop: Path) -> None:
    assert (
        saalint(shop, "check", ".", "--statistics").lines[0] == "1  SAA101 lazy-relationship-read"
    )


def test_standard_input_stands_for_a_file(shop: Path) -> None:
    text = (shop / "shop/api.py").read_text(encoding="utf-8")

    named = saalint(shop, "check", "-", "--stdin-filename=shop/api.py", text=f"# new\n{text}")
    unnamed = saalint(shop, "check", "-", text=text)

    assert named.output.startswith("shop/api.py:12:23: SAA101")
    assert unnamed.output.startswith("stdin:11:23: SAA101")


def test_the_settings_file_can_be_named_or_left_out(shop: Path) -> None:
    ignoring = '[tool.saalint]\nignore = ["SAA101"]\n'
    write(shop, {"lint.toml": ignoring, "pyproject.toml": ignoring})

    assert saalint(shop, "check", ".").status == 0
    assert saalint(shop, "check", ".", "--isolated").status == 1
    write(shop, {"pyproject.toml": ""})
    assert saalint(shop, "check", ".", "--config=lint.toml").status == 0


def test_an_invalid_setting_is_a_finding_at_its_place(shop: Path) -> None:
    write(shop, {"pyproject.toml": '[tool.saalint]\nlevel = "strikt"\nignore = ["SAA10"]\n'})

    outcome = saalint(shop, "check", ".")

    assert outcome.lines[0] == (
        "pyproject.toml:2:10: SAA003 `level` knows no `strikt`: did you mean `strict`"
    )
    assert outcome.status == 1


def test_a_file_in_no_project_is_read_with_what_it_imports(tmp_path: Path) -> None:
    script = """
from sqlalchemy.ext.asyncio import AsyncSession
from models import Author


async def shelf(session: AsyncSession) -> None:
    print((await session.get_one(Author, 1)).books)
"""
    write(tmp_path, {"models.py": MODELS, "script.py": script, "other.py": "import nothing"})

    assert "SAA101" in saalint(tmp_path, "check", "script.py").lines[0]
    assert "SAA101" in run(tmp_path, "-m", "flake8", "--select", "SAA", "script.py").output


@pytest.mark.parametrize("imported", ["app.queries", "..queries"])
def test_a_package_without_init_is_known_by_what_is_imported_from_it(
    tmp_path: Path, imported: str
) -> None:
    api = API.replace("shop.queries", imported)
    queries = QUERIES.replace("shop.models", "app.models")
    files = {"app/models.py": MODELS, "app/queries.py": queries, "app/services/shelves.py": api}
    write(tmp_path, files)

    for path in ("app", "app/services", "app/services/shelves.py"):
        assert saalint(tmp_path, "check", path).lines[0].startswith("app/services/shelves.py:11:23")
    place = "app/services/shelves.py:11:23"
    assert "  author: Author(books: unloaded)" in saalint(tmp_path, "reveal", place).lines


@pytest.mark.skipif(sys.platform != "linux", reason="file names are texts elsewhere")
def test_a_file_name_that_is_no_text_stops_nothing(shop: Path) -> None:
    (shop / os.fsdecode(b"\xff.py")).write_text(API, encoding="utf-8")

    for _ in range(2):
        assert len(saalint(shop, "check", ".").lines) == 3


def test_excluded_files_given_by_name_are_checked_unless_told_otherwise(shop: Path) -> None:
    write(shop, {"pyproject.toml": '[tool.saalint]\nexclude = ["api.py"]\n'})

    assert saalint(shop, "check", ".").status == 0
    assert saalint(shop, "check", "shop/api.py").status == 1
    assert saalint(shop, "check", "--only-given-files", "shop/api.py").status == 0


def test_a_page_is_written_with_the_models(shop: Path) -> None:
    outcome = saalint(shop, "check", ".", "--output-format=html", "--output-file=page.html")

    page = (shop / "page.html").read_text("utf-8")
    assert (outcome.status, outcome.output) == (1, "")
    assert 'href="#model-shop.models.Author"' in page
    assert "shop/queries.py:11" in page


def test_what_is_believed_of_the_names_on_a_line(shop: Path) -> None:
    assert saalint(shop, "reveal", "shop/api.py:11").lines == [
        "shop/api.py:11: return len(author.books)",
        "  author: Author(books: unloaded)",
    ]
    assert saalint(shop, "reveal", "shop/api.py").status == 2
    assert saalint(shop, "reveal", "shop/api.py:2").status == 2


def test_what_is_believed_of_the_names_within_comprehensions(shop: Path) -> None:
    text = """
from shop.models import Author
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession


async def shelf(session: AsyncSession) -> list[str]:
    authors = (await session.scalars(select(Author))).all()
    return [book.title for author in (authors) for book in author.books if book.title]
"""
    write(shop, {"shop/shelf.py": text})

    lines = saalint(shop, "reveal", "shop/shelf.py:9").lines

    assert [line.strip().partition(":")[0] for line in lines[1:]] == ["authors", "author", "book"]
    assert "unloaded" in lines[2]


def test_reveal_reads_the_syntax_of_a_newer_python(shop: Path) -> None:
    file = shop / "shop/api.py"
    file.write_text(f"{file.read_text()}\n\nclass Page[T]:\n    items: list[T]\n")

    assert "  author: Author(books: unloaded)" in saalint(shop, "reveal", "shop/api.py:11").lines


def test_timings_name_the_stages_and_the_slowest_functions(shop: Path) -> None:
    outcome = saalint(shop, "check", ".", "--timings")

    assert "SQLAlchemy" in outcome.complaints
    assert "interpretation" in outcome.complaints
    assert "s  shop.api.shelf" in outcome.complaints


def test_a_long_run_is_noted_on_a_terminal_only() -> None:
    terminal, file = Terminal(), io.StringIO()
    for stream in (terminal, file):
        note = ProgressNote(stream=stream)
        note.tell("too early")
        note.started -= PATIENCE
        note.tell("interpretation")
        note.clear()

    assert terminal.getvalue() == "\r\x1b[Ksaalint: interpretation\r\x1b[K"
    assert file.getvalue() == ""


class Terminal(io.StringIO):
    """Text that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_rule_is_explained_by_code_and_by_name(shop: Path) -> None:
    by_code = saalint(shop, "explain", "SAA101")
    by_name = saalint(shop, "explain", "lazy-relationship-read")
    document = json.loads(saalint(shop, "explain", "E7101", "--output-format=json").output)

    assert by_code.output == by_name.output
    assert by_code.output.startswith("# lazy-relationship-read (SAA101)")
    assert document["code"] == "SAA101"


def test_an_unknown_rule_is_answered_with_the_nearest(shop: Path) -> None:
    outcome = saalint(shop, "explain", "SAA001x")

    assert outcome.status == 2
    assert "did you mean `SAA001`" in outcome.complaints


def test_a_part_of_a_code_lists_its_rules(shop: Path) -> None:
    lines = saalint(shop, "explain", "saa10").lines

    assert lines[0].startswith("SAA101  lazy-relationship-read")
    assert not any(line.startswith("SAA2") for line in lines)


def test_the_rules_are_listed_in_order(shop: Path) -> None:
    lines = saalint(shop, "rules").lines
    codes = [line.split()[0] for line in lines[: lines.index("")]]
    document = json.loads(saalint(shop, "rules", "--output-format=json").output)

    assert codes == sorted(codes)
    assert {"SAA001", "SAA003", "SAA009", "SAA101", "SAA102", "SAA104"} <= set(codes)
    assert [each["code"] for each in document] == codes
    assert any("speaks only when" in line for line in lines[lines.index("") :])


@pytest.mark.parametrize("form", ["text", "json", "mermaid"])
def test_the_models_are_shown(shop: Path, form: str) -> None:
    outcome = saalint(shop, "models", f"--output-format={form}")

    assert outcome.status == 0
    assert "Author" in outcome.output
    assert "books" in outcome.output


def test_the_version_is_that_of_the_distribution(shop: Path) -> None:
    assert run(shop, "-m", "saalint", "--version").output == "saalint 0.1.0\n"


def test_facts_are_kept_and_change_nothing(shop: Path) -> None:
    bare = saalint(shop, "check", "--no-cache", ".").lines
    assert not (shop / ".saalint_cache").exists()

    first, second = (saalint(shop, "check", ".").lines for _ in range(2))
    (shop / ".saalint_cache/facts").write_bytes(b"\0" * 100)
    damaged = saalint(shop, "check", ".").lines

    assert first == second == damaged == bare


def test_the_cache_is_cleared(shop: Path) -> None:
    saalint(shop, "check", "--cache-dir", str(shop / "kept"), ".")
    assert (shop / "kept/facts").is_file()
    saalint(shop, "check", ".")

    saalint(shop, "cache", "clear")

    assert not (shop / ".saalint_cache").exists()
    assert (shop / "kept/facts").is_file()


def test_a_folder_without_python_is_told(tmp_path: Path) -> None:
    outcome = saalint(tmp_path, "check", ".")

    assert outcome.status == 0
    assert "no Python file was found" in outcome.complaints


def test_a_folder_that_cannot_be_looked_into_is_named(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(shop, {"locked/there.py": ""})
    scandir = os.scandir

    def guarded(folder: str) -> object:
        if Path(folder).name == "locked":
            raise PermissionError(errno.EACCES, "Permission denied")
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", guarded)

    complaints = saalint(shop, "check", ".").complaints

    assert "locked: this folder was left out, Permission denied: change its perm" in complaints


def test_a_file_that_was_named_is_read_as_python(shop: Path) -> None:
    write(shop, {"notes.txt": "pass"})

    assert "notes.txt: read as Python" in saalint(shop, "check", "notes.txt").complaints


LOADED_AND_LOST = """
from sqlalchemy.ext.asyncio import AsyncSession

from shop.models import Author


async def renamed(session: AsyncSession) -> Author:
    author = await session.get_one(Author, 1)
    await session.commit()
    return author


async def show(session: AsyncSession) -> None:
    author = await renamed(session)
    author.books.append(author)
"""


def test_the_trace_tells_what_was_lost_before_the_object_was_returned(shop: Path) -> None:
    write(shop, {"shop/lost.py": LOADED_AND_LOST})

    document = json.loads(saalint(shop, "check", "shop/lost.py", "--output-format=json").output)

    (lost,) = document["findings"]
    assert [(step["line"], step["text"]) for step in lost["trace"]] == [
        (8, "get(Author)"),
        (9, "commit"),
        (14, "returned to here"),
        (15, "change of `Author.books`"),
    ]


def test_the_trace_tells_that_a_second_query_gave_the_same_object(shop: Path) -> None:
    again = """
from shop.models import Author
from sqlalchemy.ext.asyncio import AsyncSession


async def counted(session: AsyncSession) -> int:
    author = await session.get_one(Author, 1)
    same = await session.get_one(Author, 1)
    return len(same.books) + author.id
"""
    write(shop, {"shop/again.py": again})

    document = json.loads(saalint(shop, "check", "shop/again.py", "--output-format=json").output)

    (found,) = document["findings"]
    assert [step["text"] for step in found["trace"]] == [
        "get(Author)",
        "the same object, which the session holds",
        "read of `Author.books`",
    ]


def test_no_models_are_said_to_be_none(tmp_path: Path) -> None:
    assert saalint(tmp_path, "models", ".").output.startswith("no mapped class was found")

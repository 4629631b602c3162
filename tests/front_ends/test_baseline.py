"""Legacy code: findings that a baseline covers, in every front end, and findings since a commit."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from front_ends.hosts import flake8, pylint, saalint, write

API = "shop/api.py"
ENTRY = "shop/api.py\tSAA101\tshelf\tAuthor.books\t1"
READ = "    if author.name:\n        print(author.books)\n"
SECOND_READ = "    else:\n        print(author.books)\n"


@pytest.fixture
def legacy(shop: Path) -> Path:
    """The shop, with a baseline that covers its finding."""
    write(shop, {"pyproject.toml": '[tool.saalint]\nbaseline = "lint/legacy.txt"\n'})
    (shop / "lint").mkdir()
    assert saalint(shop, "baseline", "write").status == 0
    return shop


def edit(project: Path, old: str, new: str) -> None:
    text = (project / API).read_text(encoding="utf-8")
    assert old in text
    (project / API).write_text(text.replace(old, new), encoding="utf-8")


def test_the_file_has_one_entry_a_line(legacy: Path) -> None:
    lines = (legacy / "lint/legacy.txt").read_text(encoding="utf-8").splitlines()

    assert lines[1:] == [ENTRY]


def test_every_front_end_keeps_silent_about_what_it_covers(legacy: Path) -> None:
    outcome = saalint(legacy, "check", ".")

    assert outcome.lines[0] == "baseline: 1 finding not reported"
    assert (len(outcome.lines), outcome.status, outcome.complaints) == (2, 0, "")
    assert flake8(legacy, ".").output == ""
    assert "lazy-relationship-read" not in pylint(legacy, "shop").output


def test_lines_may_move(legacy: Path) -> None:
    edit(
        legacy, "    return len(author.books)", "\n\n    return len(\n        author.books,\n    )"
    )

    assert saalint(legacy, "check", ".").status == 0


def test_one_more_of_the_same_kind_shows_all(legacy: Path) -> None:
    edit(legacy, "    return len(author.books)", f"{READ}    return 1")
    assert saalint(legacy, "check", ".").status == 0

    edit(legacy, "    return 1", f"{SECOND_READ}    return 1")
    assert saalint(legacy, "check", ".").output.count("SAA101") == 2


def test_a_finding_that_a_comment_silences_counts_in_no_front_end(legacy: Path) -> None:
    edit(legacy, "    return", f"{READ[:-1]}  # noqa: SAA101\n        return 1\n    return")

    assert saalint(legacy, "check", ".").status == 0
    assert flake8(legacy, ".").output == ""


def test_entries_that_no_longer_occur_are_told_and_pruned(legacy: Path) -> None:
    edit(legacy, "len(author.books)", "author.id")

    outcome = saalint(legacy, "check", ".")
    assert (outcome.status, outcome.complaints) == (
        0,
        "saalint: 1 baseline entry no longer occurs: run `saalint baseline prune`\n",
    )
    assert saalint(legacy, "check", ".", "--strict-baseline").status == 1
    assert saalint(legacy, "check", "shop/models.py", "--strict-baseline").status == 0

    assert saalint(legacy, "baseline", "prune").output == "lint/legacy.txt: 1 finding removed\n"
    assert saalint(legacy, "check", ".", "--strict-baseline").complaints == ""


def test_entries_of_rules_that_were_not_asked_for_stay(legacy: Path) -> None:
    assert saalint(legacy, "baseline", "write", "--select=SAA2").status == 0

    assert (legacy / "lint/legacy.txt").read_text(encoding="utf-8").splitlines()[1:] == [ENTRY]


def test_what_a_merge_left_is_written_anew(legacy: Path) -> None:
    write(legacy, {"lint/legacy.txt": f"<<<<<<< ours\n{ENTRY}\n=======\n>>>>>>> theirs\n"})

    assert saalint(legacy, "baseline", "write", "shop").status == 2
    assert saalint(legacy, "baseline", "write").status == 0
    assert saalint(legacy, "check", ".").status == 0


def test_the_entries_are_shown(legacy: Path) -> None:
    assert saalint(legacy, "baseline", "show").lines == [
        "shop/api.py: SAA101 Author.books in shelf (1)",
        "1 finding in 1 entry (SAA101: 1)",
    ]


def test_without_the_setting_the_first_write_says_what_to_add(shop: Path) -> None:
    assert 'baseline = "saalint-baseline.txt"' in saalint(shop, "baseline", "write").output
    assert saalint(shop, "check", ".").status == 1


@pytest.mark.parametrize("content", [None, "<<<<<<< HEAD\n"])
def test_a_baseline_that_cannot_be_read_is_an_invalid_setting(
    legacy: Path, content: str | None
) -> None:
    (legacy / "lint/legacy.txt").unlink()
    if content is not None:
        write(legacy, {"lint/legacy.txt": content})

    assert saalint(legacy, "check", ".").lines[0].startswith("pyproject.toml:2:13: SAA003")


def test_only_what_changes_touch_or_cause_is_reported(shop: Path) -> None:
    git(shop, "init", "--quiet")
    git(shop, "add", ".")
    git(shop, "commit", "--quiet", "--message=start")
    assert saalint(shop, "check", ".", "--since=HEAD").status == 0

    # The read is in another file: the change of its query causes the finding.
    query = shop / "shop/queries.py"
    query.write_text(
        query.read_text("utf-8").replace("(select(Author))", "(\n  select(Author)\n)"), "utf-8"
    )
    assert "shop/api.py:11" in saalint(shop, "check", ".", "--since=HEAD").output

    git(shop, "commit", "--quiet", "--all", "--message=change")
    write(shop, {"shop/new.py": (shop / API).read_text("utf-8")})
    lines = saalint(shop, "check", ".", "--since=HEAD").lines
    assert [line.partition(":")[0] for line in lines[:-2]] == ["shop/new.py"]
    assert lines[-2] == "unchanged code: 1 finding not reported"
    assert "2 found" in lines[-1]
    assert "shop/api.py:11" in saalint(shop, "check", ".", "--since=HEAD~1").output


def test_a_commit_that_does_not_exist_is_refused(shop: Path) -> None:
    git(shop, "init", "--quiet")

    outcome = saalint(shop, "check", ".", "--since=nowhere")

    assert (outcome.status, outcome.output) == (2, "")
    assert "`--since nowhere`: " in outcome.complaints


def git(project: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.org")
    subprocess.run(["git", *identity, *arguments], cwd=project, check=True)  # noqa: S607

"""Each file that cannot be read or parsed is SAA001, and the rest is analysed."""

from __future__ import annotations

from pathlib import Path

from front_ends.hosts import saalint

BROKEN = {
    "shop/syntax.py": b"def f(:\n",
    "shop/indentation.py": b"if True:\npass\n",
    "shop/latin.py": 'NAME = "\xe9"\n'.encode("latin-1"),
    "shop/wide.py": "NAME = 1\n".encode("utf-16"),
    "shop/null.py": b"NAME = 1\n\0\n",
    "shop/encoding.py": b"# coding: klingon\nNAME = 1\n",
    "shop/deep.py": b"(" * 5000 + b")" * 5000,
}


def test_each_is_reported_and_the_rest_is_analysed(shop: Path) -> None:
    for name, content in BROKEN.items():
        (shop / name).write_bytes(content)

    outcome = saalint(shop, "check", ".")

    reported = {line.partition(":")[0]: line.split()[1] for line in outcome.lines[:-1]}
    assert reported == {"shop/api.py": "SAA101", **dict.fromkeys(BROKEN, "SAA001")}
    assert (outcome.status, outcome.complaints) == (1, "")


def test_the_syntax_of_a_newer_python_is_read(shop: Path) -> None:
    text = """t'{author}' if f"{names["a"]}" else [f'{'\\n'}']\n"""
    (shop / "shop/new.py").write_text(text, encoding="utf-8")

    assert "SAA001" not in saalint(shop, "check", ".").output


def test_a_link_to_nowhere_does_not_stop_the_run(shop: Path) -> None:
    (shop / "shop/link.py").symlink_to(shop / "gone.py")

    assert "SAA101" in saalint(shop, "check", ".").output


def test_an_unreadable_file_asked_for_by_name_fails_the_run(shop: Path) -> None:
    (shop / "shop/latin.py").write_bytes(BROKEN["shop/latin.py"])

    outcome = saalint(shop, "check", "shop/latin.py")

    assert outcome.status == 2
    assert outcome.output.startswith("shop/latin.py:1:1: SAA001")


def test_a_project_without_the_orm_is_not_read_further(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("def f(:\n")
    (tmp_path / "quiet.py").write_text("NAME = 1  # noqa: SAA101\n")

    assert saalint(tmp_path, "check", ".").status == 0
    assert "broken.py:1:7: SAA001" in saalint(tmp_path, "check", "broken.py").output
    assert "quiet.py:1:11: SAA002" in saalint(tmp_path, "check", ".", "--level=strict").output


def test_one_file_that_names_the_orm_makes_all_of_them_matter(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("def f(:\n")
    assert saalint(tmp_path, "check", ".").status == 0

    (tmp_path / "models.py").write_text("import sqlalchemy\n")

    assert "broken.py:1:7: SAA001" in saalint(tmp_path, "check", ".").output

"""What is kept on disk: it comes back, and whatever is wrong with it is a miss."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

import pytest

from saalint.source.pack import Pack

MARK = b"owner 0123456789"


def _saved(path: Path, records: dict[bytes, bytes]) -> Path:
    pack = Pack(path, MARK)
    for key, record in records.items():
        pack.put(key, record)
    pack.save()
    return path


def test_records_come_back_in_another_run(tmp_path: Path) -> None:
    path = _saved(tmp_path / "facts", {b"a": b"1", b"b": b""})
    _saved(path, {b"c": b"3"})

    pack = Pack(path, MARK)

    assert [pack.get(key) for key in (b"a", b"b", b"c", b"d")] == [b"1", b"", b"3", None]


def test_another_version_has_no_records(tmp_path: Path) -> None:
    path = _saved(tmp_path / "facts", {b"a": b"1"})

    assert Pack(path, b"another mark 123").get(b"a") is None


def test_every_damage_is_a_miss(tmp_path: Path) -> None:
    whole = _saved(tmp_path / "facts", {b"a": b"1" * 40, b"b": b"2" * 40}).read_bytes()
    damaged = tmp_path / "damaged"

    for place in range(len(whole)):
        damaged.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        assert Pack(damaged, MARK).get(b"a") in (None, b"1" * 40)
    for length in range(len(whole)):
        damaged.write_bytes(whole[:length])
        assert Pack(damaged, MARK).get(b"b") is None


def test_a_damaged_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "facts"
    path.write_bytes(b"\0" * 1000)

    assert Pack(_saved(path, {b"a": b"1"}), MARK).get(b"a") == b"1"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: folder.write_text("a file stands where the folder should"),
        lambda folder: folder.mkdir() or (folder / "facts").mkdir(),
    ],
)
def test_a_place_that_cannot_be_written_is_left_alone(
    tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    spoil(tmp_path / "cache")

    assert Pack(_saved(tmp_path / "cache" / "facts", {b"a": b"1"}), MARK).get(b"a") is None
    assert [entry.name for entry in tmp_path.iterdir()] == ["cache"]


def test_what_nobody_asks_for_is_dropped_in_the_end(tmp_path: Path) -> None:
    path = _saved(tmp_path / "facts", {b"old": b"1", b"used": b"2"})
    for run in range(25):
        pack = Pack(path, MARK)
        assert pack.get(b"used") == b"2"
        pack.put(b"new %d" % run, b"3")
        pack.save()

    assert Pack(path, MARK).get(b"old") is None


def test_the_folder_tells_git_and_backups_to_leave_it_out(tmp_path: Path) -> None:
    folder = _saved(tmp_path / "cache" / "facts", {b"a": b"1"}).parent

    assert (folder / ".gitignore").read_text() == "*\n"
    assert (folder / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d17")


def _write(path: Path, number: int) -> None:
    for turn in range(10):
        _saved(path, {b"%d %d" % (number, turn): b"x" * 1000})


def test_eight_processes_write_at_once(tmp_path: Path) -> None:
    path = tmp_path / "facts"
    workers = [get_context("fork").Process(target=_write, args=(path, n)) for n in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert [worker.exitcode for worker in workers] == [0] * 8
    pack = Pack(path, MARK)
    found = [pack.get(b"%d %d" % (n, turn)) for n in range(8) for turn in range(10)]
    assert b"x" * 1000 in found
    assert set(found) <= {None, b"x" * 1000}
    assert {entry.name for entry in tmp_path.iterdir()} == {"facts", ".gitignore", "CACHEDIR.TAG"}

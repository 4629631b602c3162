"""Files to text, or to a reason with a remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from saalint.source.reading import LARGEST_FILE, ReadFailure, decode_source, read_text


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"x = 1\n", "x = 1\n"),
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        ("# coding: latin-1\nx = 'é'\n".encode("latin-1"), "# coding: latin-1\nx = 'é'\n"),
        (
            "#!/usr/bin/python\n# -*- coding: cp1252 -*-\n'€'".encode("cp1252"),
            "#!/usr/bin/python\n# -*- coding: cp1252 -*-\n'€'",
        ),
        (b"a\r\nb\rc\n", "a\nb\nc\n"),
        (b"", ""),
    ],
)
def test_encodings_and_line_ends(content: bytes, text: str) -> None:
    assert decode_source(content) == text


@pytest.mark.parametrize(
    ("content", "reason", "line"),
    [
        (b"x = 1\n\n'\xe9'\n", "byte 0xe9 is not", 3),
        (b"x = 1\n\0", "a null byte", 2),
        ("x = 1".encode("utf-16"), "UTF-16", 1),
        (b"#!/usr/bin/python\n# coding: klingon\n", "`klingon`", 2),
        (b"\xef\xbb\xbf# coding: latin-1\n", "`latin-1`", 1),
    ],
)
def test_what_cannot_be_decoded(content: bytes, reason: str, line: int) -> None:
    failure = decode_source(content)

    assert isinstance(failure, ReadFailure)
    assert reason in failure.reason
    assert failure.line == line
    assert failure.remedy


def test_what_cannot_be_read(tmp_path: Path) -> None:
    large = tmp_path / "large.py"
    with large.open("wb") as file:
        file.truncate(LARGEST_FILE + 1)

    for path in (tmp_path, tmp_path / "absent.py", large, Path("a\0b")):
        failure = read_text(path)
        assert isinstance(failure, ReadFailure)
        assert failure.remedy

"""Documents of an editor to files, and back."""

from __future__ import annotations

from pathlib import Path

from pygls.uris import from_fs_path, to_fs_path


def path_of(uri: str) -> Path:
    """The file that a document is."""
    return Path(to_fs_path(uri) or uri)


def uri_of(path: Path) -> str:
    """The document that a file is."""
    return from_fs_path(str(path)) or path.as_uri()

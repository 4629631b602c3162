"""What failed the run itself, beside the findings: the reason for exit status 2."""

from __future__ import annotations

import msgspec

INTERNAL_ERROR = "SAA009"
"""The code of the findings that fail a run."""


NO_SUCH_PATH = "there is no such file or folder: check the path"


class RunError(msgspec.Struct, frozen=True, order=True):
    """A path that does not exist, settings that cannot be read, an internal error; in words."""

    path: str
    message: str

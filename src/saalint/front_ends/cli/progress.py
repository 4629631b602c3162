"""What a run is doing to a note on a terminal, once it has taken long enough for somebody to wonder."""

from __future__ import annotations

import time
from typing import TextIO

import msgspec

PATIENCE = 2.0
_PAUSE = 0.1
_CLEAR = "\r\x1b[K"


class ProgressNote(msgspec.Struct, kw_only=True):
    """A line that is written over; nothing where nobody watches."""

    stream: TextIO
    started: float = msgspec.field(default_factory=time.monotonic)
    _written: float = 0.0

    def tell(self, what: str) -> None:
        """Show what is about to be done."""
        now = time.monotonic()
        if now - self.started < PATIENCE or now - self._written < _PAUSE:
            return
        if self.stream.isatty():
            import shutil

            self._written = now
            width = shutil.get_terminal_size().columns - 1
            self.stream.write(f"{_CLEAR}{f'saalint: {what}'[:width]}")
            self.stream.flush()

    def clear(self) -> None:
        """Leave the line empty for the report."""
        if self._written:
            self.stream.write(_CLEAR)
            self.stream.flush()

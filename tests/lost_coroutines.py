"""Code that loses coroutines on purpose runs inside, and they go away unnoticed at its end."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def forgotten() -> Iterator[None]:
    """Collect what was lost at the end only.

    A collection in the midst of a generated `__new__`, as a named tuple has, finds no builtins to warn with.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "coroutine .* was never awaited", RuntimeWarning)
        gc.disable()
        try:
            yield
        finally:
            gc.collect()
            gc.enable()

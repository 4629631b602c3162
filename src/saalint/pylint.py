"""The name under which pylint loads saalint: `load-plugins = ["saalint.pylint"]`."""

from __future__ import annotations

from saalint.front_ends.pylint_plugin import register

__all__ = ["register"]

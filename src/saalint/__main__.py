"""`python -m saalint` is the command `saalint`."""

from __future__ import annotations

import sys

from saalint.front_ends.cli.main import main

if __name__ == "__main__":
    sys.exit(main())

"""`python -m aion`: the command `aion`."""

from __future__ import annotations

import sys

from aion.cli.main import main

if __name__ == "__main__":
    sys.exit(main())

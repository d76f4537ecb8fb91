"""`python -m aion.sandbox`."""

from __future__ import annotations

import sys

from aion.cli.printing import open_streams
from aion.sandbox.command import main

if __name__ == "__main__":
    open_streams()
    sys.exit(main())

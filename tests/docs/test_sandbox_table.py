"""The table in docs/sandbox.md of how each operation is served equals that of the code.

`python -m tests.docs.test_sandbox_table --update` rewrites it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from aion.sandbox.contract.contract import load_contract
from aion.sandbox.handlers import coverage

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "sandbox.md"
BEGIN: Final = "<!-- table -->\n"
END: Final = "<!-- end -->\n"


def table() -> str:
    """Return the table that the page should have."""
    served = coverage()
    counts = {kind: list(served.values()).count(kind) for kind in ("stateful", "minimal", "501")}
    summary = ", ".join(f"{count} {kind}" for kind, count in counts.items())
    rows = "".join(
        f"| `{one.method} {one.path}` | `{one.id.split('_api_v2')[0]}` | {served[one.id]} |\n"
        for one in sorted(load_contract().operations.values(), key=lambda one: (one.path, one.id))
    )
    header = "| request | operation | served |\n|---|---|---|\n"
    return f"\n{len(served)} operations: {summary}.\n\n{header}{rows}\n"


def parts() -> tuple[str, str, str]:
    """Return the page before the table, the table, and the page after it."""
    before, begin, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    shown, end, after = rest.partition(END)
    return before + begin, shown, end + after


def test_P24_the_table_of_operations_is_current() -> None:
    assert parts()[1] == table(), "run python -m tests.docs.test_sandbox_table --update"


if __name__ == "__main__":
    if sys.argv[1:] != ["--update"]:
        sys.exit("usage: python -m tests.docs.test_sandbox_table --update")
    first, _, last = parts()
    PAGE.write_text(first + table() + last, encoding="utf-8")

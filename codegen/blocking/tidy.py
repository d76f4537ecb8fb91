"""The generated text in the project's format; names that are defined nowhere are refused.

Such a name is what is left of a definition that was skipped in the twin, but not its use.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from codegen.blocking.findings import BlockingError, Findings
from codegen.layout import LayoutError, laid_out

_RULES = "I,F401,F821,TC005"
_ROW = re.compile(r"^(?P<path>.*?):(?P<line>\d+):\d+:\s*(?P<text>.*)$")


def tidy(tree: Mapping[str, str]) -> dict[str, str]:
    """The files of `tree`, sorted and formatted.

    Raises:
        BlockingError: ruff found what it cannot mend; the first file at fault is named.
    """
    try:
        return laid_out(tree, select=_RULES)
    except LayoutError as error:
        rows = [row for row in map(_ROW.match, error.rows) if row]
        if rows:
            path = rows[0]["path"]
            findings = Findings(path)
            for row in rows:
                if row["path"] == path:
                    findings.add(int(row["line"]), "ruff", row["text"])
            findings.check()
        raise BlockingError(f"ruff: {error}") from error

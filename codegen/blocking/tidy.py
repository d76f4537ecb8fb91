"""Formats the text of twins, and refuses undefined names.

An undefined name means that the twin skips a definition, but not its use.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from codegen.blocking.findings import BlockingError, Findings
from codegen.layout import LayoutError, laid_out

_RULES = "I,F401,F821,TC005"
_ROW = re.compile(r"^(?P<path>.*?):(?P<line>\d+):\d+:\s*(?P<text>.*)$")


def tidy(tree: Mapping[str, str]) -> dict[str, str]:
    """Return the files of `tree`, sorted and formatted.

    Raises:
        BlockingError: ruff found something that it cannot fix; the message names the first file.
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

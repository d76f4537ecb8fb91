"""Formats generated text like the project: sorted imports, none unused, lines of 100.

ruff runs once for a whole tree. Its rules are fixed here and it reads no configuration file, so
that the bytes depend only on the input and on ruff's version, which is pinned.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from codegen.errors import CodegenError

_SHARED = (
    "--isolated",
    "--no-cache",
    "--quiet",
    # The temporary folder may lie below one that a repository ignores.
    "--no-respect-gitignore",
    "--line-length=100",
    "--target-version=py311",
)
_SORTED = (
    "check",
    "--fix",
    "--output-format=concise",
    "--config=lint.isort.known-first-party=['aion', 'aion_api']",
)


class LayoutError(CodegenError):
    """ruff cannot fix the text. `rows` are its findings: ``path:line:column: text``."""

    def __init__(self, rows: list[str]) -> None:
        super().__init__("; ".join(rows))
        self.rows = rows

    def __reduce__(self) -> tuple[type[LayoutError], tuple[list[str]]]:
        # Parts of a build run in other processes.
        return type(self), (self.rows,)


def laid_out(tree: Mapping[str, str], *, select: str) -> dict[str, str]:
    """Return the tree with its Python files sorted and formatted.

    Args:
        tree: Path -> text.
        select: ruff's rules, separated by commas. What they cannot fix is refused.

    Raises:
        LayoutError: A file breaks a rule or is not valid Python.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in tree.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        for step in ((*_SORTED, f"--select={select}"), ("format",)):
            done = subprocess.run(
                [sys.executable, "-m", "ruff", *step, *_SHARED, "."],
                cwd=root,
                capture_output=True,
                encoding="utf-8",
                check=False,
            )
            if done.returncode:
                rows = (done.stdout or done.stderr).strip().splitlines()
                raise LayoutError([row for row in rows if row] or ["ruff failed without a message"])
        return {name: (root / name).read_text(encoding="utf-8") for name in tree}

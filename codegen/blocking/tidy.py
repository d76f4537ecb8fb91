"""The generated text in the shape that ruff gives it: sorted imports, none unused, lines of 100.

ruff's rules are fixed here and no configuration file is read, so that the twin's bytes depend on
the source alone. Names that are defined nowhere are refused: a skipped definition may be missed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sysconfig
from functools import cache

from codegen.blocking.findings import BlockingError, Findings

_SHARED = ("--isolated", "--no-cache", "--quiet", "--line-length", "100")
_CHECK = (
    "check",
    "--select",
    "I,F401,F821,TC005",
    "--fix",
    "--output-format",
    "concise",
    "--config",
    'lint.isort.known-first-party=["aion","aion_api"]',
)
_ROW = re.compile(r"^.*?:(?P<line>\d+):\d+:\s*(?P<text>.*)$", re.MULTILINE)


def tidy(text: str, path: str) -> str:
    """`text` sorted and formatted; raises `BlockingError` for what ruff cannot mend."""
    checked = _ruff(*_CHECK, text=text, path=path)
    if checked.returncode:
        report = checked.stdout + checked.stderr
        findings = Findings(path)
        for row in _ROW.finditer(checked.stderr):
            findings.add(int(row["line"]), "ruff", row["text"])
        findings.check()
        raise BlockingError(f"{path}: ruff: {report.strip()}")
    formatted = _ruff("format", text=checked.stdout, path=path)
    if formatted.returncode:
        raise BlockingError(f"{path}: ruff: {formatted.stderr.strip()}")
    return formatted.stdout


@cache
def _program() -> str:
    # The environment's own ruff first: another version may format otherwise.
    places = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])
    found = shutil.which("ruff", path=places)
    if found is None:
        raise BlockingError("ruff: not installed: the `codegen` dependency group brings it")
    return found


def _ruff(*arguments: str, text: str, path: str) -> subprocess.CompletedProcess[str]:
    command = [_program(), *arguments, *_SHARED, "--target-version", "py311"]
    return subprocess.run(
        [*command, "--stdin-filename", path, "-"],
        input=text,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

"""Runs scripts and the type checker on the packages of a project, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from codegen.document import Json


def printed(script: str, project: Path) -> Json:
    """Return the JSON object that a script prints, run with the packages of `project`."""
    search = os.pathsep.join([str(project), str(project / "generated")])
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=project,
        env={**os.environ, "PYTHONPATH": search},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: Json = json.loads(done.stdout)
    return found


def findings_of_mypy(project: Path, cache: Path) -> str:
    """Return what strict mypy finds in the generated package of a project; empty if nothing."""
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "generated/aion_api"]
    done = subprocess.run(
        [*command, f"--cache-dir={cache}", "--explicit-package-bases"],
        cwd=project,
        env={**os.environ, "MYPYPATH": "generated"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.stdout + done.stderr if done.returncode else ""

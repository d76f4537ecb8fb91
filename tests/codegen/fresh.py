"""Runs a script in a process that has the packages of a project, and nothing of this one."""

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

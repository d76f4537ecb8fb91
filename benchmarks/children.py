"""Measures work in fresh processes: what happens once in a process, and memory."""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from benchmarks.measure import Sample
from benchmarks.server import PROJECT

_CLOCKED = """
import time
_wall, _cpu = time.perf_counter(), time.process_time()
{code}
_cpu, _wall = time.process_time() - _cpu, time.perf_counter() - _wall
print(_cpu, _wall)
"""

# The stock generator searches PATH for ruff, and skips formatting if it is missing.
_ENVIRONMENT = {
    **os.environ,
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
}


@cache
def _with_byte_code() -> dict[str, str]:
    """Return an environment that caches byte code, as installed packages have it."""
    folder = tempfile.TemporaryDirectory(prefix="byte-code-")
    kept = {**os.environ, "PYTHONPYCACHEPREFIX": folder.name}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    atexit.register(folder.cleanup)
    return kept


def clocked(code: str) -> Sample:
    """Run Python code in a fresh process; measure it without the start of the interpreter."""
    command = [sys.executable, "-c", _CLOCKED.format(code=code)]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=PROJECT, check=False, env=_with_byte_code()
    )
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    cpu, wall = map(float, done.stdout.split()[-2:])
    return Sample(1, cpu, wall)


def run(command: Sequence[str | Path], folder: Path = PROJECT, operations: int = 1) -> Sample:
    """Run a command; measure its wall time, and the processor time of it and its children."""
    with tempfile.TemporaryFile("w+") as printed:
        before, began = os.times(), time.perf_counter()
        done = subprocess.run(
            list(map(str, command)),
            cwd=folder,
            check=False,
            stdout=printed,
            stderr=printed,
            env=_ENVIRONMENT,
        )
        wall, after = time.perf_counter() - began, os.times()
        if done.returncode:
            printed.seek(0)
            raise RuntimeError(f"{command} ended with {done.returncode}:\n{printed.read()[-2000:]}")
    cpu = after.children_user + after.children_system
    cpu -= before.children_user + before.children_system
    return Sample(operations, cpu, wall)

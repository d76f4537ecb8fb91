"""Rows: our generator against the stock one, and mypy on the generated code."""

from __future__ import annotations

import shutil
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from benchmarks import children
from benchmarks.measure import AION, Bar, Plan, Result, in_turns
from benchmarks.server import PROJECT

STOCK = "openapi-python-client"
_PARTS = ("codegen", "templates", "aion", "openapi.json", "pyproject.toml")


def generate(plan: Plan) -> Result:
    """Measure `codegen build` in a copy of the project, and the stock command, on one contract."""
    result = Result({}, (Bar("wall", 0.7, over=STOCK),), main="wall")
    if find_spec("openapi_python_client") is None or find_spec("libcst") is None:
        result.missing[AION] = "needs the dependency group codegen"
        return result
    if not plan.is_full:
        result.missing[AION] = "takes seconds: left out of a small run"
        return result
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "project")
        copy.mkdir()
        for part in _PARTS:
            source = PROJECT / part
            (shutil.copytree if source.is_dir() else shutil.copy)(source, copy / part)
        ours = [sys.executable, "-m", "codegen", "build"]
        target = Path(folder, "stock")
        stock: list[str | Path] = [
            *(sys.executable, "-c", "from openapi_python_client.cli import app; app()"),
            *("generate", "--path", copy / "openapi.json", "--output-path", target),
            *("--overwrite", "--meta", "none"),
        ]
        result.samples = in_turns(
            {
                AION: lambda: children.run(ours, copy),
                STOCK: lambda: children.run(stock, Path(folder)),
            },
            min(3, plan.repeats),
        )
    return result


def type_check(plan: Plan) -> Result:
    """Measure `mypy --strict` on the whole generated package, without a cache."""
    result = Result({}, (Bar("wall", 15.0, over=None, unit="s"),), main="wall")
    if find_spec("mypy") is None:
        result.missing[AION] = "needs the dependency group lint"
        return result
    what = "generated/aion_api" if plan.is_full else "generated/aion_api/_runtime.py"
    command = [sys.executable, "-m", "mypy", "--cache-dir", "/dev/null", what]
    result.samples = in_turns({AION: lambda: children.run(command)}, min(2, plan.repeats))
    return result

"""Writes the files that need an import of `aion` with the new code: surface, tables of the docs.

The new code is written into a copy of the project and imported there, so that the project itself
only changes after every step succeeded. When the curated package does not work with the new code
yet, for example because an operation that it calls is gone, these files stay unchanged, and the
reason is reported.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from codegen import output, reaching, surface
from codegen.errors import CodegenError

MAKERS: Mapping[str, str] = {
    "docs/methods.md": "tests.docs.methods",
    "docs/sandbox.md": "tests.docs.test_sandbox_table",
}
"""Page -> the module that writes its table when it is run with ``--update``."""

_PARTS = ("aion", "generated", "docs", "tests", "openapi.json", "pyproject.toml")


def pages(tree: Mapping[str, str], project: Path, spec: Path) -> tuple[dict[str, str], list[str]]:
    """Return the pages for the new code, and the work that is left in `aion`.

    Args:
        tree: The new code: path -> text.
        project: The folder of the project.
        spec: The contract that the code was made from.

    Returns:
        The pages, and one line for each page that could not be written and for each thing that
        `aion` needs and the new contract does not have.

    Raises:
        CodegenError: A source of `aion` cannot be read.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "project")
        _staged(tree, project, copy)
        made: dict[str, str] = {}
        left: list[str] = []
        makers = dict(_makers(project))
        with ThreadPoolExecutor() as pool:
            # Threads suffice, because each of them waits for a process.
            outside = pool.submit(surface.collected, copy)
            done = pool.map(partial(_run, folder=copy), makers.values())
            gaps = reaching.lost(project, spec, copy / "generated" / "aion_api")
            faults = dict(zip(makers, done, strict=True))
        try:
            made[surface.NAME] = surface.text(outside.result())
        except CodegenError as error:
            left.append(f"{surface.NAME}: not updated: {error}")
        for page, fault in faults.items():
            if fault:
                left.append(f"{page}: not updated: {fault}")
            else:
                made[page] = (copy / page).read_text(encoding="utf-8")
        return made, left + gaps


def _makers(project: Path) -> Iterator[tuple[str, str]]:
    for page, maker in MAKERS.items():
        if (project / page).is_file() and (project / f"{maker.replace('.', '/')}.py").is_file():
            yield page, maker


def _staged(tree: Mapping[str, str], project: Path, copy: Path) -> None:
    copy.mkdir()
    for part in _PARTS:
        source = project / part
        if source.is_dir():
            # This copies the byte code, which stays valid; compiling would take most of the time.
            shutil.copytree(source, copy / part)
        elif source.is_file():
            shutil.copy(source, copy / part)
    output.write(tree, copy)


def _run(module: str, folder: Path) -> str:
    """Write a page by running a module; return the reason if that fails, else an empty string."""
    search = os.pathsep.join([str(folder), str(folder / "generated")])
    done = subprocess.run(
        [sys.executable, "-m", module, "--update"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": search},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if not done.returncode:
        return ""
    return (done.stderr.strip().splitlines() or ["no message on stderr"])[-1]

"""What is made by importing `aion` as it will be: its surface, and tables of the docs.

The new code is put into a copy of the project and imported there, so that nothing of the project
changes before everything is known. When the curated package does not work with the new code yet,
which is so after an operation that it calls went away, these files stay as they are and it is
said why.
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
    """The pages as they are with the new code, and what `aion` does not go with yet.

    Args:
        tree: The new code: path -> text.
        project: The folder of the project.
        spec: The contract that the code was made from.

    Returns:
        The pages, and one line for each that could not be made and each thing that `aion` needs
        and the new contract does not have.

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
            # Each of them waits for a process.
            outside = pool.submit(surface.collected, copy)
            done = pool.map(partial(_run, folder=copy), makers.values())
            faults = dict(zip(makers, done, strict=True))
        try:
            made[surface.NAME] = surface.text(outside.result())
        except CodegenError as error:
            left.append(f"{surface.NAME}: left as it is: {error}")
        for page, fault in faults.items():
            if fault:
                left.append(f"{page}: left as it is: {fault}")
            else:
                made[page] = (copy / page).read_text(encoding="utf-8")
        left += reaching.lost(project, spec, copy / "generated" / "aion_api")
        return made, left


def _makers(project: Path) -> Iterator[tuple[str, str]]:
    for page, maker in MAKERS.items():
        if (project / page).is_file() and (project / f"{maker.replace('.', '/')}.py").is_file():
            yield page, maker


def _staged(tree: Mapping[str, str], project: Path, copy: Path) -> None:
    copy.mkdir()
    for part in _PARTS:
        source = project / part
        if source.is_dir():
            # With the byte code, which stays valid: most of the time would go into compiling.
            shutil.copytree(source, copy / part)
        elif source.is_file():
            shutil.copy(source, copy / part)
    output.write(tree, copy)


def _run(module: str, folder: Path) -> str:
    """Have a page written; why not, where it fails."""
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
    return (done.stderr.strip().splitlines() or ["it said nothing"])[-1]

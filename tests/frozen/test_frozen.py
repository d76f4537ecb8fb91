"""A program that PyInstaller froze holds the package, its contract and what it imports by name."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import aion

ROOT = Path(aion.__file__).parents[1]

PROGRAM = """
import asyncio
import sys
from importlib import import_module

import aion
import aion_api.api
import aion_api.models
from aion.testing import Sandbox
from pictures import draw


async def described(sandbox):
    async with sandbox.client() as client:
        return (await client.describe(draw())).description


def main():
    assert aion.__file__.startswith(sys._MEIPASS), aion.__file__
    with Sandbox() as sandbox, sandbox.sync_client() as client:
        print(aion.__version__)
        print(client.upload_one(draw(), filename="red.jpg").description)
        print(asyncio.run(described(sandbox)))
        paper = client.documents.upload_one(b"# Title", filename="a.md")
        print(client.documents.get_text(paper.document_id))
    for name in aion_api.api.MODULES:
        import_module(f"aion_api.api.{name}")
    missing = [name for name in aion.__all__ if not hasattr(aion, name)]
    print(missing + [name for name in dir(aion_api.models) if not hasattr(aion_api.models, name)])


main()
"""
BOTH_FORMS = """
found = Analysis(["program.py"], pathex=["."], excludes=EXCLUDED)
modules = PYZ(found.pure)
EXE(modules, found.scripts, found.binaries, found.datas, name="one", console=True)
folder = EXE(modules, found.scripts, name="main", exclude_binaries=True, console=True)
COLLECT(folder, found.binaries, found.datas, name="folder")
"""
NOT_NEEDED = ["cryptography", "numpy", "opentelemetry", "rich", "tkinter", "yaml"]
"""Optional packages of this environment, whose analysis takes most of the time of a build."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the program as one folder and as one file."""
    assert sys.platform != "linux" or shutil.which("objdump"), (
        "install binutils: objdump is missing"
    )
    folder = tmp_path_factory.mktemp("frozen")
    (folder / "program.py").write_text(PROGRAM)
    (folder / "pictures.py").write_bytes(
        (ROOT / "tests" / "behaviour" / "pictures.py").read_bytes()
    )
    (folder / "program.spec").write_text(BOTH_FORMS.replace("EXCLUDED", repr(NOT_NEEDED)))
    done = subprocess.run(
        [sys.executable, "-m", "PyInstaller", "--log-level", "WARN", "program.spec"],
        cwd=folder,
        env={**os.environ, "PYINSTALLER_CONFIG_DIR": str(folder / "cache")},
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "dist"


# One build and one test for both forms: it takes half a minute on a machine that has nothing else
# to do, and workers of a run would each make their own.
@pytest.mark.timeout(600)
def test_a_frozen_program_uses_the_sandbox_with_both_clients(built: Path, tmp_path: Path) -> None:
    said = {
        form: subprocess.run(
            [built / form], cwd=tmp_path, capture_output=True, text=True, timeout=60
        )
        for form in ("one", "folder/main")
    }
    red = "[sandbox] JPEG, 64x48, mostly red, landscape."
    expected = [aion.__version__, red, red, "# Title", "[]"]
    assert {form: done.stdout.splitlines() for form, done in said.items()} == {
        "one": expected, "folder/main": expected,
    }, said  # fmt: skip

"""Everything works from a zip on `sys.path`: a zipapp, a pex, or the wheel itself."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import zipapp
import zipfile
from pathlib import Path

import pytest

import aion
from aion.sandbox.handlers import coverage
from tests.behaviour.pictures import draw

PICTURE = "from pathlib import Path; photo = Path('photo.jpg').read_bytes()\n"


class Packed:
    """Programs that run in a separate folder, with the package only in a zip."""

    def __init__(self, folder: Path, archive: Path) -> None:
        self.folder = folder
        self.archive = archive
        (folder / "photo.jpg").write_bytes(draw())

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(self.archive), "PYTHONWARNINGS": "error"}

    def run(self, *arguments: str) -> str:
        """What an interpreter prints that gets these arguments."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=50,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def program(self, text: str) -> str:
        """What a program prints; it fails if it has the package from elsewhere."""
        checked = f"import aion, aion_api\nassert {self.archive.name!r} in aion.__file__\n"
        return self.run("-c", f"{checked}assert {self.archive.name!r} in aion_api.__file__\n{text}")


@pytest.fixture
def packed(wheel: Path, tmp_path: Path) -> Packed:
    return Packed(tmp_path, wheel)


def test_the_sandbox_serves_the_sync_client(packed: Packed) -> None:
    said = packed.program(
        PICTURE + "from aion.testing import Sandbox\n"
        "with Sandbox() as sandbox, sandbox.sync_client() as client:\n"
        "    print(client.upload_one(photo, filename='a.jpg').description)\n"
    )
    assert said.startswith("[sandbox] JPEG, 64x48, mostly red")


def test_the_sandbox_serves_the_async_client(packed: Packed) -> None:
    said = packed.program(
        PICTURE + "import asyncio\n"
        "from aion.testing import Sandbox\n"
        "async def main():\n"
        "    with Sandbox() as sandbox:\n"
        "        async with sandbox.client() as client:\n"
        "            print((await client.upload_one(photo, filename='a.jpg')).description)\n"
        "asyncio.run(main())\n"
    )
    assert said.startswith("[sandbox] JPEG, 64x48, mostly red")


def test_every_operation_is_served_as_it_is_from_a_folder(packed: Packed) -> None:
    said = packed.program("from aion.sandbox.handlers import coverage\nprint(coverage())")
    assert said == str(coverage())


def test_a_zip_without_entries_for_folders_has_the_contract(packed: Packed, wheel: Path) -> None:
    packed.archive = packed.folder / "bare.zip"
    with zipfile.ZipFile(wheel) as full, zipfile.ZipFile(packed.archive, "w") as bare:
        for name in full.namelist():
            if name.endswith((".py", "openapi.json")):
                bare.writestr(name, full.read(name))
    said = packed.program(
        "from aion.sandbox.contract.contract import load_contract\n"
        "print(len(load_contract().operations))"
    )
    assert said == str(len(coverage()))


def test_a_zip_without_the_contract_says_what_is_missing(packed: Packed, wheel: Path) -> None:
    packed.archive = packed.folder / "less.zip"
    with zipfile.ZipFile(wheel) as full, zipfile.ZipFile(packed.archive, "w") as less:
        for name in full.namelist():
            if name.endswith(".py"):
                less.writestr(name, full.read(name))
    said = packed.program(
        "try:\n"
        "    from aion.testing import Sandbox\n"
        "    Sandbox().start()\n"
        "except FileNotFoundError as error:\n"
        "    print(error)\n"
    )
    assert said.startswith("aion/sandbox/openapi.json is missing: this program was packed without")


def test_every_public_name_is_there(packed: Packed) -> None:
    said = packed.program("print([name for name in aion.__all__ if not hasattr(aion, name)])")
    assert said == "[]"


def test_the_version_needs_no_metadata(packed: Packed) -> None:
    assert packed.program("print(aion.__version__)") == aion.__version__


def test_every_module_of_the_generated_package_is_imported(packed: Packed) -> None:
    said = packed.program(
        "from importlib import import_module\n"
        "from aion_api import api, models\n"
        "for name in api.MODULES: import_module(f'aion_api.api.{name}')\n"
        "print([name for name in dir(models) if not hasattr(models, name)])"
    )
    assert said == "[]"


def test_help_shows_the_words_of_a_method(packed: Packed) -> None:
    assert "Upload one image" in packed.program("help(aion.SyncAionVision.upload_one)")


def test_the_command_starts(packed: Packed) -> None:
    assert packed.run("-m", "aion", "--version") == f"aion {aion.__version__}"


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be sent SIGTERM")
@pytest.mark.parametrize("command", [["-m", "aion.sandbox"], ["-m", "aion", "sandbox"]])
def test_the_command_of_the_sandbox_serves(packed: Packed, command: list[str]) -> None:
    serving = subprocess.Popen(
        [sys.executable, *command],
        cwd=packed.folder,
        env=packed.environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert serving.stdout is not None
    first = serving.stdout.readline()
    serving.send_signal(signal.SIGTERM)
    serving.communicate(timeout=30)
    assert first.startswith("Aionvision sandbox on http://127.0.0.1:")


def test_a_zipapp_of_the_command_starts(packed: Packed, wheel: Path) -> None:
    source, target = packed.folder / "source", packed.folder / "aion.pyz"
    with zipfile.ZipFile(wheel) as full:
        full.extractall(source)
    # Where it is, the first of its modules that is found is this one.
    shutil.copy(source / "aion" / "__main__.py", source / "__main__.py")
    zipapp.create_archive(source, target)
    assert packed.run(str(target), "--version") == f"aion {aion.__version__}"


def test_the_fixtures_of_pytest_work(packed: Packed) -> None:
    (packed.folder / "conftest.py").write_text('pytest_plugins = ["aion.testing.plugin"]\n')
    (packed.folder / "test_program.py").write_text(
        "def test_a_photo_is_stored(aion_client):\n"
        "    import aion\n"
        f"    assert {packed.archive.name!r} in aion.__file__\n"
        "    assert aion_client.upload_one('photo.jpg').filename == 'photo.jpg'\n"
    )
    said = packed.run("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_program.py")
    assert "1 passed" in said

"""The wheel holds the two packages, the contract, and nothing of the workshop."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from configparser import ConfigParser
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

import aion

ROOT = Path(aion.__file__).parents[1]
VERSION = aion.__version__
FOR_MAINTAINERS = {"architecture.md", "performance.md"}
PAGES = [
    ROOT / "CHANGELOG.md",
    *(one for one in sorted((ROOT / "docs").glob("*.md")) if one.name not in FOR_MAINTAINERS),
]
"""The pages for users, which an installation has without a network."""


@pytest.fixture(scope="module")
def names(wheel: Path) -> list[str]:
    """Every file in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    """The metadata of the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read(f"aionvision-{VERSION}.dist-info/METADATA").decode()
    return Parser().parsestr(text)


@pytest.mark.parametrize(
    "name",
    [
        "aion/__init__.py",
        "aion/_pyinstaller/hook-aion.py",
        "aion/_pyinstaller/hook-aion.sandbox.py",
        "aion/_pyinstaller/hook-aion.testing.py",
        "aion/_pyinstaller/hook-aion_api.py",
        "aion/py.typed",
        "aion/client.py",
        "aion/sync/client.py",
        "aion/sandbox/openapi.json",
        "aion/testing/__init__.py",
        "aion_api/__init__.py",
        "aion_api/py.typed",
        f"aionvision-{VERSION}.dist-info/licenses/LICENSE",
    ],
)
def test_the_wheel_holds_this_file(name: str, names: list[str]) -> None:
    assert name in names


def test_the_wheel_holds_two_packages_and_nothing_else(names: list[str]) -> None:
    tops = {name.partition("/")[0] for name in names}
    own = {f"aionvision-{VERSION}.dist-info", f"aionvision-{VERSION}.data"}
    assert tops == {"aion", "aion_api", *own}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_the_wheel_holds_the_page(path: Path, names: list[str]) -> None:
    page = path.relative_to(ROOT).as_posix()
    assert f"aionvision-{VERSION}.data/data/share/doc/aionvision/{page}" in names


@pytest.mark.parametrize("name", ["Homepage", "Documentation", "Source", "Changelog", "Issues"])
def test_the_metadata_has_an_address(name: str, metadata: Message) -> None:
    urls = dict(one.split(", ", 1) for one in metadata.get_all("Project-URL", []))
    assert urls[name].startswith("https://")


def test_the_wheel_holds_every_module_of_the_tree(names: list[str]) -> None:
    in_tree = {
        str(path.relative_to(base))
        for base, package in ((ROOT, "aion"), (ROOT / "generated", "aion_api"))
        for path in (base / package).rglob("*.py")
    }
    assert in_tree - set(names) == set()


def test_the_wheel_holds_no_caches_and_no_tests(names: list[str]) -> None:
    unwanted = ("__pycache__", ".pyc", "test_", "conftest", "codegen/", ".toml", ".jinja")
    assert [name for name in names if any(part in name for part in unwanted)] == []


def test_no_file_is_in_the_wheel_twice(names: list[str]) -> None:
    assert len(names) == len(set(names))


def test_the_contract_in_the_wheel_is_that_of_the_tree(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = archive.read("aion/sandbox/openapi.json")
    assert packed == (ROOT / "openapi.json").read_bytes()


def test_the_metadata_name_the_distribution_and_its_python(metadata: Message) -> None:
    found = (metadata["Name"], metadata["Version"], metadata["Requires-Python"])
    assert found == ("aionvision", VERSION, ">=3.11")


def test_PyInstaller_finds_the_hooks_by_the_entry_point_of_the_wheel(wheel: Path) -> None:
    points = ConfigParser()
    with zipfile.ZipFile(wheel) as archive:
        points.read_string(
            archive.read(f"aionvision-{VERSION}.dist-info/entry_points.txt").decode()
        )
    assert dict(points["pyinstaller40"]) == {"hook-dirs": "aion._pyinstaller:get_hook_dirs"}


def test_what_is_required_without_an_extra_is_little(metadata: Message) -> None:
    required = [one for one in metadata.get_all("Requires-Dist", []) if "extra ==" not in one]
    assert {one.split(">")[0].split("<")[0] for one in required} == {
        "attrs", "certifi", "httpcore", "httpx", "python-dateutil",
    }  # fmt: skip


def test_the_wheel_works_from_where_it_is(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    program = (
        "import aion, aion_api; [getattr(aion, name) for name in aion.__all__]; "
        "print(aion.__file__, aion_api.__file__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=30
    )
    assert done.stdout.split() == [
        str(tmp_path / "aion" / "__init__.py"), str(tmp_path / "aion_api" / "__init__.py"),
    ], done.stderr  # fmt: skip

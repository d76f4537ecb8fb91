"""Gets the documents of other people, as npm packages, into a folder that git ignores."""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from codegen.__main__ import PROJECT

Json = dict[str, Any]

CACHE = PROJECT / ".documents"
TABLE: Json = json.loads((Path(__file__).parent / "table.json").read_text("utf-8"))
"""The packages, the files of each that count, and the documents that are refused."""


@cache
def documents() -> dict[str, Path]:
    """The documents by their names: package and path in it."""
    found: dict[str, Path] = {}
    for package in TABLE["packages"]:
        folder = _unpacked(package["name"], package["version"], package["files"])
        for pattern in package["files"]:
            for path in sorted(folder.glob(pattern)):
                found[f"{package['name']}/{path.relative_to(folder).as_posix()}"] = path
    return found


def _unpacked(name: str, version: str, files: list[str]) -> Path:
    """Return the folder of a package, which is downloaded once; only `files` are kept."""
    folder = CACHE / f"{name.replace('/', '-').removeprefix('@')}-{version}"
    if folder.is_dir():
        return folder / "package"
    npm = shutil.which("npm")
    if npm is None:
        pytest.fail(
            "npm is not found, and the documents are npm packages: install Node.js with npm"
        )
    CACHE.mkdir(exist_ok=True)
    done = subprocess.run(
        [npm, "pack", "--silent", f"{name}@{version}"],
        cwd=CACHE,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.fail(
            f"npm cannot get {name} {version}: {done.stderr.strip() or done.stdout.strip()}"
        )
    archive = CACHE / done.stdout.strip().splitlines()[-1]
    partial = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    with tarfile.open(archive) as packed:
        members = [
            one
            for one in packed.getmembers()
            if any(PurePosixPath(one.name).match(f"package/{pattern}") for pattern in files)
        ]
        packed.extractall(partial, members, filter="data")
    partial.rename(folder)
    archive.unlink()
    return folder / "package"

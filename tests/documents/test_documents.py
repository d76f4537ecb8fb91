"""Documents of other people go through the generator; what is refused is listed with its reason.

`make documents` runs these tests: they download npm packages, and take minutes. Each document
becomes a package of its own. All packages are imported with warnings as errors, and type-checked.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from codegen import contract
from codegen.__main__ import endpoints
from codegen.document import operations
from codegen.errors import CodegenError
from codegen.patching import Patches
from tests.codegen.building import project
from tests.documents.fetching import TABLE, documents

pytestmark = pytest.mark.timeout(600)
GITHUB = "@octokit/openapi/generated/api.github.com.json"
IMPORT_ALL = """
import importlib, pathlib, sys
folder = pathlib.Path(sys.argv[1])
for path in sorted(folder.rglob("*.py")):
    importlib.import_module(".".join(path.relative_to(folder).with_suffix("").parts))
"""
COUNT = """
import importlib, json, pathlib, sys
counts = {}
for api in sorted(pathlib.Path(sys.argv[1]).glob("*/api")):
    modules = importlib.import_module(f"{api.parent.name}.api").MODULES
    found = [importlib.import_module(f"{api.parent.name}.api.{name}") for name in modules]
    counts[api.parent.name] = sum(len(module.OPERATIONS) for module in found)
print(json.dumps(counts))
"""


@dataclass
class Outcome:
    """The result of one document: the message of a refusal, or nothing."""

    name: str
    message: str
    seconds: float


class Generated:
    """Every document, generated below one folder that is on the path of imports."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "packages"
        home = project(folder / "project", {})
        with ProcessPoolExecutor(2) as pool:
            jobs = [
                pool.submit(generate, name, path, home, self.folder / package(name))
                # The largest first, so that no process is left alone with it.
                for name, path in sorted(
                    documents().items(), key=lambda one: -one[1].stat().st_size
                )
            ]
            self.outcomes = {job.result().name: job.result() for job in jobs}

    def refused(self) -> dict[str, str]:
        """The messages of the documents that were refused."""
        return {name: one.message for name, one in self.outcomes.items() if one.message}

    def run(self, *arguments: str) -> str:
        """Run Python on the packages with warnings as errors; return what it printed."""
        done = subprocess.run(
            [sys.executable, "-W", "error", *arguments],
            cwd=self.folder,
            env={"PYTHONPATH": str(self.folder)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (done.stdout + done.stderr)[-5000:]
        return done.stdout


def package(name: str) -> str:
    """The package of a document."""
    return "of_" + re.sub(r"\W+", "_", name.removesuffix(".json")).strip("_").lower()


def generate(name: str, path: Path, home: Path, target: Path) -> Outcome:
    """Generate one document into a package; it runs in a process of its own."""
    begun = time.perf_counter()
    try:
        files = endpoints(contract.load(path, Patches()), home)
    except CodegenError as error:
        return Outcome(name, str(error).replace(str(path), name), time.perf_counter() - begun)
    took = time.perf_counter() - begun
    for file, text in files.items():
        made = target / file.removeprefix("generated/aion_api/")
        made.parent.mkdir(parents=True, exist_ok=True)
        made.write_text(text.replace("aion_api", target.name), encoding="utf-8")
    return Outcome(name, "", took)


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    return Generated(tmp_path_factory.mktemp("documents"))


@pytest.mark.parametrize("row", TABLE["packages"], ids=lambda row: row["name"])
def test_every_document_of_a_package_is_there(row: dict[str, object]) -> None:
    found = [name for name in documents() if name.startswith(f"{row['name']}/")]
    assert len(found) == row["count"]


def test_documents_are_refused_as_listed_and_no_others(generated: Generated) -> None:
    listed = {name: f"{name}: {row['message']}" for name, row in TABLE["refused"].items()}
    assert generated.refused() == listed


def test_no_operation_of_a_document_is_left_out(generated: Generated) -> None:
    expected: dict[str, int] = {}
    for name, path in documents().items():
        if name not in TABLE["refused"]:
            spec = json.loads(path.read_text(encoding="utf-8"))
            for item in spec["paths"].values():
                while "$ref" in item:
                    key = item.pop("$ref").rpartition("/")[2]
                    item.update(spec["paths"][key.replace("~1", "/")])
            expected[package(name)] = len(list(operations(spec)))
    assert json.loads(generated.run("-c", COUNT, str(generated.folder))) == expected


def test_every_module_is_imported_without_a_warning(generated: Generated) -> None:
    generated.run("-c", IMPORT_ALL, str(generated.folder))


def test_every_package_passes_mypy_strict(generated: Generated) -> None:
    arguments = ("--strict", "--python-version=3.11", "--explicit-package-bases")
    assert "Success" in generated.run("-m", "mypy", *arguments, "--cache-dir=.mypy", ".")


def test_the_document_of_github_is_generated_in_two_minutes(generated: Generated) -> None:
    assert generated.outcomes[GITHUB].seconds < 120

"""The package with the contract of 2026-03 alone: 55 operations and their schemas are gone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from codegen import reaching
from codegen.__main__ import PROJECT, main
from codegen.snapshots import snapshot
from tests.codegen.fresh import findings_of_mypy, printed
from tests.codegen.wordless import wordless

Json = dict[str, Any]
MARCH = "2026-03"
DATA = ("gaps.toml", "patches.toml", "undescribed.toml", "words.json")
LACKING = {
    "client.describe": "description.describe_image",
    "client.batch.submit_verify": "batch.batch_verify",
    "client.descriptions.describe": "description.describe_image",
    "client.uploads.batch_confirm": "uploads.confirm_batch_upload",
    "client.uploads.batch_prepare": "uploads.prepare_batch_upload",
    "client.uploads.confirm_upload": "uploads.confirm_upload",
    "client.uploads.request_presigned_url": "uploads.request_presigned_upload_url",
    "client.verifications.verify": "verification.verify_content",
}
"""Methods of `aion` and an operation that each lacks."""
SCRIPT = """
import asyncio, importlib, json, pkgutil
import aion, aion.testing, aion_api
from aion import MissingOperationError

found = {"failed": [], "refused": []}
for package in (aion_api, aion):
    for one in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        # Hooks are for PyInstaller, and `__main__` runs the command.
        if "hook-" in one.name or one.name.endswith("__main__"):
            continue
        try:
            importlib.import_module(one.name)
        except Exception as error:
            found["failed"].append(f"{one.name}: {error!r}")
for name in dir(aion):
    getattr(aion, name)


def refused(error):
    found["refused"].append([error.operation, error.path])


async def use(client):
    async with client:
        found["async"] = (await client.files.list()).total_count
        try:
            await client.describe("https://example.org/a.jpg")
        except MissingOperationError as error:
            refused(error)


with aion.testing.Sandbox() as sandbox:
    client = sandbox.sync_client()
    found["sync"] = client.folders.create("Harbor").name
    try:
        client.verify("https://example.org/a.jpg", "A pier")
    except MissingOperationError as error:
        refused(error)
    client.close()
    asyncio.run(use(sandbox.client()))
    found["violations"] = sandbox.violations
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def march(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project that took the vendor's document of 2026-03, which has no words."""
    folder = tmp_path_factory.mktemp("march")
    copy, spec = folder / "project", folder / "vendor.json"
    ignored = shutil.ignore_patterns("__pycache__")
    for part in ("aion", "templates"):
        shutil.copytree(PROJECT / part, copy / part, ignore=ignored)
    (copy / "codegen").mkdir()
    for name in ("openapi.json", *(f"codegen/{name}" for name in DATA)):
        shutil.copy(PROJECT / name, copy / name)
    document = snapshot(json.loads((PROJECT / "openapi.json").read_text("utf-8")), MARCH)
    spec.write_text(json.dumps(wordless(document)), encoding="utf-8")
    assert main(["build", "--spec", str(spec)], project=copy) == 0
    return copy


@pytest.fixture(scope="module")
def facts(march: Path) -> Json:
    """What a fresh process finds in the package."""
    return printed(SCRIPT, march)


@pytest.mark.timeout(300)
def test_p27_every_module_of_the_package_can_be_imported(facts: Json) -> None:
    assert facts["failed"] == []


@pytest.mark.timeout(300)
def test_p27_methods_that_lack_nothing_work_on_both_clients(facts: Json) -> None:
    assert (facts["sync"], facts["async"]) == ("Harbor", 0)


@pytest.mark.timeout(300)
def test_p27_methods_that_lack_an_operation_name_it_on_both_clients(facts: Json) -> None:
    assert facts["refused"] == [
        ["verification.verify_content", "/verify/"],
        ["description.describe_image", "/describe/"],
    ]


@pytest.mark.timeout(300)
def test_the_sandbox_works_with_the_contract(facts: Json) -> None:
    assert facts["violations"] == []


@pytest.mark.timeout(300)
def test_p27_the_generated_package_passes_mypy_strict(march: Path, tmp_path: Path) -> None:
    assert findings_of_mypy(march, tmp_path) == ""


@pytest.mark.timeout(300)
def test_p27_reach_names_every_method_that_lacks_an_operation(march: Path) -> None:
    lines = {f"{method}: {gone}: the operation is gone" for method, gone in LACKING.items()}
    assert lines <= set(reaching.lost(march))


def test_p27_reach_does_not_guess_what_the_response_of_a_missing_operation_had(
    march: Path,
) -> None:
    gone = set(LACKING)
    guessed = [line for line in reaching.lost(march) if " reads, is " in line]
    assert [line for line in guessed if line.partition(": ")[0] in gone] == []

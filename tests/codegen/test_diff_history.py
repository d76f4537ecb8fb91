"""The real history: two published contracts out of `openapi.json`, generated from and compared.

`python -m tests.codegen.test_diff_history --update` rewrites the checked-in report. It does not
list what is touched in `aion`, which changes with every method; other tests assert that.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from codegen import contract, parse, render
from codegen.__main__ import PROJECT
from codegen.diffing import Difference, command, compared, report
from codegen.diffing.curated import usage
from codegen.diffing.losses import losses
from codegen.diffing.page import ROWS
from codegen.diffing.touched import touched
from codegen.document import operations, schemas
from codegen.patching import LeftOut, Patches, attempted
from codegen.snapshots import snapshot

REPORT = Path(__file__).parent / "golden" / "history-2026-02-to-2026-03.md"
FEBRUARY, MARCH = "2026-02", "2026-03"
Json = dict[str, Any]


@cache
def present() -> str:
    return (PROJECT / "openapi.json").read_text(encoding="utf-8")


@cache
def patches() -> Patches:
    return Patches.load(PROJECT / "codegen" / "patches.toml")


def published(mark: str) -> Json:
    """A published contract, as the vendor had it."""
    return snapshot(json.loads(present()), mark)


def corrected(mark: str) -> Json:
    """The same after the corrections that are for it, without the renaming of schemas."""
    document = published(mark)
    attempted(document, patches(), rename=False)
    return document


@cache
def history() -> Difference:
    return compared(corrected(FEBRUARY), corrected(MARCH), patches().renames)


def left_out(mark: str) -> list[LeftOut]:
    left, conflicts = attempted(published(mark), patches())
    assert conflicts == []
    return left


@pytest.mark.parametrize(
    ("mark", "paths", "count", "named"), [(FEBRUARY, 198, 221, 311), (MARCH, 164, 182, 251)]
)
def test_a_snapshot_has_the_size_that_its_marks_say(
    mark: str, paths: int, count: int, named: int
) -> None:
    document = published(mark)
    sizes = len(document["paths"]), len(list(operations(document))), len(schemas(document))
    assert sizes == (paths, count, named)


@pytest.mark.parametrize("mark", [FEBRUARY, MARCH])
def test_a_snapshot_refers_to_nothing_that_it_lacks(mark: str) -> None:
    contract.check_references(published(mark), Path(mark))


@pytest.mark.parametrize("mark", [FEBRUARY, MARCH])
def test_a_snapshot_carries_no_marks(mark: str) -> None:
    assert "x-contract" not in json.dumps(published(mark))


def test_a_property_of_the_older_contract_alone_is_not_in_the_newer() -> None:
    held = [
        "verification_level" in schemas(published(mark))["UsageCheckRequest"]["properties"]
        for mark in (FEBRUARY, MARCH)
    ]
    assert held == [True, False]


@pytest.mark.parametrize("mark", [FEBRUARY, MARCH])
def test_every_correction_that_is_left_out_is_for_the_other_snapshot(mark: str) -> None:
    other = FEBRUARY if mark == MARCH else MARCH
    assert set(left_out(mark)) & set(left_out(other)) == set()


def test_the_older_snapshot_needs_no_correction_of_video_endpoints() -> None:
    assert [left.name for left in left_out(FEBRUARY)] == [
        "get_scene_thumbnail_api_v2_video_scenes__scene_id__thumbnail_get/responses/200/content",
        "confirm_video_chunk_api_v2_video_uploads_chunks_confirm_post",
        "queue_analysis_api_v2_video_analysis_queue_post",
    ]


@pytest.mark.parametrize("mark", [FEBRUARY, MARCH])
def test_a_snapshot_generates_one_function_for_each_of_its_operations(
    mark: str, tmp_path: Path
) -> None:
    document = published(mark)
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    files = render.render(parse.parse(contract.load(path, patches())), PROJECT / "templates")
    functions = [
        node.name
        for name, text in files.items()
        if name.startswith("api/")
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef)
    ]
    assert len(functions) == len(list(operations(document)))


def test_the_checked_in_report_is_the_history() -> None:
    assert report.markdown(history()) == REPORT.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        ("operation removed", 55),
        ("operation added", 16),
        ("schema removed", 60),
        ("property removed", 45),
    ],
)
def test_the_history_counts_what_the_marks_count(kind: str, count: int) -> None:
    assert len(history().of(kind)) == count


def test_the_history_touches_the_curated_methods_of_the_older_contract() -> None:
    found = touched(history(), usage(PROJECT / "aion"), corrected(FEBRUARY), patches().renames)
    broken = {name for change in found.changes if change.breaks_curated for name in change.methods}
    assert {"client.descriptions.describe", "client.verifications.verify"} <= broken


# The page on the newest document, which has a part of what the contract has


@pytest.fixture(scope="module")
def newest(tmp_path_factory: pytest.TempPathFactory) -> Difference:
    """What the document of the vendor alone would change."""
    path = tmp_path_factory.mktemp("newest") / "spec.json"
    path.write_text(json.dumps(published(MARCH)), encoding="utf-8")
    return command.difference(PROJECT / "openapi.json", path, PROJECT)


def test_the_page_on_the_newest_document_fits(newest: Difference) -> None:
    assert len(report.text(newest).splitlines()) <= ROWS


def test_P27_the_page_on_the_newest_document_names_each_method_that_loses_something(
    newest: Difference,
) -> None:
    shown = set(re.findall(r"[a-z_.]+", report.text(newest)))
    assert {loss.method for loss in losses(newest)} - shown == set()


def test_the_page_on_the_newest_document_has_each_removed_operation_of_a_method_once(
    newest: Difference,
) -> None:
    line = "    client.describe, client.descriptions.describe: POST /api/v2/describe/"
    assert report.text(newest).count("/describe/") == 1
    assert line in report.text(newest).splitlines()


if __name__ == "__main__" and sys.argv[1:] == ["--update"]:
    REPORT.write_text(report.markdown(history()), encoding="utf-8")

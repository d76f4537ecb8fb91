"""`make generate SPEC=path`: code, contract, lock, surface, pages, and the list of work left."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from codegen.__main__ import PROJECT, main
from codegen.pages import MAKERS
from tests.codegen.workflow import home, next_contract, written

MAKER = """import sys
from pathlib import Path

import aion.client
from aion_api.api import boxes

if "--update" in sys.argv:
    names = sorted(one.name.removeprefix("boxes.") for one in boxes.OPERATIONS)
    names = [name for name in names if name.endswith("_box")]
    Path("docs/methods.md").write_text(" ".join(names), encoding="utf-8")
"""
PARTS = ("aion", "codegen", "docs", "generated", "templates", "tests")
SINGLES = ("LOCK.toml", "openapi.json", "pyproject.toml", "surface.json")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project that is current and has a page, and the vendor's next document beside it."""
    made = home(tmp_path / "project")
    for name, text in {
        "aion/__init__.py": '"""Boxes."""\n',
        "docs/methods.md": "old",
        "tests/__init__.py": "",
        "tests/docs/__init__.py": "",
        "tests/docs/methods.py": MAKER,
    }.items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(text, encoding="utf-8")
    assert main(["generate"], project=made) == 0
    written(tmp_path / "vendor.json", next_contract())
    return tmp_path


def generated(folder: Path, *options: str) -> int:
    """Take the vendor's document."""
    command = ["generate", "--spec", str(folder / "vendor.json"), *options]
    return main(command, project=folder / "project")


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a project by name, without byte code."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def how_changed(before: bytes | None, after: bytes | None) -> str:
    """How a file changed."""
    return "new" if before is None else "removed" if after is None else "changed"


def test_what_changed_and_what_is_left_to_do_is_shown(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert generated(folder) == 0
    shown = capsys.readouterr().out
    golden = (Path(__file__).parent / "golden" / "diff.txt").read_text(encoding="utf-8")
    report, _, end = shown.partition("Files changed")
    words = report.removeprefix(golden).splitlines()
    assert (report.startswith(golden), words[1].startswith("Words (")) == (True, True)
    assert f"Files changed{end}".splitlines() == [
        "Files changed (7):",
        "  LOCK.toml: changed",
        "  openapi.json: changed",
        "  surface.json: changed",
        "  codegen/words.json: new",
        "  docs/methods.md: changed",
        "  generated/aion_api/api/boxes.py: changed",
        "  generated/aion_api/models/boxes.py: changed",
        "",
        "Work left in `aion` (1); fix it, then run `make generate` again:",
        "  client.boxes.drop: boxes.drop_box: the operation is gone",
        "",
        "Next:",
        "  make reach                                           # the work left, in full",
        "  make generate                                        # afterwards: twins, surface, docs",
        "  python -m codegen diff OLD openapi.json --changelog  # a draft; OLD is the old contract",
    ]


def test_the_files_that_are_named_are_those_that_changed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(folder / "project")
    capsys.readouterr()
    generated(folder, "--format", "json")
    named = json.loads(capsys.readouterr().out)["files"]
    after = contents(folder / "project")
    assert {file["name"]: file["how"] for file in named} == {
        name: how_changed(before.get(name), after.get(name))
        for name in before | after
        if before.get(name) != after.get(name)
    }


def test_files_that_are_gone_and_new_are_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = next_contract()
    spec["paths"]["/gauges"]["get"]["tags"] = ["meters"]
    written(folder / "vendor.json", spec)
    capsys.readouterr()
    generated(folder, "--format", "json")
    files = json.loads(capsys.readouterr().out)["files"]
    how = {file["name"].rpartition("/")[2]: file["how"] for file in files}
    assert (how["gauges.py"], how["meters.py"]) == ("removed", "new")


def test_json_is_all_that_is_printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    generated(folder, "--format", "json")
    found = json.loads(capsys.readouterr().out)
    golden = json.loads((Path(__file__).parent / "golden/diff.json").read_text(encoding="utf-8"))
    assert found["report"].pop("words")[0].startswith("ours kept: ")
    assert found["report"] == {key: value for key, value in golden.items() if key != "words"}


def test_json_says_that_nothing_changed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    main(["generate", "--format", "json"], project=folder / "project")
    assert json.loads(capsys.readouterr().out)["files"] == []


def test_verbose_prints_the_long_form(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    generated(folder, "--verbose")
    golden = (Path(__file__).parent / "golden/diff-verbose.txt").read_text(encoding="utf-8")
    shown = capsys.readouterr().out
    assert [line for line in golden.splitlines() if line not in shown] == []


def test_markdown_begins_with_the_report(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    generated(folder, "--format", "markdown")
    golden = (Path(__file__).parent / "golden/diff.md").read_text(encoding="utf-8")
    shown = capsys.readouterr().out
    assert [line for line in golden.splitlines() if line not in shown] == []


def test_a_contract_that_changes_nothing_leaves_nothing_to_do(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    main(["generate"], project=folder / "project")
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_contract_code_and_lock_are_current_afterwards(folder: Path) -> None:
    generated(folder)
    assert main(["check"], project=folder / "project") == 0


def test_pages_are_made_with_the_new_code(folder: Path) -> None:
    page = folder / "project" / "docs" / "methods.md"
    before = page.read_text(encoding="utf-8")
    generated(folder)
    names = "close_box drop_box get_box make_box open_box paint_box"
    assert (before, page.read_text(encoding="utf-8")) == (
        "drop_box get_box make_box",
        names.replace("drop_box ", ""),
    )


def test_the_surface_is_that_of_the_package_with_the_new_code(folder: Path) -> None:
    generated(folder)
    text = (folder / "project" / "surface.json").read_text(encoding="utf-8")
    box = json.loads(text)["definitions"]["aion_api.models.boxes.Box"]
    assert {"title", "label"} & box["members"].keys() == {"title"}


def test_a_page_that_cannot_be_made_yet_stays_and_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    client = folder / "project" / "aion" / "client.py"
    text = client.read_text(encoding="utf-8")
    constant = "DROP = {one.name: one for one in boxes.OPERATIONS}['boxes.drop_box']"
    lines = f"from aion_api.api import boxes\n\n{constant}"
    text = text.replace("\nclass", f"{lines}\n\n\nclass", 1)
    client.write_text(text, encoding="utf-8")
    page = folder / "project" / "docs" / "methods.md"
    before = page.read_text(encoding="utf-8")
    capsys.readouterr()
    assert generated(folder, "--format", "json") == 0
    assert page.read_text(encoding="utf-8") == before
    work = json.loads(capsys.readouterr().out)["work"]
    reason = "KeyError: 'boxes.drop_box'"
    assert [(item["method"], item["needs"]) for item in work] == [
        ("surface.json", f"not updated: aion cannot be imported: {reason}"),
        ("docs/methods.md", f"not updated: {reason}"),
        ("client.boxes.drop", "boxes.drop_box: the operation is gone"),
    ]


def test_nothing_is_left_of_the_copy_in_which_pages_are_made(folder: Path) -> None:
    generated(folder)
    strange = [path.name for path in folder.rglob("*") if path.name.startswith(".")]
    assert strange == []


def test_every_maker_of_a_page_is_there() -> None:
    makers = [PROJECT / f"{maker.replace('.', '/')}.py" for maker in MAKERS.values()]
    assert [path.is_file() for path in [*makers, *(PROJECT / page for page in MAKERS)]] == [
        True
    ] * 4


@pytest.mark.timeout(300)
def test_the_real_contract_goes_through_with_a_removal_a_new_name_and_three_endpoints(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "project"
    copy.mkdir()
    for part in PARTS:
        ignored = shutil.ignore_patterns("__pycache__", "cassettes")
        shutil.copytree(PROJECT / part, copy / part, ignore=ignored)
    for name in SINGLES:
        shutil.copy(PROJECT / name, copy / name)
    spec: dict[str, Any] = json.loads((PROJECT / "openapi.json").read_text(encoding="utf-8"))
    crumbs = spec["paths"]["/api/v2/folders/{folder_id}/breadcrumbs"].pop("get")
    page = spec["components"]["schemas"]["ListUserFilesResponse"]
    page["properties"]["is_last"] = page["properties"].pop("has_more")
    page["required"][page["required"].index("has_more")] = "is_last"
    for name in ("pin", "unpin", "archive"):
        made = crumbs | {"operationId": f"{name}_folder", "summary": f"{name.title()} a folder"}
        spec["paths"][f"/api/v2/folders/{{folder_id}}/{name}"] = {"post": made}
    command = ["generate", "--spec", str(written(tmp_path / "v.json", spec)), "--format", "json"]
    assert main(command, project=copy) == 0
    found = json.loads(capsys.readouterr().out)
    code = (copy / "generated/aion_api/api/folders.py").read_text(encoding="utf-8")
    assert [f"def {name}_folder(" in code for name in ("pin", "unpin", "archive")] == [True] * 3
    counts = found["report"]["counts"]["operations"]
    assert (counts["added"], counts["removed"]) == (3, 1)
    files = "GET /api/v2/user-files (user_files.list_user_files)"
    crumbs = "folders.get_folder_breadcrumbs: the operation is gone"
    needs = [(item["method"], item["needs"]) for item in found["work"]]
    assert ("client.folders.get_breadcrumbs", crumbs) in needs
    assert ("client.uploads.upload_batch", f"{files}: field FileList.has_more is gone") in needs

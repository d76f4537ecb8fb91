"""`python -m codegen diff`: one report in each format, the changelog draft, the exit status."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from codegen.__main__ import PROJECT, main
from tests.codegen import workflow
from tests.codegen.building import operation
from tests.codegen.workflow import contract, home, next_contract, written

GOLDEN = Path(__file__).parent / "golden"
NAMES = {"text": "diff.txt", "markdown": "diff.md", "json": "diff.json"}


class Run:
    """The command on an invented project and two documents."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home = home(folder / "project")
        self.old = written(folder / "old.json", contract())
        self.new = written(folder / "new.json", next_contract())
        self._capsys = capsys

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        status = main(["diff", *arguments], project=self.home)
        printed = self._capsys.readouterr()
        return status, printed.out, printed.err

    def between(self, *options: str) -> tuple[int, str, str]:
        return self(str(self.old), str(self.new), *options)


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(tmp_path, capsys)


@pytest.mark.parametrize("format_", NAMES)
def test_the_report_of_a_new_contract_is_this_one(run: Run, format_: str) -> None:
    _, out, _ = run.between("--format", format_)
    assert out == (GOLDEN / NAMES[format_]).read_text(encoding="utf-8")


def test_the_verbose_report_is_this_one(run: Run) -> None:
    _, out, _ = run.between("--verbose")
    assert out == (GOLDEN / "diff-verbose.txt").read_text(encoding="utf-8")


def test_text_is_the_format_by_default(run: Run) -> None:
    assert run.between() == run.between("--format", "text")


def test_the_changelog_draft_is_this_one(run: Run) -> None:
    _, out, _ = run.between("--changelog")
    assert out == (GOLDEN / "changelog.md").read_text(encoding="utf-8")


def test_a_change_that_breaks_a_curated_method_gives_status_one(run: Run) -> None:
    assert run.between()[0] == 1


def test_equal_documents_give_status_zero(run: Run) -> None:
    assert run(str(run.old), str(run.old)) == (0, "Nothing differs.\n", "")


def test_a_breaking_change_that_no_curated_method_meets_gives_status_zero(run: Run) -> None:
    spec = contract()
    del spec["paths"]["/gauges"]
    assert run(str(run.old), str(written(run.new, spec)))[0] == 0


def test_no_difference_drafts_an_empty_entry(run: Run) -> None:
    out = run(str(run.old), str(run.old), "--changelog")[1]
    assert out == "## [Unreleased]\n\nNo change for users.\n"


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        '{"openapi": "3.1.0", "paths": {}}',
        '{"openapi": "3.1.0", "paths": {"/x": {"get": {"operationId": 1}}}}',
        '{"openapi": "3.1.0", "paths": {"/x": {"get": {"operationId": "a", "$ref": "#/x"}}}}',
        '{"openapi": "3.1.0", "paths": {"/x": {"get": {"operationId": "a", "responses": 1,'
        ' "requestBody": {"content": 1}, "parameters": 5, "tags": {}}}}}',
        '{"a":' * 100_000 + "1" + "}" * 100_000,
    ],
)
@pytest.mark.parametrize("is_new", [False, True])
def test_a_document_that_cannot_be_compared_gives_status_two_and_one_line(
    run: Run, content: str, is_new: bool
) -> None:
    bad = run.new if is_new else run.old
    bad.write_text(content, encoding="utf-8")
    status, out, err = run.between()
    assert (status, out, len(err.splitlines())) == (2, "", 1)


def test_a_missing_document_gives_status_two_and_its_name(run: Run) -> None:
    status, _, err = run("none.json", str(run.new))
    assert (status, err) == (2, "codegen: none.json: cannot be read: No such file or directory\n")


def test_a_schema_that_holds_itself_is_compared(run: Run) -> None:
    spec = contract()
    lid = spec["components"]["schemas"]["Lid"]
    lid["properties"]["inner"] = {"$ref": "#/components/schemas/Lid"}
    assert run(str(run.old), str(written(run.new, spec)))[0] == 0


def test_text_of_a_contract_cannot_leave_its_cell(run: Run) -> None:
    spec = contract()
    gauges = spec["paths"]["/gauges"]["get"]
    gauges["parameters"] = [{"name": "a|b\n| c", "in": "query", "schema": {"type": "string"}}]
    _, out, _ = run(str(run.old), str(written(run.new, spec)), "--format", "markdown")
    assert "parameter added: query a\\|b \\| c (string)" in out


PATCH = """\
[[patch]]
operation = "read_gauge"
at = "/responses/200/content"
expect = { "application/json" = { schema = { type = "string" } } }
value = { "text/plain" = { schema = { type = "string" } } }
reason = "r"
"""


def test_a_defect_that_the_vendor_fixes_as_it_was_patched_is_not_a_difference(run: Run) -> None:
    (run.home / "codegen" / "patches.toml").write_text(PATCH, encoding="utf-8")
    spec = contract()
    content = {"text/plain": {"schema": {"type": "string"}}}
    spec["paths"]["/gauges"]["get"]["responses"]["200"]["content"] = content
    _, out, _ = run(str(run.old), str(written(run.new, spec)), "--format", "json")
    assert json.loads(out)["changes"] == []


def test_a_patch_that_no_longer_applies_is_left_out(run: Run) -> None:
    (run.home / "codegen" / "patches.toml").write_text(PATCH, encoding="utf-8")
    spec = contract()
    del spec["paths"]["/gauges"]
    _, out, _ = run(str(run.old), str(written(run.new, spec)), "--format", "json")
    assert json.loads(out)["left_out"] == [
        "patch read_gauge/responses/200/content: the contract does not have it any more"
    ]


def test_a_patch_that_contradicts_the_new_contract_is_noted(run: Run) -> None:
    (run.home / "codegen" / "patches.toml").write_text(PATCH, encoding="utf-8")
    spec = contract()
    content = {"application/json": {"schema": {"type": "integer"}}}
    spec["paths"]["/gauges"]["get"]["responses"]["200"]["content"] = content
    _, out, _ = run(str(run.old), str(written(run.new, spec)), "--format", "json")
    (note,) = json.loads(out)["notes"]
    assert "patch read_gauge/responses/200/content: its place holds something else" in note


def test_where_the_patches_may_have_to_be_extended_is_noted(run: Run) -> None:
    spec = contract()
    spec["components"]["schemas"]["app__v2__Box"] = {"type": "object"}
    spec["paths"]["/new"] = {"get": operation(name="stream")}
    _, out, _ = run(str(run.old), str(written(run.new, spec)), "--format", "json")
    assert json.loads(out)["notes"] == [
        "patches.toml: schema app__v2__Box is new and has no short name in rename_schemas",
        "stream: responds with any JSON; patch in a stream, file or redirect",
    ]


# The words of new operations


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ({"summary": "Open a box", "description": "Long."}, ": Open a box"),
        ({"description": "Opens a box.\n\nAnd more."}, ": Opens a box."),
        ({"summary": "-", "description": "Opens."}, ": Opens."),
        ({"summary": "-"}, ""),
        ({"summary": 5}, ""),
        ({"summary": "A\x1b[31m line\nand more"}, ": A\\u001b[31m line"),
        ({}, ""),
    ],
)
def test_a_new_operation_is_shown_with_its_summary_or_the_first_line_of_its_description(
    run: Run, words: dict[str, Any], shown: str
) -> None:
    spec = contract()
    spec["paths"]["/lids"] = {"get": operation({}, name="open_lid", tag="lids", **words)}
    _, out, _ = run(str(run.old), str(written(run.new, spec)))
    assert f"  lids:\n    GET /lids{shown}\n" in out


def test_a_new_operation_without_a_tag_is_listed_under_its_module(run: Run) -> None:
    spec = contract()
    spec["paths"]["/lids"] = {"get": operation({}, name="open_lid", tags=[])}
    _, out, _ = run(str(run.old), str(written(run.new, spec)))
    assert "  service:\n    GET /lids\n" in out


# The old contract out of git


@pytest.fixture
def committed(run: Run) -> Run:
    """The command on a project in git, whose contract changed since the commit."""
    workflow.committed(run.home)
    shutil.copy(run.new, run.home / "openapi.json")
    return run


def test_since_compares_the_contract_with_that_of_a_revision(committed: Run) -> None:
    assert committed("--since", "HEAD") == committed.between()


def test_since_takes_another_new_document(committed: Run) -> None:
    assert committed("--since", "HEAD", str(committed.old)) == (0, "Nothing differs.\n", "")


def test_since_drafts_the_changelog(committed: Run) -> None:
    assert committed("--since", "HEAD", "--changelog") == committed.between("--changelog")


def test_since_finds_the_contract_of_a_project_below_the_root_of_its_repository(run: Run) -> None:
    workflow.committed(run.home.parent)
    assert run("--since", "HEAD") == (0, "Nothing differs.\n", "")


def test_the_contract_of_a_revision_gets_the_patches_of_that_revision(committed: Run) -> None:
    (committed.home / "codegen" / "patches.toml").write_text(PATCH, encoding="utf-8")
    _, out, _ = committed("--since", "HEAD", str(committed.old), "--format", "json")
    assert [change["kind"] for change in json.loads(out)["changes"]] == ["media type changed"]


def test_the_contract_of_a_revision_without_patches_gets_those_of_the_project(run: Run) -> None:
    patches = run.home / "codegen" / "patches.toml"
    patches.unlink()
    workflow.committed(run.home)
    patches.write_text(PATCH, encoding="utf-8")
    assert run("--since", "HEAD") == (0, "Nothing differs.\n", "")


@pytest.mark.parametrize(
    ("revision", "reason"),
    [("gone", "fatal: invalid object name 'gone'"), ("--output=x", "fatal: ")],
)
def test_a_revision_without_the_contract_gives_status_two_and_the_line_to_type(
    committed: Run, revision: str, reason: str
) -> None:
    status, out, err = committed(f"--since={revision}")
    start = f"codegen: openapi.json at {revision} cannot be read from git: {reason}"
    end = ". Compare two files instead: python -m codegen diff OLD openapi.json\n"
    assert (status, out) == (2, "")
    assert err.startswith(start)
    assert err.endswith(end)


def test_outside_of_git_the_reason_is_said(run: Run) -> None:
    status, _, err = run("--since", "HEAD")
    assert (status, "not a git repository" in err) == (2, True)


def test_without_git_the_reason_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    status, _, err = run("--since", "HEAD")
    assert (status, "the command git is not installed" in err) == (2, True)


def test_a_broken_contract_of_a_revision_is_named_by_the_revision(run: Run) -> None:
    (run.home / "openapi.json").write_text("[]", encoding="utf-8")
    workflow.committed(run.home)
    _, _, err = run("--since", "HEAD", str(run.new))
    assert err == "codegen: HEAD:openapi.json: not an OpenAPI document but a JSON list\n"


@pytest.mark.parametrize("documents", [[], ["a"], ["a", "b", "c"], ["--since", "HEAD", "a", "b"]])
def test_a_wrong_number_of_documents_is_refused_with_the_lines_to_type(
    run: Run, documents: list[str]
) -> None:
    status, _, err = run(*documents)
    assert (status, "python -m codegen diff OLD NEW, or python -m" in err) == (2, True)


def test_the_command_line_itself_finds_nothing_between_the_contract_and_itself() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "codegen", "diff", "openapi.json", "openapi.json"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "Nothing differs.\n", "")

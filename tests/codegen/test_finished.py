"""How a run of `generate` ends: the files it changed, the work left, the commands to run next."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.diffing import Difference
from codegen.finished import Finished, rendered
from codegen.output import Changed
from codegen.sections import WIDTH
from tests.codegen import workflow
from tests.codegen.changes import large

How = Literal["changed", "new", "removed"]


def changed(name: str, how: How = "changed") -> Changed:
    return Changed(name, how, "stale or edited by hand")


def shown(
    folder: Path, files: list[Changed], left: tuple[str, ...] = (), *, verbose: bool = False
) -> list[str]:
    """The lines that a run prints."""
    return rendered(Finished(folder, None, files, [*left]), "text", verbose=verbose).splitlines()


def part(lines: list[str], title: str) -> list[str]:
    """The lines below a title, without their indent."""
    start = next(n for n, line in enumerate(lines) if line.startswith(title))
    rest = [*lines[start + 1 :], ""]
    return [line[2:] for line in rest[: rest.index("")]]


def many(folder: str, count: int, how: How = "changed") -> list[Changed]:
    return [changed(f"{folder}/{how}_{number}.py", how) for number in range(count)]


@pytest.fixture
def committed(tmp_path: Path) -> Path:
    """A project in git, with a contract."""
    (tmp_path / "openapi.json").write_text("{}", encoding="utf-8")
    return workflow.committed(tmp_path)


# Files


def test_single_files_are_named_with_how_they_changed(tmp_path: Path) -> None:
    files = [changed("LOCK.toml"), changed("aion/sync/a.py", "new"), changed("b.py", "removed")]
    assert part(shown(tmp_path, files), "Files changed (3)") == [
        "LOCK.toml: changed",
        "b.py: removed",
        "aion/sync/a.py: new",
    ]


def test_many_files_of_a_folder_are_counted(tmp_path: Path) -> None:
    models = "generated/aion_api/models"
    files = many(models, 12) + many(models, 2, "new") + many(models, 1, "removed")
    assert part(shown(tmp_path, files), "Files changed (15)") == [
        "generated/aion_api/models: 12 changed, 2 new, 1 removed"
    ]


def test_eight_files_of_a_folder_are_named(tmp_path: Path) -> None:
    assert len(part(shown(tmp_path, many("a", 8)), "Files changed (8)")) == 8


def test_many_folders_of_few_files_are_counted_each(tmp_path: Path) -> None:
    files = [file for number in range(10) for file in many(f"folder_{number}", 8)]
    lines = part(shown(tmp_path, files), "Files changed (80)")
    assert lines == [f"folder_{number}: 8 changed" for number in range(10)]


def test_hundreds_of_folders_are_cut(tmp_path: Path) -> None:
    files = [file for number in range(300) for file in many(f"folder_{number}", 8)]
    lines = part(shown(tmp_path, files), "Files changed (2400)")
    assert len(lines) < 60
    assert lines[-1].endswith(" more: --verbose")


# Work


def test_work_is_listed_by_method(tmp_path: Path) -> None:
    left = "client.b: boxes.b: the operation is gone", "client.a: model Box is gone"
    lines = part(shown(tmp_path, [changed("a")], left), "Work left in `aion` (2)")
    assert lines == ["client.a: model Box is gone", "client.b: boxes.b: the operation is gone"]


def test_work_that_several_methods_share_is_listed_once(tmp_path: Path) -> None:
    left = [f"client.{name}: GET /boxes (boxes.list): field Box.x is gone" for name in "cab"]
    lines = part(shown(tmp_path, [changed("a")], tuple(left)), "Work left in `aion` (3)")
    assert lines == ["client.a, client.b, client.c: field Box.x is gone (GET /boxes (boxes.list))"]


def test_much_work_is_cut_with_the_command_that_lists_it(tmp_path: Path) -> None:
    left = tuple(f"client.m{n:03}: model Box{n} is gone" for n in range(200))
    lines = part(shown(tmp_path, [changed("a")], left), "Work left in `aion` (200)")
    assert len(lines) < 60
    assert lines[-1].endswith(" more: make reach")


def test_verbose_cuts_no_work(tmp_path: Path) -> None:
    left = tuple(f"client.m{n:03}: model Box{n} is gone" for n in range(200))
    lines = shown(tmp_path, [changed("a")], left, verbose=True)
    assert len(part(lines, "Work left in `aion` (200)")) == 200


# The next commands


def commands(lines: list[str]) -> list[str]:
    return [line.partition("  #")[0].rstrip() for line in part(lines, "Next")]


def test_nothing_is_next_when_nothing_changed(tmp_path: Path) -> None:
    assert shown(tmp_path, []) == []


def test_with_a_new_contract_its_changes_are_drafted_checked_and_tested(committed: Path) -> None:
    (committed / "openapi.json").write_text("[]", encoding="utf-8")
    assert commands(shown(committed, [changed("openapi.json")])) == [
        "python -m codegen diff --since HEAD --changelog",
        "make check",
        "make test",
    ]


def test_with_work_left_it_is_listed_done_and_generated_from(committed: Path) -> None:
    (committed / "openapi.json").write_text("[]", encoding="utf-8")
    lines = shown(committed, [changed("openapi.json")], ("client.a: model Box is gone",))
    assert commands(lines) == [
        "make reach",
        "make generate",
        "python -m codegen diff --since HEAD --changelog",
    ]


def test_with_the_contract_of_the_last_commit_the_files_are_compared(committed: Path) -> None:
    assert commands(shown(committed, [changed("aion/sync/a.py")]))[0] == "git diff --stat"


def test_outside_of_git_the_old_contract_is_a_file(tmp_path: Path) -> None:
    first = commands(shown(tmp_path, [changed("openapi.json")]))[0]
    assert first == "python -m codegen diff OLD openapi.json --changelog"


def test_the_interpreter_of_the_project_is_named_as_it_is_typed(
    committed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (committed / "openapi.json").write_text("[]", encoding="utf-8")
    monkeypatch.setattr(sys, "executable", str(committed / ".venv" / "bin" / "python"))
    first = commands(shown(committed, [changed("openapi.json")]))[0]
    assert first == ".venv/bin/python -m codegen diff --since HEAD --changelog"


@pytest.mark.parametrize("left", [(), ("client.a: model Box is gone",)])
@pytest.mark.parametrize("is_in_git", [True, False])
def test_no_command_is_wider_than_a_terminal(
    committed: Path, left: tuple[str, ...], is_in_git: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    (committed / "openapi.json").write_text("[]", encoding="utf-8")
    if not is_in_git:
        shutil.rmtree(committed / ".git")
    monkeypatch.setattr(sys, "executable", str(committed / ".venv" / "bin" / "python"))
    assert max(map(len, shown(committed, [changed("a")], left))) <= WIDTH


# Formats


def test_the_report_of_the_contract_comes_first(tmp_path: Path) -> None:
    done = Finished(tmp_path, Difference(notes=("name it",)), [changed("a")], [])
    assert rendered(done, "text").startswith(
        "Nothing differs.\n\nTo check (1):\n  name it\n\nFiles"
    )


def test_markdown_has_the_files_as_a_list_and_the_commands_as_code(tmp_path: Path) -> None:
    text = rendered(Finished(tmp_path, None, [changed("a|b.py")], []), "markdown")
    assert text.startswith(
        "## Files changed (1)\n\n- `a\\|b.py`: changed\n\n## Next\n\n```sh\npython"
    )


def test_json_has_every_file_need_and_command(tmp_path: Path) -> None:
    files = many("a", 100, "new")
    left = [f"client.m{n}: GET /a (b.c): field Box.x is gone" for n in range(100)]
    found: dict[str, Any] = json.loads(rendered(Finished(tmp_path, large(3), files, left), "json"))
    assert list(found) == ["report", "files", "work", "next"]
    assert found["report"]["counts"]["operations"] == {"added": 3, "removed": 6, "changed": 0}
    assert found["files"] == [{"name": file.name, "how": "new"} for file in files]
    assert found["work"][99] == {
        "method": "client.m99",
        "needs": "GET /a (b.c): field Box.x is gone",
    }
    assert [step["command"] for step in found["next"]][:2] == ["make reach", "make generate"]


def test_json_of_a_run_without_a_new_contract_has_no_report(tmp_path: Path) -> None:
    assert json.loads(rendered(Finished(tmp_path, None, [], []), "json")) == {
        "report": None,
        "files": [],
        "work": [],
        "next": [],
    }


@given(st.lists(st.text(st.characters(codec="utf-8")), max_size=30), st.booleans())
def test_no_text_leaves_its_line(left: list[str], is_verbose: bool) -> None:
    done = Finished(Path(__file__).parent, None, [changed("a")], left)
    text = rendered(done, "text", verbose=is_verbose)
    assert [line for line in text.removesuffix("\n").split("\n") if not line.isprintable()] == []

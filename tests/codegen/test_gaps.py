"""Gaps that a maintainer accepts: the check passes, and says when one is closed."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.__main__ import main
from codegen.errors import CodegenError
from codegen.reaching import accepted
from tests.codegen.workflow import contract, home, written

LOST = "client.boxes.drop: boxes.drop_box: the operation is gone"


@pytest.fixture
def partial(tmp_path: Path) -> Path:
    """A project whose contract lacks an operation that a method needs."""
    made = home(tmp_path / "project")
    main(["generate"], project=made)
    spec = contract()
    del spec["paths"]["/boxes/{box_id}"]["delete"]
    written(made / "openapi.json", spec)
    main(["build"], project=made)
    return made


def reached(folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str]:
    capsys.readouterr()
    status = main(["reach", *options], project=folder)
    return status, capsys.readouterr().err


def test_a_gap_fails_the_check(partial: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert reached(partial, capsys) == (1, f"{LOST}\n")


def test_an_accepted_gap_does_not(partial: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reached(partial, capsys, "--accept", "The document is that of another region.")
    assert reached(partial, capsys) == (0, "")


def test_the_reason_is_kept_when_other_gaps_are_accepted(
    partial: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reached(partial, capsys, "--accept", "First.")
    reached(partial, capsys, "--accept", "Second.")
    assert [*accepted.read(partial / accepted.NAME).values()] == ["First."]


def test_a_gap_that_is_closed_fails_the_check_until_it_is_removed(
    partial: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reached(partial, capsys, "--accept", "First.")
    written(partial / "openapi.json", contract())
    main(["build"], project=partial)
    status, said = reached(partial, capsys)
    assert (status, said.partition(": ")[2]) == (
        1,
        "no gap any more, remove it: boxes.drop_box: the operation is gone\n",
    )


def test_accepting_removes_closed_gaps(partial: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reached(partial, capsys, "--accept", "First.")
    written(partial / "openapi.json", contract())
    main(["build"], project=partial)
    reached(partial, capsys, "--accept", "Second.")
    assert accepted.read(partial / accepted.NAME) == {}


def test_a_line_about_another_file_is_reported_and_never_accepted() -> None:
    line = "undescribed.toml: Box.id is now described, or no longer read: remove it"
    data = tomllib.loads(accepted.text([line], {}, "Why."))
    assert (data["gaps"], accepted.remaining([line], {})) == ({}, [line])


@pytest.mark.parametrize("text", ["gaps = 1", "[gaps]\na = 1", "[gaps", "gaps = [1]"])
def test_a_file_of_gaps_that_is_not_one_is_refused_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "gaps.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CodegenError, match=r"gaps\.toml"):
        accepted.read(tmp_path / "gaps.toml")


texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.lists(texts.map(lambda one: f"Method: {one}x")), texts)
def test_the_file_holds_what_was_accepted(lines: list[str], reason: str) -> None:
    data = tomllib.loads(accepted.text(lines, {}, reason))
    assert accepted.remaining(lines, data["gaps"]) == []

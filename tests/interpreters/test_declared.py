"""What `pyproject.toml` declares is what the matrix runs, and what the documents say."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

from tests.interpreters.quick import QUICK

ROOT: Final = Path(__file__).parents[2]
PROJECT: Final[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
VERSIONS: Final = [
    one.rpartition(" ")[2]
    for one in PROJECT["project"]["classifiers"]
    if re.search(r":: 3\.\d+$", one)
]
EXTRAS: Final[dict[str, list[str]]] = PROJECT["project"]["optional-dependencies"]
REQUIRED: Final[list[str]] = PROJECT["project"]["dependencies"]
DECLARED: Final = REQUIRED + [line for lines in EXTRAS.values() for line in lines]
PAGE: Final = (ROOT / "docs" / "versions.md").read_text("utf-8")


def test_P26_the_oldest_classifier_is_the_oldest_python_that_may_install_it() -> None:
    assert PROJECT["project"]["requires-python"] == f">={VERSIONS[0]}"


def test_P26_no_python_is_left_out_in_the_middle() -> None:
    minors = [int(one.partition(".")[2]) for one in VERSIONS]
    assert minors == list(range(minors[0], minors[-1] + 1))


def test_P26_code_is_checked_for_the_oldest_python() -> None:
    tool = PROJECT["tool"]
    assert tool["mypy"]["python_version"] == tool["pyright"]["pythonVersion"] == VERSIONS[0]
    assert tool["ruff"]["target-version"] == f"py{VERSIONS[0].replace('.', '')}"


def test_P26_the_page_about_versions_has_a_row_for_each_python() -> None:
    assert re.findall(r"^\| (3\.\d+) \|", PAGE, re.MULTILINE) == VERSIONS


@pytest.mark.parametrize("line", DECLARED)
def test_P26_the_page_about_versions_has_the_lowest_version_of_each_dependency(line: str) -> None:
    name, lowest = re.fullmatch(r"([\w-]+)(?:\[\w+\])?>=([\d.]+)(?:,<[\d.]+)?", line).groups()  # type: ignore[union-attr]
    assert re.search(rf"^\| `{name}` \| .* \| {re.escape(lowest)} \|", PAGE, re.MULTILINE)


@pytest.mark.parametrize("extra", sorted(EXTRAS))
def test_P26_each_extra_has_a_script_that_uses_it_alone(extra: str) -> None:
    assert (ROOT / "tests" / "extras" / f"use_{extra}.py").is_file()


def test_P26_each_script_belongs_to_an_extra() -> None:
    scripts = {one.stem.removeprefix("use_") for one in (ROOT / "tests/extras").glob("use_*.py")}
    assert scripts == {*EXTRAS, "none"}


RESOURCES: Final = [
    one.stem for one in (ROOT / "aion/resources").glob("[a-z]*.py") if one.stem != "chat_session"
]


@pytest.mark.parametrize("resource", RESOURCES)
def test_P26_the_quick_selection_has_the_behaviour_of_each_resource(resource: str) -> None:
    assert [path for path in QUICK if path.startswith(f"tests/behaviour/test_{resource}")]


@pytest.mark.parametrize("path", [one for one in QUICK if one.startswith("tests/")])
def test_P26_every_path_of_the_quick_selection_is_there(path: str) -> None:
    assert (ROOT / path).exists()


def test_P26_ci_ends_with_the_matrix() -> None:
    last = (ROOT / ".ci" / "run").read_text("utf-8").rstrip().splitlines()[-1]
    assert last == 'step matrix QUICK=1 DEBIAN=1 SESSIONS="tests lowest extra"'

"""Which methods and types of `aion` a change touches, read from the source."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from codegen.__main__ import PROJECT
from codegen.diffing import Change, compared
from codegen.diffing.curated import Graph, Usage, usage
from codegen.diffing.sources import read
from codegen.diffing.touched import touched
from codegen.document import Json
from codegen.errors import CodegenError
from tests.codegen.workflow import contract, home


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return home(tmp_path_factory.mktemp("curated") / "project") / "aion"


@pytest.fixture(scope="module")
def used(package: Path) -> Usage:
    return usage(package)


@pytest.fixture(scope="module")
def real() -> Usage:
    return usage(PROJECT / "aion")


@pytest.mark.parametrize(
    ("function", "methods"),
    [
        ("boxes.get_box", {"client.boxes.get", "client.first"}),
        ("boxes.make_box", {"client.boxes.make"}),
        ("boxes.list_boxes", {"client.boxes.list"}),
        ("gauges.read_gauge", set[str]()),
    ],
)
def test_a_function_is_used_by_these_methods(used: Usage, function: str, methods: set[str]) -> None:
    assert used.functions.get(function, set()) == methods


def test_a_class_in_a_helper_belongs_to_the_method_that_calls_it(used: Usage) -> None:
    assert used.classes["BoxDraft"] == {"client.boxes.make"}


def test_a_class_is_the_result_types_that_are_it_or_made_of_it(used: Usage) -> None:
    assert used.types["Box"] == {"Box", "Crate"}


def test_an_operation_that_no_method_calls_is_listed_as_such(used: Usage) -> None:
    change = first_change(used, lambda d: d["paths"].pop("/gauges"))
    assert change.uncurated == ("gauges.read_gauge",)


def test_a_source_that_is_not_python_is_named(tmp_path: Path) -> None:
    package = home(tmp_path / "project") / "aion"
    (package / "client.py").write_text("def (", encoding="utf-8")
    with pytest.raises(CodegenError, match=r"client\.py:1: not Python"):
        usage(package)


def first_change(used: Usage, mutate: Callable[[Json], object]) -> Change:
    old, new = contract(), contract()
    mutate(new)
    return touched(compared(old, new), used, old).changes[0]


def without_color(document: Json) -> None:
    del document["components"]["schemas"]["Lid"]["properties"]["color"]


def test_a_removed_operation_touches_the_methods_that_call_it(used: Usage) -> None:
    change = first_change(used, lambda d: d["paths"]["/boxes/{box_id}"].pop("delete"))
    assert change.methods == ("client.boxes.drop",)


def test_a_schema_inside_another_touches_the_types_that_hold_it(used: Usage) -> None:
    assert first_change(used, without_color).types == ("Box", "Crate")


def test_a_schema_touches_the_methods_of_the_operations_that_give_it(used: Usage) -> None:
    expected = ("client.boxes.get", "client.boxes.list", "client.boxes.make", "client.first")
    assert first_change(used, without_color).methods == expected


def test_what_no_method_calls_breaks_no_curated_method(used: Usage) -> None:
    change = first_change(used, lambda d: d["paths"].pop("/gauges"))
    assert (change.is_breaking, change.breaks_curated) == (True, False)


def test_every_function_that_the_real_package_uses_is_generated(real: Usage) -> None:
    api = PROJECT / "generated" / "aion_api" / "api"
    missing = [
        name
        for name in real.functions
        if f"def {name.split('.')[1]}(" not in (api / f"{name.split('.')[0]}.py").read_text("utf-8")
    ]
    assert missing == []


def test_the_real_listing_is_found_behind_its_helper(real: Usage) -> None:
    assert "client.files.list" in real.functions["user_files.list_user_files"]


def test_a_shortcut_of_the_real_client_is_found_behind_its_resource(real: Usage) -> None:
    assert "client.upload_one" in real.functions["user_files.stream_batch_upload"]


def test_a_shortcut_is_not_said_to_use_its_whole_resource(real: Usage) -> None:
    assert "client.upload_one" not in real.functions["uploads.confirm_upload"]


def test_every_method_of_the_docs_is_known_by_the_name_that_they_give_it() -> None:
    graph = Graph(read(PROJECT / "aion"))
    page = (PROJECT / "docs" / "methods.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| `([^`]+)`", page, re.MULTILINE)
    owners = "client.", "chat_session.", "pipeline."
    names = {name if name.startswith(owners) else f"client.{name}" for name in documented}
    assert names - {name for name, _ in graph.methods()} == set()


def test_no_two_methods_have_the_same_name() -> None:
    names = [name for name, _ in Graph(read(PROJECT / "aion")).methods()]
    assert len(names) == len(set(names))

"""Operations without an id get a name from method and path; path items may be references."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen import contract
from codegen.document import operations
from codegen.preparing.paths import complete, derived_name
from tests.codegen.building import answering, built, document, operation


def bare(**more: Any) -> dict[str, Any]:
    """An operation without an id."""
    op = operation(**more)
    del op["operationId"]
    return op


def ids(paths: dict[str, Any], **components: Any) -> dict[str, str]:
    """The ids of a document's operations, by method and path."""
    spec = document(paths)
    spec["components"] |= components
    complete(spec, Path("spec.json"))
    return {f"{method} {path}": op["operationId"] for path, method, op in operations(spec)}


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("get", "/pets", "get_pets"),
        ("get", "/pets/{petId}", "get_pets_by_pet_id"),
        ("put", "/v1/users/{id}/roles/{role}", "put_v1_users_by_id_roles_by_role"),
        ("get", "/files/{name}.json", "get_files_by_name_json"),
        ("post", "/", "post_root"),
        ("get", "/größe", "get_gr_e"),
    ],
)
def test_a_name_is_made_of_method_and_path(method: str, path: str, name: str) -> None:
    assert derived_name(path, method) == name


def test_an_operation_without_an_id_can_be_called(tmp_path: Path) -> None:
    spec = document({"/pets/{petId}": {"get": bare()}})
    request = built(tmp_path, spec).call("things.get_pets_by_pet_id", "7")
    assert (request.operation.operation_id, request.path) == ("get_pets_by_pet_id", "/pets/7")


def test_an_operation_without_an_id_and_a_tag_is_in_the_module_service(tmp_path: Path) -> None:
    op = bare()
    del op["tags"]
    assert (
        built(tmp_path, document({"/pets": {"get": op}})).call("service.get_pets").path == "/pets"
    )


def test_operations_added_later_do_not_change_a_name() -> None:
    before = ids({"/a/{x}": {"get": bare()}})
    after = ids({"/a": {"get": bare()}, "/a/{x}": {"get": bare()}, "/a/{x}/b": {"get": bare()}})
    assert before.items() <= after.items()


def test_names_that_become_equal_get_different_ends() -> None:
    found = ids({"/a-b": {"get": bare()}, "/a_b": {"get": bare()}})
    assert len(set(found.values())) == 2
    assert all(name.startswith("get_a_b_") for name in found.values())


def test_equal_names_are_reported_in_the_documentation(tmp_path: Path) -> None:
    spec = document({"/a-b": {"get": bare()}, "/a_b": {"get": bare()}})
    source = built(tmp_path, spec).files["api/things.py"]
    assert source.count("`get_a_b` is the name of another") == 2


def test_the_order_of_operations_does_not_matter_for_equal_names() -> None:
    paths = {"/a-b": {"get": bare()}, "/a_b": {"get": bare()}}
    assert ids(paths) == ids(dict(reversed(paths.items())))


def test_an_id_of_the_document_keeps_its_name() -> None:
    found = ids({"/a": {"get": bare()}, "/b": {"get": operation(name="get_a")}})
    assert found["get /b"] == "get_a"
    assert found["get /a"].startswith("get_a_")


@given(st.lists(st.text("ab-_/{}", max_size=6).map(lambda text: f"/{text}"), unique=True))
def test_any_paths_have_different_ids(paths: list[str]) -> None:
    found = ids({path: {"get": bare()} for path in paths})
    assert len(set(found.values())) == len(paths)


def test_a_patch_can_name_a_derived_id(tmp_path: Path) -> None:
    patches = """
[[patch]]
operation = "get_pets"
at = "/summary"
expect = "absent"
value = "List pets"
reason = "it has none"
"""
    sample = built(tmp_path, document({"/pets": {"get": bare()}}), patches)
    assert "List pets." in sample.files["api/things.py"]


def test_a_path_item_may_be_a_component() -> None:
    item = {"get": operation(name="read")}
    found = ids({"/a": {"$ref": "#/components/pathItems/A"}}, pathItems={"A": item})
    assert found == {"get /a": "read"}


def test_a_path_item_may_be_another_path_and_has_ids_of_its_own() -> None:
    found = ids({"/a": {"get": operation(name="read")}, "/b": {"$ref": "#/paths/~1a"}})
    assert found == {"get /a": "read", "get /b": "get_b"}


def test_operations_beside_a_reference_stay() -> None:
    found = ids(
        {
            "/a": {"get": operation(name="read")},
            "/b": {"$ref": "#/paths/~1a", "post": operation(name="write")},
        }
    )
    assert found == {"get /a": "read", "get /b": "get_b", "post /b": "write"}


def test_a_document_with_ids_is_read_as_it_is(tmp_path: Path) -> None:
    spec = answering({"type": "string"})
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(spec), encoding="utf-8")
    assert contract.read(path) == spec

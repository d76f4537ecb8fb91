"""Folders of the sandbox: what its routes refuse, and what they keep."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from aion.testing import Sandbox
from tests.sandbox.conftest import client_of
from tests.sandbox.pictures import jpeg

NOBODY = "00000000-0000-4000-8000-000000000000"
Upload = Callable[..., dict[str, Any]]


def create(api: httpx.Client, name: str, parent_id: str | None = None) -> str:
    """The id of a new folder."""
    answer = api.post("/folders", json={"name": name, "parent_id": parent_id})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def test_a_name_is_free_again_when_its_folder_is_gone(api: httpx.Client) -> None:
    first = create(api, "May")
    assert api.delete(f"/folders/{first}").json()["mode"] == "move_to_parent"
    assert create(api, "May") != first


@pytest.mark.parametrize("name", ["a/b", "a\\b", "a\0b"])
def test_a_name_with_a_separator_is_a_bad_request(name: str, api: httpx.Client) -> None:
    answer = api.post("/folders", json={"name": name})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "VALIDATION_ERROR"


@pytest.mark.parametrize("name", ["", "x" * 256])
def test_a_name_of_another_length_is_off_contract(name: str, api: httpx.Client) -> None:
    assert api.post("/folders", json={"name": name}).status_code == 422


def test_a_taken_name_names_the_folder_that_has_it(api: httpx.Client) -> None:
    known = create(api, "May")
    answer = api.post("/folders", json={"name": "May"})
    assert answer.status_code == 409
    assert answer.json()["error"]["details"] == {"name": "May", "folder_id": known}


def test_names_differ_by_case(api: httpx.Client) -> None:
    assert create(api, "may") != create(api, "May")


def test_a_cycle_says_where_the_mistake_is(api: httpx.Client) -> None:
    outer = create(api, "outer")
    inner = create(api, "inner", outer)
    answer = api.post(f"/folders/{outer}/move", json={"new_parent_id": inner})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "new_parent_id"]
    assert answer.json()["detail"][0]["type"] == "folder_cycle"


def test_a_folder_may_be_moved_to_where_it_is(api: httpx.Client) -> None:
    outer = create(api, "outer")
    inner = create(api, "inner", outer)
    answer = api.post(f"/folders/{inner}/move", json={"new_parent_id": outer.upper()})
    assert (answer.status_code, answer.json()["parent_id"]) == (200, outer)


def test_a_clash_one_level_up_stops_the_deletion_before_anything_moves(
    api: httpx.Client, upload: Upload
) -> None:
    outer = create(api, "outer")
    create(api, "same")
    create(api, "free", outer)
    create(api, "same", outer)
    file_id = upload(jpeg())["image_id"]
    api.post("/folders/move-files", json={"file_ids": [file_id], "folder_id": outer})
    before = api.get("/folders").json()
    assert api.delete(f"/folders/{outer}").status_code == 409
    assert api.get("/folders").json() == before


def test_a_subfolder_may_have_the_name_of_its_deleted_parent(api: httpx.Client) -> None:
    outer = create(api, "same")
    inner = create(api, "same", outer)
    assert api.delete(f"/folders/{outer}").status_code == 200
    assert [one["id"] for one in api.get("/folders").json()["folders"]] == [inner]


def test_a_deleted_file_counts_no_more(api: httpx.Client, upload: Upload) -> None:
    folder = create(api, "May")
    file_id = upload(jpeg())["image_id"]
    api.post("/folders/move-files", json={"file_ids": [file_id], "folder_id": folder})
    assert api.get(f"/folders/{folder}").json()["total_files"] == 1
    api.delete(f"/user-files/{file_id}")
    assert api.get(f"/folders/{folder}").json()["total_files"] == 0


def test_an_id_that_is_there_twice_is_refused(api: httpx.Client) -> None:
    body = {"file_ids": [NOBODY, NOBODY.upper()]}
    assert api.post("/folders/move-files", json=body).status_code == 422


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", f"/folders/{NOBODY}", None),
        ("GET", f"/folders/{NOBODY}/breadcrumbs", None),
        ("PATCH", f"/folders/{NOBODY}", {"name": "x"}),
        ("DELETE", f"/folders/{NOBODY}", None),
        ("POST", f"/folders/{NOBODY}/move", {}),
        ("POST", "/folders", {"name": "x", "parent_id": NOBODY}),
        ("POST", "/folders/move-files", {"file_ids": [NOBODY], "folder_id": NOBODY}),
    ],
)
def test_an_unknown_folder_is_not_found_anywhere(
    method: str, path: str, body: Any, api: httpx.Client
) -> None:
    answer = api.request(method, path, json=body) if body is not None else api.request(method, path)
    assert answer.status_code == 404
    assert answer.json()["error"]["details"] == {"folder_id": NOBODY}


def test_folders_survive_a_restart_and_not_a_reset(tmp_path: Path) -> None:
    with Sandbox(data=tmp_path) as sandbox, client_of(sandbox) as api:
        made = create(api, "May")
    with Sandbox(data=tmp_path) as sandbox, client_of(sandbox) as api:
        assert [one["id"] for one in api.get("/folders").json()["folders"]] == [made]
        sandbox.reset()
        assert api.get("/folders").json() == {"folders": []}

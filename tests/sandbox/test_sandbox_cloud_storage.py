"""Cloud drives as the server sees them: consent, the picker, the drive's own view, permissions."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from aion.testing import Sandbox
from tests.sandbox.conftest import client_of, eventually, plain
from tests.sandbox.pictures import jpeg

Json = dict[str, Any]
BASE = "/cloud-storage"


def begin(api: httpx.Client, **fields: str) -> Json:
    answer = api.post(f"{BASE}/auth/google_drive", json={"provider": "google_drive", **fields})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def connect(api: httpx.Client) -> str:
    begun = begin(api)
    back = httpx.URL(plain("GET", begun["authorization_url"]).headers["location"]).params
    body = {"code": back["code"], "state": back["state"]}
    answer = api.post(f"{BASE}/auth/google_drive/callback", json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["connection"]["id"])


def picker(api: httpx.Client, connection_id: str) -> str:
    answer = api.get(f"{BASE}/connections/{connection_id}/picker-token")
    assert answer.status_code == 200
    return str(answer.json()["session"]["session_id"])


def look(api: httpx.Client, session_id: str, endpoint: str, **params: Any) -> httpx.Response:
    body = {"session_id": session_id, "endpoint": endpoint, "params": params}
    return api.post(f"{BASE}/picker-proxy", json=body)


def drive_names(api: httpx.Client, session_id: str) -> list[str]:
    return [one["name"] for one in look(api, session_id, "files").json()["data"]["files"]]


# Consent


def test_the_browser_may_land_on_the_api_itself(api: httpx.Client) -> None:
    url = plain("GET", begin(api)["authorization_url"]).headers["location"]
    page = plain("GET", url)
    assert page.headers["content-type"].startswith("text/html")
    assert '"success":true' in page.text.replace(" ", "")
    assert api.get(f"{BASE}/connections").json()["total_count"] == 1
    assert '"success":false' in plain("GET", url).text.replace(" ", "")


def test_a_user_may_refuse(api: httpx.Client) -> None:
    url = begin(api)["authorization_url"] + "&deny=1"
    page = plain("GET", plain("GET", url).headers["location"])
    assert "The user did not agree" in page.text
    assert api.get(f"{BASE}/connections").json()["total_count"] == 0


def test_a_page_says_nothing_that_a_browser_would_run(api: httpx.Client) -> None:
    attack = "</script><script>alert(1)</script>"
    page = api.get(
        f"{BASE}/auth/google_drive/callback",
        params={"code": "", "state": "", "error": "x", "error_description": attack},
    )
    assert attack not in page.text


def test_an_old_state_is_refused(api: httpx.Client, sandbox: Sandbox) -> None:
    begun = begin(api)
    back = httpx.URL(plain("GET", begun["authorization_url"]).headers["location"]).params
    sandbox.step_clock(601)
    body = {"code": back["code"], "state": back["state"]}
    answer = api.post(f"{BASE}/auth/google_drive/callback", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "INVALID_STATE")


def test_a_code_belongs_to_its_state(api: httpx.Client) -> None:
    one, other = begin(api), begin(api)
    back = httpx.URL(plain("GET", one["authorization_url"]).headers["location"]).params
    body = {"code": back["code"], "state": other["state"]}
    answer = api.post(f"{BASE}/auth/google_drive/callback", json=body)
    assert answer.json()["error"]["code"] == "INVALID_CODE"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "/back", "ftp://a.example/"])
def test_only_web_addresses_are_redirected_to(address: str, api: httpx.Client) -> None:
    body = {"provider": "google_drive", "redirect_uri": address}
    assert api.post(f"{BASE}/auth/google_drive", json=body).status_code == 400


def test_the_provider_knows_no_other_page(sandbox: Sandbox) -> None:
    assert plain("GET", f"{sandbox.url}/_drive/consent?state=guess").status_code == 404
    assert plain("GET", f"{sandbox.url}/_drive/other").status_code == 404


# The picker


def test_the_picker_sees_the_files_of_the_drive(api: httpx.Client) -> None:
    session_id = picker(api, connect(api))
    assert {"Harbor.jpg", "Dunes.webp", "Torn.jpg"} <= set(drive_names(api, session_id))
    page = look(api, session_id, "files", pageSize=2).json()["data"]
    rest = look(api, session_id, "files", pageToken=page["nextPageToken"]).json()["data"]
    assert [one["name"] for one in page["files"] + rest["files"]] == drive_names(api, session_id)
    one = look(api, session_id, "files/drive-harbor").json()["data"]
    assert (one["mimeType"], int(one["size"]) > 0) == ("image/jpeg", True)
    content = look(api, session_id, "files/drive-harbor/export").json()["data"]["content"]
    assert len(base64.b64decode(content)) == int(one["size"])
    about = look(api, session_id, "about").json()["data"]
    assert about["user"]["emailAddress"] == "pat.rivers@drive.example"


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [("changes", 400), ("files/../about", 400), ("files/none", 404), ("", 400)],
)
def test_the_picker_may_use_four_endpoints(endpoint: str, expected: int, api: httpx.Client) -> None:
    session_id = picker(api, connect(api))
    assert look(api, session_id, endpoint).status_code == expected


def test_a_picker_session_ends_after_an_hour(api: httpx.Client, sandbox: Sandbox) -> None:
    session_id = picker(api, connect(api))
    sandbox.step_clock(3600)
    assert look(api, session_id, "about").status_code == 401
    assert look(api, "none", "about").status_code == 401


def test_a_permission_that_ended_asks_for_a_new_one(api: httpx.Client, sandbox: Sandbox) -> None:
    connection_id = connect(api)
    sandbox.step_clock(31 * 24 * 3600)
    answer = api.get(f"{BASE}/connections/{connection_id}/picker-token")
    assert (answer.status_code, answer.json()["requires_reauth"]) == (401, True)
    assert connect(api) == connection_id
    assert api.get(f"{BASE}/connections/{connection_id}/picker-token").status_code == 200


# Jobs


def start_import(api: httpx.Client, connection_id: str, *ids: str) -> Json:
    files = [{"id": one, "name": f"{one}.jpg"} for one in ids]
    answer = api.post(f"{BASE}/import", json={"connection_id": connection_id, "files": files})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_an_import_goes_through_its_states(api: httpx.Client, sandbox: Sandbox) -> None:
    ids = ["drive-harbor", "drive-orchard", "drive-dunes", "drive-lantern", "drive-platform"]
    begun = start_import(api, connect(api), *ids)
    seen: list[tuple[str, int]] = []
    for _ in range(5):
        job = api.get(f"{BASE}/jobs/{begun['job_id']}").json()["job"]
        seen.append((job["status"], job["completed_files"]))
        sandbox.step_clock(1)
    assert seen == [
        ("pending", 0), ("in_progress", 0), ("in_progress", 2), ("in_progress", 4),
        ("completed", 5),
    ]  # fmt: skip
    sandbox.step_clock(10)
    listed = api.get("/user-files").json()["files"]
    assert {one["id"] for one in listed} == set(begun["image_ids"])
    assert {one["description_status"] for one in listed} == {"completed"}
    assert {one["format"] for one in listed} == {"JPEG", "PNG", "WEBP", "GIF"}


def test_an_imported_file_that_is_unusable_has_failed(api: httpx.Client, sandbox: Sandbox) -> None:
    begun = start_import(api, connect(api), "drive-notes")
    sandbox.step_clock(10)
    job = api.get(f"{BASE}/jobs/{begun['job_id']}").json()["job"]
    assert (job["status"], job["failed_files"]) == ("failed", 1)
    item = api.get("/user-files").json()["files"][0]
    assert (item["description_status"], item["size_bytes"]) == ("failed", 0)


def test_an_exported_image_is_in_the_drive_and_can_be_imported_again(
    api: httpx.Client, sandbox: Sandbox, upload: Callable[..., Json]
) -> None:
    connection_id = connect(api)
    image_id = upload(jpeg(), "Quay.jpg")["image_id"]
    body = {"connection_id": connection_id, "image_ids": [image_id], "folder_name": "Trip"}
    job_id = api.post(f"{BASE}/export", json=body).json()["job_id"]
    sandbox.step_clock(10)
    assert api.get(f"{BASE}/jobs/{job_id}").json()["job"]["status"] == "completed"
    files = look(api, picker(api, connection_id), "files").json()["data"]["files"]
    by_name = {one["name"]: one for one in files}
    assert by_name["Quay.jpg"]["parents"] == [by_name["Trip"]["id"]]
    begun = start_import(api, connection_id, by_name["Quay.jpg"]["id"])
    sandbox.step_clock(10)
    copied = api.get(f"/user-files/{begun['image_ids'][0]}").json()
    assert copied["hash"] == api.get(f"/user-files/{image_id}").json()["hash"]


def test_a_job_can_be_failed_on_request(api: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.faults.fail_job("cloud_transfer", "the drive is away")
    begun = start_import(api, connect(api), "drive-harbor")
    sandbox.step_clock(10)
    job = api.get(f"{BASE}/jobs/{begun['job_id']}").json()["job"]
    assert (job["status"], "the drive is away" in job["error"]) == ("failed", True)


def test_a_disconnected_account_takes_no_more_jobs(api: httpx.Client) -> None:
    connection_id = connect(api)
    for _ in range(2):
        assert api.delete(f"{BASE}/connections/{connection_id}").status_code == 200
    files = [{"id": "drive-harbor", "name": "a.jpg"}]
    answer = api.post(f"{BASE}/import", json={"connection_id": connection_id, "files": files})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "CONNECTION_INACTIVE")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"folder_id": "none"}, 404),
        ({"folder_id": "root", "folder_name": "x"}, 400),
        ({"image_ids": []}, 422),
        ({"image_ids": ["no-id"]}, 404),
    ],
)
def test_exports_that_make_no_sense_are_refused(
    fields: Json, expected: int, api: httpx.Client, upload: Callable[..., Json]
) -> None:
    body = {"connection_id": connect(api), "image_ids": [upload(jpeg())["image_id"]], **fields}
    assert api.post(f"{BASE}/export", json=body).status_code == expected


def test_imports_count_against_the_allowance(api: httpx.Client, sandbox: Sandbox) -> None:
    connection_id = connect(api)
    sandbox.faults.zero_quota()
    files = [{"id": "drive-harbor", "name": "a.jpg"}]
    answer = api.post(f"{BASE}/import", json={"connection_id": connection_id, "files": files})
    assert answer.status_code == 429


def test_jobs_continue_after_a_restart(tmp_path: Path) -> None:
    with Sandbox(data=tmp_path, pace=0.01) as first, client_of(first) as api:
        first.faults.hold("cloud_transfer", "moving")
        begun = start_import(api, connect(api), "drive-harbor")
    with Sandbox(data=tmp_path, pace=0.01) as second, client_of(second) as api:

        def done() -> bool:
            job = api.get(f"{BASE}/jobs/{begun['job_id']}").json()["job"]
            return bool(job["status"] == "completed")

        eventually(done)
        assert second.violations == []

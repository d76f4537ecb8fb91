"""Presigned uploads as the server sees them: families A and B, batches and their recovery."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from aion.testing import Limits, Sandbox
from tests.sandbox.conftest import client_of, plain
from tests.sandbox.pictures import jpeg, png

Json = dict[str, Any]
IMAGE = jpeg()


def prepare(api: httpx.Client, *files: tuple[str, bytes], **fields: Any) -> Json:
    body = {
        "intent": "describe",
        "files": [
            {"filename": name, "size_bytes": len(data), "content_type": "image/jpeg"}
            for name, data in files
        ],
    }
    answer = api.post("/uploads/batch-prepare", json={**body, **fields})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def put(place: Json, data: bytes = IMAGE, **headers: str) -> httpx.Response:
    sent = {**place["upload_headers"], **headers}
    return plain(place["upload_method"], place["upload_url"], content=data, headers=sent)


def confirm(api: httpx.Client, batch: Json, **overrides: Any) -> httpx.Response:
    confirmations = [
        {"object_key": one["object_key"], "success": True, "file_size": len(IMAGE), **overrides}
        for one in batch["presigned_urls"]
    ]
    body = {"batch_id": batch["batch_id"], "confirmations": confirmations}
    return api.post("/uploads/batch-confirm", json=body)


def status(api: httpx.Client, batch: Json) -> Json:
    return dict(api.get(f"/uploads/batch/{batch['batch_id']}/status").json())


def initiate(api: httpx.Client, **fields: Any) -> httpx.Response:
    facts = {"filename": "a.jpg", "content_type": "image/jpeg", "size_bytes": len(IMAGE)}
    return api.post("/user-files/upload/initiate", data={**facts, **fields})


# The first family


def test_an_initiated_image_exists_before_its_bytes(api: httpx.Client) -> None:
    place = initiate(api, title="Quay", tags="sea, boats").json()
    details = api.get(f"/user-files/{place['image_id']}").json()
    assert (details["title"], details["tags"]) == ("Quay", ["sea", "boats"])
    state = api.get(f"/uploads/status/{place['image_id']}").json()
    assert (state["unified_status"], state["is_terminal"]) == ("uploading", False)
    assert state["component_statuses"]["upload_intent_status"] == "pending"


def test_an_initiated_image_is_described_once_it_is_confirmed(
    api: httpx.Client, sandbox: Sandbox
) -> None:
    place = initiate(api).json()
    assert put(place).status_code == 200
    body = {name: place[name] for name in ("object_key", "image_id")} | {"size_bytes": len(IMAGE)}
    first = api.post("/user-files/upload/confirm", json=body).json()
    again = api.post("/user-files/upload/confirm", json=body).json()
    assert (first, again) == ({**first, "description_status": "pending"}, first)
    sandbox.step_clock(10)
    details = api.get(f"/user-files/{place['image_id']}").json()
    assert (details["description_status"], details["format"]) == ("completed", "JPEG")
    assert details["size_bytes"] == len(IMAGE)


def test_the_colors_of_an_initiated_image_are_extracted(
    api: httpx.Client, sandbox: Sandbox
) -> None:
    place = initiate(api).json()
    put(place)
    body = {name: place[name] for name in ("object_key", "image_id")} | {"size_bytes": len(IMAGE)}
    api.post("/user-files/upload/confirm", json=body)
    sandbox.step_clock(10)
    assert api.get(f"/colors/images/{place['image_id']}").json()["status"] == "completed"


def test_an_initiated_image_need_not_be_described(api: httpx.Client) -> None:
    place = initiate(api, auto_describe="false").json()
    put(place)
    body = {name: place[name] for name in ("object_key", "image_id")} | {"size_bytes": len(IMAGE)}
    answer = api.post("/user-files/upload/confirm", json=body).json()
    assert answer["description_status"] == "skipped"


def test_a_confirmation_has_to_name_its_own_object(api: httpx.Client) -> None:
    one, other = initiate(api).json(), initiate(api).json()
    body = {"object_key": one["object_key"], "image_id": other["image_id"], "size_bytes": 1}
    answer = api.post("/user-files/upload/confirm", json=body)
    assert (answer.status_code, answer.json()["error"]) == (400, "UPLOAD_MISMATCH")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"content_type": "video/mp4"}, 400),
        ({"size_bytes": 50 * 1024 * 1024 + 1}, 413),
        ({"size_bytes": 0}, 422),
        ({"filename": "folder/"}, 422),
        ({"tags": "x" * 51}, 422),
    ],
)
def test_what_cannot_be_uploaded_is_refused_at_the_beginning(
    fields: Json, expected: int, api: httpx.Client
) -> None:
    assert initiate(api, **fields).status_code == expected
    assert api.get("/user-files").json()["total_count"] == 0


# The second family


def request_url(api: httpx.Client, **fields: Any) -> httpx.Response:
    facts = {"filename": "a.jpg", "content_type": "image/jpeg", "size_bytes": len(IMAGE)}
    return api.post("/uploads/request-presigned-url", json={**facts, **fields})


def test_nothing_is_in_the_library_before_the_confirmation(api: httpx.Client) -> None:
    place = request_url(api).json()
    put(place)
    assert api.get("/user-files").json()["total_count"] == 0
    body = {"object_key": place["object_key"], "size_bytes": len(IMAGE)}
    receipts = [api.post("/uploads/confirm", json=body).json() for _ in range(2)]
    assert receipts[0] == receipts[1]
    assert api.get("/user-files").json()["total_count"] == 1


@pytest.mark.parametrize("checksum", ["sha256:" + "0" * 64, "bad"])
def test_a_wrong_checksum_is_refused(checksum: str, api: httpx.Client) -> None:
    place = request_url(api).json()
    put(place)
    body = {"object_key": place["object_key"], "size_bytes": len(IMAGE), "checksum": checksum}
    answer = api.post("/uploads/confirm", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "UPLOAD_MISMATCH")


def test_bytes_that_are_not_an_image_cannot_be_confirmed(api: httpx.Client) -> None:
    place = request_url(api).json()
    put(place, b"hello")
    body = {"object_key": place["object_key"], "size_bytes": 5}
    answer = api.post("/uploads/confirm", json=body)
    assert answer.status_code == 400
    assert api.get("/user-files").json()["total_count"] == 0


def test_a_presigned_url_takes_no_key_no_other_type_and_nothing_late(
    api: httpx.Client, sandbox: Sandbox
) -> None:
    place = request_url(api).json()
    assert put(place, Authorization=f"Bearer {sandbox.api_key}").status_code == 400
    other = {**place, "upload_headers": {"Content-Type": "image/png"}}
    assert put(other).status_code == 403
    sandbox.step_clock(601)
    assert put(place).status_code == 403


def test_custom_storage_needs_a_configuration(api: httpx.Client) -> None:
    answer = request_url(api, storage_target="custom")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "STORAGE_NOT_CONFIGURED")


def test_a_used_up_allowance_ends_presigned_uploads_too(
    api: httpx.Client, sandbox: Sandbox
) -> None:
    sandbox.faults.zero_quota(times=None)
    for answer in (request_url(api), initiate(api)):
        assert answer.status_code == 429
        assert "USAGE_LIMIT_EXCEEDED" in answer.text


def test_the_allowance_counts_all_files_of_a_batch() -> None:
    with Sandbox(limits=Limits(monthly_uploads=1)) as tight, client_of(tight) as api:
        files = [{"filename": "a.jpg", "size_bytes": 1, "content_type": "image/jpeg"}] * 2
        answer = api.post("/uploads/batch-prepare", json={"intent": "describe", "files": files})
        assert answer.status_code == 429


# Batches


def test_a_batch_goes_through_its_states(api: httpx.Client, sandbox: Sandbox) -> None:
    batch = prepare(api, ("a.jpg", IMAGE), ("b.jpg", IMAGE))
    session = f"/uploads/sessions/{batch['batch_id']}/status"
    seen = [(status(api, batch)["overall_status"], api.get(session).json()["status"])]
    for place in batch["presigned_urls"]:
        put(place)
    assert confirm(api, batch).json()["processing_status"] == "queued"
    seen.append((status(api, batch)["overall_status"], api.get(session).json()["status"]))
    sandbox.step_clock(2.5)
    seen.append((status(api, batch)["overall_status"], api.get(session).json()["status"]))
    sandbox.step_clock(10)
    seen.append((status(api, batch)["overall_status"], api.get(session).json()["status"]))
    assert seen == [
        ("uploading", "pending"),
        ("queued", "processing"),
        ("processing", "processing"),
        ("completed", "completed"),
    ]
    counts = status(api, batch)["counts"]
    assert (counts["total"], counts["completed"], counts["stuck"]) == (2, 2, 0)


def test_sessions_of_presigned_batches_can_be_listed(api: httpx.Client) -> None:
    batch = prepare(api, ("a.jpg", IMAGE))
    listed = api.get("/uploads/sessions", params={"upload_method": "presigned"}).json()
    assert [one["session_id"] for one in listed["sessions"]] == [batch["batch_id"]]


def test_a_file_whose_size_is_another_has_failed(api: httpx.Client) -> None:
    batch = prepare(api, ("a.jpg", IMAGE))
    put(batch["presigned_urls"][0])
    answer = confirm(api, batch, file_size=5).json()
    assert (answer["processing_status"], answer["failed_files"]) == ("failed", ["a.jpg"])
    assert "5 bytes were announced" in status(api, batch)["error_summary"]["messages"][0]


def test_a_key_of_another_batch_is_refused(api: httpx.Client) -> None:
    one, other = prepare(api, ("a.jpg", IMAGE)), prepare(api, ("b.jpg", IMAGE))
    answer = confirm(api, {**one, "batch_id": other["batch_id"]})
    assert answer.status_code == 400


def test_a_batch_has_from_one_to_five_files(api: httpx.Client) -> None:
    file = {"filename": "a.jpg", "size_bytes": 1, "content_type": "image/jpeg"}
    for count in (0, 6):
        body = {"intent": "describe", "files": [file] * count}
        assert api.post("/uploads/batch-prepare", json=body).status_code == 422


def test_other_intents_are_distinguished(api: httpx.Client) -> None:
    file = {"filename": "a.jpg", "size_bytes": 1, "content_type": "image/jpeg"}
    answer = api.post("/uploads/batch-prepare", json={"intent": "verify", "files": [file]})
    assert (answer.status_code, "not served" in answer.text) == (400, True)


def test_a_cancelled_batch_cannot_be_confirmed(api: httpx.Client) -> None:
    batch = prepare(api, ("a.jpg", IMAGE))
    put(batch["presigned_urls"][0])
    assert api.post(f"/uploads/sessions/{batch['batch_id']}/cancel").status_code == 200
    assert confirm(api, batch).status_code == 400


# Recovery


def recover(api: httpx.Client, batch_id: str) -> Json:
    answer = api.post(f"/uploads/batch/{batch_id}/auto-recover")
    assert answer.status_code == 200
    return dict(answer.json())


def test_a_batch_that_nobody_confirmed_can_be_recovered(
    api: httpx.Client, sandbox: Sandbox
) -> None:
    batch = prepare(api, ("a.jpg", IMAGE), ("b.jpg", IMAGE))
    sandbox.step_clock(90)
    pending = api.get("/uploads/pending-batches").json()
    assert pending["has_recoverable"] is True
    assert [(one["batch_id"], one["age_seconds"]) for one in pending["batches"]] == [
        (batch["batch_id"], 90)
    ]
    assert recover(api, batch["batch_id"])["status"] == "nothing_to_recover"
    put(batch["presigned_urls"][0])
    outcome = recover(api, batch["batch_id"])
    assert (outcome["status"], outcome["recovered_files"], outcome["failed_files"]) == (
        "recovered", 1, 1,
    )  # fmt: skip
    assert recover(api, batch["batch_id"])["status"] == "already_processed"
    assert api.get("/uploads/pending-batches").json()["batches"] == []
    sandbox.step_clock(10)
    assert status(api, batch)["overall_status"] == "partially_completed"


def test_an_unknown_batch_is_reported_as_an_outcome(api: httpx.Client) -> None:
    unknown = "00000000-0000-0000-0000-000000000000"
    assert recover(api, unknown)["status"] == "not_found"


def test_stale_batches_expire_when_they_are_cleaned_up(api: httpx.Client, sandbox: Sandbox) -> None:
    batch = prepare(api, ("a.jpg", IMAGE))
    assert api.post("/uploads/cleanup-stale-batches").json()["cleaned_count"] == 0
    sandbox.step_clock(2 * 3600)
    assert status(api, batch)["counts"]["stuck"] == 1
    assert api.get("/uploads/stuck-uploads").json()["stuck_count"] == 1
    assert api.post("/uploads/cleanup-stale-batches").json()["cleaned_count"] == 1
    session = api.get(f"/uploads/sessions/{batch['batch_id']}/status").json()
    assert (session["status"], session["failed_files"]) == ("expired", 1)
    item = api.get("/user-files").json()["files"][0]
    assert (item["description_status"], item["description_error"]) == (
        "failed", "the upload was never confirmed",
    )  # fmt: skip


def test_the_status_of_a_streamed_batch_counts_refused_files(
    api: httpx.Client, sandbox: Sandbox
) -> None:
    files = [("files", ("a.png", png())), ("files", ("b.txt", b"\x00"))]
    answer = api.post("/user-files/upload/stream-batch", files=files).json()
    sandbox.step_clock(10)
    counted = status(api, {"batch_id": answer["session_id"]})
    assert counted["overall_status"] == "partially_completed"
    assert (counted["counts"]["completed"], counted["counts"]["failed"]) == (1, 1)
    assert counted["completion_percentage"] == 100.0

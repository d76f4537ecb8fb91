"""Quotas, caps and sizes: each is enforced as documented, can be changed, and is reported."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import httpx
import pytest

from aion.testing import Limits, Sandbox
from tests.sandbox.conftest import client_of
from tests.sandbox.pictures import png
from tests.sandbox.test_sandbox_cloud_storage import connect

SIZE = 3000
"""Bytes that are announced below; the limits of the tests lie under it."""


def refusal(api: httpx.Client, path: str, **request: Any) -> tuple[int, str, dict[str, Any]]:
    """Return status, code and details of an error response."""
    answer = api.post(path, **request)
    body: dict[str, Any] = answer.json()
    error = body["error"]
    if isinstance(error, str):
        return answer.status_code, error, body["details"]
    return answer.status_code, error["code"], error["details"]


def announced(content_type: str, name: str) -> dict[str, Any]:
    return {"filename": name, "size_bytes": SIZE, "content_type": content_type}


IMAGE = announced("image/jpeg", "a.jpg")
TEXT = announced("text/plain", "a.txt")
VIDEO = announced("video/mp4", "a.mp4")
UPLOADS: dict[str, tuple[str, dict[str, Any]]] = {
    "stream": ("/user-files/upload/stream", {"files": {"file": ("a.png", png())}}),
    "stream-batch": ("/user-files/upload/stream-batch", {"files": [("files", ("a.png", png()))]}),
    "initiate": ("/user-files/upload/initiate", {"data": IMAGE}),
    "presigned": ("/uploads/request-presigned-url", {"json": IMAGE}),
    "batch": ("/uploads/batch-prepare", {"json": {"intent": "describe", "files": [IMAGE]}}),
    "document": ("/document-uploads/request-presigned-url", {"json": TEXT}),
    "documents": ("/document-uploads/batch-prepare", {"json": {"files": [TEXT]}}),
    "video": ("/video-uploads/initiate", {"json": VIDEO}),
    "videos": ("/video-uploads/batch/initiate", {"json": {"videos": [VIDEO]}}),
}
"""Every way in, with a request that is good as long as the limits allow it."""


@pytest.mark.parametrize("way", UPLOADS)
def test_a_full_storage_refuses_every_kind_of_upload(way: str) -> None:
    path, request = UPLOADS[way]
    with Sandbox(limits=Limits(storage_bytes=50)) as sandbox, client_of(sandbox) as api:
        status, code, details = refusal(api, path, **request)
    assert (status, code) == (413, "STORAGE_QUOTA_EXCEEDED")
    assert (details["available"], details["limit"]) == (50, 50)


@pytest.mark.parametrize("way", UPLOADS)
def test_a_used_up_month_refuses_every_kind_of_upload(way: str) -> None:
    path, request = UPLOADS[way]
    with Sandbox(limits=Limits(monthly_uploads=0)) as sandbox, client_of(sandbox) as api:
        status, code, details = refusal(api, path, **request)
    assert (status, code) == (429, "USAGE_LIMIT_EXCEEDED")
    assert (details["available"], details["limit"], details["requested"]) == (0, 0, 1)


@pytest.mark.parametrize("way", UPLOADS)
def test_what_is_refused_elsewhere_is_taken_within_the_limits(way: str, api: httpx.Client) -> None:
    path, request = UPLOADS[way]
    assert api.post(path, **request).status_code in {200, 201}


def test_prepaid_credits_come_on_top_of_the_month() -> None:
    limits = Limits(monthly_uploads=0, prepaid_credits=1)
    path, request = UPLOADS["stream"]
    with Sandbox(limits=limits) as sandbox, client_of(sandbox) as api:
        assert api.post(path, **request).status_code == 200


def test_storage_that_a_deletion_set_free_can_be_used_again() -> None:
    path, request = UPLOADS["stream"]
    limits = Limits(storage_bytes=len(png()) + 10)
    with Sandbox(limits=limits) as sandbox, client_of(sandbox) as api:
        image_id = api.post(path, **request).json()["image_id"]
        full = api.post(path, **request).status_code
        api.delete(f"/user-files/{image_id}")
        assert (full, api.post(path, **request).status_code) == (413, 200)


@pytest.mark.parametrize(
    ("limits", "status", "code"),
    [
        (Limits(storage_bytes=50), 507, "STORAGE_QUOTA_EXCEEDED"),
        (Limits(monthly_uploads=0), 429, "USAGE_LIMIT_EXCEEDED"),
    ],
)
def test_an_import_has_statuses_of_its_own(limits: Limits, status: int, code: str) -> None:
    file = {"id": "drive-harbor", "name": "a.jpg", "size_bytes": SIZE}
    with Sandbox(limits=limits) as sandbox, client_of(sandbox) as api:
        body = {"connection_id": connect(api), "files": [file]}
        assert refusal(api, "/cloud-storage/import", json=body)[:2] == (status, code)


@pytest.mark.parametrize(
    ("way", "limits", "status", "code"),
    [
        ("presigned", Limits(max_presigned_bytes=SIZE - 1), 413, "FILE_TOO_LARGE"),
        ("batch", Limits(max_presigned_bytes=SIZE - 1), 413, "FILE_TOO_LARGE"),
        ("initiate", Limits(max_initiated_bytes=SIZE - 1), 413, "FILE_TOO_LARGE"),
        ("document", Limits(max_document_bytes=SIZE - 1), 400, "FILE_TOO_LARGE"),
        ("documents", Limits(max_document_bytes=SIZE - 1), 400, "FILE_TOO_LARGE"),
        ("video", Limits(max_video_bytes=SIZE - 1), 413, "FILE_TOO_LARGE"),
        ("videos", Limits(max_video_bytes=SIZE - 1), 413, "FILE_TOO_LARGE"),
        ("stream", Limits(max_file_bytes=20), 413, "FILE_TOO_LARGE"),
        ("stream-batch", Limits(max_batch_bytes=20), 413, "BATCH_TOO_LARGE"),
        ("stream-batch", Limits(max_batch_files=0), 413, "BATCH_TOO_LARGE"),
    ],
)
def test_a_size_beyond_its_limit_is_refused(
    way: str, limits: Limits, status: int, code: str
) -> None:
    path, request = UPLOADS[way]
    with Sandbox(limits=limits) as sandbox, client_of(sandbox) as api:
        assert refusal(api, path, **request)[:2] == (status, code)


@pytest.mark.parametrize(
    ("way", "limits"),
    [
        ("presigned", Limits(max_presigned_bytes=SIZE)),
        ("initiate", Limits(max_initiated_bytes=SIZE)),
        ("document", Limits(max_document_bytes=SIZE)),
    ],
)
def test_a_presigned_url_shows_and_keeps_the_limit(way: str, limits: Limits) -> None:
    path, request = UPLOADS[way]
    with Sandbox(limits=limits) as sandbox, client_of(sandbox) as api:
        told = api.post(path, **request).json()
        sent = httpx.put(
            told["upload_url"],
            content=bytes(SIZE + 1),
            headers=told["upload_headers"],
            verify=False,
        )
    assert (told["max_size_bytes"], sent.status_code) == (SIZE, 413)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/uploads/check-duplicates", {"hashes": ["0" * 64] * 251}),
        ("/uploads/batch-prepare", {"intent": "describe", "files": [IMAGE] * 6}),
        ("/document-uploads/batch-prepare", {"files": [TEXT] * 101}),
        ("/video-uploads/batch/initiate", {"videos": [VIDEO] * 11}),
        ("/user-files/batch-delete", {"file_ids": ["0"] * 101}),
        ("/documents/batch-delete", {"document_ids": ["0"] * 101}),
        ("/folders/move-files", {"file_ids": ["0"] * 101}),
        ("/user-files/links", {"url": "https://a.example/", "tags": ["a"] * 41}),
        ("/user-files/links", {"url": "https://a.example/", "tags": ["a" * 51]}),
        ("/user-files/links", {"url": "https://a.example/" + "a" * 2048}),
        ("/agents/pipeline", {"steps": [{"agent": "search", "intent": "x"}] * 11}),
        ("/data/export", {"limit": 100_001}),
    ],
)
def test_a_count_beyond_the_contract_is_refused_with_its_place(
    path: str, body: dict[str, Any], api: httpx.Client
) -> None:
    answer = api.post(path, json=body)
    assert answer.status_code == 422
    assert {problem["loc"][0] for problem in answer.json()["detail"]} == {"body"}


def test_the_settings_show_the_tier_and_its_rate() -> None:
    limits = Limits.of_tier("starter")
    with Sandbox(limits=limits) as sandbox, client_of(sandbox) as api:
        told = api.get("/tenant/settings").json()
    assert (told["subscription_tier"], told["max_requests_per_minute"]) == ("starter", 30)


def test_a_video_shows_how_many_chunks_may_be_sent_at_a_time() -> None:
    path, request = UPLOADS["video"]
    limits = Limits(video_concurrent_chunks=7)
    with Sandbox(limits=limits) as sandbox, client_of(sandbox) as api:
        assert api.post(path, **request).json()["concurrent_upload_limit"] == 7


def test_a_video_that_lasts_too_long_is_refused() -> None:
    path, request = UPLOADS["video"]
    limits = Limits(max_video_seconds=10.0)
    with Sandbox(limits=limits) as sandbox, client_of(sandbox) as api:
        begun = api.post(path, **request).json()
        (chunk,) = begun["chunks"]
        sent = httpx.put(
            chunk["upload_url"],
            content=bytes(SIZE),
            headers={"Content-Type": "application/octet-stream"},
            verify=False,
        )
        ids = {name: begun[name] for name in ("media_id", "upload_id")}
        confirmed = {"chunk_number": 1, "etag": sent.headers["etag"], "size_bytes": SIZE}
        api.post("/video-uploads/chunks/confirm", json={**ids, **confirmed})
        complete = {**ids, "duration_seconds": 10.5}
        status, code, details = refusal(api, "/video-uploads/complete", json=complete)
    assert (status, code, details["limit"]) == (400, "VIDEO_TOO_LONG", 10.0)


def test_a_chunk_has_no_more_retries_than_the_limit_says() -> None:
    path, request = UPLOADS["video"]
    with Sandbox(limits=Limits(video_chunk_retries=1)) as sandbox, client_of(sandbox) as api:
        begun = api.post(path, **request).json()
        body = {"media_id": begun["media_id"], "upload_id": begun["upload_id"], "chunk_number": 1}
        first = api.post("/video-uploads/chunks/retry", json=body).status_code
        second = refusal(api, "/video-uploads/chunks/retry", json=body)
    assert (first, second[:2]) == (200, (400, "CHUNK_RETRIES_EXHAUSTED"))


def test_an_object_is_never_larger_than_the_limit_whatever_its_url_was_signed_for() -> None:
    path, request = UPLOADS["presigned"]
    with Sandbox(limits=Limits(max_object_bytes=10)) as sandbox, client_of(sandbox) as api:
        told = api.post(path, **request).json()
        sent = [
            httpx.put(
                told["upload_url"], content=data, headers=told["upload_headers"], verify=False
            )
            for data in (bytes(11), bytes(10))
        ]
    assert [answer.status_code for answer in sent] == [413, 200]


def test_pixels_beyond_the_limit_are_refused() -> None:
    path, request = UPLOADS["stream"]
    with Sandbox(limits=Limits(max_pixels=100)) as sandbox, client_of(sandbox) as api:
        assert refusal(api, path, **request)[:2] == (400, "INVALID_IMAGE")


def test_every_limit_is_set_by_a_test_of_the_sandbox() -> None:
    texts = [path.read_text() for path in Path(__file__).parent.glob("test_*.py")]
    unset = [one.name for one in fields(Limits) if not any(f"{one.name}=" in t for t in texts)]
    assert unset == ["tier"]

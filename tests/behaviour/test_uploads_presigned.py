"""Uploads in steps: presigned URLs, confirmations, and the status of a batch."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from aion.exceptions import ResourceNotFoundError, ValidationError
from aion.testing import Sandbox
from aion.types.upload import BatchPresignedUrl, FileInfo, PresignedUrlInfo, UploadConfirmation
from tests.behaviour.calls import Calls
from tests.behaviour.pictures import draw

IMAGE = draw("JPEG")
OTHER = draw("PNG", (30, 20))
FILES = [
    FileInfo("a.jpg", len(IMAGE), "image/jpeg"),
    FileInfo("b.png", len(OTHER), "image/png"),
]


def put(place: PresignedUrlInfo | BatchPresignedUrl, data: bytes) -> str:
    """Send bytes as the service describes; return the ETag."""
    answer = httpx.request(
        place.upload_method, place.upload_url, headers=place.upload_headers, content=data
    )
    assert answer.status_code == 200, answer.text
    return answer.headers["etag"]


def eventually_described(calls: Calls, client: Any, image_id: str) -> str:
    return str(calls(client.uploads.wait_for_description(image_id, timeout=5.0)).description)


# One file


def test_a_presigned_url_says_where_and_how_to_send_a_file(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    place = calls(client.uploads.request_presigned_url("a.jpg", "image/jpeg", len(IMAGE)))
    assert (place.upload_method, place.upload_headers) == ("PUT", {"Content-Type": "image/jpeg"})
    assert (place.max_size_bytes, place.storage_target) == (100 * 1024 * 1024, "default")
    assert place.expires_at is not None
    assert place.image_id is None


def test_a_confirmed_upload_is_stored_and_described(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    place = calls(client.uploads.request_presigned_url("a.jpg", "image/jpeg", len(IMAGE)))
    etag = put(place, IMAGE)
    receipt = calls(client.uploads.confirm_upload(place.object_key, len(IMAGE), checksum=etag))
    assert (receipt.confirmed, receipt.object_key) == (True, place.object_key)
    assert receipt.upload_id in receipt.storage_path
    file = calls(client.files.list()).files[0]
    assert (file.filename, file.size_bytes) == ("a.jpg", len(IMAGE))
    assert "mostly red" in eventually_described(calls, client, file.id)


def test_the_same_idempotency_key_gives_the_same_place(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    keys = {
        calls(
            client.uploads.request_presigned_url(
                "a.jpg", "image/jpeg", len(IMAGE), idempotency_key="mine-1"
            )
        ).object_key
        for _ in range(2)
    }
    assert len(keys) == 1


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (("", "image/jpeg", 5), "filename"),
        (("a.jpg", "jpeg", 5), "content_type"),
        (("a.jpg", "image/jpeg", 0), "size_bytes"),
        (("a.jpg", "image/jpeg", True), "size_bytes"),
    ],
)
def test_a_bad_request_for_a_url_is_refused_before_anything_is_sent(
    arguments: tuple[Any, Any, Any], field: str, calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    with pytest.raises(ValidationError) as caught:
        calls(client.uploads.request_presigned_url(*arguments))
    assert caught.value.details["field"] == field
    assert sandbox.requests == []


@pytest.mark.parametrize(
    "settings",
    [{"storage_target": "tape"}, {"idempotency_key": "k" * 129}, {"purpose": ""}],
)
def test_bad_options_of_a_url_are_refused_before_anything_is_sent(
    settings: dict[str, Any], calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    with pytest.raises(ValidationError):
        calls(client.uploads.request_presigned_url("a.jpg", "image/jpeg", 5, **settings))
    assert sandbox.requests == []


def test_bytes_that_never_arrived_cannot_be_confirmed(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    place = calls(client.uploads.request_presigned_url("a.jpg", "image/jpeg", 5))
    with pytest.raises(ValidationError, match="no bytes were sent"):
        calls(client.uploads.confirm_upload(place.object_key, 5, content_type="image/jpeg"))


def test_an_unknown_key_cannot_be_confirmed(calls: Calls, sandbox: Sandbox) -> None:
    with pytest.raises(ResourceNotFoundError):
        calls(calls.client(sandbox).uploads.confirm_upload("uploads/none/original.jpg", 5))


def test_a_confirmation_without_a_size_is_refused_before_anything_is_sent(
    calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    with pytest.raises(ValidationError, match="size_bytes"):
        calls(client.uploads.confirm_upload("key", 0))
    assert sandbox.requests == []


# A batch


def test_a_batch_is_prepared_sent_confirmed_and_followed(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    batch = calls(client.uploads.batch_prepare(FILES))
    assert (batch.total_size_bytes, batch.upload_plan.strategy) == (
        len(IMAGE) + len(OTHER),
        "parallel",
    )
    assert [one.filename for one in batch.presigned_urls] == ["a.jpg", "b.png"]
    waiting = calls(client.uploads.get_batch_status(batch.batch_id))
    assert (waiting.overall_status, waiting.is_terminal, waiting.total) == ("uploading", False, 2)
    etag = put(batch.presigned_urls[0], IMAGE)
    put(batch.presigned_urls[1], OTHER)
    first, second = (one.object_key for one in batch.presigned_urls)
    done = calls(
        client.uploads.batch_confirm(
            batch.batch_id,
            [
                UploadConfirmation(first, True, len(IMAGE), checksum=etag),
                {"object_key": second, "success": True, "file_size": len(OTHER)},
            ],
        )
    )
    assert (done.successful_uploads, done.failed_uploads, done.processing_status) == (
        2,
        0,
        "queued",
    )
    assert done.failed_files is None
    ids = [one.image_id for one in batch.presigned_urls]
    assert [one.image_id for one in done.stored_images] == ids
    assert done.stored_images[0].created_at is not None
    assert "30x20" in eventually_described(calls, client, str(ids[1]))


def test_a_batch_of_which_one_file_failed_is_partial(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    batch = calls(client.uploads.batch_prepare(FILES))
    put(batch.presigned_urls[0], IMAGE)
    first, second = (one.object_key for one in batch.presigned_urls)
    done = calls(
        client.uploads.batch_confirm(
            batch.batch_id,
            [
                UploadConfirmation(first, True, len(IMAGE)),
                UploadConfirmation(second, False, len(OTHER), error_message="line was cut"),
            ],
        )
    )
    assert (done.processing_status, done.failed_files) == ("partial", ["b.png"])
    eventually_described(calls, client, done.stored_images[0].image_id)
    status = calls(client.uploads.get_batch_status(batch.batch_id))
    assert (status.completed + status.processing, status.failed) == (1, 1)
    assert status.additional_properties["error_summary"]["messages"] == ["line was cut"]


def test_a_batch_that_is_not_to_be_processed_is_only_stored(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    batch = calls(client.uploads.batch_prepare(FILES[:1]))
    put(batch.presigned_urls[0], IMAGE)
    confirmation = UploadConfirmation(batch.presigned_urls[0].object_key, True, len(IMAGE))
    calls(client.uploads.batch_confirm(batch.batch_id, [confirmation], auto_process=False))
    assert calls(client.files.list()).files[0].description_status == "skipped"


def test_the_status_of_an_upload_session_can_be_asked_for(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    calls(client.upload([IMAGE, OTHER], filenames=["a.jpg", "b.png"]))
    with httpx.Client(
        base_url=sandbox.base_url, headers={"Authorization": f"Bearer {sandbox.api_key}"}
    ) as http:
        session = http.get("/uploads/sessions").json()["sessions"][0]["session_id"]
    status = calls(client.uploads.get_batch_status(session))
    assert (status.batch_id, status.total, status.failed) == (session, 2, 0)


@pytest.mark.parametrize(
    ("files", "field"),
    [
        ([], "files"),
        (FILES * 3, "files"),
        ("a.jpg", "files"),
        ([3], "files[0]"),
        ([{"filename": "a.jpg", "size": 3}], "files[0]"),
        ([{"filename": "a.jpg"}], "files[0].size_bytes"),
        ([FILES[0], FileInfo("b.jpg", 0, "image/jpeg")], "files[1].size_bytes"),
        ([FileInfo("b.jpg", 1, "image/jpeg", storage_target="tape")], "files[0].storage_target"),
    ],
)
def test_a_bad_batch_is_refused_before_anything_is_sent(
    files: Any, field: str, calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    with pytest.raises(ValidationError) as caught:
        calls(client.uploads.batch_prepare(files))
    assert caught.value.details["field"] == field
    assert sandbox.requests == []


@pytest.mark.parametrize(
    "confirmation",
    [
        {"object_key": "k", "success": "yes", "file_size": 1},
        {"object_key": "k", "success": True, "file_size": 0},
        {"object_key": "", "success": True, "file_size": 1},
        {"object_key": "k", "success": True, "file_size": 1, "media_type": "film"},
    ],
)
def test_a_bad_confirmation_is_refused_before_anything_is_sent(
    confirmation: dict[str, Any], calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    with pytest.raises(ValidationError, match=r"confirmations\[0\]"):
        calls(client.uploads.batch_confirm("b", [confirmation]))
    assert sandbox.requests == []


def test_unknown_batches_are_not_found(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    unknown = "00000000-0000-0000-0000-000000000000"
    with pytest.raises(ResourceNotFoundError):
        calls(client.uploads.get_batch_status(unknown))
    with pytest.raises(ResourceNotFoundError):
        calls(client.uploads.batch_confirm(unknown, [UploadConfirmation("k", True, 1)]))

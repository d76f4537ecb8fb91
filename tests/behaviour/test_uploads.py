"""Upload one image and wait for its description, over real HTTP."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from aion.exceptions import (
    AionvisionTimeoutError,
    DescriptionError,
    QuotaExceededError,
    ResourceNotFoundError,
    ServerError,
    UploadError,
    ValidationError,
)
from aion.testing import Limits, Sandbox
from aion.types.common import DescriptionStatus, StorageTarget
from aion.types.describe import DescriptionStatus as DescriptionState
from aion.types.upload import UploadResult
from tests.behaviour.calls import Calls
from tests.behaviour.pictures import FORMATS, NAVY, RED, draw


def posts(sandbox: Sandbox) -> int:
    """How many requests brought, or tried to bring, a file."""
    return sum(one.method == "POST" for one in sandbox.requests)


# What goes in


@pytest.mark.parametrize("kind", FORMATS)
def test_a_path_can_be_uploaded(kind: str, calls: Calls, sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / FORMATS[kind]
    path.write_bytes(draw(kind))
    result = calls(calls.client(sandbox).upload_one(path))
    assert (result.filename, result.is_completed) == (FORMATS[kind], True)


@pytest.mark.parametrize("kind", FORMATS)
def test_bytes_can_be_uploaded(kind: str, calls: Calls, sandbox: Sandbox) -> None:
    result = calls(calls.client(sandbox).upload_one(draw(kind), filename=FORMATS[kind]))
    assert (result.filename, result.is_completed) == (FORMATS[kind], True)


def test_a_path_as_text_can_be_uploaded(calls: Calls, sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(draw())
    assert calls(calls.client(sandbox).upload_one(str(path))).filename == "a.jpg"


def test_the_resource_has_the_same_method(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    assert calls(client.uploads.upload_one(draw(), filename="a.jpg")).is_completed


@pytest.mark.parametrize("name", ["日本 😀.jpg", "a b&c=d.jpg", "it's.jpg", "a%20b.jpg"])
def test_an_unusual_name_arrives_as_it_is(name: str, calls: Calls, sandbox: Sandbox) -> None:
    assert calls(calls.client(sandbox).upload_one(draw(), filename=name)).filename == name


def test_a_file_name_that_is_not_utf_8_can_be_uploaded(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    path = tmp_path / "photo-\udcff.jpg"
    path.write_bytes(draw())
    assert calls(calls.client(sandbox).upload_one(path)).filename == "photo-?.jpg"


def test_a_jpeg_called_txt_is_accepted(calls: Calls, sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(draw())
    assert "JPEG" in str(calls(calls.client(sandbox).upload_one(path)).description)


# What comes back


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize(
    ("size", "color", "word"), [((80, 40), NAVY, "navy"), ((30, 50), RED, "red")]
)
def test_the_description_is_of_the_bytes_that_were_sent(
    kind: str, size: tuple[int, int], color: Any, word: str, calls: Calls, sandbox: Sandbox
) -> None:
    image = draw(kind, size, color)
    text = str(calls(calls.client(sandbox).upload_one(image, filename="a")).description)
    assert f"{kind}, {size[0]}x{size[1]}, mostly {word}" in text


def test_the_sandbox_has_stored_the_very_bytes(calls: Calls, sandbox: Sandbox) -> None:
    import urllib.request

    client = calls.client(sandbox)
    image = draw(size=(333, 222))
    stored = calls(client.upload_one(image, filename="a.jpg"))
    url = calls(client.files.list(ids=[stored.image_id])).files[0].full_url
    with urllib.request.urlopen(str(url)) as answer:
        assert hashlib.sha256(answer.read()).digest() == hashlib.sha256(image).digest()


def test_the_result_holds_what_the_service_knows(calls: Calls, sandbox: Sandbox) -> None:
    result = calls(calls.client(sandbox).upload_one(draw(), filename="a.jpg"))
    assert result.description_status is DescriptionStatus.COMPLETED
    assert {"jpeg", "red"} <= set(result.tags or ())
    assert result.confidence_score == 1.0
    assert result.created_at is not None
    assert result.created_at.tzinfo is not None
    assert result.object_key
    assert (result.is_pending, result.is_failed, result.description_error) == (False, False, None)


def test_the_client_carries_its_key_and_no_other_file_is_there(
    calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    result = calls(client.upload_one(draw(), filename="a.jpg"))
    assert [file.id for file in calls(client.files.list()).files] == [result.image_id]


@pytest.mark.parametrize("target", [StorageTarget.DEFAULT, "default"])
def test_the_storage_target_may_be_a_member_or_a_word(
    target: Any, calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    assert calls(client.upload_one(draw(), filename="a.jpg", storage_target=target)).is_completed


def test_a_custom_storage_target_without_a_bucket_is_the_service_s_to_refuse(
    calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    with pytest.raises((ValidationError, UploadError)) as caught:
        calls(client.upload_one(draw(), filename="a.jpg", storage_target=StorageTarget.CUSTOM))
    assert caught.value.status_code == 400
    assert calls(client.files.list()).files == []


# Waiting


def test_without_waiting_the_description_is_pending(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.hold_description("pending")
    client = calls.client(sandbox)
    result = calls(client.upload_one(draw(), filename="a.jpg", wait_for_descriptions=False))
    assert (result.is_pending, result.description) == (True, None)


def test_without_waiting_there_is_one_look_at_the_quota_and_one_upload(
    calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    calls(client.upload_one(draw(), filename="a.jpg", wait_for_descriptions=False))
    assert [one.path.rpartition("/")[2] for one in sandbox.requests] == [
        "quota-check",
        "stream-batch",
    ]


def test_a_result_that_was_not_waited_for_can_be_waited_for(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    result = calls(client.upload_one(draw(), filename="a.jpg", wait_for_descriptions=False))
    state = calls(client.uploads.wait_for_description(result.image_id))
    assert (state.is_successful, state.image_id) == (True, result.image_id)


def test_a_failed_description_raises_and_says_why(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.fail_description("provider timed out")
    client = calls.client(sandbox)
    with pytest.raises(DescriptionError, match="provider timed out") as caught:
        calls(client.upload_one(draw(), filename="a.jpg"))
    stored = calls(client.files.list()).files[0]
    assert (caught.value.image_id, caught.value.status) == (stored.id, "failed")


def test_a_failed_description_is_a_result_on_request(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.fail_description("provider timed out")
    client = calls.client(sandbox)
    result = calls(client.upload_one(draw(), filename="a.jpg", raise_on_failure=False))
    assert (result.is_failed, result.description_error) == (True, "provider timed out")
    assert (result.description_error_type, result.description_is_retryable) == ("timeout", True)


@pytest.mark.parametrize("state", ["pending", "queued", "processing"])
def test_a_description_that_does_not_come_raises_with_the_last_result_p23(
    state: str, calls: Calls, sandbox: Sandbox
) -> None:
    sandbox.faults.hold_description(state)
    client = calls.client(sandbox)
    # Long enough for an answer that has the state, on a busy machine, too.
    with pytest.raises(AionvisionTimeoutError, match=f"still {state}") as caught:
        calls(client.upload_one(draw(), filename="a.jpg", description_timeout=1))
    last = caught.value.last_result
    assert isinstance(last, UploadResult)
    assert last.description_status == state


def test_a_wait_that_timed_out_is_resumed_without_uploading_again_p23(
    calls: Calls, sandbox: Sandbox
) -> None:
    sandbox.faults.hold_description()
    client = calls.client(sandbox)
    with pytest.raises(AionvisionTimeoutError, match="do not upload it again") as caught:
        calls(client.upload_one(draw(), filename="a.jpg", description_timeout=0.1))
    last: UploadResult = caught.value.last_result  # type: ignore[assignment]  # checked above
    assert f"wait_for_description({last.image_id!r})" in str(caught.value)
    sandbox.faults.clear()
    assert calls(client.uploads.wait_for_description(last.image_id)).is_successful
    assert posts(sandbox) == 1


def test_a_wait_ends_by_its_deadline_even_if_the_service_falls_silent_p23(
    calls: Calls, sandbox: Sandbox
) -> None:
    import time

    sandbox.faults.delay("list_user_files", seconds=1.0, times=None)
    client = calls.client(sandbox)
    began = time.monotonic()
    with pytest.raises(AionvisionTimeoutError, match="do not upload it again") as caught:
        calls(client.upload_one(draw(), filename="a.jpg", description_timeout=0.3))
    assert time.monotonic() - began < 5
    assert isinstance(caught.value.last_result, UploadResult)


def test_the_client_s_polling_timeout_is_the_default(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.hold_description()
    client = calls.client(sandbox, polling_timeout=0.1)
    with pytest.raises(AionvisionTimeoutError, match=r"still (pending|processing)"):
        calls(client.upload_one(draw(), filename="a.jpg"))


# wait_for_description


def test_waiting_for_an_unknown_image_says_so_at_once(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    with pytest.raises(ResourceNotFoundError) as caught:
        calls(client.uploads.wait_for_description("00000000-0000-0000-0000-000000000000"))
    assert caught.value.resource_id == "00000000-0000-0000-0000-000000000000"


def test_waiting_for_a_failed_description_gives_its_reason(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.fail_description("quota of the provider used up")
    client = calls.client(sandbox)
    result = calls(client.upload_one(draw(), filename="a.jpg", wait_for_descriptions=False))
    state = calls(client.uploads.wait_for_description(result.image_id))
    assert (state.is_complete, state.is_successful) == (True, False)
    assert state.error_message == "quota of the provider used up"


def test_a_wait_of_its_own_times_out_with_the_last_state_p23(
    calls: Calls, sandbox: Sandbox
) -> None:
    sandbox.faults.hold_description("queued")
    client = calls.client(sandbox)
    image_id = calls(
        client.upload_one(draw(), filename="a.jpg", wait_for_descriptions=False)
    ).image_id
    with pytest.raises(AionvisionTimeoutError, match="still queued") as caught:
        calls(client.uploads.wait_for_description(image_id, timeout=1.0, poll_interval=0.02))
    assert isinstance(caught.value.last_result, DescriptionState)
    assert caught.value.last_result.status == "queued"


@pytest.mark.parametrize("argument", ["timeout", "poll_interval"])
@pytest.mark.parametrize("value", [0, -1, float("nan"), "3"])
def test_a_wait_of_no_length_is_refused_unsent(
    argument: str, value: Any, calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    with pytest.raises(ValidationError, match=argument):
        calls(client.uploads.wait_for_description("id-1", **{argument: value}))
    assert sandbox.requests == []


# Quota


def test_the_quota_counts_what_was_uploaded(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    before = calls(client.uploads.check_quota())
    calls(client.upload_one(draw(), filename="a.jpg"))
    after = calls(client.uploads.check_quota(3))
    assert (after.current_usage - before.current_usage, after.requested) == (1, 3)
    assert (after.can_proceed, after.available) == (True, before.available - 1)


@pytest.mark.parametrize("count", [0, -1, 1.5, True, "1"])
def test_a_quota_check_for_no_file_is_refused_unsent(
    count: Any, calls: Calls, sandbox: Sandbox
) -> None:
    with pytest.raises(ValidationError, match="file_count"):
        calls(calls.client(sandbox).uploads.check_quota(count))
    assert sandbox.requests == []


def test_without_quota_nothing_is_sent_and_nothing_stored(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.zero_quota()
    client = calls.client(sandbox)
    with pytest.raises(QuotaExceededError) as caught:
        calls(client.upload_one(draw(), filename="a.jpg"))
    assert (caught.value.available, caught.value.details["available"]) == (0, 0)
    assert posts(sandbox) == 0
    assert calls(client.files.list()).total_count == 0


def test_a_quota_that_runs_out_after_the_check_is_the_same_error_and_not_repeated_p9(
    calls: Calls, sandbox: Sandbox
) -> None:
    sandbox.faults.fail(
        "stream_batch_upload", status=429, code="UPLOAD_QUOTA_EXCEEDED", retry_after=0, times=None
    )
    with pytest.raises(QuotaExceededError):
        calls(calls.client(sandbox).upload_one(draw(), filename="a.jpg"))
    assert posts(sandbox) == 1


def test_a_quota_of_one_is_used_up_by_one(calls: Calls) -> None:
    with Sandbox(pace=0.005, limits=Limits(monthly_uploads=1)) as small:
        client = calls.client(small)
        calls(client.upload_one(draw(), filename="a.jpg"))
        with pytest.raises(QuotaExceededError) as caught:
            calls(client.upload_one(draw(), filename="b.jpg"))
    assert caught.value.limit == 1


# Failing uploads


def test_an_upload_that_may_have_arrived_is_asked_about_before_it_is_repeated_p8(
    calls: Calls, sandbox: Sandbox
) -> None:
    sandbox.faults.fail("stream_batch_upload", status=500)
    calls(calls.client(sandbox).upload_one(draw(), filename="a.jpg"))
    sent = [one.path.rpartition("/")[2] for one in sandbox.requests if one.method == "POST"]
    assert sent == ["stream-batch", "check-duplicates", "stream-batch"]


def test_an_upload_that_may_have_arrived_is_not_repeated_unasked_p8(
    calls: Calls, sandbox: Sandbox
) -> None:
    sandbox.faults.fail("stream_batch_upload", status=500)
    sandbox.faults.fail("check_duplicates", status=400)
    with pytest.raises(ServerError):
        calls(calls.client(sandbox).upload_one(draw(), filename="a.jpg"))
    assert posts(sandbox) == 2


@pytest.mark.parametrize("status", [429, 503])
def test_an_upload_that_did_nothing_is_repeated_with_the_same_bytes_p10(
    status: int, calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(draw(size=(1000, 800)))
    sandbox.faults.fail("stream_batch_upload", status=status, retry_after=0, times=2)
    assert calls(calls.client(sandbox).upload_one(path)).is_completed
    sent = [one for one in sandbox.requests if one.method == "POST"]
    assert [one.status for one in sent] == [status, status, 200]
    assert len({one.headers["content-length"] for one in sent}) == 1
    assert len({one.headers["content-type"] for one in sent}) == 1


def test_a_file_that_the_service_cannot_read_is_an_upload_error_or_a_failed_description(
    calls: Calls, sandbox: Sandbox
) -> None:
    broken = draw()[:40] + b"\x00" * 40
    with pytest.raises((UploadError, DescriptionError)):
        calls(calls.client(sandbox).upload_one(broken, filename="a.jpg"))

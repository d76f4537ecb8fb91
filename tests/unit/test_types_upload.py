"""Results of uploads: what they read, count and raise."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aion.exceptions import DescriptionError, UploadError
from aion.types.common import DescriptionStatus
from aion.types.describe import DescriptionStatus as DescriptionState
from aion.types.upload import (
    BatchConfirmResult,
    BatchPrepareResult,
    BatchUploadResults,
    FileInfo,
    PresignedUrlInfo,
    UploadBatchStatusResult,
    UploadConfirmation,
    UploadResult,
)

PLACE: dict[str, Any] = {
    "upload_url": "https://objects.example/a?signature=x",
    "upload_method": "PUT",
    "object_key": "uploads/a.jpg",
    "expires_at": "2026-05-01T10:00:00",
    "max_size_bytes": 100,
}


def result(status: str, *, retryable: bool | None = None, image_id: str = "i") -> UploadResult:
    return UploadResult(
        image_id,
        "a.jpg",
        "k",
        description_status=DescriptionStatus(status),
        description_error="bad" if status == "failed" else None,
        description_is_retryable=retryable,
    )


ALL = BatchUploadResults(
    [
        result("completed"),
        result("failed", retryable=True),
        result("failed", retryable=False),
        result("queued"),
        result("skipped"),
        result("dreaming"),
    ]
)


def test_results_are_a_list_that_counts() -> None:
    assert isinstance(ALL, list)
    assert (ALL.succeeded_count, ALL.failed_count, ALL.pending_count) == (1, 2, 2)
    assert ALL.has_failures
    assert ALL.retryable() == [ALL[1]]
    assert ALL.pending() == [ALL[3], ALL[5]]


@pytest.mark.parametrize(
    ("results", "text"),
    [
        (ALL, "1 succeeded, 2 failed (1 retryable), 2 pending, 1 stored without a description"),
        (BatchUploadResults(ALL[:2]), "1 succeeded, 1 failed (1 retryable)"),
        (BatchUploadResults([ALL[2]]), "1 failed"),
        (BatchUploadResults(), "no files"),
    ],
)
def test_results_are_summed_up_in_words(results: BatchUploadResults, text: str) -> None:
    assert results.summary() == text


def test_a_few_results_are_shown_whole() -> None:
    assert repr(ALL) == f"BatchUploadResults({list(ALL)!r})"


def test_thousands_of_results_are_shown_by_their_counts_and_the_first() -> None:
    results = BatchUploadResults(ALL * 1000)
    text = repr(results)
    assert text.startswith(f"<BatchUploadResults: {results.summary()}; {ALL[0]!r}, ")
    assert text.endswith(" and 5,997 more>")
    assert len(text) < 3000


def test_results_without_a_failure_are_returned() -> None:
    clean = BatchUploadResults([ALL[0], ALL[3]])
    assert clean.raise_on_failures() is clean


def test_a_failed_description_is_raised_with_all_results() -> None:
    with pytest.raises(DescriptionError, match="2 of 6 files failed") as caught:
        ALL.raise_on_failures()
    assert caught.value.partial_results is ALL


def test_a_file_that_was_not_stored_is_raised_before_failed_descriptions() -> None:
    lost = UploadResult.not_stored("b.jpg", "the provider timed out")
    with pytest.raises(UploadError, match=r"b\.jpg was not stored: the provider") as caught:
        BatchUploadResults([*ALL, lost]).raise_on_failures()
    assert (caught.value.filename, caught.value.stage) == ("b.jpg", "upload")


def test_the_reason_of_a_file_that_was_not_stored_is_classified() -> None:
    lost = UploadResult.not_stored("b.jpg", "the provider timed out")
    assert (lost.is_stored, lost.is_failed, lost.description_error_type) == (False, True, "timeout")
    assert lost.description_is_retryable
    assert not UploadResult.not_stored("b.jpg", "no", retryable=False).description_is_retryable


@pytest.mark.parametrize("how", ["copy", "deepcopy", "pickle"])
def test_results_survive_copies_p6(how: str) -> None:
    again = pickle.loads(pickle.dumps(ALL)) if how == "pickle" else getattr(copy, how)(ALL)
    assert type(again) is BatchUploadResults
    assert (again, again.summary()) == (ALL, ALL.summary())


SESSION_ITEM: dict[str, Any] = {
    "image_id": "i",
    "filename": "a.jpg",
    "object_key": "k",
    "status": "completed",
    "description": "A red pole",
    "visible_text": "7",
    "tags": ["pole"],
    "processing_time_ms": 5,
    "error_message": None,
    "thumbnail_url": "https://objects.example/t.jpg",
    "created_at": "2026-01-01T00:00:00Z",
}


def test_an_item_of_an_upload_session_is_read_whole() -> None:
    one = UploadResult.from_api_response(SESSION_ITEM)
    assert (one.description, one.visible_text, one.tags) == ("A red pole", "7", ["pole"])
    assert one.thumbnail_url == "https://objects.example/t.jpg"
    assert one.created_at is not None
    assert one.created_at.year == 2026
    assert one.is_completed


def test_an_item_that_failed_in_its_session_has_its_reason() -> None:
    failed = {**SESSION_ITEM, "status": "failed", "description": None, "error_message": "timed out"}
    one = UploadResult.from_api_response(failed)
    assert (one.is_failed, one.description_error) == (True, "timed out")
    assert (one.description_error_type, one.description_is_retryable) == ("timeout", True)


def test_a_stored_file_whose_description_is_to_come_is_pending() -> None:
    stored = {"image_id": "i", "filename": "a.jpg", "object_key": "k", "status": "completed"}
    assert UploadResult.from_api_response(stored).is_pending


def test_the_own_status_of_a_description_goes_before_that_of_its_upload() -> None:
    one = UploadResult.from_api_response({**SESSION_ITEM, "description_status": "processing"})
    assert one.is_pending


def test_a_duplicate_represents_the_image_that_was_there_before() -> None:
    duplicate = {**SESSION_ITEM, "status": "skipped", "skipped_existing_image_id": "older"}
    assert UploadResult.from_api_response(duplicate).image_id == "older"


def test_a_result_needs_no_more_than_an_id() -> None:
    one = UploadResult.from_api_response({"image_id": "i"})
    assert (one.image_id, one.filename, one.object_key, one.is_pending) == ("i", "", "", True)


@pytest.mark.parametrize("exclude_none", [True, False])
@pytest.mark.parametrize(
    "one",
    [
        UploadResult("i", "a.jpg", "k"),
        UploadResult.from_api_response(SESSION_ITEM),
        UploadResult.not_stored("b.jpg", "the provider timed out", retryable=False),
        result("skipped"),
        result("dreaming"),
    ],
)
def test_a_result_is_read_back_from_what_it_wrote(one: UploadResult, exclude_none: bool) -> None:
    assert UploadResult.from_api_response(one.to_dict(exclude_none)) == one


def test_fields_of_a_result_that_are_unknown_stay_readable_p18() -> None:
    one = UploadResult.from_api_response({**SESSION_ITEM, "mood": "calm"})
    assert one.additional_properties["mood"] == "calm"


@pytest.mark.parametrize("name", ["id", "image_id"])
@pytest.mark.parametrize("status", ["status", "description_status"])
def test_the_state_of_a_description_is_read_under_either_name(name: str, status: str) -> None:
    state = DescriptionState.from_api_response({name: "i", status: "completed", "description": "D"})
    assert (state.image_id, state.status, state.description) == ("i", "completed", "D")


def test_the_state_of_a_description_is_read_back_from_what_it_wrote() -> None:
    state = DescriptionState("i", "failed", error_message="timed out")
    assert DescriptionState.from_api_response(state.to_dict()) == state


def test_a_place_without_headers_has_none_to_send() -> None:
    place = PresignedUrlInfo.from_api_response(PLACE)
    assert (place.upload_headers, place.upload_fields, place.image_id) == ({}, None, None)
    assert place.expires_at is not None
    assert place.expires_at.isoformat() == "2026-05-01T10:00:00+00:00"


def test_fields_of_a_place_that_are_unknown_stay_readable_p18() -> None:
    place = PresignedUrlInfo.from_api_response({**PLACE, "region": "north"})
    assert place.additional_properties == {"region": "north"}
    assert place.to_dict()["region"] == "north"


@pytest.mark.parametrize("key", ["expires_at", "max_size_bytes", "upload_method"])
def test_a_place_survives_nulls_p18(key: str) -> None:
    place = PresignedUrlInfo.from_api_response({**PLACE, key: None})
    assert place.object_key == "uploads/a.jpg"


def test_a_place_without_an_address_is_not_a_place() -> None:
    with pytest.raises(KeyError, match="upload_url"):
        PresignedUrlInfo.from_api_response({"object_key": "k"})


def test_a_prepared_batch_is_read_whole() -> None:
    batch = BatchPrepareResult.from_api_response(
        {
            "batch_id": "b",
            "upload_plan": {"strategy": "sequential", "max_concurrent": 1, "timeout_per_upload": 9},
            "presigned_urls": [{**PLACE, "file_index": 0, "filename": "a.jpg", "image_id": "i"}],
            "total_size_bytes": 5,
            "estimated_time_seconds": None,
        }
    )
    assert (batch.upload_plan.retry_policy, batch.estimated_time_seconds) == (None, 0)
    assert [one.image_id for one in batch.presigned_urls] == ["i"]


def test_a_confirmed_batch_is_read_without_its_optional_parts() -> None:
    done = BatchConfirmResult.from_api_response({"batch_id": "b", "processing_status": "failed"})
    assert (done.stored_images, done.failed_files, done.successful_uploads) == ([], None, 0)


@pytest.mark.parametrize("nested", [True, False])
def test_numbers_of_a_batch_are_read_from_either_place(nested: bool) -> None:
    counts = {"total": 4, "completed": 2, "failed": 1, "processing": 1, "queued": None}
    data = {
        "batch_id": "b",
        "overall_status": "partially_completed",
        "completion_percentage": 75,
        **({"counts": {**counts, "stuck": 1}} if nested else counts),
    }
    status = UploadBatchStatusResult.from_api_response(data)
    numbers = (status.total, status.completed, status.failed, status.processing, status.queued)
    assert numbers == (4, 2, 1, 1, 0)
    assert (status.completion_percentage, status.is_terminal) == (75.0, True)


@given(st.text())
def test_an_unknown_status_of_a_batch_counts_as_running_p23(status: str) -> None:
    known = status in {"completed", "failed", "partially_completed"}
    data = {"batch_id": "b", "overall_status": status or "x"}
    assert UploadBatchStatusResult.from_api_response(data).is_terminal is known


def test_questions_are_written_without_what_is_not_set() -> None:
    assert FileInfo("a.jpg", 3, "image/jpeg").to_dict() == {
        "filename": "a.jpg", "size_bytes": 3, "content_type": "image/jpeg",
    }  # fmt: skip
    assert UploadConfirmation("k", False, 3).to_dict() == {
        "object_key": "k", "success": False, "file_size": 3,
    }  # fmt: skip

"""Jobs of cloud drives, and the events of uploads and jobs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aion.types.callbacks import (
    CloudStorageJobProgressEvent,
    DescriptionFailedEvent,
    DescriptionProgressEvent,
    FileCompleteEvent,
    UploadProgressEvent,
)
from aion.types.cloud_storage import CloudFileInput, CloudStorageConnection, CloudStorageJob
from aion.types.upload import UploadResult

JOB: dict[str, Any] = {
    "job_id": "j",
    "type": "import",
    "status": "in_progress",
    "connection_id": "c",
    "provider": "google_drive",
    "total_files": 4,
    "completed_files": 2,
    "failed_files": 1,
    "created_at": "2026-05-01T10:00:00Z",
    "updated_at": "2026-05-01T10:00:05Z",
}


@pytest.mark.parametrize("data", [JOB, {"job": JOB}], ids=["alone", "below its key"])
def test_a_job_is_read_in_both_forms(data: dict[str, Any]) -> None:
    job = CloudStorageJob.from_api_response(data)
    assert (job.job_id, job.type, job.progress_percent) == ("j", "import", 75.0)
    assert (job.error, job.completed_at) == (None, None)
    assert job.to_dict()["created_at"] == "2026-05-01T10:00:00Z"


@pytest.mark.parametrize(
    ("status", "terminal", "successful"),
    [
        ("pending", False, False),
        ("in_progress", False, False),
        ("completed", True, True),
        ("partial", True, True),
        ("failed", True, False),
        ("cancelled", True, False),
    ],
)
def test_a_job_knows_whether_it_ended_and_how(
    status: str, terminal: bool, successful: bool
) -> None:
    job = CloudStorageJob.from_api_response({**JOB, "status": status})
    assert (job.is_terminal, job.is_successful) == (terminal, successful)


@given(st.text(min_size=12))
def test_an_unknown_status_counts_as_running_p18_p23(status: str) -> None:
    job = CloudStorageJob.from_api_response({**JOB, "status": status})
    assert (job.status, job.is_terminal, job.is_successful) == (status, False, False)


@pytest.mark.parametrize("key", sorted(JOB.keys() - {"job_id", "type", "status"}))
def test_a_job_survives_nulls_and_unknown_fields_p18(key: str) -> None:
    job = CloudStorageJob.from_api_response({**JOB, key: None, "color": "red"})
    assert (job.job_id, job.additional_properties["color"]) == ("j", "red")


@pytest.mark.parametrize(("status", "percent"), [("pending", 0.0), ("completed", 100.0)])
def test_a_job_without_files_is_done_when_it_has_ended(status: str, percent: float) -> None:
    job = CloudStorageJob.from_api_response({**JOB, "status": status, "total_files": 0})
    assert job.progress_percent == percent


def test_a_connection_needs_no_more_than_its_id_and_state() -> None:
    connection = CloudStorageConnection.from_api_response(
        {"id": "c", "provider": "google_drive", "is_active": True}
    )
    assert (connection.provider_email, connection.created_at) == (None, None)


def test_a_file_to_import_is_written_without_what_is_not_set() -> None:
    assert CloudFileInput("x", "X.jpg").to_dict() == {"id": "x", "name": "X.jpg"}


def test_events_show_their_progress() -> None:
    result = UploadResult("i", "a.jpg", "k").with_failure("the provider timed out")
    progress = DescriptionProgressEvent(3, 4, result)
    failed = DescriptionFailedEvent(2, result)
    assert (progress.progress_percent, progress.remaining_count) == (75.0, 1)
    assert (failed.error_message, failed.is_retryable) == ("the provider timed out", True)
    assert UploadProgressEvent(0, 5, 5).progress_percent == 100.0
    assert UploadProgressEvent(0, 0, 0).progress_percent == 100.0


def test_the_event_of_a_job_reports_the_job() -> None:
    event = CloudStorageJobProgressEvent(CloudStorageJob.from_api_response(JOB))
    assert (event.progress_percent, event.is_terminal) == (75.0, False)


def test_events_are_written_as_json_data() -> None:
    event = FileCompleteEvent(1, UploadResult("i", "a.jpg", "k"))
    assert event.to_dict(exclude_none=True) == {
        "file_index": 1,
        "result": {
            "image_id": "i",
            "filename": "a.jpg",
            "object_key": "k",
            "description_status": "pending",
        },
    }

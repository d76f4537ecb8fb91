"""Analyses of videos are followed, queued and repeated."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aion import exceptions
from aion.testing import Sandbox
from aion.types.video import VideoAnalysisJobStatus
from tests.behaviour.calls import Calls
from tests.behaviour.movies import saved

UNKNOWN = "00000000-0000-0000-0000-000000000000"


def upload(calls: Calls, client: Any, folder: Path, **options: Any) -> Any:
    return calls(client.video_uploads.upload_one(saved(folder), **options))


def failed(calls: Calls, sandbox: Sandbox, client: Any, folder: Path) -> Any:
    """A video whose analysis failed."""
    sandbox.faults.fail_job("analyze_video", "[sandbox] too dark")
    result = upload(calls, client, folder)
    with pytest.raises(exceptions.VideoAnalysisError):
        calls(client.video_analysis.wait_for_completion(result.analysis_job_id))
    return result


def test_an_analysis_is_waited_for_through_states_that_are_not_known_p18_p23(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    client = calls.client(sandbox)
    seen: list[VideoAnalysisJobStatus] = []
    sandbox.faults.hold("analyze_video", "uploading_to_vlm")
    result = upload(calls, client, tmp_path)

    def told(job: VideoAnalysisJobStatus) -> None:
        seen.append(job)
        if job.status == "uploading_to_vlm":
            sandbox.faults.clear()

    job = calls(client.video_analysis.wait_for_completion(result.analysis_job_id, on_progress=told))
    assert (job.status, job.is_completed, job.is_terminal) == ("completed", True, True)
    assert (job.progress_percent, job.error_message, job.retry_count) == (100, None, 0)
    assert job.started_at is not None
    assert job.completed_at is not None
    assert job.started_at <= job.completed_at
    assert "uploading_to_vlm" in {one.status for one in seen}
    assert seen[0].is_pending


def test_an_analysis_is_found_by_its_id_and_by_its_video(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    client = calls.client(sandbox)
    sandbox.faults.hold("analyze_video", "pending")
    result = upload(calls, client, tmp_path)
    by_id = calls(client.video_analysis.get_status(result.analysis_job_id))
    by_media = calls(client.video_analysis.get_status_by_media(result.media_id))
    assert by_id == by_media
    assert (by_id.status, by_id.is_pending, by_id.media_id) == ("pending", True, result.media_id)
    assert (by_id.max_retries, by_id.current_step) == (3, None)
    sandbox.faults.clear()


def test_a_video_is_queued_for_an_analysis_once(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    client = calls.client(sandbox)
    result = upload(calls, client, tmp_path, auto_analyze=False)
    with pytest.raises(exceptions.ResourceNotFoundError):
        calls(client.video_analysis.get_status_by_media(result.media_id))
    sandbox.faults.hold("analyze_video", "pending")
    first = calls(
        client.video_analysis.queue(
            result.media_id, analysis_type="scene_detection", priority="high"
        )
    )
    again = calls(client.video_analysis.queue(result.media_id))
    assert (first.media_id, first.queue_position) == (result.media_id, 0)
    assert first.estimated_start_time is not None
    assert again.analysis_job_id == first.analysis_job_id
    assert "already" in (again.message or "")
    sandbox.faults.clear()
    assert calls(client.video_analysis.wait_for_completion(first.analysis_job_id)).is_completed
    other = calls(client.video_analysis.queue(result.media_id))
    assert other.analysis_job_id != first.analysis_job_id
    newest = calls(client.video_analysis.get_status_by_media(result.media_id))
    assert newest.analysis_job_id == other.analysis_job_id


def test_a_failed_analysis_is_repeated_under_its_id(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    client = calls.client(sandbox)
    result = failed(calls, sandbox, client, tmp_path)
    job = calls(client.video_analysis.get_status(result.analysis_job_id))
    assert (job.is_failed, job.error_message) == (True, "[sandbox] too dark")
    assert job.error_code == "ANALYSIS_FAILED"
    again = calls(
        client.video_analysis.retry(result.analysis_job_id, result.media_id, reason="brighter")
    )
    assert (again.status, again.retry_count, again.max_retries) == ("pending", 1, 3)
    assert (again.analysis_job_id, again.media_id) == (result.analysis_job_id, result.media_id)
    done = calls(client.video_analysis.wait_for_completion(result.analysis_job_id))
    assert (done.is_completed, done.retry_count, done.error_message) == (True, 1, None)


def test_only_what_failed_can_be_repeated(calls: Calls, sandbox: Sandbox, tmp_path: Path) -> None:
    client = calls.client(sandbox)
    result = upload(calls, client, tmp_path, wait_for_analysis=True)
    with pytest.raises(exceptions.ValidationError, match="is completed"):
        calls(client.video_analysis.retry(result.analysis_job_id, result.media_id))


def test_a_failure_says_what_failed_and_that_the_video_is_stored(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    client = calls.client(sandbox)
    result = failed(calls, sandbox, client, tmp_path)
    with pytest.raises(exceptions.VideoAnalysisError) as caught:
        calls(client.video_analysis.wait_for_completion(result.analysis_job_id))
    error = caught.value
    assert (error.media_id, error.analysis_job_id) == (result.media_id, result.analysis_job_id)
    assert error.status == "failed"
    assert "The video is stored" in str(error)


def test_the_analysis_of_a_deleted_video_is_cancelled(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    client = calls.client(sandbox)
    sandbox.faults.hold("analyze_video", "pending")
    result = upload(calls, client, tmp_path)
    calls(client.files.delete(result.media_id))
    sandbox.faults.clear()
    job = calls(client.video_analysis.wait_for_completion(result.analysis_job_id))
    assert (job.status, job.is_terminal, job.is_failed) == ("cancelled", True, False)


def test_a_wait_ends_at_its_deadline_with_the_way_to_resume_p23(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    client = calls.client(sandbox)
    sandbox.faults.hold("analyze_video", "pending")
    result = upload(calls, client, tmp_path)
    with pytest.raises(exceptions.AionvisionTimeoutError, match="wait_for_completion") as caught:
        calls(client.video_analysis.wait_for_completion(result.analysis_job_id, timeout=0.1))
    last: VideoAnalysisJobStatus | None = caught.value.last_result
    assert last is not None
    assert last.status == "pending"
    assert caught.value.details["media_id"] == result.media_id
    sandbox.faults.clear()


def test_unknown_jobs_and_videos_are_not_found(calls: Calls, sandbox: Sandbox) -> None:
    resource = calls.client(sandbox).video_analysis
    asked: list[Callable[[], Any]] = [
        lambda: resource.get_status(UNKNOWN),
        lambda: resource.get_status_by_media(UNKNOWN),
        lambda: resource.queue(UNKNOWN),
        lambda: resource.retry(UNKNOWN, UNKNOWN),
        lambda: resource.wait_for_completion(UNKNOWN),
    ]
    for ask in asked:
        with pytest.raises(exceptions.ResourceNotFoundError):
            calls(ask())


BAD: list[tuple[str, Callable[[Any], Any]]] = [
    ("analysis_job_id", lambda one: one.get_status("")),
    ("media_id", lambda one: one.get_status_by_media("..")),
    ("analysis_type", lambda one: one.queue("m", analysis_type="everything")),
    ("priority", lambda one: one.queue("m", priority="urgent")),
    ("reason", lambda one: one.retry("j", "m", reason="r" * 501)),
    ("media_id", lambda one: one.retry("j", "")),
    ("timeout", lambda one: one.wait_for_completion("j", timeout=0)),
]


@pytest.mark.parametrize(("field", "call"), BAD)
def test_a_bad_argument_is_refused_before_anything_is_sent(
    calls: Calls, sandbox: Sandbox, field: str, call: Callable[[Any], Any]
) -> None:
    client = calls.client(sandbox)
    with pytest.raises(exceptions.ValidationError) as caught:
        calls(call(client.video_analysis))
    assert caught.value.details["field"] == field
    assert sandbox.requests == []

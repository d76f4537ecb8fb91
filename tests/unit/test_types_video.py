"""Types of videos, decoded from complete and incomplete responses."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime
from typing import Any

import pytest

from aion.types.callbacks import (
    VideoAnalysisProgressEvent,
    VideoChunkProgressEvent,
    VideoUploadCompleteEvent,
)
from aion.types.video import (
    BatchVideoUploadSession,
    ChunkConfirmResult,
    ChunkRetryResult,
    VideoAbortResult,
    VideoAnalysisJobStatus,
    VideoAnalysisQueueResult,
    VideoAnalysisRetryResult,
    VideoAnalysisStatus,
    VideoChunkInfo,
    VideoMetadata,
    VideoScene,
    VideoSceneList,
    VideoUploadProgress,
    VideoUploadResult,
    VideoUploadSession,
    VideoUploadStatus,
)

NEEDED: dict[Any, dict[str, Any]] = {
    BatchVideoUploadSession: {"batch_id": "b"},
    ChunkConfirmResult: {"chunk_number": 1},
    ChunkRetryResult: {"chunk_number": 1, "upload_url": "https://storage.example/1"},
    VideoAbortResult: {"media_id": "m"},
    VideoAnalysisJobStatus: {"analysis_job_id": "j", "media_id": "m"},
    VideoAnalysisQueueResult: {"analysis_job_id": "j", "media_id": "m"},
    VideoAnalysisRetryResult: {"analysis_job_id": "j", "media_id": "m"},
    VideoChunkInfo: {"chunk_number": 1, "size_bytes": 5, "upload_url": "https://storage.example/1"},
    VideoMetadata: {},
    VideoScene: {"scene_id": "s"},
    VideoSceneList: {},
    VideoUploadProgress: {"media_id": "m", "upload_id": "u"},
    VideoUploadResult: {"media_id": "m"},
    VideoUploadSession: {"media_id": "m", "upload_id": "u"},
}


@pytest.mark.parametrize("kind", NEEDED, ids=lambda kind: kind.__name__)
def test_a_response_with_only_what_is_needed_has_the_defaults_p18(kind: Any) -> None:
    assert kind.from_api_response(NEEDED[kind]) == kind(**NEEDED[kind])


@pytest.mark.parametrize("kind", NEEDED, ids=lambda kind: kind.__name__)
def test_what_is_not_known_is_kept_p18(kind: Any) -> None:
    found = kind.from_api_response({**NEEDED[kind], "tone": "blue"})
    assert found.additional_properties == {"tone": "blue"}
    assert found.to_dict()["tone"] == "blue"


@pytest.mark.parametrize("kind", NEEDED, ids=lambda kind: kind.__name__)
def test_results_survive_copies_p6(kind: Any) -> None:
    found = kind.from_api_response(NEEDED[kind])
    assert copy.deepcopy(found) == found
    assert pickle.loads(pickle.dumps(found)) == found


def test_an_upload_without_limits_has_the_documented_ones() -> None:
    session = VideoUploadSession("m", "u")
    assert (session.concurrent_upload_limit, session.retry_attempts) == (3, 3)
    none = {"concurrent_upload_limit": None, "retry_attempts": 0, "chunks": None}
    read = VideoUploadSession.from_api_response({"media_id": "m", "upload_id": "u", **none})
    assert (read.concurrent_upload_limit, read.retry_attempts, read.chunks) == (3, 0, [])


def test_a_session_counts_its_chunks_if_their_number_is_missing() -> None:
    chunk = NEEDED[VideoChunkInfo]
    read = VideoUploadSession.from_api_response(
        {"media_id": "m", "upload_id": "u", "chunks": [chunk], "expires_at": "2026-03-01T10:00:00"}
    )
    assert (read.total_chunks, read.chunks[0].upload_method) == (1, "PUT")
    assert read.expires_at == datetime(2026, 3, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "ended"),
    [
        ("pending", False),
        ("uploading_to_vlm", False),
        ("something new", False),
        ("completed", True),
        ("failed", True),
        ("cancelled", True),
    ],
)
def test_a_status_that_is_not_known_counts_as_running_p18(status: str, ended: bool) -> None:
    job = VideoAnalysisJobStatus("j", "m", status)
    assert (job.is_terminal, job.is_pending) == (ended, not ended)
    assert job.is_completed == (status == "completed")
    assert job.is_failed == (status == "failed")
    assert VideoAnalysisStatus(status).value == status


@pytest.mark.parametrize(
    ("job", "status", "analyzing"),
    [
        (None, "queued", False),
        ("j", None, True),
        ("j", "queued", True),
        ("j", "completed", False),
        ("j", "failed", False),
        ("j", "cancelled", False),
    ],
)
def test_a_result_shows_whether_it_is_being_analyzed(
    job: str | None, status: str | None, analyzing: bool
) -> None:
    result = VideoUploadResult("m", analysis_job_id=job, processing_status=status)
    assert (result.is_analyzing, result.is_completed) == (analyzing, True)


def test_an_upload_that_was_aborted_is_not_completed() -> None:
    assert not VideoUploadResult("m", VideoUploadStatus.ABORTED.value).is_completed


def test_single_facts_of_a_video_may_be_missing() -> None:
    facts = VideoMetadata.from_api_response({"duration_seconds": 3.5, "width": None})
    assert facts.to_dict() == {"duration_seconds": 3.5}


@pytest.mark.parametrize(
    "answer",
    [
        [{"scene_id": "b", "scene_index": 1}, {"id": "a", "scene_index": 0}],
        {"scenes": [{"id": "a"}, {"scene_id": "b", "scene_index": 1}], "total": 2},
        {"items": [{"id": "a"}, {"scene_id": "b", "scene_index": 1}], "count": 2},
    ],
)
def test_scenes_are_read_from_every_shape(answer: Any) -> None:
    found = VideoSceneList.from_api_response(answer)
    assert [one.scene_id for one in found.scenes] == ["a", "b"]
    assert (found.count, found.video_id) == (2, None)


def test_a_date_that_cannot_be_read_is_kept_p18() -> None:
    scene = VideoScene.from_api_response({"scene_id": "s", "created_at": "soon"})
    assert (scene.created_at, scene.to_dict()["created_at"]) == (None, "soon")


def test_events_show_how_far_it_is() -> None:
    chunk = VideoChunkProgressEvent(2, 4, 50, 200, "m", "a.mp4")
    assert (chunk.progress_percent, chunk.to_dict()["filename"]) == (25.0, "a.mp4")
    done = VideoUploadCompleteEvent("m", VideoUploadResult("m"))
    assert done.to_dict() == {"media_id": "m", "result": {"media_id": "m", "status": "completed"}}
    look = VideoAnalysisProgressEvent(VideoAnalysisJobStatus("j", "m", "processing", 40))
    assert (look.progress_percent, look.is_terminal) == (40.0, False)

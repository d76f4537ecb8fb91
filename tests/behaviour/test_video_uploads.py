"""Uploads of videos in chunks: in one call, in steps, or aborted."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from aion import exceptions
from aion.testing import Limits, Sandbox
from aion.types.callbacks import (
    VideoAnalysisProgressEvent,
    VideoChunkProgressEvent,
    VideoUploadCompleteEvent,
)
from tests.behaviour.calls import Calls
from tests.behaviour.movies import movie, noise, saved

CHUNK = 10_000
UNKNOWN = "00000000-0000-0000-0000-000000000000"


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    """A sandbox with small chunks, so that small videos have several."""
    with Sandbox(pace=0.005, limits=Limits(video_chunk_bytes=CHUNK)) as sandbox:
        yield sandbox


def put(url: str, data: bytes) -> str:
    """Send a chunk by hand; its ETag."""
    headers = {"Content-Type": "application/octet-stream"}
    answer = httpx.put(url, content=data, headers=headers, verify=False)
    assert answer.status_code == 200, answer.text
    return answer.headers["etag"]


def paths(sandbox: Sandbox) -> list[str]:
    return [one.path.rpartition("/")[2] for one in sandbox.requests if one.method == "POST"]


def failing(error: type[Exception], call: Callable[[], Any]) -> Any:
    with pytest.raises(error) as caught:
        call()
    return caught.value


# The whole upload


def test_a_video_is_uploaded_in_chunks_and_comes_back_whole(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    client = calls.client(sandbox)
    path = saved(tmp_path)
    result = calls(client.video_uploads.upload_one(path, title="Harbor", tags=["sea", "day 1"]))
    assert (result.status, result.is_completed, result.is_analyzing) == ("completed", True, True)
    assert result.metadata is not None
    assert result.metadata.to_dict() == {
        "duration_seconds": 42.0,
        "resolution": "640x360",
        "width": 640,
        "height": 360,
        "frame_rate": 25.0,
        "video_codec": "h264",
        "audio_codec": "aac",
        "bitrate_kbps": 4,
        "file_size_bytes": 25_000,
        "format_name": "mp4",
    }
    file = calls(client.files.get(result.media_id))
    assert (file.title, file.tags, file.media_type) == ("Harbor", ["sea", "day 1"], "video")
    assert file.hash == hashlib.sha256(movie()).hexdigest()
    assert calls(client.files.download(result.media_id)) == movie()


def test_a_video_is_listed_among_the_files(calls: Calls, sandbox: Sandbox, tmp_path: Path) -> None:
    client = calls.client(sandbox)
    result = calls(client.video_uploads.upload_one(str(saved(tmp_path)), wait_for_analysis=True))
    listed = calls(client.files.list(media_types=["video"])).files
    assert [one.id for one in listed] == [result.media_id]
    assert (listed[0].video_analysis_status, listed[0].scene_count) == ("completed", 3)
    assert listed[0].video_analysis_job_id == result.analysis_job_id


def test_progress_is_reported_for_each_chunk_and_for_the_end(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    chunks: list[VideoChunkProgressEvent] = []
    ends: list[VideoUploadCompleteEvent] = []
    looks: list[VideoAnalysisProgressEvent] = []
    client = calls.client(sandbox)
    result = calls(
        client.video_uploads.upload_one(
            saved(tmp_path),
            wait_for_analysis=True,
            max_chunk_concurrency=1,
            on_chunk_progress=chunks.append,
            on_upload_complete=ends.append,
            on_analysis_progress=looks.append,
        )
    )
    told = [(one.chunk_number, one.bytes_uploaded, one.progress_percent) for one in chunks]
    assert told == [(1, 10_000, 40.0), (2, 20_000, 80.0), (3, 25_000, 100.0)]
    assert {(one.total_chunks, one.total_bytes, one.filename) for one in chunks} == {
        (3, 25_000, "harbor.mp4")
    }
    assert [(one.media_id, one.result.status) for one in ends] == [(result.media_id, "completed")]
    assert looks[-1].is_terminal
    assert (looks[-1].progress_percent, result.processing_status) == (100.0, "completed")
    assert not result.is_analyzing


def test_the_etag_that_storage_gave_is_what_confirms_a_chunk(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    client = calls.client(sandbox)
    result = calls(client.video_uploads.upload_one(saved(tmp_path), auto_analyze=False))
    assert paths(sandbox) == ["initiate", "confirm", "confirm", "confirm", "complete"]
    progress = calls(client.video_uploads.get_progress(result.media_id))
    assert (progress.status, progress.bytes_uploaded) == ("completed", 25_000)
    assert (progress.total_bytes, progress.progress_percent) == (25_000, 100.0)
    assert (result.analysis_job_id, result.processing_status) == (None, "completed")


def test_a_length_that_is_not_known_is_left_to_the_service(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    path = saved(tmp_path, "clip.webm", b"\x1a\x45\xdf\xa3....webm" + noise(500))
    result = calls(calls.client(sandbox).video_uploads.upload_one(path))
    assert result.metadata is not None
    assert (result.metadata.duration_seconds, result.metadata.format_name) == (1.0, "webm")


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.mov", movie(brand=b"qt  "), "video/quicktime"),
        ("a.m4v", movie(brand=b"M4V "), "video/x-m4v"),
        ("a.bin", movie(), "video/mp4"),
        ("old.mov", movie()[16 + 4 :], "video/quicktime"),
        ("a.avi", b"RIFF\0\0\0\0AVI " + noise(200), "video/x-msvideo"),
    ],
)
def test_the_type_is_decided_by_the_first_bytes(
    calls: Calls, sandbox: Sandbox, tmp_path: Path, name: str, data: bytes, kind: str
) -> None:
    client = calls.client(sandbox)
    result = calls(client.video_uploads.upload_one(saved(tmp_path, name, data)))
    assert calls(client.files.get(result.media_id)).content_type == kind


# Many videos


def test_the_videos_of_a_directory_are_uploaded_in_order(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    saved(tmp_path, "b.mp4", movie(2.0, 3000))
    saved(tmp_path, "a.mov", movie(3.0, 3000))
    saved(tmp_path, "deep/c.m4v", movie(4.0, 3000))
    saved(tmp_path, "notes.txt", b"not a video")
    looks: list[VideoAnalysisProgressEvent] = []
    results = calls(
        calls.client(sandbox).video_uploads.upload(
            tmp_path, tags=["set"], wait_for_analysis=True, on_analysis_progress=looks.append
        )
    )
    lengths = [one.metadata.duration_seconds for one in results if one.metadata]
    assert lengths == [3.0, 2.0, 4.0]
    assert [one.processing_status for one in results] == ["completed"] * 3
    assert {one.job_status.media_id for one in looks} == {one.media_id for one in results}


def test_a_title_belongs_to_a_single_video(calls: Calls, sandbox: Sandbox, tmp_path: Path) -> None:
    client = calls.client(sandbox)
    files = [saved(tmp_path, "a.mp4", movie(2.0, 3000)), saved(tmp_path, "b.mp4")]
    failing(
        exceptions.ValidationError,
        lambda: calls(client.video_uploads.upload(files, title="Two")),
    )
    assert sandbox.requests == []
    one = calls(client.video_uploads.upload(files[:1], title="One"))
    assert calls(client.files.get(one[0].media_id)).title == "One"


def test_one_bad_video_stops_an_upload_before_it_begins(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    saved(tmp_path, "a.mp4")
    saved(tmp_path, "b.mp4", b"")
    error = failing(
        exceptions.ValidationError,
        lambda: calls(calls.client(sandbox).video_uploads.upload(tmp_path)),
    )
    assert error.details["filenames"] == ["b.mp4"]
    assert sandbox.requests == []


def test_a_failure_among_several_says_what_is_stored(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    files = [saved(tmp_path, "a.mp4", movie(2.0, 3000)), saved(tmp_path, "b.mp4")]
    ends: list[VideoUploadCompleteEvent] = []

    def broken(event: VideoUploadCompleteEvent) -> None:
        ends.append(event)
        sandbox.faults.fail("initiate_video_upload", status=500, times=9)

    error = failing(
        exceptions.VideoUploadError,
        lambda: calls(
            calls.client(sandbox, max_retries=0).video_uploads.upload(
                files, on_upload_complete=broken
            )
        ),
    )
    assert (error.stage, error.media_id, error.status_code) == ("initiate", None, 500)
    assert error.details["stored_media_ids"] == [ends[0].media_id]


# What goes wrong


def test_a_chunk_that_fails_is_resent_to_a_new_url(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    client = calls.client(sandbox, max_retries=0)
    sandbox.faults.fail("objects.put", status=500, times=2)
    result = calls(client.video_uploads.upload_one(saved(tmp_path)))
    assert paths(sandbox).count("retry") == 2
    assert calls(client.files.download(result.media_id)) == movie()


def test_a_chunk_is_not_retried_more_often_than_allowed(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    client = calls.client(sandbox, max_retries=0)
    sandbox.faults.fail("objects.put", status=500, times=99)
    error = failing(
        exceptions.VideoUploadError,
        lambda: calls(
            client.video_uploads.upload_one(
                saved(tmp_path), max_chunk_retries=2, max_chunk_concurrency=1
            )
        ),
    )
    assert paths(sandbox) == ["initiate", "retry", "retry", "abort"]
    assert (error.stage, error.partial_chunks, error.details["stage"]) == (
        "chunk_upload",
        0,
        "chunk_upload",
    )
    assert "chunk 1 of 3" in str(error)
    assert "are removed" in str(error)
    progress = calls(client.video_uploads.get_progress(error.media_id))
    assert progress.status == "aborted"


def test_a_file_that_changes_while_it_is_sent_is_given_up(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    path = saved(tmp_path)

    def change(_: VideoChunkProgressEvent) -> None:
        os.utime(path, ns=(1, 1))

    client = calls.client(sandbox)
    error = failing(
        exceptions.VideoUploadError,
        lambda: calls(
            client.video_uploads.upload_one(path, max_chunk_concurrency=1, on_chunk_progress=change)
        ),
    )
    assert (error.stage, error.partial_chunks) == ("chunk_upload", 1)
    assert "changed while it was sent" in str(error)
    assert paths(sandbox)[-1] == "abort"


def test_a_confirmation_that_fails_gives_the_upload_up(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.faults.fail("confirm_video_chunk", status=400, times=1)
    error = failing(
        exceptions.VideoUploadError,
        # One chunk at a time: another confirmation on its way may arrive after the abort.
        lambda: calls(
            calls.client(sandbox).video_uploads.upload_one(saved(tmp_path), max_chunk_concurrency=1)
        ),
    )
    assert (error.stage, error.status_code) == ("confirm", 400)
    assert paths(sandbox)[-1] == "abort"


def test_a_confirmation_is_repeated_since_that_is_safe_p8(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.faults.fail("confirm_video_chunk", status=500, times=2)
    result = calls(calls.client(sandbox).video_uploads.upload_one(saved(tmp_path)))
    assert result.is_completed


def test_a_completion_without_a_response_throws_nothing_away(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    client = calls.client(sandbox)
    sandbox.faults.fail("complete_video_upload", status=500, times=1)
    error = failing(
        exceptions.VideoUploadError,
        lambda: calls(client.video_uploads.upload_one(saved(tmp_path))),
    )
    assert (error.stage, error.partial_chunks) == ("complete", 3)
    assert "do not upload it again" in str(error)
    done = calls(
        client.video_uploads.complete(
            error.media_id, error.details["upload_id"], duration_seconds=42
        )
    )
    assert done.is_completed


def test_a_refused_completion_is_cleaned_up(calls: Calls, sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.faults.fail("complete_video_upload", status=400, times=1)
    error = failing(
        exceptions.VideoUploadError,
        lambda: calls(calls.client(sandbox).video_uploads.upload_one(saved(tmp_path))),
    )
    assert (error.stage, paths(sandbox)[-1]) == ("complete", "abort")


def test_a_callback_that_raises_gives_the_upload_up(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    def broken(_: VideoChunkProgressEvent) -> None:
        raise LookupError("the caller's own")

    failing(
        LookupError,
        lambda: calls(
            calls.client(sandbox).video_uploads.upload_one(
                saved(tmp_path), on_chunk_progress=broken
            )
        ),
    )
    # The service may still read an abandoned chunk after that.
    assert [path for path in paths(sandbox) if path != "confirm"][-1] == "abort"


def test_the_error_of_a_callback_notes_how_many_videos_are_stored(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    told: list[VideoUploadCompleteEvent] = []

    def stop(event: VideoUploadCompleteEvent) -> None:
        told.append(event)
        if len(told) == 2:
            raise LookupError("the caller's own")

    videos = [saved(tmp_path, "a.mp4"), saved(tmp_path, "b.mp4", movie(7.0))]
    client = calls.client(sandbox)
    error = failing(
        LookupError,
        lambda: calls(client.video_uploads.upload(videos, on_upload_complete=stop)),
    )
    ids = [one.media_id for one in told]
    assert f"known to be stored: 2 ({ids[0]}, {ids[1]}); upload the" in error.__notes__[0]


def test_a_used_up_allowance_is_its_own_error(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.faults.zero_quota()
    failing(
        exceptions.QuotaExceededError,
        lambda: calls(calls.client(sandbox).video_uploads.upload_one(saved(tmp_path))),
    )


def test_no_key_is_sent_to_storage_p17(calls: Calls, sandbox: Sandbox, tmp_path: Path) -> None:
    # The sandbox refuses a PUT that carries a key.
    result = calls(calls.client(sandbox).video_uploads.upload_one(saved(tmp_path)))
    assert result.is_completed


# Waiting


def test_an_analysis_that_fails_is_an_error_and_the_video_stays(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    client = calls.client(sandbox)
    sandbox.faults.fail_job("analyze_video", "[sandbox] too dark", name="harbor.mp4")
    error = failing(
        exceptions.VideoAnalysisError,
        lambda: calls(client.video_uploads.upload_one(saved(tmp_path), wait_for_analysis=True)),
    )
    assert (error.status, "too dark" in str(error)) == ("failed", True)
    file = calls(client.files.get(error.media_id))
    assert (file.id, file.video_analysis_status) == (error.media_id, "failed")


def test_a_wait_that_is_too_long_says_how_to_resume_p23(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    client = calls.client(sandbox)
    sandbox.faults.hold("analyze_video", "uploading_to_vlm")
    error = failing(
        exceptions.AionvisionTimeoutError,
        lambda: calls(
            client.video_uploads.upload_one(
                saved(tmp_path), wait_for_analysis=True, analysis_timeout=0.15
            )
        ),
    )
    assert error.last_result.status == "uploading_to_vlm"
    assert "wait_for_completion" in str(error)
    sandbox.faults.clear()
    job = calls(client.video_analysis.wait_for_completion(error.last_result.analysis_job_id))
    assert (job.is_completed, job.media_id) == (True, error.details["media_id"])


def test_p23_a_wait_that_breaks_names_the_video_and_its_analysis(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    client = calls.client(sandbox)
    sandbox.faults.fail("get_analysis_status", status=403)
    error = failing(
        exceptions.AionvisionPermissionError,
        lambda: calls(client.video_uploads.upload_one(saved(tmp_path), wait_for_analysis=True)),
    )
    job = calls(client.video_analysis.wait_for_completion(error.details["analysis_job_id"]))
    assert (job.is_completed, job.media_id) == (True, error.details["media_id"])


# Step by step


def begun(calls: Calls, client: Any, size: int = 25_000) -> Any:
    return calls(
        client.video_uploads.initiate(
            "dunes.mp4", "video/mp4", size, title="Dunes", metadata={"shot": 7, "raw": True}
        )
    )


def test_an_upload_goes_step_by_step(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    session = begun(calls, client)
    data, percent = movie(), 0.0
    assert (session.total_chunks, session.chunk_size_bytes) == (3, CHUNK)
    assert [one.size_bytes for one in session.chunks] == [10_000, 10_000, 5_000]
    assert (session.concurrent_upload_limit, session.retry_attempts) == (5, 3)
    for chunk in session.chunks:
        start = (chunk.chunk_number - 1) * CHUNK
        etag = put(chunk.upload_url, data[start : start + chunk.size_bytes])
        confirmed = calls(
            client.video_uploads.confirm_chunk(
                session.media_id, session.upload_id, chunk.chunk_number, etag, chunk.size_bytes
            )
        )
        assert (confirmed.status, confirmed.chunks_completed) == ("completed", chunk.chunk_number)
        percent = confirmed.progress_percent
    assert percent == 100.0
    result = calls(
        client.video_uploads.complete(
            session.media_id, session.upload_id, title="High dunes", tags=["sand"]
        )
    )
    assert result.metadata is not None
    assert result.metadata.duration_seconds == 42.0
    file = calls(client.files.get(result.media_id))
    assert (file.title, file.tags) == ("High dunes", ["sand"])


def test_a_given_length_is_taken_unless_it_is_to_be_measured(
    calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    lengths: list[float | None] = []
    for measure in (None, True):
        session = begun(calls, client, 5000)
        etag = put(session.chunks[0].upload_url, movie(30.0, 5000))
        calls(
            client.video_uploads.confirm_chunk(
                session.media_id, session.upload_id, 1, etag.strip('"'), 5000
            )
        )
        result = calls(
            client.video_uploads.complete(
                session.media_id,
                session.upload_id,
                duration_seconds=29.5,
                duration_extraction_failed=measure,
                auto_analyze=False,
                analysis_provider="anthropic",
                analysis_model="one",
            )
        )
        assert result.metadata is not None
        lengths.append(result.metadata.duration_seconds)
    assert lengths == [29.5, 30.0]


def test_a_chunk_gets_new_urls_up_to_a_limit(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    session = begun(calls, client)
    for attempt in (1, 2, 3):
        again = calls(client.video_uploads.retry_chunk(session.media_id, session.upload_id, 2))
        assert (again.chunk_number, again.retry_attempt, again.max_retries) == (2, attempt, 3)
    put(again.upload_url, noise(CHUNK))
    assert calls(client.video_uploads.get_progress(session.media_id)).failed_chunks == [2]
    with pytest.raises(exceptions.ValidationError, match="retried 3 times"):
        calls(client.video_uploads.retry_chunk(session.media_id, session.upload_id, 2))


def test_an_upload_is_given_up(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    session = begun(calls, client)
    put(session.chunks[0].upload_url, noise(CHUNK))
    ended = calls(
        client.video_uploads.abort(session.media_id, session.upload_id, reason="not needed")
    )
    assert (ended.status, ended.cleaned_up, ended.chunks_removed) == ("aborted", True, 1)
    assert ended.s3_cleanup
    progress = calls(client.video_uploads.get_progress(session.media_id))
    assert (progress.status, progress.chunks_completed) == ("aborted", 0)
    with pytest.raises(exceptions.ValidationError, match="aborted"):
        calls(client.video_uploads.abort(session.media_id, session.upload_id))


def test_several_uploads_are_begun_at_once(calls: Calls, sandbox: Sandbox) -> None:
    batch = calls(
        calls.client(sandbox).video_uploads.batch_initiate(
            [
                {"filename": "a.mp4", "content_type": "video/mp4", "size_bytes": 15_000},
                {"filename": "b.mov", "content_type": "video/quicktime", "size_bytes": 9_000,
                 "tags": ["one"], "metadata": {"take": 2}},
            ],
            processing_priority="high",
            auto_process=False,
        )
    )  # fmt: skip
    assert (batch.total_videos, batch.total_size_bytes) == (2, 24_000)
    assert [one.total_chunks for one in batch.videos] == [2, 1]
    assert batch.processing_priority == "high"


def test_a_completion_with_chunks_missing_is_refused(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    session = begun(calls, client)
    with pytest.raises(exceptions.ValidationError, match="3 of 3 chunks") as caught:
        calls(client.video_uploads.complete(session.media_id, session.upload_id))
    assert caught.value.details["missing_chunks"] == [1, 2, 3]


def test_an_unknown_upload_is_not_found(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    with pytest.raises(exceptions.ResourceNotFoundError):
        calls(client.video_uploads.get_progress(UNKNOWN))
    with pytest.raises(exceptions.ResourceNotFoundError):
        calls(client.video_uploads.confirm_chunk(UNKNOWN, "x", 1, "etag", 5))


# Arguments


STEPS: list[tuple[str, Callable[[Any], Any]]] = [
    ("filename", lambda one: one.initiate("", "video/mp4", 5)),
    ("content_type", lambda one: one.initiate("a.mp4", "image/png", 5)),
    ("size_bytes", lambda one: one.initiate("a.mp4", "video/mp4", 0)),
    ("size_bytes", lambda one: one.initiate("a.mp4", "video/mp4", 2**32 + 1)),
    ("title", lambda one: one.initiate("a.mp4", "video/mp4", 5, title="t" * 256)),
    ("tags", lambda one: one.initiate("a.mp4", "video/mp4", 5, tags=["t"] * 21)),
    ("tags[1]", lambda one: one.initiate("a.mp4", "video/mp4", 5, tags=["ok", "a,b"])),
    ("metadata['k']", lambda one: one.initiate("a.mp4", "video/mp4", 5, metadata={"k": [1]})),
    ("videos", lambda one: one.batch_initiate([])),
    ("videos[0].size_bytes", lambda one: one.batch_initiate([{"filename": "a", "content_type": "video/mp4"}])),  # noqa: E501
    ("videos[0]", lambda one: one.batch_initiate([{"name": "a"}])),
    ("videos[0]", lambda one: one.batch_initiate(["a"])),
    ("processing_priority", lambda one: one.batch_initiate([{"filename": "a", "content_type": "video/mp4", "size_bytes": 1}], processing_priority="urgent")),  # noqa: E501
    ("media_id", lambda one: one.confirm_chunk("", "u", 1, "e", 1)),
    ("chunk_number", lambda one: one.confirm_chunk("m", "u", 0, "e", 1)),
    ("etag", lambda one: one.confirm_chunk("m", "u", 1, "", 1)),
    ("size_bytes", lambda one: one.confirm_chunk("m", "u", 1, "e", 0)),
    ("duration_seconds", lambda one: one.complete("m", "u", duration_seconds=0)),
    ("duration_seconds", lambda one: one.complete("m", "u", duration_seconds=7201)),
    ("analysis_type", lambda one: one.complete("m", "u", analysis_type="all")),
    ("analysis_provider", lambda one: one.complete("m", "u", analysis_provider="me")),
    ("metadata", lambda one: one.complete("m", "u", metadata={})),
    ("reason", lambda one: one.abort("m", "u", reason="r" * 501)),
    ("chunk_number", lambda one: one.retry_chunk("m", "u", 10_001)),
    ("media_id", lambda one: one.get_progress("..")),
    ("file", lambda one: one.upload_one(b"bytes")),
    ("max_chunk_concurrency", lambda one: one.upload_one("a.mp4", max_chunk_concurrency=0)),
    ("max_chunk_retries", lambda one: one.upload_one("a.mp4", max_chunk_retries=-1)),
    ("analysis_timeout", lambda one: one.upload_one("a.mp4", analysis_timeout=0)),
    ("wait_for_analysis", lambda one: one.upload_one("a.mp4", auto_analyze=False, wait_for_analysis=True)),  # noqa: E501
]  # fmt: skip


@pytest.mark.parametrize(("field", "call"), STEPS)
def test_a_bad_argument_is_refused_before_anything_is_sent(
    calls: Calls, sandbox: Sandbox, field: str, call: Callable[[Any], Any]
) -> None:
    client = calls.client(sandbox)
    error = failing(exceptions.ValidationError, lambda: calls(call(client.video_uploads)))
    assert error.details["field"] == field
    assert sandbox.requests == []


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.mp4", b"", "empty"),
        ("a.mp4", b"\x89PNG\r\n\x1a\n" + noise(50), "is not an MP4"),
        ("a.mkv", b"\x1a\x45\xdf\xa3....matroska" + noise(50), "is not an MP4"),
        ("a.xyz", bytes(50), "is not an MP4"),
        ("a.mp4", movie(7300.0), "lasts 7300 s"),
    ],
)
def test_what_is_not_a_video_is_not_sent(
    calls: Calls, sandbox: Sandbox, tmp_path: Path, name: str, data: bytes, reason: str
) -> None:
    client = calls.client(sandbox)
    path = saved(tmp_path, name, data)
    error = failing(
        exceptions.ValidationError, lambda: calls(client.video_uploads.upload_one(path))
    )
    assert reason in str(error)
    assert sandbox.requests == []


def test_a_missing_video_is_a_missing_file(calls: Calls, sandbox: Sandbox, tmp_path: Path) -> None:
    client = calls.client(sandbox)
    error = failing(
        FileNotFoundError, lambda: calls(client.video_uploads.upload_one(tmp_path / "no.mp4"))
    )
    assert "no.mp4" in str(error)
    failing(exceptions.ValidationError, lambda: calls(client.video_uploads.upload_one(tmp_path)))
    assert sandbox.requests == []

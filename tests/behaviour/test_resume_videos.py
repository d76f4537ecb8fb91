"""P22: the upload of a video resumes where it ended, with its journal."""

from __future__ import annotations

import logging
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aion.exceptions import (
    AionvisionConnectionError,
    ValidationError,
    VideoAnalysisError,
    VideoUploadError,
)
from aion.testing import Limits, Sandbox
from aion.types.callbacks import VideoChunkProgressEvent, VideoUploadCompleteEvent
from aion.uploads._video_chunks import HashedRange
from aion.uploads.journal import Journal, State
from tests.behaviour.calls import Calls
from tests.behaviour.movies import movie, saved

CHUNK = 10_000
WORKER = Path(__file__).with_name("video_worker.py")


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    """A sandbox with small chunks, so that small videos have several."""
    limits = Limits(video_chunk_bytes=CHUNK, video_concurrent_chunks=2, video_chunk_retries=3)
    with Sandbox(pace=0.005, limits=limits) as sandbox:
        yield sandbox


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "video.journal"


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """A video of six chunks."""
    return saved(tmp_path / "in", data=movie(size=55_000))


def count(sandbox: Sandbox) -> Counter[str]:
    """Count the requests of each step."""
    steps = (one.path.rpartition("/")[2] for one in sandbox.requests if one.method == "POST")
    puts = sum(one.method == "PUT" for one in sandbox.requests)
    return Counter(steps) + Counter({"put": puts})


def stop_after(chunks: int) -> Any:
    """A callback that ends the upload after some chunks."""
    told: list[VideoChunkProgressEvent] = []

    def stop(event: VideoChunkProgressEvent) -> None:
        told.append(event)
        if len(told) == chunks:
            raise InterruptedError("enough")

    return stop


def interrupted(calls: Calls, client: Any, video: Path, journal: Path, chunks: int = 3) -> None:
    """An upload that ends after some of its chunks."""
    with pytest.raises(InterruptedError):
        calls(
            client.video_uploads.upload_one(
                video,
                journal=journal,
                max_chunk_concurrency=1,
                on_chunk_progress=stop_after(chunks),
            )
        )


def only_video(calls: Calls, client: Any, media_id: str, data: bytes) -> None:
    """The library has this video and no other, and it is whole."""
    assert [one.id for one in calls(client.files.list()).files] == [media_id]
    assert calls(client.files.download(media_id)) == data


def test_P22_only_the_missing_chunks_are_sent(
    calls: Calls, sandbox: Sandbox, video: Path, journal: Path
) -> None:
    client = calls.client(sandbox)
    interrupted(calls, client, video, journal)
    told: list[VideoChunkProgressEvent] = []
    result = calls(
        client.video_uploads.upload_one(video, journal=journal, on_chunk_progress=told.append)
    )
    steps = count(sandbox)
    assert (steps["initiate"], steps["put"], steps["confirm"], steps["abort"]) == (1, 6, 6, 0)
    assert sorted(one.chunk_number for one in told) == [4, 5, 6]
    assert told[-1].bytes_uploaded == 55_000
    only_video(calls, client, result.media_id, video.read_bytes())


def test_P22_a_finished_journal_gives_the_same_videos_without_a_request(
    calls: Calls, sandbox: Sandbox, tmp_path: Path, journal: Path
) -> None:
    client = calls.client(sandbox, polling_interval=0.05)
    files = [saved(tmp_path, "a.mp4", movie(2.0, 3000)), saved(tmp_path, "b.mp4")]
    wishes: dict[str, Any] = {"journal": journal, "wait_for_analysis": True}
    first = calls(client.video_uploads.upload(files, **wishes))
    before = len(sandbox.requests)
    again = calls(client.video_uploads.upload(files, **wishes))
    assert len(sandbox.requests) == before
    assert [(one.media_id, one.metadata, one.processing_status) for one in again] == [
        (one.media_id, one.metadata, "completed") for one in first
    ]


def test_P22_the_report_names_every_video_with_its_outcome(
    calls: Calls, sandbox: Sandbox, tmp_path: Path, journal: Path
) -> None:
    client = calls.client(sandbox)
    files = [saved(tmp_path, "a.mp4", movie(2.0, 3000)), saved(tmp_path, "b.mp4")]
    sandbox.faults.fail("objects.put", status=400, every=2)
    with pytest.raises(VideoUploadError, match="the same journal") as caught:
        calls(client.video_uploads.upload(files, journal=journal, max_chunk_retries=0))
    stored, stopped = Journal(journal).report()
    assert (stored.filename, stored.state) == ("a.mp4", State.STORED)
    assert [stored.image_id] == caught.value.details["stored_media_ids"]
    assert (stopped.filename, stopped.state) == ("b.mp4", State.SENDING)
    assert stopped.image_id == caught.value.media_id
    assert "chunk" in str(stopped.reason)
    sandbox.faults.clear()
    results = calls(client.video_uploads.upload(files, journal=journal))
    assert [one.media_id for one in results] == [stored.image_id, stopped.image_id]


def test_an_error_keeps_what_was_sent(
    calls: Calls, sandbox: Sandbox, video: Path, journal: Path
) -> None:
    client = calls.client(sandbox, max_retries=0)
    sandbox.faults.drop("confirm_video_chunk", times=1)
    with pytest.raises(VideoUploadError):
        calls(client.video_uploads.upload_one(video, journal=journal))
    assert count(sandbox)["abort"] == 0
    result = calls(client.video_uploads.upload_one(video, journal=journal))
    only_video(calls, client, result.media_id, video.read_bytes())
    assert count(sandbox)["initiate"] == 1


def test_a_chunk_that_storage_has_is_confirmed_and_not_resent_p22(
    calls: Calls, sandbox: Sandbox, video: Path, journal: Path
) -> None:
    client = calls.client(sandbox, max_retries=0)
    # The service does the work, and its response is lost.
    sandbox.faults.cut("confirm_video_chunk", times=1)
    with pytest.raises(VideoUploadError):
        calls(client.video_uploads.upload_one(video, journal=journal, max_chunk_concurrency=1))
    calls(client.video_uploads.upload_one(video, journal=journal))
    steps = count(sandbox)
    assert (steps["put"], steps["confirm"]) == (6, 7)


@pytest.mark.parametrize("fault", ["cut", "fail"])
def test_a_completion_whose_response_was_lost_makes_no_second_video_p22(
    fault: str, calls: Calls, sandbox: Sandbox, video: Path, journal: Path
) -> None:
    client = calls.client(sandbox, max_retries=0)
    if fault == "cut":
        sandbox.faults.cut("complete_video_upload", times=1)
        sandbox.faults.drop("get_upload_progress", times=1)
    else:
        sandbox.faults.fail("complete_video_upload", status=500, times=1)
    with pytest.raises(VideoUploadError) as caught:
        calls(client.video_uploads.upload_one(video, journal=journal))
    assert caught.value.stage == "complete"
    ends: list[VideoUploadCompleteEvent] = []
    result = calls(
        client.video_uploads.upload_one(video, journal=journal, on_upload_complete=ends.append)
    )
    assert result.media_id == caught.value.media_id
    assert result.metadata is not None
    assert result.metadata.duration_seconds == 42.0
    assert result.analysis_job_id is not None
    assert [one.media_id for one in ends] == [result.media_id]
    assert count(sandbox)["put"] == 6
    only_video(calls, client, result.media_id, video.read_bytes())


def test_a_completion_whose_response_was_lost_is_looked_up_at_once_p22(
    calls: Calls, sandbox: Sandbox, video: Path
) -> None:
    client = calls.client(sandbox)
    sandbox.faults.cut("complete_video_upload", times=1)
    result = calls(client.video_uploads.upload_one(video))
    only_video(calls, client, result.media_id, video.read_bytes())


@pytest.mark.parametrize("how", ["aborted", "expired"])
def test_an_upload_that_the_service_gave_up_restarts_and_the_log_says_so_p22(
    how: str,
    calls: Calls,
    sandbox: Sandbox,
    video: Path,
    journal: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = calls.client(sandbox)
    interrupted(calls, client, video, journal)
    (row,) = Journal(journal).report()
    if how == "aborted":
        calls(client.video_uploads.abort(str(row.image_id), str(row.session_id)))
    else:
        sandbox.step_clock(2 * 24 * 3600)
    with caplog.at_level(logging.WARNING, "aion"):
        result = calls(client.video_uploads.upload_one(video, journal=journal))
    assert f"{row.session_id} of harbor.mp4 cannot be resumed and starts over" in caplog.text
    assert how in caplog.text
    assert result.media_id != row.image_id
    only_video(calls, client, result.media_id, video.read_bytes())


def test_an_upload_that_is_not_known_any_more_restarts_p22(
    calls: Calls, sandbox: Sandbox, video: Path, journal: Path
) -> None:
    client = calls.client(sandbox)
    interrupted(calls, client, video, journal)
    sandbox.faults.fail("get_upload_progress", status=404, times=1)
    result = calls(client.video_uploads.upload_one(video, journal=journal))
    only_video(calls, client, result.media_id, video.read_bytes())


def test_a_service_that_cannot_be_asked_leaves_the_upload_as_it_is_p22(
    calls: Calls, sandbox: Sandbox, video: Path, journal: Path
) -> None:
    client = calls.client(sandbox, max_retries=0)
    interrupted(calls, client, video, journal)
    sandbox.faults.drop("get_upload_progress", times=1)
    with pytest.raises(AionvisionConnectionError):
        calls(client.video_uploads.upload_one(video, journal=journal))
    calls(client.video_uploads.upload_one(video, journal=journal))
    assert count(sandbox)["initiate"] == 1


def test_chunks_that_got_all_their_urls_restart_the_upload_p22(
    calls: Calls, sandbox: Sandbox, video: Path, journal: Path
) -> None:
    sandbox.faults.fail("objects.put", status=500, times=None)
    for _ in range(2):
        # Each has a circuit breaker of its own.
        client = calls.client(sandbox, max_retries=0)
        with pytest.raises(VideoUploadError):
            calls(client.video_uploads.upload_one(video, journal=journal))
    sandbox.faults.clear()
    client = calls.client(sandbox)
    result = calls(client.video_uploads.upload_one(video, journal=journal))
    only_video(calls, client, result.media_id, video.read_bytes())


def test_a_changed_video_is_sent_from_the_beginning_and_the_old_upload_given_up_p22(
    calls: Calls, sandbox: Sandbox, video: Path, journal: Path
) -> None:
    client = calls.client(sandbox)
    interrupted(calls, client, video, journal)
    (row,) = Journal(journal).report()
    video.write_bytes(movie(seconds=7.0, size=31_000))
    result = calls(client.video_uploads.upload_one(video, journal=journal))
    progress = calls(client.video_uploads.get_progress(str(row.image_id)))
    assert progress.status == "aborted"
    only_video(calls, client, result.media_id, video.read_bytes())


def test_a_video_that_changes_while_it_is_sent_is_not_resumed_p22(
    calls: Calls, sandbox: Sandbox, video: Path, journal: Path
) -> None:
    client = calls.client(sandbox)

    def change(event: VideoChunkProgressEvent) -> None:
        os.utime(video, ns=(event.chunk_number, event.chunk_number))

    with pytest.raises(VideoUploadError, match="changed while it was sent"):
        calls(client.video_uploads.upload_one(video, journal=journal, on_chunk_progress=change))
    assert Journal(journal).report()[0].state is State.FAILED
    assert count(sandbox)["abort"] == 1
    result = calls(client.video_uploads.upload_one(video, journal=journal))
    only_video(calls, client, result.media_id, video.read_bytes())


def test_a_video_that_changes_after_its_last_chunk_is_not_completed(
    calls: Calls, sandbox: Sandbox, video: Path
) -> None:
    client = calls.client(sandbox)

    def change(event: VideoChunkProgressEvent) -> None:
        if event.bytes_uploaded == event.total_bytes:
            os.utime(video, ns=(1, 1))

    with pytest.raises(VideoUploadError, match="changed while it was sent"):
        calls(client.video_uploads.upload_one(video, on_chunk_progress=change))
    assert count(sandbox)["complete"] == 0


def test_an_analysis_that_was_not_waited_for_is_waited_for_by_the_next_call_p22(
    calls: Calls, sandbox: Sandbox, video: Path, journal: Path
) -> None:
    client = calls.client(sandbox, polling_interval=0.05)
    first = calls(client.video_uploads.upload_one(video, journal=journal))
    assert Journal(journal).report()[0].state is State.STORED
    before = count(sandbox)
    again = calls(client.video_uploads.upload_one(video, journal=journal, wait_for_analysis=True))
    assert (again.media_id, again.processing_status) == (first.media_id, "completed")
    assert count(sandbox) == before
    assert Journal(journal).report()[0].state is State.DESCRIBED


def test_a_failed_analysis_leaves_the_video_stored_p22(
    calls: Calls, sandbox: Sandbox, video: Path, journal: Path
) -> None:
    client = calls.client(sandbox, polling_interval=0.05)
    sandbox.faults.fail_job("analyze_video", "[sandbox] too dark", name="harbor.mp4")
    for _ in range(2):
        with pytest.raises(VideoAnalysisError, match="too dark"):
            calls(client.video_uploads.upload_one(video, journal=journal, wait_for_analysis=True))
    assert count(sandbox)["initiate"] == 1


# Journals that do not fit


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("title", "Quay"),
        ("tags", ["sea"]),
        ("auto_analyze", False),
        ("analysis_type", "transcript"),
    ],
)
def test_other_options_than_those_of_the_first_call_are_refused_by_name(
    option: str, value: Any, calls: Calls, sandbox: Sandbox, video: Path, journal: Path
) -> None:
    client = calls.client(sandbox)
    interrupted(calls, client, video, journal)
    before = len(sandbox.requests)
    with pytest.raises(ValidationError, match=f"other options: {option} was") as caught:
        calls(client.video_uploads.upload_one(video, journal=journal, **{option: value}))
    assert caught.value.details["options"] == [option]
    assert len(sandbox.requests) == before


def test_a_journal_of_another_kind_of_upload_is_refused(
    calls: Calls, sandbox: Sandbox, video: Path, journal: Path, tmp_path: Path
) -> None:
    client = calls.client(sandbox)
    (tmp_path / "a.txt").write_text("words")
    calls(client.documents.upload(tmp_path / "a.txt", journal=journal))
    with pytest.raises(ValidationError, match="an upload of documents, not of videos"):
        calls(client.video_uploads.upload_one(video, journal=journal))


def test_a_journal_keeps_no_key_and_no_url(
    calls: Calls, sandbox: Sandbox, video: Path, journal: Path
) -> None:
    client = calls.client(sandbox)
    interrupted(calls, client, video, journal)
    calls(client.video_uploads.upload_one(video, journal=journal))
    content = journal.read_bytes()
    assert sandbox.api_key.encode() not in content
    assert b"signature" not in content.lower()


# Killed


def worker(kind: str, sandbox: Sandbox, video: Path, journal: Path) -> subprocess.Popen[str]:
    """A process that uploads the video, and has begun."""
    where = (kind, sandbox.base_url, sandbox.api_key, str(video), str(journal))
    process = subprocess.Popen(
        [sys.executable, str(WORKER), *where], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begin\n"
    return process


def killed(process: subprocess.Popen[str], after: float) -> bool:
    """Kill a worker after some seconds; whether it had not ended by then."""
    with process:
        try:
            return process.wait(after) != 0
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait() == -signal.SIGKILL


def test_P22_a_killed_upload_of_a_video_is_resumed_until_it_is_stored_once(
    calls: Calls, sandbox: Sandbox, tmp_path: Path, journal: Path
) -> None:
    data = movie(size=255_000)
    video = saved(tmp_path / "in", data=data)
    sandbox.faults.delay("objects.put", seconds=0.05, times=None)
    dice = random.Random(calls.kind)
    kills = sum(
        killed(worker(calls.kind, sandbox, video, journal), dice.uniform(0.05, 0.6))
        for _ in range(3)
    )
    assert not killed(worker(calls.kind, sandbox, video, journal), 40.0)
    (row,) = Journal(journal).report()
    assert row.is_stored
    client = calls.client(sandbox)
    only_video(calls, client, str(row.image_id), data)
    # A killed process may have been sending two chunks, and may have begun without a note of it.
    assert count(sandbox)["put"] <= 26 + 2 * kills


# What storage reports as stored


def misread(monkeypatch: pytest.MonkeyPatch, *numbers: int) -> None:
    """Let the first copies of some chunks arrive as other bytes than were sent."""
    real = HashedRange.pieces
    left = {(number - 1) * CHUNK for number in numbers}

    def pieces(body: HashedRange) -> Iterator[bytes]:
        yield from real(body)
        if body._offset in left:
            left.discard(body._offset)
            body.md5 = "0" * 32

    monkeypatch.setattr(HashedRange, "pieces", pieces)


def test_a_chunk_that_storage_holds_otherwise_by_its_etag_is_resent(
    calls: Calls, sandbox: Sandbox, video: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    misread(monkeypatch, 3)
    client = calls.client(sandbox)
    result = calls(client.video_uploads.upload_one(video, max_chunk_concurrency=1))
    steps = count(sandbox)
    assert (steps["put"], steps["retry"]) == (7, 1)
    only_video(calls, client, result.media_id, video.read_bytes())


def test_a_chunk_that_was_taken_before_etags_were_understood_ends_the_upload(
    calls: Calls, sandbox: Sandbox, video: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    misread(monkeypatch, 1)
    client = calls.client(sandbox)
    with pytest.raises(VideoUploadError, match=r"other bytes than were sent for the chunks \[1\]"):
        calls(client.video_uploads.upload_one(video, max_chunk_concurrency=1))
    assert (count(sandbox)["complete"], count(sandbox)["abort"]) == (0, 1)


def test_etags_that_are_not_hashes_of_the_bytes_are_taken_as_they_are(
    calls: Calls, sandbox: Sandbox, video: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    misread(monkeypatch, 1, 2, 3, 4, 5, 6)
    client = calls.client(sandbox)
    result = calls(client.video_uploads.upload_one(video))
    assert count(sandbox)["put"] == 6
    only_video(calls, client, result.media_id, video.read_bytes())

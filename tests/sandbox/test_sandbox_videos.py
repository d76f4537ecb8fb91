"""What only the server side of videos shows: chunks, states, scenes, errors."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aion.sandbox.videos import headers, scenes
from aion.testing import Limits, Sandbox
from tests.behaviour.movies import box, movie, noise
from tests.sandbox.conftest import plain

CHUNK = 4000
UNKNOWN = "00000000-0000-0000-0000-000000000000"
Json = dict[str, Any]


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    """A sandbox with small chunks, on a stepped clock."""
    with Sandbox(
        stepped=True, pace=1.0, limits=Limits(video_chunk_bytes=CHUNK, max_video_bytes=100_000)
    ) as sandbox:
        yield sandbox


def begin(api: httpx.Client, size: int, **wishes: Any) -> Json:
    body = {"filename": "pier.mp4", "content_type": "video/mp4", "size_bytes": size, **wishes}
    answer = api.post("/video-uploads/initiate", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def names(session: Json) -> Json:
    return {"media_id": session["media_id"], "upload_id": session["upload_id"]}


def put(chunk: Json, data: bytes, **headers: str) -> httpx.Response:
    headers = {"Content-Type": "application/octet-stream", **headers}
    return plain(chunk["upload_method"], chunk["upload_url"], content=data, headers=headers)


def confirm(api: httpx.Client, session: Json, number: int, etag: str, size: int) -> httpx.Response:
    body = {**names(session), "chunk_number": number, "etag": etag, "size_bytes": size}
    return api.post("/video-uploads/chunks/confirm", json=body)


def send(api: httpx.Client, data: bytes, **wishes: Any) -> Json:
    """All chunks of a video, sent and confirmed."""
    session = begin(api, len(data), **wishes)
    for number, chunk in enumerate(session["chunks"], 1):
        piece = data[(number - 1) * CHUNK : number * CHUNK]
        etag = put(chunk, piece).headers["etag"]
        assert confirm(api, session, number, etag, len(piece)).status_code == 200
    return session


def complete(api: httpx.Client, session: Json, **wishes: Any) -> httpx.Response:
    body = {**names(session), "duration_seconds": 30.0, **wishes}
    return api.post("/video-uploads/complete", json=body)


def error_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_states_of_job_file_and_upload_move_together(sandbox: Sandbox, api: httpx.Client) -> None:
    session = send(api, movie(30.0, 9000))
    done = complete(api, session).json()
    job, file = f"/video-analysis/jobs/{done['analysis_job_id']}", f"/user-files/{done['media_id']}"
    seen: list[tuple[Any, ...]] = []
    for _ in range(4):
        state, item = api.get(job).json(), api.get(file).json()
        status = api.get(f"/uploads/status/{done['media_id']}").json()["unified_status"]
        seen.append(
            (state["status"], state["progress_percent"], item["video_analysis_status"], status)
        )
        assert item["description_status"] in {state["status"], "processing"}
        sandbox.step_clock(1)
    assert seen == [
        ("pending", 0, "pending", "confirming"),
        ("uploading_to_vlm", 10, "uploading_to_vlm", "processing"),
        ("processing", 50, "processing", "processing"),
        ("completed", 100, "completed", "completed"),
    ]
    item = api.get(file).json()
    assert item["scene_count"] == 2
    assert item["upload_description"].startswith("[sandbox] MP4 video, 640x360, 0:30 long")


def test_the_same_video_has_the_same_scenes_in_every_run(
    sandbox: Sandbox, api: httpx.Client
) -> None:
    told: list[list[Json]] = []
    for _ in range(2):
        sandbox.reset()
        done = complete(api, send(api, movie(30.0, 9000))).json()
        sandbox.step_clock(10)
        found = api.get(f"/videos/{done['media_id']}/scenes").json()["scenes"]
        told.append([{k: v for k, v in one.items() if k != "created_at"} for one in found])
    assert told[0] == told[1]


def test_a_new_analysis_replaces_the_scenes(sandbox: Sandbox, api: httpx.Client) -> None:
    media_id = complete(api, send(api, movie(30.0, 9000))).json()["media_id"]
    sandbox.step_clock(10)
    before = api.get(f"/videos/{media_id}/scenes").json()["scenes"]
    body = {"media_id": media_id, "analysis_type": "frame_sample"}
    assert api.post("/video-analysis/queue", json=body).status_code == 202
    sandbox.step_clock(10)
    after = api.get(f"/videos/{media_id}/scenes").json()["scenes"]
    assert [one["scene_id"] for one in after] == [one["scene_id"] for one in before]


def test_a_thumbnail_may_be_cached_for_a_year_and_is_for_callers_with_a_key(
    sandbox: Sandbox, api: httpx.Client
) -> None:
    media_id = complete(api, send(api, movie(30.0, 9000))).json()["media_id"]
    sandbox.step_clock(10)
    scene = api.get(f"/videos/{media_id}/scenes").json()["scenes"][0]
    url = sandbox.url + scene["thumbnail_url"]
    answer = api.get(url)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert answer.headers["cache-control"] == "public, max-age=31536000"
    assert answer.headers["content-disposition"].startswith("inline")
    assert plain("GET", url).status_code == 401


def test_a_video_has_a_still_image_from_the_beginning(api: httpx.Client) -> None:
    done = complete(api, send(api, movie(30.0, 9000)), auto_analyze=False).json()
    item = api.get("/user-files", params={"media_types": "video"}).json()["files"][0]
    for url in (done["thumbnail_url"], item["thumbnail_url"]):
        assert plain("GET", url).content.startswith(b"\xff\xd8\xff")
    assert plain("GET", done["video_url"]).content == movie(30.0, 9000)
    assert item["content_created_at"].startswith("2026-01-01T00:00:00")


def test_a_file_without_headers_is_taken_as_it_is(sandbox: Sandbox, api: httpx.Client) -> None:
    done = complete(api, send(api, noise(9000)), duration_extraction_failed=True).json()
    metadata = done["metadata"]
    assert (metadata["duration_seconds"], metadata["width"]) == (30.0, 0)
    assert metadata["video_codec"] == "unknown"
    sandbox.step_clock(10)
    assert api.get(f"/videos/{done['media_id']}/scenes").json()["count"] == 2


def test_a_transcript_has_no_scenes(sandbox: Sandbox, api: httpx.Client) -> None:
    session = send(api, movie(30.0, 9000))
    media_id = complete(api, session, analysis_type="transcript").json()["media_id"]
    sandbox.step_clock(10)
    assert api.get(f"/videos/{media_id}/scenes").json()["scenes"] == []
    assert "no transcript" in api.get(f"/user-files/{media_id}").json()["upload_description"]


def test_a_chunk_is_confirmed_only_as_it_arrived(api: httpx.Client) -> None:
    session = begin(api, 6000)
    assert error_of(confirm(api, session, 1, "x", CHUNK)) == (400, "CHUNK_NOT_UPLOADED")
    data = noise(CHUNK)
    etag = put(session["chunks"][0], data).headers["etag"]
    assert etag == f'"{hashlib.md5(data).hexdigest()}"'
    assert error_of(confirm(api, session, 1, etag, 5)) == (400, "CHUNK_SIZE_MISMATCH")
    assert error_of(confirm(api, session, 1, '"other"', CHUNK)) == (400, "ETAG_MISMATCH")
    assert error_of(confirm(api, session, 3, etag, CHUNK)) == (400, "UNKNOWN_CHUNK")
    for form in (etag, etag.strip('"'), etag.upper()):
        answer = confirm(api, session, 1, form, CHUNK).json()
        assert (answer["chunks_completed"], answer["progress_percent"]) == (1, 50.0)


def test_a_short_chunk_is_not_confirmed(api: httpx.Client) -> None:
    session = begin(api, 6000)
    etag = put(session["chunks"][0], noise(5)).headers["etag"]
    assert error_of(confirm(api, session, 1, etag, 5)) == (400, "CHUNK_SIZE_MISMATCH")


def test_storage_refuses_what_the_url_was_not_made_for(sandbox: Sandbox, api: httpx.Client) -> None:
    chunk = begin(api, 6000)["chunks"][1]
    assert put(chunk, noise(2001)).status_code == 413
    assert put(chunk, noise(9), **{"Content-Type": "video/mp4"}).status_code >= 400
    assert put(chunk, noise(9), Authorization=f"Bearer {sandbox.api_key}").status_code == 400


def test_a_confirmed_chunk_needs_no_new_url(api: httpx.Client) -> None:
    session = send(api, noise(3000))
    body = {**names(session), "chunk_number": 1}
    answer = api.post("/video-uploads/chunks/retry", json=body)
    assert error_of(answer) == (400, "CHUNK_CONFIRMED")


def test_an_upload_ends_once(api: httpx.Client) -> None:
    session = send(api, movie(30.0, 9000))
    assert complete(api, session).status_code == 200
    assert error_of(complete(api, session)) == (400, "INVALID_STATE")
    answer = api.post("/video-uploads/abort", json=names(session))
    assert error_of(answer) == (400, "INVALID_STATE")
    assert error_of(confirm(api, session, 1, "x", CHUNK)) == (400, "INVALID_STATE")


def test_an_upload_expires_after_a_day(sandbox: Sandbox, api: httpx.Client) -> None:
    session = send(api, movie(30.0, 9000))
    sandbox.step_clock(24 * 3600 + 1)
    assert error_of(complete(api, session)) == (400, "INVALID_STATE")


@pytest.mark.parametrize(
    ("wishes", "error"),
    [
        ({"content_type": "video/x-matroska"}, (400, "UNSUPPORTED_FILE_TYPE")),
        ({"size_bytes": 100_001}, (413, "FILE_TOO_LARGE")),
    ],
)
def test_a_video_out_of_limits_is_refused(
    api: httpx.Client, wishes: Json, error: tuple[int, str]
) -> None:
    body = {"filename": "a.mp4", "content_type": "video/mp4", "size_bytes": 5, **wishes}
    assert error_of(api.post("/video-uploads/initiate", json=body)) == error
    assert error_of(api.post("/video-uploads/batch/initiate", json={"videos": [body]})) == error


def test_tags_of_videos_have_few_characters(api: httpx.Client) -> None:
    body = {"filename": "a.mp4", "content_type": "video/mp4", "size_bytes": 5, "tags": ["a,b"]}
    answer = api.post("/video-uploads/initiate", json=body)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "tags", 0]


def test_a_video_may_last_two_hours(api: httpx.Client) -> None:
    session = send(api, noise(3000))
    assert error_of(complete(api, session, duration_seconds=7201)) == (400, "VIDEO_TOO_LONG")
    assert complete(api, session, duration_seconds=7200).status_code == 200


def test_an_analysis_is_retried_three_times(sandbox: Sandbox, api: httpx.Client) -> None:
    sandbox.faults.fail_job("analyze_video", "no", times=9)
    done = complete(api, send(api, movie(30.0, 9000))).json()
    url, body = (
        f"/video-analysis/jobs/{done['analysis_job_id']}/retry",
        {"media_id": done["media_id"]},
    )
    for count in (1, 2, 3):
        sandbox.step_clock(10)
        assert api.post(url, json=body).json()["retry_count"] == count
    sandbox.step_clock(10)
    assert error_of(api.post(url, json=body)) == (400, "RETRIES_EXHAUSTED")
    other = complete(api, send(api, noise(3000))).json()
    assert api.post(url, json={"media_id": other["media_id"]}).status_code == 404


def test_the_queue_has_places(sandbox: Sandbox, api: httpx.Client) -> None:
    sandbox.faults.hold("analyze_video", "pending")
    places: list[int] = []
    for _ in range(2):
        media_id = complete(api, send(api, noise(3000)), auto_analyze=False).json()["media_id"]
        answer = api.post("/video-analysis/queue", json={"media_id": media_id})
        places.append(answer.json()["queue_position"])
    assert places == [0, 1]


def test_an_analysis_has_one_of_three_priorities(api: httpx.Client) -> None:
    media_id = complete(api, send(api, noise(3000)), auto_analyze=False).json()["media_id"]
    body = {"media_id": media_id, "priority": "now"}
    assert api.post("/video-analysis/queue", json=body).status_code == 422


def test_a_video_that_is_analyzed_is_not_deleted_in_a_batch(
    sandbox: Sandbox, api: httpx.Client
) -> None:
    media_id = complete(api, send(api, noise(3000))).json()["media_id"]
    body = {"file_ids": [media_id]}
    assert api.post("/user-files/batch-delete", json=body).json()["summary"]["skipped"] == 1
    sandbox.step_clock(10)
    assert api.post("/user-files/batch-delete", json=body).json()["summary"]["deleted"] == 1
    assert api.get(f"/videos/{media_id}/scenes").status_code == 404


def test_videos_outlive_a_restart(tmp_path: Path) -> None:
    with Sandbox(data=tmp_path, pace=0.005) as sandbox, sandbox.sync_client() as client:
        path = tmp_path / "pier.mp4"
        path.write_bytes(movie(30.0, 9000))
        result = client.video_uploads.upload_one(path, wait_for_analysis=True)
    with Sandbox(data=tmp_path) as sandbox, sandbox.sync_client() as client:
        assert client.video_scenes.list(result.media_id).count == 2
        assert client.files.download(result.media_id) == movie(30.0, 9000)


# Pure parts


@given(st.floats(0.01, 7200), st.integers(1, 2**32), st.text("0123456789abcdef", min_size=1))
def test_scenes_have_no_gaps(duration: float, size: int, digest: str) -> None:
    found = scenes.split_scenes(duration, size, digest)
    assert (found[0].start, found[0].first_byte) == (0.0, 0)
    assert (found[-1].end, found[-1].end_byte) == (round(duration, 3), size)
    for one, other in pairwise(found):
        assert (one.end, one.end_byte) == (other.start, other.first_byte)
        assert one.start <= one.end


@given(st.binary(max_size=600))
def test_any_bytes_have_facts(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.mp4"
    path.write_bytes(box(b"moov", box(b"trak", box(b"mdia", data))) + data)
    assert headers.inspect(path).width >= 0


def test_an_avi_header_is_read(tmp_path: Path) -> None:
    numbers = [40_000, 0, 0, 0, 250, 0, 0, 0, 320, 200]
    data = b"RIFF\0\0\0\0AVI LIST\0\0\0\0hdrlavih8\0\0\0"
    path = tmp_path / "a.avi"
    path.write_bytes(data + b"".join(one.to_bytes(4, "little") for one in numbers))
    facts = headers.inspect(path)
    assert (facts.duration, facts.width, facts.height, facts.frame_rate) == (10.0, 320, 200, 25.0)


def test_long_times_are_shown_with_hours() -> None:
    assert [scenes.clock(one) for one in (0, 75.9, 3661)] == ["0:00", "1:15", "1:01:01"]

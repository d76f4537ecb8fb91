"""What a callback raises is the caller's, though it be an error of this package."""

from __future__ import annotations

import copy
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from aion import Attempt
from aion.exceptions import (
    AionvisionConnectionError,
    AionvisionError,
    AionvisionTimeoutError,
    RateLimitError,
    ServerError,
    UploadError,
    VideoUploadError,
)
from aion.testing import Sandbox
from aion.types.callbacks import FileCompleteEvent
from tests.behaviour.bulk import CHUNK
from tests.behaviour.calls import Calls, Client
from tests.behaviour.movies import movie
from tests.behaviour.pictures import draw

Upload = Callable[..., Coroutine[Any, Any, Any] | Any]
ERRORS = [
    AionvisionConnectionError,
    AionvisionTimeoutError,
    RateLimitError,
    ServerError,
    UploadError,
    VideoUploadError,
]
IMAGES = ["on_progress", "on_file_complete", "on_description_progress"]
DOCUMENTS = ["on_progress", "on_file_complete", "on_processing_progress"]
VIDEOS = ["on_chunk_progress", "on_upload_complete", "on_analysis_progress"]


def raised(calls: Calls, upload: Upload, callback: str, error: AionvisionError) -> AionvisionError:
    """What an upload raises when its callback raises once."""
    told: list[object] = []

    def tell(event: object) -> None:
        told.append(event)
        raise error

    before = facts(error)
    with pytest.raises(AionvisionError) as caught:
        calls(upload(**{callback: tell}))
    assert len(told) == 1
    assert facts(error) == before
    return caught.value


def facts(error: AionvisionError) -> dict[str, Any]:
    """Return the text of an error, without notes and the mark of its origin."""
    return {
        "text": str(error),
        **{k: copy.copy(v) for k, v in vars(error).items() if not k.startswith("_")},
    }


def names(hooks: list[str]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("callback", hooks)


every_error = pytest.mark.parametrize("kind", ERRORS)


@names(IMAGES)
@every_error
def test_an_error_of_ours_that_a_callback_of_images_raises_is_raised_as_it_is(
    callback: str, kind: Callable[[str], AionvisionError], calls: Calls, sandbox: Sandbox
) -> None:
    client: Client = calls.client(sandbox)

    def upload(**hooks: Any) -> Any:
        return client.uploads.upload([draw()], filenames=["a.jpg"], **hooks)

    error = kind("of a call of the callback")
    assert raised(calls, upload, callback, error) is error


@names(DOCUMENTS)
@every_error
def test_an_error_of_ours_that_a_callback_of_documents_raises_is_raised_as_it_is(
    callback: str, kind: Callable[[str], AionvisionError], calls: Calls, sandbox: Sandbox
) -> None:
    client: Client = calls.client(sandbox)

    def upload(**hooks: Any) -> Any:
        return client.documents.upload([b"hello"], filenames=["a.txt"], **hooks)

    error = kind("of a call of the callback")
    assert raised(calls, upload, callback, error) is error


@names(VIDEOS)
@every_error
def test_an_error_of_ours_that_a_callback_of_videos_raises_is_raised_as_it_is(
    callback: str,
    kind: Callable[[str], AionvisionError],
    calls: Calls,
    sandbox: Sandbox,
    tmp_path: Path,
) -> None:
    client: Client = calls.client(sandbox)
    path = tmp_path / "a.mp4"
    path.write_bytes(movie())

    def upload(**hooks: Any) -> Any:
        return client.video_uploads.upload_one(
            path, wait_for_analysis=True, journal=tmp_path / "journal", **hooks
        )

    error = kind("of a call of the callback")
    assert raised(calls, upload, callback, error) is error


@names(IMAGES[1:])
def test_it_notes_what_is_stored(callback: str, calls: Calls, sandbox: Sandbox) -> None:
    client: Client = calls.client(sandbox)

    def upload(**hooks: Any) -> Any:
        return client.uploads.upload([draw()], filenames=["a.jpg"], **hooks)

    error = raised(calls, upload, callback, ServerError("our own service is down"))
    assert "known to be stored: 1" in error.__notes__[0]


def test_it_ends_an_upload_of_which_a_response_was_lost(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.cut("stream_batch_upload")
    client: Client = calls.client(sandbox)

    def upload(**hooks: Any) -> Any:
        return client.uploads.upload([draw()], filenames=["a.jpg"], **hooks)

    error = ServerError("our own service is down")
    assert raised(calls, upload, "on_file_complete", error) is error


def test_it_ends_a_batch_that_breaks_at_the_same_time(
    calls: Calls, small: Sandbox, tmp_path: Path
) -> None:
    for number in range(CHUNK * 2):
        (tmp_path / f"{number}.jpg").write_bytes(draw(size=(20 + number, 20)))
    client: Client = calls.client(small, max_retries=0)
    error = ServerError("our own service is down")

    def tell(event: FileCompleteEvent) -> None:
        small.faults.fail("stream_batch_upload", status=403, times=None)
        raise error

    with pytest.raises(ServerError) as caught:
        calls(client.upload(tmp_path, on_file_complete=tell))
    assert caught.value is error


def test_it_ends_the_upload_of_a_video_that_continues(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    path, journal = tmp_path / "a.mp4", tmp_path / "journal"
    path.write_bytes(movie())
    client: Client = calls.client(sandbox, max_retries=0)
    sandbox.faults.fail("complete_video_upload", status=503, times=1)
    with pytest.raises(VideoUploadError):
        calls(client.video_uploads.upload_one(path, journal=journal))
    error = VideoUploadError("ours")
    error.status_code = 404

    def tell(_: object) -> None:
        raise error

    with pytest.raises(VideoUploadError) as caught:
        calls(client.video_uploads.upload_one(path, journal=journal, on_upload_complete=tell))
    assert caught.value is error


# The hook of a client is such a callback, too


@pytest.mark.parametrize(
    "operation", ["check_upload_quota", "stream_batch_upload", "list_user_files"]
)
@every_error
def test_an_error_of_ours_that_a_hook_raises_ends_the_upload(
    operation: str, kind: Callable[[str], AionvisionError], calls: Calls, sandbox: Sandbox
) -> None:
    error = kind("of a call of the hook")

    def watch(attempt: Attempt) -> None:
        if attempt.operation.partition(".")[2] == operation:
            raise error

    client: Client = calls.client(sandbox, on_attempt=watch)
    with pytest.raises(AionvisionError) as caught:
        calls(client.upload([draw()], filename="a.jpg"))
    assert caught.value is error
    sent = [one for one in sandbox.requests if (one.operation or "").startswith(operation)]
    assert len(sent) == 1


@pytest.mark.parametrize(
    "operation",
    [
        "initiate_video_upload",
        "confirm_video_chunk",
        "complete_video_upload",
        "get_analysis_status",
    ],
)
@every_error
def test_an_error_of_ours_that_a_hook_raises_ends_the_upload_of_a_video(
    operation: str,
    kind: Callable[[str], AionvisionError],
    calls: Calls,
    sandbox: Sandbox,
    tmp_path: Path,
) -> None:
    error = kind("of a call of the hook")
    path = tmp_path / "a.mp4"
    path.write_bytes(movie())

    def watch(attempt: Attempt) -> None:
        if attempt.operation.partition(".")[2] == operation:
            raise error

    client: Client = calls.client(sandbox, on_attempt=watch)
    with pytest.raises(AionvisionError) as caught:
        calls(client.video_uploads.upload_one(path, wait_for_analysis=True))
    assert caught.value is error

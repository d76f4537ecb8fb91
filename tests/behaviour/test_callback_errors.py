"""What a callback raises is the caller's, though it be an error of this package."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

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
    """What an upload raises whose callback raises, which is told once."""
    told: list[object] = []

    def tell(event: object) -> None:
        told.append(event)
        raise error

    before = str(error), dict(error.details)
    with pytest.raises(AionvisionError) as caught:
        calls(upload(**{callback: tell}))
    assert len(told) == 1
    assert (str(error), error.details) == before
    return caught.value


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


def test_it_ends_an_upload_of_which_an_answer_was_lost(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.cut("stream_batch_upload")
    client: Client = calls.client(sandbox)

    def upload(**hooks: Any) -> Any:
        return client.uploads.upload([draw()], filenames=["a.jpg"], **hooks)

    error = ServerError("our own service is down")
    assert raised(calls, upload, "on_file_complete", error) is error

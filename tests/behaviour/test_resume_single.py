"""P22: one image, or one document, is stored once, even if the response is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aion.exceptions import (
    AionvisionConnectionError,
    AionvisionError,
    AionvisionPermissionError,
    UploadError,
)
from aion.testing import Sandbox
from tests.behaviour.bulk import STREAM, requests_of
from tests.behaviour.calls import Calls
from tests.behaviour.pictures import draw

CHECK = "check_duplicates"
LIST = "list_user_files"
NAME = "a.jpg"


def stored(calls: Calls, client: Any) -> list[str]:
    """The ids of everything in the library."""
    return [one.id for one in calls(client.files.list()).files]


@pytest.mark.parametrize("source", ["bytes", "path"])
def test_P22_an_image_whose_response_was_lost_is_found_and_not_resent(
    source: str, calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    client = calls.client(sandbox)
    sandbox.faults.cut(STREAM)
    (tmp_path / NAME).write_bytes(draw())
    file = draw() if source == "bytes" else tmp_path / NAME
    result = calls(client.upload_one(file, filename=NAME))
    assert (stored(calls, client), result.filename) == ([result.image_id], NAME)
    assert result.is_completed
    assert requests_of(sandbox, STREAM) == 1


def test_P22_an_image_that_did_not_arrive_is_resent(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    sandbox.faults.drop(STREAM, times=2)
    result = calls(client.upload_one(draw(), filename=NAME))
    assert stored(calls, client) == [result.image_id]
    assert requests_of(sandbox, CHECK) == 2


def test_P22_a_batch_of_one_does_the_same(calls: Calls, sandbox: Sandbox, tmp_path: Path) -> None:
    client = calls.client(sandbox)
    (tmp_path / NAME).write_bytes(draw())
    sandbox.faults.cut(STREAM)
    results = calls(client.upload(tmp_path / NAME))
    assert stored(calls, client) == [results[0].image_id]


def test_P22_a_document_whose_response_was_lost_is_found_and_not_resent(
    calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    sandbox.faults.cut(STREAM)
    result = calls(client.documents.upload_one(b"plain words", filename="a.txt"))
    assert (stored(calls, client), result.is_completed) == ([result.document_id], True)
    assert requests_of(sandbox, STREAM) == 1


def test_an_image_that_never_arrives_is_given_up(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox, max_retries=2)
    sandbox.faults.drop(STREAM, times=None)
    with pytest.raises(AionvisionConnectionError):
        calls(client.upload_one(draw(), filename=NAME))
    assert requests_of(sandbox, STREAM) == 3


def test_nothing_is_asked_while_all_goes_well(calls: Calls, sandbox: Sandbox) -> None:
    calls(calls.client(sandbox).upload_one(draw(), filename=NAME))
    assert requests_of(sandbox, CHECK) == 0


# The wait that breaks


def test_p23_a_wait_that_breaks_says_which_image_is_stored_and_how_to_resume(
    calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    sandbox.faults.fail(LIST, status=403, times=1)
    with pytest.raises(AionvisionPermissionError, match="do not upload it again") as caught:
        calls(client.upload_one(draw(), filename=NAME))
    image_id = caught.value.details["image_id"]
    assert f"wait_for_description({image_id!r})" in str(caught.value)
    assert stored(calls, client) == [image_id]
    assert calls(client.uploads.wait_for_description(image_id)).is_successful


def test_p23_a_batch_of_one_says_the_same(calls: Calls, sandbox: Sandbox, tmp_path: Path) -> None:
    client = calls.client(sandbox)
    (tmp_path / NAME).write_bytes(draw())
    sandbox.faults.fail(LIST, status=403, times=1)
    with pytest.raises(UploadError, match="do not upload it again") as caught:
        calls(client.upload(tmp_path / NAME))
    assert stored(calls, client) == [caught.value.details["image_id"]]
    assert caught.value.partial_results[0].image_id == caught.value.details["image_id"]


def test_p23_a_batch_of_several_names_the_images_that_are_stored(
    calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    sandbox.faults.fail(LIST, status=403, times=1)
    files = [draw(), draw(color=(1, 2, 3))]
    with pytest.raises(
        UploadError, match=r"pending\(\): .*client\.uploads\.wait_for_description\(one\.image_id\)"
    ) as caught:
        calls(client.upload(files, filenames=["a.jpg", "b.jpg"]))
    assert sorted(caught.value.details["image_ids"]) == sorted(stored(calls, client))


def test_an_image_that_is_not_taken_has_no_id(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.fail(STREAM, status=413, message="too much")
    with pytest.raises(AionvisionError, match="too much") as caught:
        calls(calls.client(sandbox).upload_one(draw(), filename=NAME))
    assert "image_id" not in caught.value.details


def test_p23_a_document_whose_wait_breaks_is_named(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    sandbox.faults.fail("get_document_status", status=403, times=1)
    with pytest.raises(UploadError, match=r"wait_for_processing\('") as caught:
        calls(client.documents.upload_one(b"plain words", filename="a.txt"))
    assert caught.value.details["document_ids"] == stored(calls, client)

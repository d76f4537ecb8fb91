"""Waits whose polls fail: transient errors do not end them, others say how to resume."""

from __future__ import annotations

import time
from collections.abc import Callable
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from aion.exceptions import (
    AionvisionConnectionError,
    AionvisionError,
    AionvisionPermissionError,
    AionvisionTimeoutError,
    RateLimitError,
    ResourceNotFoundError,
)
from aion.testing import Sandbox
from aion.types.batch import BatchImageInput, BatchStatusResult
from tests.behaviour.calls import Calls
from tests.behaviour.images import data_url
from tests.behaviour.movies import saved
from tests.behaviour.pictures import RED, draw

BATCH = "get_batch_status_api_v2_batch__batch_id__get"
UNKNOWN = "00000000-0000-4000-8000-000000000000"


class Wait(NamedTuple):
    """One awaited operation.

    Args:
        begin: Begins it, and returns its id.
        wait: Waits for it.
        look: The operation that polls it.
        names: The name of its id in `details`.
    """

    begin: Callable[[Calls, Any, Path], str]
    wait: Callable[..., Any]
    look: str
    names: str


def batch(calls: Calls, client: Any, _: Path) -> str:
    images = [BatchImageInput(image_base64=data_url(RED))]
    return str(calls(client.batch.submit_describe(images)).batch_id)


def image(calls: Calls, client: Any, _: Path) -> str:
    sent = client.upload_one(draw(), filename="a.jpg", wait_for_descriptions=False)
    return str(calls(sent).image_id)


def document(calls: Calls, client: Any, _: Path) -> str:
    sent = client.documents.upload_one(b"x", filename="a.txt", wait_for_processing=False)
    return str(calls(sent).document_id)


def link(calls: Calls, client: Any, _: Path) -> str:
    return str(calls(client.links.create("https://example.com/page")).id)


def analysis(calls: Calls, client: Any, folder: Path) -> str:
    sent = client.video_uploads.upload_one(saved(folder, "a.mp4"), auto_analyze=False)
    return str(calls(client.video_analysis.queue(calls(sent).media_id)).analysis_job_id)


WAITS = {
    "batch": Wait(batch, attrgetter("batch.wait_for_completion"), BATCH, "batch_id"),
    "image": Wait(image, attrgetter("uploads.wait_for_description"), "list_user_files", "image_id"),
    "document": Wait(
        document,
        attrgetter("documents.wait_for_processing"),
        "get_document_status",
        "document_id",
    ),
    "link": Wait(link, attrgetter("links.wait_for_crawl"), "get_user_file", "link_id"),
    "analysis": Wait(
        analysis,
        attrgetter("video_analysis.wait_for_completion"),
        "get_analysis_status",
        "analysis_job_id",
    ),
}
EVERY = pytest.mark.parametrize("wait", WAITS.values(), ids=WAITS.keys())


@EVERY
def test_p23_a_wait_continues_through_transient_failures(
    wait: Wait, calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    client = calls.client(sandbox, max_retries=0, polling_interval=0.02)
    begun = wait.begin(calls, client, tmp_path)
    sandbox.faults.drop(wait.look)
    sandbox.faults.fail(wait.look, status=500)
    assert calls(wait.wait(client)(begun))


@EVERY
def test_p23_a_lasting_failure_ends_a_wait_at_once_and_names_what_continues(
    wait: Wait, calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    client = calls.client(sandbox, polling_interval=0.02)
    begun = wait.begin(calls, client, tmp_path)
    sandbox.faults.fail(wait.look, status=403)
    with pytest.raises(AionvisionPermissionError, match=r"wait_for_\w+\(.*do not") as caught:
        calls(wait.wait(client)(begun))
    assert caught.value.details[wait.names] == begun
    assert calls(wait.wait(client)(begun))


@EVERY
def test_p23_a_service_that_stays_away_ends_a_wait_at_its_deadline(
    wait: Wait, calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    client = calls.client(sandbox, max_retries=0, polling_interval=0.02)
    begun = wait.begin(calls, client, tmp_path)
    sandbox.faults.drop(wait.look, times=None)
    with pytest.raises(AionvisionTimeoutError, match="The last poll failed") as caught:
        calls(wait.wait(client)(begun, timeout=0.3))
    assert caught.value.details[wait.names] == begun


def test_p23_the_error_that_ends_a_wait_has_the_last_state(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    sandbox.faults.hold("batch", "processing")
    begun = batch(calls, client, Path())

    def forbid(_: BatchStatusResult) -> None:
        sandbox.faults.fail(BATCH, status=403)

    with pytest.raises(AionvisionPermissionError) as caught:
        calls(client.batch.wait_for_completion(begun, poll_interval=0.01, on_progress=forbid))
    assert isinstance(caught.value.last_result, BatchStatusResult)
    assert caught.value.details["status"] == caught.value.last_result.status


def test_p23_a_look_that_is_cut_off_by_the_timeout_of_calls_ends_no_wait(
    calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox, max_retries=0, timeout=0.5)
    begun = batch(calls, client, Path())
    sandbox.faults.delay(BATCH, seconds=1.0, times=1)
    assert calls(client.batch.wait_for_completion(begun, poll_interval=0.01)).successful_items == 1


def test_p9_p23_a_wait_rests_as_long_as_it_is_asked_to(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox, max_retries=0)
    begun = batch(calls, client, Path())
    sandbox.faults.fail(BATCH, status=429, retry_after=1)
    began = time.monotonic()
    calls(client.batch.wait_for_completion(begun, poll_interval=0.01))
    assert time.monotonic() - began >= 1.0


def test_p9_p23_a_rest_beyond_the_deadline_ends_a_wait_at_once(
    calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox, max_retries=0)
    begun = batch(calls, client, Path())
    sandbox.faults.fail(BATCH, status=429, retry_after=60)
    with pytest.raises(RateLimitError, match="do not submit it again") as caught:
        calls(client.batch.wait_for_completion(begun, timeout=30))
    assert (caught.value.retry_after, caught.value.details["batch_id"]) == (60, begun)


def test_a_wait_for_what_does_not_exist_does_not_suggest_to_resume(
    calls: Calls, sandbox: Sandbox
) -> None:
    with pytest.raises(ResourceNotFoundError) as caught:
        calls(calls.client(sandbox).batch.wait_for_completion(UNKNOWN))
    assert "resume with" not in str(caught.value)


def test_what_a_callback_raises_ends_a_wait(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    begun = batch(calls, client, Path())

    def fail(_: BatchStatusResult) -> None:
        raise AionvisionConnectionError("no line to our own database")

    with pytest.raises(AionvisionConnectionError, match="our own database"):
        calls(client.batch.wait_for_completion(begun, on_progress=fail))


@pytest.mark.parametrize("broken", [BATCH, "get_batch_results"])
def test_p23_images_that_are_described_together_keep_the_id_of_their_batch(
    broken: str, calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    sandbox.faults.fail(broken, status=403)
    with pytest.raises(AionvisionError, match="do not submit it again") as caught:
        calls(client.descriptions.describe([draw()]))
    found = client.batch.get_all_results(caught.value.details["batch_id"])
    assert calls.items(found)

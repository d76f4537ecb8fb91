"""Describe and verify many images in the background, over real HTTP."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs

import pytest

from aion.exceptions import (
    AionvisionTimeoutError,
    BatchError,
    ResourceNotFoundError,
    ServerError,
    ValidationError,
)
from aion.testing import Sandbox
from aion.types.batch import (
    BatchImageInput,
    BatchItemStatus,
    BatchStatus,
    BatchStatusResult,
    BatchSubmissionResult,
    BatchVerifyInput,
)
from tests.behaviour.calls import Calls, Client
from tests.behaviour.images import data_url
from tests.behaviour.pictures import NAVY, RED

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def images(*names: str) -> list[BatchImageInput]:
    """Red images, each with a name by which a fault can pick it."""
    url = data_url(RED)
    return [BatchImageInput(image_base64=url, metadata={"filename": name}) for name in names]


def ended(calls: Calls, client: Client, *names: str) -> BatchSubmissionResult:
    """A batch that has ended, well or not."""
    begun = calls(client.batch.submit_describe(images(*names)))
    with suppress(BatchError):
        calls(client.batch.wait_for_completion(begun.batch_id))
    return begun


# submit_describe, get_status, wait_for_completion, get_results


def test_a_batch_is_described_in_the_background(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    begun = calls(client.batch.submit_describe(images("a", "b", "c"), prompt="Colors?"))
    assert (begun.status, begun.total_items) == ("pending", 3)
    assert begun.estimated_completion_time is not None
    status = calls(client.batch.wait_for_completion(begun.batch_id))
    assert (status.status, status.successful_items) == (BatchStatus.COMPLETED, 3)
    assert (status.failed_items, status.success_rate, status.progress_percentage) == (0, 1.0, 100)
    assert status.is_terminal()
    page = calls(client.batch.get_results(begun.batch_id))
    assert [one.item_index for one in page.results] == [0, 1, 2]
    first = page.results[0]
    assert first.status is BatchItemStatus.SUCCESS
    assert first.description is not None
    assert first.description.startswith("[sandbox] JPEG, 64x48, mostly red")
    assert (first.confidence_score, first.is_verified) == (1.0, None)
    assert first.input_data is not None
    assert first.input_data["metadata"] == {"filename": "a"}
    assert page.successful_results() == page.results
    assert (page.summary.total_items, page.summary.successful_items) == (3, 3)


def test_dictionaries_serve_as_inputs(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    begun = calls(client.batch.submit_describe([{"image_base64": data_url(RED)}]))
    status = calls(client.batch.wait_for_completion(begun.batch_id))
    assert status.status is BatchStatus.COMPLETED


def test_progress_is_reported_at_each_poll(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    begun = calls(client.batch.submit_describe(images("a", "b")))
    seen: list[BatchStatusResult] = []
    done = calls(
        client.batch.wait_for_completion(
            begun.batch_id, poll_interval=0.002, on_progress=seen.append
        )
    )
    assert seen[-1] == done
    assert calls(client.batch.get_status(begun.batch_id)) == done


def test_P23_a_wait_that_ends_says_how_to_resume(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.hold("batch", "processing")
    client = calls.client(sandbox)
    begun = calls(client.batch.submit_describe(images("a")))
    with pytest.raises(AionvisionTimeoutError, match="do not submit it again") as caught:
        calls(client.batch.wait_for_completion(begun.batch_id, timeout=0.15))
    assert isinstance(caught.value.last_result, BatchStatusResult)
    assert caught.value.last_result.status is BatchStatus.PROCESSING
    assert caught.value.details["batch_id"] == begun.batch_id
    sandbox.faults.clear()
    assert calls(client.batch.wait_for_completion(begun.batch_id)).successful_items == 1


def test_some_failed_items_leave_a_batch_partially_completed(
    calls: Calls, sandbox: Sandbox
) -> None:
    sandbox.faults.fail_job("batch_item", "too dark", name="b*")
    client = calls.client(sandbox)
    begun = calls(client.batch.submit_describe(images("a", "b1", "b2")))
    status = calls(client.batch.wait_for_completion(begun.batch_id))
    assert status.status is BatchStatus.PARTIALLY_COMPLETED
    page = calls(client.batch.get_results(begun.batch_id))
    assert [(one.item_index, one.error_message) for one in page.failed_results()] == [
        (1, "too dark")
    ]
    good = calls(client.batch.get_results(begun.batch_id, include_failed=False))
    assert [one.item_index for one in good.results] == [0, 2]


def test_a_failed_batch_raises_with_its_reason_and_its_items(
    calls: Calls, sandbox: Sandbox
) -> None:
    sandbox.faults.fail_job("batch", "no provider answered")
    client = calls.client(sandbox)
    begun = calls(client.batch.submit_describe(images("a", "b")))
    with pytest.raises(BatchError, match="no provider answered") as caught:
        calls(client.batch.wait_for_completion(begun.batch_id))
    assert caught.value.batch_id == begun.batch_id
    items = calls(client.batch.get_results(begun.batch_id)).results
    assert caught.value.failed_items == [one.item_id for one in items]


# get_all_results


def test_P20_all_results_are_returned_once_in_each_walk(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    begun = ended(calls, client, *"abcde")
    found = client.batch.get_all_results(begun.batch_id, page_size=2)
    assert [one.item_index for one in calls.items(found)] == [0, 1, 2, 3, 4]
    assert len(calls.items(found)) == 5
    queries = [parse_qs(one.query) for one in sandbox.requests if one.path.endswith("/results")]
    assert [one["offset"] for one in queries[:3]] == [["0"], ["2"], ["4"]]


def test_all_results_can_leave_out_what_failed(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.fail_job("batch_item", "too dark", name="b")
    client = calls.client(sandbox)
    begun = ended(calls, client, "a", "b", "c")
    found = client.batch.get_all_results(begun.batch_id, include_failed=False, page_size=1)
    assert [one.item_index for one in calls.items(found)] == [0, 2]


def test_iterating_over_an_unknown_batch_raises_when_it_begins(
    calls: Calls, sandbox: Sandbox
) -> None:
    found = calls.client(sandbox).batch.get_all_results(UNKNOWN)
    assert sandbox.requests == []
    with pytest.raises(ResourceNotFoundError):
        calls.items(found)


# cancel


def test_a_running_batch_is_cancelled_and_its_rest_skipped(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.hold("batch", "queued")
    client = calls.client(sandbox)
    begun = calls(client.batch.submit_describe(images("a", "b")))
    calls(client.batch.cancel(begun.batch_id))
    status = calls(client.batch.wait_for_completion(begun.batch_id))
    assert status.status is BatchStatus.CANCELLED
    page = calls(client.batch.get_results(begun.batch_id))
    assert {one.status for one in page.results} == {BatchItemStatus.SKIPPED}
    assert page.summary.skipped_items == 2


def test_a_batch_that_has_ended_cannot_be_cancelled(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    begun = ended(calls, client, "a")
    with pytest.raises(ValidationError) as caught:
        calls(client.batch.cancel(begun.batch_id))
    assert caught.value.status_code == 400


# submit_verify


def test_texts_are_checked_against_images_in_the_background(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    red = BatchImageInput(image_base64=data_url(RED))
    pairs: list[BatchVerifyInput | dict[str, Any]] = [
        BatchVerifyInput(red, "It is red."),
        {"image": {"image_base64": data_url(NAVY)}, "content": "It is red."},
    ]
    begun = calls(client.batch.submit_verify(pairs, verification_level="quick"))
    assert begun.total_items == 2
    calls(client.batch.wait_for_completion(begun.batch_id))
    right, wrong = calls.items(client.batch.get_all_results(begun.batch_id))
    assert (right.is_verified, wrong.is_verified) == (True, False)
    assert right.output_data is not None
    assert len(right.output_data["providers_used"]) == 2


# errors


def test_an_unknown_batch_is_not_found(calls: Calls, sandbox: Sandbox) -> None:
    batch = calls.client(sandbox).batch
    for call in (batch.get_status, batch.get_results, batch.cancel, batch.wait_for_completion):
        with pytest.raises(ResourceNotFoundError):
            calls(call(UNKNOWN))


@pytest.mark.parametrize(
    "arguments",
    [
        {"images": []},
        {"images": "photo.jpg"},
        {"images": [BatchImageInput()]},
        {"images": [BatchImageInput(image_url="https://a.test/1", object_key="k")]},
        {"images": [{"image_url": "ftp://a.test/1"}]},
        {"images": [{"url": "https://a.test/1"}]},
        {"images": [7]},
        {"max_parallel": 0},
        {"max_parallel": 21},
        {"timeout_per_item": 4},
        {"timeout_per_item": 301},
        {"providers": "openai"},
        {"rules": [7]},
        {"rule_set_id": ""},
        {"prompt": ""},
        {"verification_level": "full"},
        {"consensus_threshold": 1.1},
        {"webhook_url": "nowhere"},
    ],
)
def test_a_batch_that_cannot_be_is_refused_unsent(
    arguments: dict[str, Any], calls: Calls, sandbox: Sandbox
) -> None:
    given: dict[str, Any] = {"images": images("a"), **arguments}
    with pytest.raises(ValidationError) as caught:
        calls(calls.client(sandbox).batch.submit_describe(given.pop("images"), **given))
    field = str(caught.value.details["field"])
    assert field.split("[")[0] == next(iter(arguments))
    assert sandbox.requests == []


@pytest.mark.parametrize(
    "pairs",
    [
        [],
        [BatchVerifyInput(BatchImageInput(object_key="k"), "")],
        [BatchVerifyInput(BatchImageInput(), "red")],
        [{"image": {"object_key": "k"}}],
        ["red"],
    ],
)
def test_pairs_that_cannot_be_are_refused_unsent(
    pairs: list[Any], calls: Calls, sandbox: Sandbox
) -> None:
    with pytest.raises(ValidationError, match=r"^pairs"):
        calls(calls.client(sandbox).batch.submit_verify(pairs))
    assert sandbox.requests == []


@pytest.mark.parametrize("batch_id", ["", ".", None, 7])
def test_what_is_not_an_id_is_refused_unsent(batch_id: Any, calls: Calls, sandbox: Sandbox) -> None:
    batch = calls.client(sandbox).batch
    for call in (batch.get_status, batch.get_results, batch.cancel, batch.wait_for_completion):
        with pytest.raises(ValidationError, match="batch_id"):
            calls(call(batch_id))
    with pytest.raises(ValidationError, match="batch_id"):
        batch.get_all_results(batch_id)
    assert sandbox.requests == []


def test_pages_and_waits_out_of_range_are_refused_unsent(calls: Calls, sandbox: Sandbox) -> None:
    batch = calls.client(sandbox).batch
    for limit, offset in ((0, 0), (501, 0), (1, -1)):
        with pytest.raises(ValidationError):
            calls(batch.get_results(UNKNOWN, limit=limit, offset=offset))
    with pytest.raises(ValidationError, match="page_size"):
        batch.get_all_results(UNKNOWN, page_size=501)
    with pytest.raises(ValidationError, match="timeout"):
        calls(batch.wait_for_completion(UNKNOWN, timeout=0))
    with pytest.raises(ValidationError, match="poll_interval"):
        calls(batch.wait_for_completion(UNKNOWN, poll_interval=-1))
    assert sandbox.requests == []


def test_P8_a_submission_without_a_key_is_not_repeated(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.fail("batch_describe", status=500)
    with pytest.raises(ServerError):
        calls(calls.client(sandbox).batch.submit_describe(images("a")))
    assert len(sandbox.requests) == 1

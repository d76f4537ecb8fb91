"""Describe images without storing them, over real HTTP."""

from __future__ import annotations

from collections.abc import Coroutine
from pathlib import Path
from typing import Any, cast

import pytest

from aion import InsecureTransportWarning
from aion.exceptions import (
    AionvisionTimeoutError,
    BatchError,
    ResourceNotFoundError,
    ServerError,
    ValidationError,
)
from aion.testing import Sandbox
from aion.types.batch import BatchStatusResult
from aion.types.describe import DescriptionResult
from tests.behaviour.calls import Calls
from tests.behaviour.images import data_url
from tests.behaviour.pictures import NAVY, PDF, RED, draw

Both = DescriptionResult | list[DescriptionResult]


def one(calls: Calls, outcome: Coroutine[Any, Any, Both] | Both) -> DescriptionResult:
    """The result of a call for one image."""
    result: Any = calls(outcome)
    assert isinstance(result, DescriptionResult)
    return result


def many(calls: Calls, outcome: Coroutine[Any, Any, Both] | Both) -> list[DescriptionResult]:
    """The results of a call for a list."""
    result: Any = calls(outcome)
    assert isinstance(result, list)
    return cast("list[DescriptionResult]", result)


@pytest.fixture
def stored(sandbox: Sandbox) -> str:
    """The storage key of an uploaded navy image."""
    with sandbox.sync_client() as client:
        return client.upload_one(draw(color=NAVY), filename="navy.jpg").object_key


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A red image on disk."""
    target = tmp_path / "red.jpg"
    target.write_bytes(draw())
    return target


def test_bytes_are_described(calls: Calls, sandbox: Sandbox) -> None:
    result = one(calls, calls.client(sandbox).descriptions.describe(draw()))
    assert result.description.startswith("[sandbox] JPEG, 64x48, mostly red")
    assert (result.tags, result.key_elements) == (["jpeg", "landscape", "red"], ["red"])
    assert (result.confidence_score, result.provider_count) == (1.0, 3)
    assert result.metadata is not None
    assert (result.metadata["width"], result.metadata["height"]) == (64, 48)
    assert result.visible_text is None
    assert result.operation_id


def test_the_shortcut_of_the_client_does_the_same(calls: Calls, sandbox: Sandbox) -> None:
    result = one(calls, calls.client(sandbox).describe(draw(), include_tags=False))
    assert "red" in result.description
    assert result.tags is None


def test_a_path_a_text_path_and_a_data_url_mean_the_same(
    calls: Calls, sandbox: Sandbox, path: Path
) -> None:
    describe = calls.client(sandbox).descriptions.describe
    texts = {one(calls, describe(image)).description for image in (path, str(path), data_url())}
    assert len(texts) == 1


def test_a_stored_image_is_described_by_its_key(
    calls: Calls, sandbox: Sandbox, stored: str
) -> None:
    result = one(calls, calls.client(sandbox).descriptions.describe(object_key=stored))
    assert "mostly navy" in result.description


def test_an_address_over_plain_http_is_fetched_with_a_warning(
    calls: Calls, sandbox: Sandbox
) -> None:
    with (
        pytest.warns(InsecureTransportWarning, match="pages.aion.test"),
        pytest.raises(ValidationError, match="not a JPEG"),
    ):
        calls(calls.client(sandbox).descriptions.describe("http://pages.aion.test/bare"))


def test_settings_go_along(calls: Calls, sandbox: Sandbox) -> None:
    result = one(
        calls,
        calls.client(sandbox).descriptions.describe(
            draw(),
            include_metadata=False,
            providers=["openai"],
            prompt="Count the boats",
            rules=[{"rule_type": "required_words", "config": {"words": ["red"]}}],
            verification_level="quick",
        ),
    )
    assert (result.metadata, result.provider_count) == (None, 1)
    told = result.additional_properties["structured_output"]["rule_results"]
    assert [rule["passed"] for rule in told] == [True]


def test_an_unknown_rule_set_is_not_found(calls: Calls, sandbox: Sandbox) -> None:
    with pytest.raises(ResourceNotFoundError):
        calls(calls.client(sandbox).descriptions.describe(draw(), rule_set_id="none"))


def test_P8_a_description_is_repeated_with_the_same_key(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.fail("describe_image", status=500)
    one(calls, calls.client(sandbox).descriptions.describe(draw()))
    keys = [seen.headers["idempotency-key"] for seen in sandbox.requests]
    assert len(keys) == 2
    assert len(set(keys)) == 1
    one(calls, calls.client(sandbox).descriptions.describe(draw()))
    assert sandbox.requests[-1].headers["idempotency-key"] != keys[0]


def test_P8_a_key_of_the_caller_gives_the_stored_answer(calls: Calls, sandbox: Sandbox) -> None:
    describe = calls.client(sandbox).descriptions.describe
    first = one(calls, describe(draw(), idempotency_key="k-1"))
    assert one(calls, describe(draw(), idempotency_key="k-1")) == first
    assert one(calls, describe(draw())).operation_id != first.operation_id


def test_an_image_that_the_service_cannot_read_is_an_error(calls: Calls, sandbox: Sandbox) -> None:
    with pytest.raises(ValidationError) as caught:
        calls(calls.client(sandbox).descriptions.describe(draw()[:60]))
    assert caught.value.code == "IMAGE_PROCESSING_ERROR"


def test_a_list_is_described_in_one_batch_in_its_order(
    calls: Calls, sandbox: Sandbox, path: Path
) -> None:
    seen: list[BatchStatusResult] = []
    results = many(
        calls,
        calls.client(sandbox).descriptions.describe(
            [draw(color=NAVY), path, data_url(NAVY)],
            max_parallel=2,
            include_metadata=False,
            include_tags=False,
            on_progress=seen.append,
        ),
    )
    colors = [one.description.partition("mostly ")[2].partition(",")[0] for one in results]
    assert colors == ["navy", "red", "navy"]
    assert [(one.tags, one.metadata) for one in results] == [(None, None)] * 3
    assert seen[-1].is_terminal()


def test_a_list_of_one_gives_a_list(calls: Calls, sandbox: Sandbox, stored: str) -> None:
    describe = calls.client(sandbox).descriptions.describe
    assert len(many(calls, describe([draw()]))) == 1
    results = many(calls, describe(object_keys=[stored, stored]))
    assert ["navy" in one.description for one in results] == [True, True]


def test_a_batch_that_fails_in_part_raises_and_can_be_read(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.fail_job("batch_item", "too dark", times=1)
    client = calls.client(sandbox)
    with pytest.raises(BatchError, match=r"1 of 2 items ended well; too dark") as caught:
        calls(client.descriptions.describe([draw(), draw()]))
    assert len(caught.value.failed_items) == 1
    assert caught.value.batch_id is not None
    page = calls(client.batch.get_results(caught.value.batch_id))
    assert len(page.successful_results()) == 1


def test_P23_a_batch_that_takes_too_long_can_be_followed_further(
    calls: Calls, sandbox: Sandbox
) -> None:
    sandbox.faults.hold("batch", "processing")
    client = calls.client(sandbox)
    with pytest.raises(AionvisionTimeoutError) as caught:
        calls(client.descriptions.describe([draw()], timeout=0.15))
    sandbox.faults.clear()
    batch_id = caught.value.details["batch_id"]
    assert calls(client.batch.wait_for_completion(batch_id)).successful_items == 1


def test_a_server_error_is_raised_when_repeating_does_not_help(
    calls: Calls, sandbox: Sandbox
) -> None:
    sandbox.faults.fail("describe_image", status=500, times=None)
    with pytest.raises(ServerError):
        calls(calls.client(sandbox).descriptions.describe(draw()))


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"image": b"x", "object_key": "k"},
        {"object_key": "k", "object_keys": ["k"]},
        {"image": []},
        {"image": 7},
        {"image": b""},
        {"image": PDF},
        {"image": "/nowhere/at-all.jpg"},
        {"image": "data:text/plain;base64,aGk="},
        {"image": "data:image/png;base64,%%"},
        {"image": "https://"},
        {"object_key": ""},
        {"object_keys": ["k", ""]},
        {"image": draw(), "max_parallel": 0},
        {"image": draw(), "timeout_per_item": 1},
        {"image": draw(), "providers": [""]},
        {"image": draw(), "prompt": "x" * 10_001},
        {"image": draw(), "rules": "no"},
        {"image": draw(), "verification_level": "most"},
        {"image": draw(), "idempotency_key": ""},
        {"image": draw(), "timeout": 0},
        {"image": [draw()], "idempotency_key": "k"},
    ],
)
def test_what_cannot_be_described_is_refused_unsent(
    arguments: dict[str, Any], calls: Calls, sandbox: Sandbox
) -> None:
    with pytest.raises(ValidationError):
        calls(calls.client(sandbox).descriptions.describe(**arguments))
    assert sandbox.requests == []


def test_colors_decide_what_is_said(calls: Calls, sandbox: Sandbox) -> None:
    describe = calls.client(sandbox).descriptions.describe
    assert "red" in one(calls, describe(draw(color=RED))).description
    assert "navy" in one(calls, describe(draw(color=NAVY))).description

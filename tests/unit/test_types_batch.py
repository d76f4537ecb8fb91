"""What batches, descriptions and verifications are read from, and how images go into a body."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aion._requests import image_analysis
from aion._requests import images as requests
from aion._requests.idempotency import key_of
from aion.config import InsecureTransportWarning
from aion.exceptions import ValidationError
from aion.types.batch import (
    BatchImageInput,
    BatchItemResult,
    BatchItemStatus,
    BatchResults,
    BatchStatus,
    BatchStatusResult,
    BatchSubmissionResult,
    BatchVerifyInput,
)
from aion.types.describe import DescriptionResult
from aion.types.verify import VerificationIssue, VerificationResult

STATUS: dict[str, Any] = {
    "batch_id": "b",
    "status": "processing",
    "total_items": 4,
    "processed_items": 3,
    "successful_items": 2,
    "failed_items": 1,
    "success_rate": 0.5,
    "created_at": "2026-03-01T10:00:00Z",
    "started_at": None,
    "progress_percentage": 75.0,
}
VALUES = st.sampled_from([None, True, 7, 0.5, "text", [], ["a", None], {"a": 1}])


def test_an_input_goes_out_under_the_names_of_the_wire() -> None:
    pair = BatchVerifyInput(BatchImageInput(object_key="k"), "A boat")
    assert pair.to_dict() == {"image": {"object_key": "k"}, "text": "A boat"}


def test_a_status_is_read() -> None:
    status = BatchStatusResult.from_api_response(STATUS)
    assert (status.status, status.is_terminal()) == (BatchStatus.PROCESSING, False)
    assert status.created_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert status.avg_processing_time_ms is None


@pytest.mark.parametrize(
    ("status", "terminal"),
    [
        ("pending", False),
        ("processing", False),
        ("completed", True),
        ("partially_completed", True),
        ("failed", True),
        ("cancelled", True),
        ("paused", False),
    ],
)
def test_P18_only_the_known_last_states_are_terminal(status: str, terminal: bool) -> None:
    read = BatchStatusResult.from_api_response({**STATUS, "status": status})
    assert (read.is_terminal(), read.status) == (terminal, status)


def test_P18_unknown_fields_of_a_submission_stay() -> None:
    begun = BatchSubmissionResult.from_api_response({**STATUS, "queue": "slow"})
    assert (begun.batch_id, begun.status) == ("b", "processing")
    assert begun.additional_properties["queue"] == "slow"


def test_an_item_shows_what_came_out() -> None:
    data = {"description": "A pier", "confidence_score": 0.5, "is_verified": False}
    item = BatchItemResult.from_api_response(
        {"item_id": "i", "item_index": 0, "status": "success", "output_data": data}
    )
    assert (item.description, item.confidence_score, item.is_verified) == ("A pier", 0.5, False)
    empty = BatchItemResult("i", 0, BatchItemStatus.PENDING)
    assert (empty.description, empty.confidence_score, empty.is_verified) == (None, None, None)


def test_a_page_without_its_position_is_the_last_one() -> None:
    page = BatchResults.from_api_response({"batch_id": "b", "status": "completed"})
    assert (page.results, page.pagination.has_more, page.summary.total_items) == ([], False, 0)


def test_a_description_is_read_under_both_names() -> None:
    wire = DescriptionResult.from_api_response(
        {
            "operation_id": "o",
            "description": "A pier",
            "consensus_score": 0.75,
            "features": [{"name": "pier"}, "sea", {"shade": "blue"}],
            "providers_used": ["a", "b"],
        }
    )
    assert (wire.confidence_score, wire.provider_count) == (0.75, 2)
    assert wire.key_elements == ["pier", "sea", "{'shade': 'blue'}"]
    documented = DescriptionResult.from_api_response(
        {"description": "A pier", "confidence_score": 1.0, "key_elements": [], "provider_count": 3}
    )
    assert (documented.key_elements, documented.provider_count) == ([], 3)


def test_a_verdict_is_read_under_both_names() -> None:
    wire = VerificationResult.from_api_response(
        {
            "operation_id": "o",
            "is_verified": False,
            "confidence_score": 0.5,
            "risk_level": "high",
            "risk_score": 0.9,
            "explanation": "No boat",
            "detected_issues": [{"issue_type": "claim", "message": "No boat"}, "text"],
            "structured_output": {"verified_claims": ["A pier"]},
        }
    )
    assert (wire.hallucination_probability, wire.summary) == (0.9, "No boat")
    assert wire.issues == [
        VerificationIssue("claim", "No boat"),
        VerificationIssue("unknown", "text"),
    ]
    assert wire.verified_claims == ["A pier"]
    assert VerificationResult("o", True, 1.0, "low").issues is None


@given(st.dictionaries(st.sampled_from(["description", "tags", "metadata", "x"]), VALUES))
def test_P18_a_description_survives_fields_of_any_kind(data: dict[str, Any]) -> None:
    result = DescriptionResult.from_api_response(data)
    assert result.additional_properties.get("x") == data.get("x")


@given(st.binary(max_size=200))
def test_bytes_are_an_image_or_refused(data: bytes) -> None:
    head = b"\x89PNG\r\n\x1a\n"
    with pytest.raises(ValidationError):
        requests.picture("image", b"#" + data)
    sent = text_of(requests.picture("image", head + data).image_base64)
    assert base64.b64decode(sent.partition(",")[2]) == head + data
    assert sent.startswith("data:image/png;base64,")


def text_of(embedded: Any) -> str:
    """Return the bytes sent for an image that is encoded during the upload."""
    return b"".join(embedded.pieces()).decode("ascii")


def test_one_image_goes_without_the_head_of_its_data_url() -> None:
    image = requests.picture("image", "data:image/png;base64,aGk=")
    for request in (
        image_analysis.describe(image, "k", {}),
        image_analysis.verify(image, "red", "k", {}),
    ):
        body: Any = request.body
        assert text_of(body.value["image_base64"]) == "aGk="


BASE64 = st.binary(max_size=12).map(lambda data: base64.b64encode(data).decode())


@given(BASE64 | st.text("AQg=+/ \n-é", max_size=12))
def test_a_data_url_is_taken_if_its_base64_can_be_decoded(text: str) -> None:
    try:
        base64.b64decode(text, validate=True)
    except ValueError:
        with pytest.raises(ValidationError, match="with valid base64"):
            requests.picture("image", f"data:image/png;base64,{text}")
    else:
        sent = text_of(requests.picture("image", f"data:image/png;base64,{text}").image_base64)
        assert sent == f"data:image/png;base64,{text}"


@pytest.mark.parametrize("padded", ["QUI=", "QQ=="])
def test_padding_inside_a_long_data_url_is_refused(padded: str) -> None:
    text = "QUJD" * 262_143 + padded + "QUJD" * 10
    with pytest.raises(ValidationError, match="with valid base64"):
        requests.picture("image", f"data:image/png;base64,{text}")


def test_a_long_data_url_is_sent_as_it_is() -> None:
    url = "data:image/png;base64," + "QUJD" * 300_000 + "QQ=="
    assert text_of(requests.picture("image", url).image_base64) == url


@given(st.text())
def test_base64_of_a_caller_is_sent_as_it_is(text: str) -> None:
    (image,) = requests.inputs([{"image_base64": "x" + text}])
    sent: Any = image.image_base64
    assert (sent if isinstance(sent, str) else text_of(sent)) == "x" + text


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:1"])
def test_this_machine_may_be_asked_over_plain_http(host: str) -> None:
    url = f"http://{host}/a.jpg"
    assert requests.picture("image", url).image_url == url


def test_other_machines_over_plain_http_are_warned_of() -> None:
    with pytest.warns(InsecureTransportWarning, match=r"a\.test"):
        requests.picture("image", "HTTP://a.test/a.jpg")
    assert requests.picture("image", "https://a.test/a.jpg").image_url == "https://a.test/a.jpg"


def test_keys_are_fresh_unless_they_are_given() -> None:
    assert key_of("k") == "k"
    assert len({key_of(None) for _ in range(100)}) == 100

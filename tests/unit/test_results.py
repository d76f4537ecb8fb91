"""Result types: copies, unknown values, derived facts."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any, TypeVar

import attrs
import pytest

from aion.types.common import DescriptionStatus, StorageTarget
from aion.types.describe import DescriptionErrorType, DescriptionFailure
from aion.types.describe import DescriptionStatus as DescriptionState
from aion.types.files import FileList, UserFile
from aion.types.upload import QuotaInfo, UploadResult
from aion_api import Model

T = TypeVar("T")

FILE: dict[str, Any] = {
    "id": "id-1",
    "filename": "a.jpg",
    "title": None,
    "tags": ["red"],
    "size_bytes": 10,
    "content_type": "image/jpeg",
    "created_at": "2026-01-05T09:00:00Z",
    "description_status": "completed",
    "upload_description": "A red square.",
    "confidence_score": 0.5,
    "has_full_description": True,
    "media_type": "image",
    "variant_count": 0,
    "brand_new": {"kept": [1]},
}
QUOTA: dict[str, Any] = {
    "can_proceed": True,
    "requested": 1,
    "available": 9,
    "monthly_limit": 10,
    "current_usage": 1,
    "brand_new": 1,
}
RESULTS: dict[str, Model] = {
    "UserFile": UserFile.from_api_response(FILE),
    "FileList": FileList.from_api_response(
        {"files": [FILE], "total_count": 1, "has_more": False, "brand_new": True}
    ),
    "UploadResult": UploadResult.from_api_response(FILE),
    "DescriptionStatus": DescriptionState.from_api_response(FILE),
    "DescriptionFailure": DescriptionFailure.from_error_message("id-1", "timed out"),
    "QuotaInfo": QuotaInfo.from_api_response(QUOTA),
}


def _by_pickle(value: T) -> T:
    copied: T = pickle.loads(pickle.dumps(value))
    return copied


COPIES: dict[str, Callable[[Any], Any]] = {
    "pickle": _by_pickle,
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
}


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("name", RESULTS)
def test_a_copy_of_a_result_is_equal_to_it_p6(name: str, how: str) -> None:
    copied = COPIES[how](RESULTS[name])
    assert type(copied) is type(RESULTS[name])
    assert copied == RESULTS[name]


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("name", ["UserFile", "FileList", "QuotaInfo"])
def test_a_copy_of_a_result_keeps_unknown_fields_p6(name: str, how: str) -> None:
    assert COPIES[how](RESULTS[name]).additional_properties["brand_new"]


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize(
    "value",
    [
        DescriptionStatus.COMPLETED,
        DescriptionStatus("brand-new"),
        StorageTarget.CUSTOM,
        DescriptionErrorType("brand-new"),
    ],
)
def test_a_copy_of_an_enum_value_is_equal_to_it_known_or_not_p6(value: Any, how: str) -> None:
    copied = COPIES[how](value)
    assert (copied, type(copied), copied.is_known) == (value, type(value), value.is_known)


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_cannot_be_changed(name: str) -> None:
    first = attrs.fields(type(RESULTS[name]))[1].name
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(RESULTS[name], first, "other")


@pytest.mark.parametrize("state", ["completed", "failed", "skipped"])
def test_a_status_that_has_ended_is_terminal(state: str) -> None:
    assert DescriptionStatus(state).is_terminal


@pytest.mark.parametrize("state", ["pending", "queued", "processing", "brand-new", ""])
def test_a_status_that_runs_or_is_unknown_is_not_terminal_p18(state: str) -> None:
    assert not DescriptionStatus(state).is_terminal


@pytest.mark.parametrize(
    ("status", "facts"),
    [
        ("completed", (True, False, False)),
        ("failed", (False, True, False)),
        ("skipped", (False, False, False)),
        ("processing", (False, False, True)),
        (None, (False, False, True)),
        ("brand-new", (False, False, True)),
    ],
)
def test_the_status_of_a_file_decides_what_its_result_says(
    status: str | None, facts: tuple[bool, bool, bool]
) -> None:
    result = UploadResult.from_api_response({**FILE, "description_status": status})
    assert (result.is_completed, result.is_failed, result.is_pending) == facts


def test_a_failure_without_a_reason_says_so() -> None:
    result = UploadResult.from_api_response({**FILE, "description_status": "failed"})
    assert result.description_error == "the service gave no reason"


@pytest.mark.parametrize(
    ("text", "kind", "retryable"),
    [
        ("provider timed out", DescriptionErrorType.TIMEOUT, True),
        ("Rate limit reached", DescriptionErrorType.RATE_LIMIT, True),
        ("VLM provider answered 502", DescriptionErrorType.VLM_ERROR, True),
        ("HTTP 429", DescriptionErrorType.RATE_LIMIT, True),
        ("status=503, try later", DescriptionErrorType.VLM_ERROR, True),
        ("it answered 500.", DescriptionErrorType.VLM_ERROR, True),
        ("DSC_0429.jpg could not be decoded", DescriptionErrorType.UNKNOWN, False),
        ("429.jpg could not be decoded", DescriptionErrorType.UNKNOWN, False),
        ("the image is 15000 px wide", DescriptionErrorType.UNKNOWN, False),
        ("the image is 500 px wide and 1,504 high", DescriptionErrorType.UNKNOWN, False),
        ("unsupported colour space", DescriptionErrorType.VALIDATION_ERROR, False),
        ("monthly limit exceeded", DescriptionErrorType.RESOURCE_LIMIT, False),
        ("Rate limit exceeded", DescriptionErrorType.RATE_LIMIT, True),
        ("Provider rate limit exceeded (429)", DescriptionErrorType.RATE_LIMIT, True),
        ("quota: rate limit exceeded", DescriptionErrorType.RESOURCE_LIMIT, False),
        ("Timeout: time limit exceeded", DescriptionErrorType.TIMEOUT, True),
        ("???", DescriptionErrorType.UNKNOWN, False),
        ("", DescriptionErrorType.UNKNOWN, False),
    ],
)
def test_the_text_of_a_failure_shows_its_kind(
    text: str, kind: DescriptionErrorType, retryable: bool
) -> None:
    assert DescriptionFailure.classify_error(text) == (kind, retryable)


@pytest.mark.parametrize("name", ["429", "timeout.jpg", "IMG 503.jpg", "provider (2).png", "a+b"])
def test_the_name_of_a_file_does_not_show_why_it_failed(name: str) -> None:
    result = UploadResult.not_stored(name, f"it was not accepted: {name} could not be decoded")
    assert (result.description_error_type, result.description_is_retryable) == ("unknown", False)


def test_the_name_of_a_file_is_not_a_part_of_another_word() -> None:
    result = UploadResult.not_stored("out", "the provider timed out, or the timeout is too short")
    assert result.description_error_type == "timeout"


@pytest.mark.parametrize("key", ["message", "max_batch_size", "prepaid_credits"])
def test_an_optional_field_of_the_quota_may_be_null_p18(key: str) -> None:
    assert QuotaInfo.from_api_response({**QUOTA, key: None}).available == 9

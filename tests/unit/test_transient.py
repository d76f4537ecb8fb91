"""Which failed requests are worth another try."""

from __future__ import annotations

import pytest

from aion._engine.transient import is_ambiguous, is_refusal, is_transient
from aion.exceptions import (
    AionvisionConnectionError,
    AionvisionError,
    AionvisionPermissionError,
    AionvisionTimeoutError,
    AuthenticationError,
    CircuitBreakerError,
    QuotaExceededError,
    RateLimitError,
    ResourceNotFoundError,
    ServerError,
    ValidationError,
)


def coded(error: AionvisionError, code: str) -> AionvisionError:
    error.code = code
    return error


@pytest.mark.parametrize(
    "error",
    [
        AionvisionConnectionError(),
        AionvisionTimeoutError(),
        CircuitBreakerError("batch", 60.0),
        RateLimitError(),
        ServerError().at(status_code=500),
        ServerError().at(status_code=503),
        ServerError(),
    ],
    ids=repr,
)
def test_p23_a_wait_goes_through_what_passes(error: AionvisionError) -> None:
    assert is_transient(error)


@pytest.mark.parametrize(
    "error",
    [
        AuthenticationError(),
        AionvisionPermissionError(),
        ResourceNotFoundError("batch", "b1"),
        ValidationError("no id"),
        QuotaExceededError("used up"),
        ServerError().at(status_code=501),
        ServerError("not JSON").at(status_code=200),
        coded(AionvisionConnectionError(), "TLS_ERROR"),
        coded(AionvisionConnectionError(), "PROXY_ERROR"),
    ],
    ids=repr,
)
def test_p23_a_wait_does_not_go_through_what_stays(error: AionvisionError) -> None:
    assert not is_transient(error)


@pytest.mark.parametrize(
    ("error", "status", "expected"),
    [
        (AionvisionConnectionError(), None, True),
        (AionvisionTimeoutError(), None, True),
        (ServerError(), 500, True),
        (ServerError(), 200, True),
        (ServerError(), 503, False),
        (ServerError(), 501, False),
        (RateLimitError(), 429, False),
        (CircuitBreakerError("user_files", 1.0), None, False),
        (ValidationError("no"), 413, False),
    ],
)
def test_only_a_failure_after_which_the_work_may_be_done_is_ambiguous(
    error: AionvisionError, status: int | None, expected: bool
) -> None:
    assert is_ambiguous(error.at(status_code=status)) is expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, True),
        (401, True),
        (404, True),
        *((one, False) for one in (None, 200, 408, 425, 429, 500, 503)),
    ],
)
def test_a_refusal_is_a_client_error_that_does_not_pass(status: int | None, expected: bool) -> None:
    assert is_refusal(status) is expected

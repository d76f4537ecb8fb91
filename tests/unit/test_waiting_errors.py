"""Which failures a wait goes through, and what the error that ends it tells."""

from __future__ import annotations

import asyncio
import time

import pytest

from aion._engine.transient import is_transient
from aion._flows.polling import follow
from aion._waiting.errors import Awaited
from aion._waiting.plan import PollPlan
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

JOB = Awaited[str](
    "the job j1",
    "It goes on: wait again with wait(), do not start another",
    {"job_id": "j1"},
    lambda status: {"status": status},
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


def test_p23_a_wait_looks_again_while_a_circuit_is_open() -> None:
    # How long a circuit stays open at most says nothing of when it closes.
    answers: list[str | AionvisionError] = [CircuitBreakerError("jobs", 600.0), "running", "done"]

    async def poll(_: float) -> str:
        answer = answers.pop(0)
        if isinstance(answer, AionvisionError):
            raise answer
        return answer

    plan = PollPlan(0.001, 5.0, time.monotonic())
    assert asyncio.run(follow(poll, lambda state: state == "done", plan, JOB)) == "done"


def test_p23_a_late_error_tells_state_id_and_way_on() -> None:
    error = JOB.late("running", 2.0)
    assert error.message == f"the job j1 is still running after 2 s. {JOB.resume_hint}"
    assert error.details == {"job_id": "j1", "status": "running"}
    assert error.last_result == "running"


def test_p23_a_late_error_needs_no_state() -> None:
    error = JOB.late(None, 2.0)
    assert error.message.startswith("the state of the job j1 is not known after 2 s.")
    assert error.details == {"job_id": "j1", "status": "not known"}


def test_p23_an_error_tells_the_way_on_once() -> None:
    error = AionvisionPermissionError("not allowed")
    JOB.annotate(error, "running")
    JOB.annotate(error, None)
    assert error.message == f"not allowed. {JOB.resume_hint}"
    assert error.last_result == "running"


def test_an_error_keeps_its_own_details() -> None:
    error = AionvisionError("CODE", "text", details={"status": "its own"})
    JOB.annotate(error, "running")
    assert error.details == {"job_id": "j1", "status": "its own"}

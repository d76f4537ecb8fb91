"""Which failures do not end a wait, and the message of the error that ends it."""

from __future__ import annotations

import asyncio
import time

from aion._flows.polling import follow
from aion._waiting.errors import Awaited
from aion._waiting.plan import PollPlan
from aion.exceptions import (
    AionvisionError,
    AionvisionPermissionError,
    CircuitBreakerError,
)

JOB = Awaited[str](
    "the job j1",
    "It goes on: wait again with wait(), do not start another",
    {"job_id": "j1"},
    lambda status: {"status": status},
)


def test_p23_a_wait_looks_again_while_a_circuit_is_open() -> None:
    # The longest time of an open circuit does not say when it closes.
    answers: list[str | AionvisionError] = [CircuitBreakerError("jobs", 600.0), "running", "done"]

    async def poll(_: float) -> str:
        answer = answers.pop(0)
        if isinstance(answer, AionvisionError):
            raise answer
        return answer

    plan = PollPlan(0.001, 5.0, time.monotonic())
    assert asyncio.run(follow(poll, lambda state: state == "done", plan, JOB)) == "done"


def test_p23_a_late_error_shows_state_id_and_way_on() -> None:
    error = JOB.late("running", 2.0)
    assert error.message == f"the job j1 is still running after 2 s. {JOB.resume_hint}"
    assert error.details == {"job_id": "j1", "status": "running"}
    assert error.last_result == "running"


def test_p23_a_late_error_needs_no_state() -> None:
    error = JOB.late(None, 2.0)
    assert error.message.startswith("the state of the job j1 is not known after 2 s.")
    assert error.details == {"job_id": "j1", "status": "not known"}


def test_p23_an_error_shows_the_way_on_once() -> None:
    error = AionvisionPermissionError("not allowed")
    JOB.annotate(error, "running")
    JOB.annotate(error, None)
    assert error.message == f"not allowed. {JOB.resume_hint}"
    assert error.last_result == "running"


def test_an_error_keeps_its_own_details() -> None:
    error = AionvisionError("CODE", "text", details={"status": "its own"})
    JOB.annotate(error, "running")
    assert error.details == {"job_id": "j1", "status": "its own"}

"""Which failures do not end a wait, and the message of the error that ends it."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from aion._flows.polling import follow
from aion._waiting.errors import Awaited, NotingCutOff
from aion._waiting.plan import PollPlan
from aion.exceptions import (
    AionvisionError,
    AionvisionPermissionError,
    CircuitBreakerError,
)
from aion.uploads._errors import DOCUMENTS, IMAGES, cut_off

JOB = Awaited[str](
    "the job j1",
    "It keeps running: resume with client.jobs.wait('j1'), do not start another",
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


def test_p23_the_note_on_a_batch_that_is_being_stored_says_how_to_find_the_ids() -> None:
    note = cut_off(IMAGES, [], ["s1", "s2"], 2.0, "await ", has_journal=False)
    assert "await client.call(upload_sessions.get_session_results('s1', include_fail" in note


def test_p23_the_note_on_a_large_batch_names_some_ids_and_their_number() -> None:
    ids = [f"d{n}" for n in range(50)]
    note = cut_off(DOCUMENTS, ids, [], 2.0, "", has_journal=False)
    assert "'d19']: client.documents.wait_for_processing(document_id)` (the first 20 of 50)" in note


def test_an_exception_that_is_raised_twice_has_one_note() -> None:
    error = SystemExit()
    for _ in range(2):
        with suppress(SystemExit), NotingCutOff(lambda: "the note"):
            raise error
    assert error.__notes__ == ["the note"]


def test_a_coroutine_that_is_closed_has_no_note() -> None:
    error = GeneratorExit()
    with suppress(GeneratorExit), NotingCutOff(lambda: "the note"):
        raise error
    assert not hasattr(error, "__notes__")

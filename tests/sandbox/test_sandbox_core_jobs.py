from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator
from pathlib import Path

import pytest

from aion.sandbox.runtime.job_handlers import JOBS, Next, Step, job
from aion.sandbox.runtime.state import State
from aion.testing import Sandbox
from tests.sandbox.conftest import eventually
from tests.sandbox.core import on_loop, state_of

BREAKING = "breaking"
WALK = "walk"


def walk(step: Step[State]) -> Next | Awaitable[Next | None] | None:
    """Note every stage in a record; the last one works outside the transaction."""
    if step.name == BREAKING:
        step.state.records.put("walk", "half", {})
        raise RuntimeError(step.id)
    if step.stage == "last":
        return _last(step)
    _note(step, step.stage)
    return step.next({"queued": "processing", "processing": "last"}[step.stage])


async def _last(step: Step[State]) -> None:
    failure = step.failure()
    await asyncio.sleep(0)
    _note(step, failure or "done")


def _note(step: Step[State], word: str) -> None:
    known = step.state.records.get("walk", step.id)
    words: list[str] = known.body["words"] if known is not None else []
    words.append(f"{word}@{step.stamp()[17:19]}")
    step.state.records.put("walk", step.id, {"words": words, "data": step.data})


@pytest.fixture(autouse=True)
def registered() -> Iterator[None]:
    job(WALK)(walk)
    yield
    del JOBS[WALK]


def begin(sandbox: Sandbox, job_id: str = "a", name: str = "") -> None:
    on_loop(sandbox, lambda state: state.jobs.schedule(WALK, job_id, name=name, data={"n": 1}))


def words(sandbox: Sandbox, job_id: str = "a") -> list[str]:
    record = on_loop(sandbox, lambda state: state.records.get("walk", job_id))
    return list(record.body["words"]) if record is not None else []


def stage(sandbox: Sandbox, job_id: str = "a") -> str | None:
    return on_loop(sandbox, lambda state: state.jobs.stage(WALK, job_id))


def test_a_job_goes_from_stage_to_stage_by_the_clock(sandbox: Sandbox) -> None:
    begin(sandbox)
    seen: list[str | None] = []
    for _ in range(4):
        seen.append(stage(sandbox))
        sandbox.step_clock(1)
    assert seen == ["queued", "processing", "last", None]


def test_one_long_step_gives_each_stage_its_own_time(sandbox: Sandbox) -> None:
    begin(sandbox)
    sandbox.step_clock(30)
    assert words(sandbox) == ["queued@01", "processing@02", "done@03"]


def test_a_job_keeps_its_data(sandbox: Sandbox) -> None:
    begin(sandbox)
    sandbox.step_clock(30)
    record = on_loop(sandbox, lambda state: state.records.get("walk", "a"))
    assert record is not None
    assert record.body["data"] == {"n": 1}


def test_a_held_job_continues_when_faults_are_cleared(sandbox: Sandbox) -> None:
    sandbox.faults.hold(WALK, "processing", name="*.pdf")
    begin(sandbox, "held", "a.pdf")
    begin(sandbox, "free", "a.txt")
    sandbox.step_clock(60)
    assert (stage(sandbox, "held"), stage(sandbox, "free")) == ("processing", None)
    sandbox.faults.clear()
    sandbox.step_clock(60)
    assert stage(sandbox, "held") is None


def test_a_job_fails_with_the_chosen_text_once(sandbox: Sandbox) -> None:
    sandbox.faults.fail_job(WALK, "no luck", stage="last")
    begin(sandbox, "a")
    begin(sandbox, "b")
    sandbox.step_clock(60)
    ends = sorted(words(sandbox, name)[-1].partition("@")[0] for name in "ab")
    assert ends == ["done", "no luck"]


def test_a_cancelled_job_is_not_called_again(sandbox: Sandbox) -> None:
    begin(sandbox)
    sandbox.step_clock(1)
    assert on_loop(sandbox, lambda state: state.jobs.cancel(WALK, "a"))
    sandbox.step_clock(60)
    assert words(sandbox) == ["queued@01"]


def test_scheduling_again_replaces_the_job(sandbox: Sandbox) -> None:
    begin(sandbox)
    begin(sandbox)
    sandbox.step_clock(60)
    assert len(words(sandbox)) == 3


def test_a_job_without_a_handler_is_refused(sandbox: Sandbox) -> None:
    def schedule(state: State) -> None:
        state.jobs.schedule("nobody", "a")

    with pytest.raises(LookupError, match="nobody"):
        on_loop(sandbox, schedule)


def test_a_job_that_breaks_is_reported_and_stops_no_other(running: Sandbox) -> None:
    running.reset()
    begin(running, "bad", BREAKING)
    begin(running, "good")
    running.step_clock(60)
    assert running.violations == ["job walk bad failed: RuntimeError: bad"]
    assert (stage(running, "bad"), len(words(running, "good"))) == (None, 3)
    assert on_loop(running, lambda state: state.records.get("walk", "half")) is None


def test_the_work_continues_after_an_error_outside_of_any_job(
    running: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: str) -> bool:
        raise OSError("the disk is full")

    running.reset()
    with monkeypatch.context() as patch:
        patch.setattr(state_of(running).faults, "job_held", full)
        begin(running, "lost")
        running.step_clock(2)
    begin(running, "next")
    running.step_clock(60)
    assert running.violations == ["background work failed: OSError: the disk is full"]
    assert (stage(running, "next"), len(words(running, "next"))) == (None, 3)


def test_a_stored_job_continues_in_the_next_process(tmp_path: Path) -> None:
    with Sandbox(data=tmp_path, stepped=True, pace=1.0) as sandbox:
        begin(sandbox)
        sandbox.step_clock(1)
    with Sandbox(data=tmp_path, pace=0.01) as sandbox:
        eventually(lambda: stage(sandbox) is None)
        assert len(words(sandbox)) == 3


def test_a_fault_of_jobs_can_be_asked_for_over_http(sandbox: Sandbox) -> None:
    fault_id = sandbox.faults.add_json({"kind": "hold_job", "job": WALK, "stage": "queued"})
    begin(sandbox)
    sandbox.step_clock(60)
    assert stage(sandbox) == "queued"
    assert sandbox.faults.clear(fault_id) == 1

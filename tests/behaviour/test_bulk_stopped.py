"""An upload that is stopped: by Ctrl-C, by cancellation, by a callback."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aion.testing import Limits, Sandbox
from aion.uploads.journal import Journal
from tests.behaviour.bulk import STREAM, folder, held, names
from tests.behaviour.calls import Calls

SOON = 1.0


@pytest.fixture(scope="module")
def running_slow() -> Iterator[Sandbox]:
    """A sandbox that takes few files in one request, two requests at a time."""
    limits = Limits(max_batch_files=4, max_concurrent_uploads=2)
    with Sandbox(pace=0.005, limits=limits) as sandbox:
        yield sandbox


@pytest.fixture
def slow(running_slow: Sandbox) -> Sandbox:
    """The same sandbox, empty; abandoned requests of an upload may still arrive."""
    running_slow.reset()
    return running_slow


def answer_late(sandbox: Sandbox) -> None:
    """The second request and all later ones get no response for a long time."""
    sandbox.faults.delay(STREAM, seconds=20.0, every=2)


def describe_never(sandbox: Sandbox) -> None:
    sandbox.faults.hold_description()


def ask_to_wait(sandbox: Sandbox) -> None:
    sandbox.faults.fail(STREAM, status=429, retry_after=20, every=2)


def sockets() -> int:
    """Open sockets of this process, those of the sandbox included."""
    gc.collect()
    links = (_link(one) for one in Path("/proc/self/fd").iterdir())
    return sum(link.startswith("socket:") for link in links)


def _link(path: Path) -> str:
    try:
        return str(path.readlink())
    except OSError:
        return ""


def settled(expected: int) -> int:
    """The number of sockets once the server has noticed that a client is gone."""
    end = time.monotonic() + 5.0
    while sockets() > expected and time.monotonic() < end:
        time.sleep(0.02)
    return sockets()


@pytest.mark.parametrize("stall", [answer_late, describe_never, ask_to_wait])
def test_ctrl_c_stops_within_a_second_and_keeps_what_is_done_p22(
    stall: Callable[[Sandbox], None], calls: Calls, slow: Sandbox, tmp_path: Path
) -> None:
    photos, journal = folder(tmp_path / "in", 12), tmp_path / "journal"
    stall(slow)
    before = sockets()
    client = calls.client(slow)
    pressed: list[float] = []

    def press() -> None:
        pressed.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    finger = threading.Timer(1.2, press)
    finger.start()
    with pytest.raises(KeyboardInterrupt):
        calls(client.upload(photos, journal=journal))
    assert time.monotonic() - pressed[0] < SOON
    finger.join()
    assert [one.name for one in threading.enumerate() if one.name.startswith("aion-call")] == []
    calls(client.close())
    assert settled(before) == before
    slow.faults.clear()
    assert sum(one.state != "planned" for one in Journal(journal).report()) >= 4
    assert calls(calls.client(slow).upload(photos, journal=journal)).summary() == "12 succeeded"
    assert held(calls, slow) == dict.fromkeys(names(12), 1)


def test_a_cancelled_task_stops_within_a_second_p22(slow: Sandbox, tmp_path: Path) -> None:
    photos, journal = folder(tmp_path / "in", 12), tmp_path / "journal"
    answer_late(slow)
    before = sockets()

    async def run() -> float:
        async with slow.client() as client:
            task = asyncio.create_task(client.upload(photos, journal=journal))
            await asyncio.sleep(1.0)
            began = time.monotonic()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return time.monotonic() - began

    assert asyncio.run(run()) < SOON
    assert settled(before) == before
    slow.faults.clear()

    async def go_on() -> str:
        async with slow.client() as client:
            return (await client.upload(photos, journal=journal)).summary()

    assert asyncio.run(go_on()) == "12 succeeded"


@pytest.mark.parametrize(
    "callback",
    ["on_progress", "on_file_complete", "on_description_progress", "on_description_failed"],
)
def test_a_callback_that_raises_stops_the_upload_with_its_own_exception_p22(
    callback: str, calls: Calls, slow: Sandbox, tmp_path: Path
) -> None:
    photos, journal = folder(tmp_path / "in", 12), tmp_path / "journal"
    slow.faults.fail_description("no", filename="003.png")
    before = sockets()
    left = 1 if callback == "on_description_failed" else 6

    def stop(event: object) -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            raise InterruptedError("enough")

    client = calls.client(slow)
    wishes: dict[str, Any] = {callback: stop}
    with pytest.raises(InterruptedError, match="enough"):
        calls(client.upload(photos, journal=journal, **wishes))
    calls(client.close())
    assert settled(before) == before
    slow.faults.clear()
    results = calls(calls.client(slow).upload(photos, journal=journal, raise_on_failure=False))
    assert len(results) == 12
    assert results.pending_count == 0
    assert held(calls, slow) == dict.fromkeys(names(12), 1)

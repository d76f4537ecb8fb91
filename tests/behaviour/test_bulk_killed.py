"""P22: a process that uploads is killed at any moment; nothing is lost and nothing is twice."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from aion.testing import Limits, Sandbox
from aion.uploads.journal import Journal, State
from tests.behaviour.bulk import STREAM, folder, held, names, requests_of
from tests.behaviour.calls import Calls

WORKER = Path(__file__).with_name("bulk_worker.py")


@pytest.fixture(scope="module")
def running_busy() -> Iterator[Sandbox]:
    """A sandbox that takes few files in one request, so that there are many moments."""
    with Sandbox(pace=0.005, limits=Limits(max_batch_files=8)) as sandbox:
        yield sandbox


@pytest.fixture
def busy(running_busy: Sandbox) -> Sandbox:
    """The same, empty, though what a killed process sent may still arrive."""
    running_busy.reset()
    return running_busy


def start(kind: str, sandbox: Sandbox, photos: Path, journal: Path) -> subprocess.Popen[str]:
    """A worker that has begun."""
    where = (kind, sandbox.base_url, sandbox.api_key, str(photos), str(journal))
    worker = subprocess.Popen(
        [sys.executable, str(WORKER), *where], stdout=subprocess.PIPE, text=True
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == "begin\n"
    return worker


def killed(worker: subprocess.Popen[str], after: float) -> bool:
    """Kill a worker after some seconds; whether it had not ended by then."""
    with worker:
        try:
            return worker.wait(after) != 0
        except subprocess.TimeoutExpired:
            worker.kill()
            return worker.wait() == -signal.SIGKILL


def check(calls: Calls, sandbox: Sandbox, journal: Path, count: int) -> None:
    """The library holds each file once, and the journal names each."""
    assert held(calls, sandbox) == dict.fromkeys(names(count), 1)
    report = Journal(journal).report()
    assert [one.filename for one in report] == names(count)
    assert {one.state for one in report} == {State.DESCRIBED}
    assert len({one.image_id for one in report}) == count


def test_P22_a_killed_upload_is_resumed_until_it_is_done(
    calls: Calls, busy: Sandbox, tmp_path: Path
) -> None:
    photos, journal = folder(tmp_path / "in", 32), tmp_path / "journal"
    dice = random.Random(calls.kind)
    for _ in range(3):
        killed(start(calls.kind, busy, photos, journal), dice.uniform(0.02, 0.7))
    assert not killed(start(calls.kind, busy, photos, journal), 40.0)
    check(calls, busy, journal, 32)


def test_P22_a_process_that_is_killed_while_a_response_is_due_loses_nothing(
    calls: Calls, busy: Sandbox, tmp_path: Path
) -> None:
    photos, journal = folder(tmp_path / "in", 8), tmp_path / "journal"
    # The service continues to work after the client is gone.
    busy.faults.delay(STREAM, seconds=0.5)
    worker = start(calls.kind, busy, photos, journal)
    while not requests_of(busy, STREAM) and worker.poll() is None and not journal.exists():
        time.sleep(0.005)
    assert killed(worker, 0.25)
    assert not killed(start(calls.kind, busy, photos, journal), 40.0)
    time.sleep(0.5)
    check(calls, busy, journal, 8)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_P22_50_uploads_of_500_files_survive_kills_at_random_moments(
    calls: Calls, busy: Sandbox, tmp_path: Path
) -> None:
    photos = folder(tmp_path / "in", 500)
    dice = random.Random(22)
    for number in range(50):
        busy.reset()
        journal = tmp_path / f"journal-{number}"
        kills = 0
        while killed(start(calls.kind, busy, photos, journal), dice.uniform(0.05, 4.0 + kills)):
            kills += 1
        check(calls, busy, journal, 500)

"""Waits under a clock that tests have frozen: each ends by its timeout, in real time."""

from __future__ import annotations

import contextlib
import itertools
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import freezegun
import pytest
import time_machine

from aion._clock import monotonic
from aion.exceptions import AionvisionError, AionvisionTimeoutError, RateLimitError
from aion.testing import Sandbox
from tests.behaviour.calls import Calls
from tests.behaviour.pictures import draw
from tests.behaviour.servers import answering
from tests.unit.support import KEY

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
TIMEOUT = 0.4
LATEST = 6.0
"""Seconds by which a wait of `TIMEOUT` has ended, on a busy machine too; frozen ones never end."""


@contextlib.contextmanager
def patched() -> Generator[None]:
    """Freeze the clock by hand. This stops the event loop, so use it with threads only."""
    with pytest.MonkeyPatch.context() as patch:
        moment = time.monotonic()
        patch.setattr(time, "monotonic", lambda: moment)
        yield


@contextlib.contextmanager
def jumping() -> Generator[None]:
    """The same with a clock that goes back and forth by hours, for the threads of the client.

    Those of the sandbox, which run beside them, have that of the system: what it holds, and its
    sessions, would be over at a jump.
    """
    system = time.monotonic
    with pytest.MonkeyPatch.context() as patch:
        moment, hours = system(), itertools.cycle([5, -3, 0, 40, -40])

        def jumped() -> float:
            here = threading.current_thread()
            if here is threading.main_thread() or here.name == "aion-call":
                return moment + 3600.0 * next(hours)
            return system()

        patch.setattr(time, "monotonic", jumped)
        yield


Freezer = Callable[[], AbstractContextManager[Any]]
FREEZERS: dict[str, Freezer] = {
    "freezegun": lambda: freezegun.freeze_time(NOW, real_asyncio=True),
    "time-machine": lambda: time_machine.travel(NOW, tick=False),
    "patched": patched,
    "jumping": jumping,
}


# The event loop reads `time.monotonic`: without freezegun's `real_asyncio` no timer of it ends.
PAIRS = [("async", "freezegun"), ("async", "time-machine"), *(("sync", one) for one in FREEZERS)]


@pytest.fixture(params=PAIRS, ids="-".join)
def pair(request: pytest.FixtureRequest) -> tuple[str, str]:
    chosen: tuple[str, str] = request.param
    return chosen


@pytest.fixture
def calls(pair: tuple[str, str]) -> Iterator[Calls]:
    made = Calls(pair[0])
    yield made
    made.close()


@pytest.fixture
def frozen(pair: tuple[str, str]) -> Freezer:
    return FREEZERS[pair[1]]


@pytest.fixture(autouse=True)
def _ends() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    began = monotonic()
    yield
    assert monotonic() - began < LATEST


def test_the_clock_is_that_of_the_module_time() -> None:
    before = time.monotonic()
    assert before <= monotonic() <= time.monotonic()


@pytest.mark.parametrize("freezer", FREEZERS.values(), ids=FREEZERS.keys())
def test_the_clock_continues_while_others_stand_still(freezer: Freezer) -> None:
    with freezer():
        before = monotonic()
        time.sleep(0.01)
        assert 0.01 <= monotonic() - before < LATEST


def test_p7_a_call_to_a_silent_server_ends(calls: Calls, frozen: Freezer) -> None:
    with answering(None) as url:
        client = calls.client_of(url, KEY, timeout=TIMEOUT, max_retries=0)
        with frozen(), pytest.raises(AionvisionTimeoutError):
            calls(client.files.list())


def test_p7_a_stream_of_a_silent_server_ends(calls: Calls, frozen: Freezer) -> None:
    with answering(None) as url:
        client = calls.client_of(url, KEY, timeout=TIMEOUT, max_retries=0)
        with frozen(), pytest.raises(AionvisionTimeoutError):
            calls.items(client.chat_stream("Hello", session_id="s"))


def test_p7_retries_end_at_the_deadline_of_the_call(calls: Calls, frozen: Freezer) -> None:
    with answering(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n") as url:
        client = calls.client_of(url, KEY, timeout=TIMEOUT, max_retries=10_000, retry_delay=0.05)
        with frozen(), pytest.raises(AionvisionError):
            calls(client.files.list())


def test_p9_retry_after_is_waited(calls: Calls, frozen: Freezer, sandbox: Sandbox) -> None:
    sandbox.faults.fail("list_user_files", status=429, retry_after=1)
    client = calls.client(sandbox)
    calls(client.folders.tree())
    began = monotonic()
    with frozen():
        assert calls(client.files.list()).files == []
    assert monotonic() - began >= 1.0


def test_p9_retry_after_beyond_the_deadline_is_raised(calls: Calls, frozen: Freezer) -> None:
    late = b"HTTP/1.1 429 Later\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n"
    with answering(late) as url:
        client = calls.client_of(url, KEY, timeout=TIMEOUT)
        with frozen(), pytest.raises(RateLimitError) as caught:
            calls(client.files.list())
    assert caught.value.retry_after == 60


def test_p9_a_date_to_wait_for_is_read_on_the_clock_of_the_service(
    calls: Calls, frozen: Freezer
) -> None:
    dates = (format_datetime(NOW + timedelta(days=900, seconds=n), usegmt=True) for n in (0, 60))
    late = "HTTP/1.1 429 Later\r\nDate: {}\r\nRetry-After: {}\r\nContent-Length: 0\r\n\r\n"
    with answering(late.format(*dates).encode()) as url:
        client = calls.client_of(url, KEY, timeout=TIMEOUT)
        with frozen(), pytest.raises(RateLimitError) as caught:
            calls(client.files.list())
    assert caught.value.retry_after == 60


def test_p23_a_wait_ends(calls: Calls, frozen: Freezer, sandbox: Sandbox) -> None:
    sandbox.faults.hold_description()
    client = calls.client(sandbox)
    sent = client.upload_one(draw(), filename="a.jpg", wait_for_descriptions=False)
    image_id = calls(sent).image_id
    with (
        frozen(),
        pytest.raises(AionvisionTimeoutError, match=r"still (queued|p)"),
    ):
        calls(client.uploads.wait_for_description(image_id, timeout=TIMEOUT, poll_interval=0.05))


WAITS: dict[str, Callable[[Any], Any]] = {
    "batch": lambda client: client.batch.wait_for_completion("b", timeout=TIMEOUT),
    "document": lambda client: client.documents.wait_for_processing("d", timeout=TIMEOUT),
    "link": lambda client: client.links.wait_for_crawl("l", timeout=TIMEOUT),
    "video": lambda client: client.video_analysis.wait_for_completion("v", timeout=TIMEOUT),
    "import": lambda client: client.cloud_storage.wait_for_job("j", timeout=TIMEOUT),
}


@pytest.mark.parametrize("wait", WAITS.values(), ids=WAITS.keys())
def test_p23_a_wait_for_a_service_that_is_away_ends(
    wait: Callable[[Any], Any], calls: Calls, frozen: Freezer
) -> None:
    with answering(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n") as url:
        client = calls.client_of(url, KEY, max_retries=0, polling_interval=0.05)
        with frozen(), pytest.raises(AionvisionTimeoutError):
            calls(wait(client))


def test_p23_an_upload_whose_description_does_not_come_ends(
    calls: Calls, frozen: Freezer, sandbox: Sandbox
) -> None:
    sandbox.faults.hold_description()
    client = calls.client(sandbox, polling_interval=0.05)
    calls(client.folders.tree())
    with frozen(), pytest.raises(AionvisionTimeoutError, match="have not ended"):
        calls(client.upload([draw()], filenames=["a.jpg"], description_timeout=TIMEOUT))


def test_p23_documents_that_are_not_processed_end(
    calls: Calls, frozen: Freezer, sandbox: Sandbox
) -> None:
    sandbox.faults.hold("extract", "processing")
    client = calls.client(sandbox, polling_interval=0.05)
    calls(client.folders.tree())
    with frozen(), pytest.raises(AionvisionTimeoutError):
        calls(client.documents.upload([b"text"], filenames=["a.txt"], processing_timeout=TIMEOUT))


@pytest.mark.parametrize(
    "freeze",
    [
        "freezegun.freeze_time('2026-01-01')",
        "time_machine.travel(0, tick=False)",
        "unittest.mock.patch('time.monotonic', lambda: 7.0)",
    ],
)
def test_a_package_that_is_imported_under_a_frozen_clock_does_not_take_it_over(
    freeze: str,
) -> None:
    program = f"""
        import freezegun, time_machine, unittest.mock

        with {freeze}:
            from aion import AionvisionTimeoutError, SyncAionVision
            from tests.behaviour.servers import answering

            with answering(None) as url:
                client = SyncAionVision("aion_" + "k" * 24, base_url=url, timeout=0.3)
                try:
                    client.files.list()
                except AionvisionTimeoutError:
                    print("it ended")
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("it ended\n", "")

"""P23: a wait that takes many calls ends by its deadline, however slow each of them is."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aion._http.async_connection import AsyncConnection
from aion._http.bounded_connection import BoundedConnection
from aion.exceptions import AionvisionTimeoutError, DocumentProcessingError
from aion.testing import Limits, Sandbox
from aion.transport import Reply, Wire
from tests.behaviour.bulk import folder, names
from tests.behaviour.calls import Calls
from tests.behaviour.pictures import draw

WAIT = 1.0
SLOW = 0.7
"""Less than a wait, but two of them are more."""
ENOUGH = WAIT * 1.1 + 0.2


@pytest.fixture(scope="module")
def running_narrow() -> Iterator[Sandbox]:
    """A sandbox that takes six files in one request, one request at a time."""
    limits = Limits(max_batch_files=6, max_concurrent_uploads=1)
    with Sandbox(pace=0.005, limits=limits) as sandbox:
        yield sandbox


@pytest.fixture
def narrow(running_narrow: Sandbox) -> Sandbox:
    """The same sandbox, empty; an abandoned request of a wait may still be in flight."""
    running_narrow.reset()
    return running_narrow


class Clock:
    """Measures the time since its last call."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def __call__(self, _: object = None) -> None:
        self._start = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._start


def test_p23_a_poll_of_many_sessions_ends_by_the_deadline(
    calls: Calls, narrow: Sandbox, tmp_path: Path
) -> None:
    narrow.faults.delay("get_session_status", seconds=SLOW, times=None)
    narrow.faults.hold_description()
    client, clock = calls.client(narrow), Clock()
    with pytest.raises(AionvisionTimeoutError) as caught:
        calls(client.upload(folder(tmp_path, 24), description_timeout=WAIT, on_progress=clock))
    assert clock.seconds < ENOUGH
    assert [one.filename for one in caught.value.last_result or ()] == names(24)


def test_p23_a_poll_of_many_pages_of_descriptions_ends_by_the_deadline(
    calls: Calls, narrow: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in (
        "aion._flows.image_descriptions.PAGE",
        "aion.sync._flows.image_descriptions.PAGE",
    ):
        monkeypatch.setattr(place, 1)
    narrow.faults.delay("list_user_files", seconds=SLOW, times=None)
    narrow.faults.hold_description()
    client, clock = calls.client(narrow), Clock()
    with pytest.raises(AionvisionTimeoutError):
        calls(client.upload(folder(tmp_path, 5), description_timeout=WAIT, on_file_complete=clock))
    assert clock.seconds < ENOUGH


def test_p23_the_reasons_of_failed_documents_are_not_waited_for_beyond_the_deadline(
    calls: Calls, sandbox: Sandbox
) -> None:
    sandbox.faults.fail_job("extract", "corrupt", times=None)
    sandbox.faults.delay("get_user_file", seconds=SLOW, times=None)
    client, clock = calls.client(sandbox), Clock()
    results = calls(
        client.documents.upload(
            [f"note {number}".encode() for number in range(4)],
            filenames=[f"{number}.txt" for number in range(4)],
            # The documents fail within one of them, on a busy machine, too.
            processing_timeout=2 * WAIT,
            raise_on_failure=False,
            on_file_complete=clock,
        )
    )
    assert clock.seconds < 2 * ENOUGH
    assert results.failed_count == 4


def test_p23_the_reason_of_one_failed_document_is_not_waited_for_beyond_the_deadline(
    calls: Calls, sandbox: Sandbox
) -> None:
    sandbox.faults.fail_job("extract", "corrupt", times=None)
    client = calls.client(sandbox)
    sent = calls(client.documents.upload_one(b"x", filename="a.txt", wait_for_processing=False))
    sandbox.faults.delay("get_user_file", seconds=3 * WAIT, times=None)
    clock = Clock()
    with pytest.raises(DocumentProcessingError):
        calls(client.documents.wait_for_processing(sent.document_id, timeout=WAIT))
    assert clock.seconds < ENOUGH


# The id of an image comes after the response to its upload


def later(reply: Any) -> Any:
    """Return the response to an upload, without the results in it."""
    if isinstance(reply, Reply) and b"immediate_results" in reply.body:
        body = json.dumps({**json.loads(reply.body), "immediate_results": None}).encode()
        return Reply(reply.status, [(b"content-type", b"application/json")], body)
    return reply


class Later(BoundedConnection):
    def exchange(self, wire: Wire, **limits: Any) -> Any:
        return later(super().exchange(wire, **limits))


class AsyncLater(AsyncConnection):
    async def exchange(self, wire: Wire, **limits: Any) -> Any:
        return later(await super().exchange(wire, **limits))


def test_p23_an_id_and_a_description_have_one_deadline_together(
    calls: Calls, sandbox: Sandbox
) -> None:
    sandbox.faults.delay("get_session_status", seconds=SLOW)
    sandbox.faults.delay("list_user_files", seconds=SLOW)
    client = calls.client(sandbox, transport=AsyncLater if calls.kind == "async" else Later)
    with pytest.raises(AionvisionTimeoutError, match="do not upload it again"):
        calls(client.upload_one(draw(), filename="a.jpg", description_timeout=WAIT))

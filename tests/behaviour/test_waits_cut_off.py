"""Waits that end late or are cut off from outside: how to resume, as a line ready to paste."""

from __future__ import annotations

import ast
import asyncio
import gc
import re
import signal
import threading
import weakref
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from aion import AionVision
from aion.exceptions import AionvisionTimeoutError, ResourceNotFoundError
from aion.testing import Sandbox
from tests.behaviour.bulk import requests_of
from tests.behaviour.calls import Calls
from tests.behaviour.pictures import draw
from tests.behaviour.test_waits import UNKNOWN, WAITS

CALL = re.compile(r"resume with (?:`(for .*?)`|((?:await )?client\.\S+?\(.*?\))),")
SHORT = 0.3
HOLDS: dict[str, Callable[[Sandbox], int]] = {
    "batch": lambda sandbox: sandbox.faults.hold("batch", "processing"),
    "image": lambda sandbox: sandbox.faults.hold_description(),
    "document": lambda sandbox: sandbox.faults.hold("extract", "processing"),
    "link": lambda sandbox: sandbox.faults.hold("crawl", "processing"),
    "analysis": lambda sandbox: sandbox.faults.hold("analyze_video", "pending"),
}
"""How to keep each operation from ending."""


@pytest.fixture
def blocking() -> Generator[Calls]:
    """Calls through the blocking client, which an exception in its thread cuts off."""
    calls = Calls("sync")
    yield calls
    calls.close()


def line_of(text: str) -> str:
    """The line in a message that resumes a wait."""
    found = CALL.search(text)
    assert found is not None, text
    return found[1] or found[2]


async def pasted(line: str, **names: Any) -> None:
    """Run a line as a user pastes it into a notebook or the asyncio REPL."""
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    result = eval(compile(line, "pasted", "exec", flags=flags), names)
    if result is not None:
        await result


def paste(calls: Calls, line: str, **names: Any) -> None:
    """Run a line against a client of either kind; only that of the async client may await."""
    assert ("await client." in line) == (calls.kind == "async")
    outcome: Any = pasted(line, **names)
    calls(outcome)


@contextmanager
def leaving(
    sandbox: Sandbox, error: type[BaseException], look: str = "list_user_files", polls: int = 2
) -> Generator[None]:
    """Raise an exception once the service is polled, as web servers do in their workers."""
    ended = threading.Event()
    main = threading.main_thread().ident
    assert main is not None

    def leave(*_: object) -> None:
        raise error

    def strike() -> None:
        while requests_of(sandbox, look) < polls and not ended.wait(0.01):
            pass
        if not ended.wait(0.05):
            signal.pthread_kill(main, signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, leave)
    thread = threading.Thread(target=strike)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        signal.signal(signal.SIGUSR1, before)


def note_of(error: BaseException) -> str:
    """The only note of an exception."""
    assert len(error.__notes__) == 1
    return error.__notes__[0]


@pytest.mark.parametrize("kind", WAITS)
def test_p23_the_error_of_a_late_wait_has_the_line_that_resumes_it(
    kind: str, calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    client = calls.client(sandbox, polling_interval=0.02)
    HOLDS[kind](sandbox)
    begun = WAITS[kind].begin(calls, client, tmp_path)
    with pytest.raises(AionvisionTimeoutError) as caught:
        calls(WAITS[kind].wait(client)(begun, timeout=SHORT))
    sandbox.faults.clear()
    paste(calls, line_of(caught.value.message), client=client)


def test_p23_the_error_of_a_late_batch_has_the_line_that_resumes_it(
    calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox, polling_interval=0.02)
    sandbox.faults.hold_description()
    files, names = [draw(), draw("PNG")], ["a.jpg", "b.png"]
    with pytest.raises(AionvisionTimeoutError) as caught:
        calls(client.upload(files, filenames=names, description_timeout=SHORT))
    sandbox.faults.clear()
    paste(calls, line_of(caught.value.message), client=client, error=caught.value)


def test_p23_the_error_of_late_documents_has_the_line_that_resumes_them(
    calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox, polling_interval=0.02)
    HOLDS["document"](sandbox)
    files, names = [b"one", b"two"], ["a.txt", "b.txt"]
    with pytest.raises(AionvisionTimeoutError) as caught:
        calls(client.documents.upload(files, filenames=names, processing_timeout=SHORT))
    sandbox.faults.clear()
    paste(calls, line_of(caught.value.message), client=client, error=caught.value)


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt])
@pytest.mark.parametrize("kind", WAITS)
def test_p23_what_cuts_off_a_wait_notes_the_line_that_resumes_it(
    kind: str, error: type[BaseException], blocking: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    client = blocking.client(sandbox, polling_interval=0.02)
    HOLDS[kind](sandbox)
    begun = WAITS[kind].begin(blocking, client, tmp_path)
    with pytest.raises(error) as caught, leaving(sandbox, error, WAITS[kind].look):
        WAITS[kind].wait(client)(begun)
    sandbox.faults.clear()
    paste(blocking, line_of(note_of(caught.value)), client=client)


def test_p23_what_cuts_off_a_batch_notes_the_line_that_resumes_it(
    blocking: Calls, sandbox: Sandbox
) -> None:
    client = blocking.client(sandbox, polling_interval=0.02)
    sandbox.faults.hold_description()
    with pytest.raises(SystemExit) as caught, leaving(sandbox, SystemExit):
        client.upload([draw(), draw("PNG")], filenames=["a.jpg", "b.png"])
    sandbox.faults.clear()
    paste(blocking, line_of(note_of(caught.value)), client=client)


def test_p23_what_cuts_off_a_batch_with_a_journal_says_that_the_journal_resumes_it(
    blocking: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    client = blocking.client(sandbox, polling_interval=0.02)
    sandbox.faults.hold_description()
    with pytest.raises(SystemExit) as caught, leaving(sandbox, SystemExit):
        client.upload([draw()], filenames=["a.jpg"], journal=tmp_path / "journal")
    assert "The same call with the same journal resumes the wait" in note_of(caught.value)


def test_the_note_names_the_way_out_for_web_servers(blocking: Calls, sandbox: Sandbox) -> None:
    client = blocking.client(sandbox, polling_interval=0.02)
    sandbox.faults.hold_description()
    with pytest.raises(SystemExit) as caught, leaving(sandbox, SystemExit):
        client.upload_one(draw(), filename="a.jpg")
    assert "worker timeout: do not wait in the request" in note_of(caught.value)


def test_an_exception_of_a_signal_handler_has_the_note_too(
    blocking: Calls, sandbox: Sandbox
) -> None:
    # Task queues raise such a one when the soft limit of a task has passed.
    client = blocking.client(sandbox, polling_interval=0.02)
    sandbox.faults.hold_description()
    with pytest.raises(LookupError) as caught, leaving(sandbox, LookupError):
        client.upload_one(draw(), filename="a.jpg")
    assert "client.uploads.wait_for_description" in note_of(caught.value)


def test_an_error_of_this_package_has_no_note(calls: Calls, sandbox: Sandbox) -> None:
    with pytest.raises(ResourceNotFoundError) as caught:
        calls(calls.client(sandbox).uploads.wait_for_description(UNKNOWN))
    assert not hasattr(caught.value, "__notes__")


async def waiting(client: AionVision, sandbox: Sandbox) -> str:
    """Store an image whose description does not end."""
    sandbox.faults.hold_description()
    sent = await client.upload_one(draw(), filename="a.jpg", wait_for_descriptions=False)
    return sent.image_id


def test_p23_a_cancelled_wait_notes_the_line_that_resumes_it(sandbox: Sandbox) -> None:
    async def main() -> str:
        async with sandbox.client(polling_interval=0.02) as client:
            image_id = await waiting(client, sandbox)
            task = asyncio.create_task(client.uploads.wait_for_description(image_id))
            await asyncio.sleep(SHORT)
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as caught:
                await task
            sandbox.faults.clear()
            await pasted(line_of(note_of(caught.value)), client=client)
            return note_of(caught.value)

    assert "await client." in asyncio.run(main())


def test_p23_a_wait_that_a_timeout_of_asyncio_ends_notes_it_on_the_cause(sandbox: Sandbox) -> None:
    async def main() -> BaseException | None:
        async with sandbox.client(polling_interval=0.02) as client:
            image_id = await waiting(client, sandbox)
            with pytest.raises(TimeoutError) as caught:
                async with asyncio.timeout(SHORT):
                    await client.uploads.wait_for_description(image_id)
            return caught.value.__cause__

    cause = asyncio.run(main())
    assert isinstance(cause, asyncio.CancelledError)
    assert "client.uploads.wait_for_description" in note_of(cause)


def test_a_scope_of_anyio_recognizes_its_own_cancellation(sandbox: Sandbox) -> None:
    async def main() -> bool:
        async with sandbox.client(polling_interval=0.02) as client:
            image_id = await waiting(client, sandbox)
            with anyio.move_on_after(SHORT) as scope:
                await client.uploads.wait_for_description(image_id)
            await client.files.list()
            return scope.cancelled_caught

    assert asyncio.run(main())


def test_a_wait_that_was_cut_off_leaves_nothing_in_memory(sandbox: Sandbox) -> None:
    async def main() -> bool:
        async with sandbox.client(polling_interval=0.02) as client:
            image_id = await waiting(client, sandbox)
            task = asyncio.create_task(client.uploads.wait_for_description(image_id))
            await asyncio.sleep(SHORT)
            task.cancel()
            gc.disable()
            seen: list[weakref.ref[BaseException]] = []
            try:
                await task
            except asyncio.CancelledError as error:
                seen.append(weakref.ref(error))
            del task
            await asyncio.sleep(0)
            return [one() for one in seen] == [None]

    try:
        assert asyncio.run(main())
    finally:
        gc.enable()


def test_what_cuts_off_the_sending_notes_what_is_stored(
    blocking: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    client = blocking.client(sandbox)
    sandbox.faults.delay("stream_batch_upload", seconds=5.0, times=None)
    cut = leaving(sandbox, SystemExit, "check_upload_quota", polls=1)
    with pytest.raises(SystemExit) as caught, cut:
        client.upload([draw()], filenames=["a.jpg"], journal=tmp_path / "journal")
    assert "the same call with the same journal resumes the upload" in note_of(caught.value)

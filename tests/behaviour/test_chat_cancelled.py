"""Chat sessions whose block is cancelled or interrupted: closed soon, without a wait."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator
from typing import Any

import anyio
import pytest

from aion import AionVision
from aion.config import ClientConfig
from aion.exceptions import AionvisionError, ServerError
from aion.testing import Sandbox
from tests.behaviour.test_lifetime import run, without_timings

CLOSE = "close_chat_session"
OPEN = "create_chat_session"
STREAM = "send_message_stream"
SLOW = 0.8
"""Seconds that the service needs to close a session, in tests that check who waits for it."""

Block = Callable[[asyncio.Event], Coroutine[Any, Any, object]]
"""Sets the event, and is then cut off."""


def closed(sandbox: Sandbox, sessions: int = 1) -> int:
    """Return the number of closed sessions, once it is reached or two seconds have passed."""
    end = time.monotonic() + 2.0
    while time.monotonic() < end and len(_closings(sandbox)) < sessions:
        time.sleep(0.01)
    return len(_closings(sandbox))


def _closings(sandbox: Sandbox) -> list[int | None]:
    return [
        one.status for one in sandbox.requests if one.method == "DELETE" and one.status is not None
    ]


# What cuts a block off


async def task_cancelled(block: Block) -> None:
    begun = asyncio.Event()
    task = asyncio.ensure_future(block(begun))
    await begun.wait()
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def task_cancelled_twice(block: Block) -> None:
    begun = asyncio.Event()
    task = asyncio.ensure_future(block(begun))
    await begun.wait()
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def asyncio_timeout(block: Block) -> None:
    begun = asyncio.Event()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(None) as limit:
            waiting = asyncio.ensure_future(begun.wait())
            waiting.add_done_callback(lambda _: limit.reschedule(0))
            await block(begun)


async def task_group_failure(block: Block) -> None:
    begun = asyncio.Event()
    with contextlib.suppress(ExceptionGroup):
        async with asyncio.TaskGroup() as group:
            group.create_task(_awaited(block(begun)))
            await begun.wait()
            raise LookupError


def _now() -> float:
    """The time of anyio; its own function does not work in callbacks where sniffio is installed."""
    return asyncio.get_running_loop().time()


async def anyio_move_on_after(block: Block) -> None:
    begun = asyncio.Event()
    with anyio.move_on_after(60) as scope:
        waiting = asyncio.ensure_future(begun.wait())
        waiting.add_done_callback(lambda _: setattr(scope, "deadline", _now()))
        await block(begun)


async def anyio_fail_after(block: Block) -> None:
    begun = asyncio.Event()
    with contextlib.suppress(TimeoutError), anyio.fail_after(60) as scope:
        waiting = asyncio.ensure_future(begun.wait())
        waiting.add_done_callback(lambda _: setattr(scope, "deadline", _now()))
        await block(begun)


async def anyio_task_group(block: Block) -> None:
    begun = asyncio.Event()
    async with anyio.create_task_group() as group:
        group.start_soon(block, begun)
        await begun.wait()
        group.cancel_scope.cancel()


async def streaming_response(block: Block) -> None:
    """A browser disconnects: the response and the watch for its end share a task group."""
    begun = asyncio.Event()
    async with anyio.create_task_group() as group:

        async def until_gone() -> None:
            await begun.wait()
            group.cancel_scope.cancel()

        async def body() -> AsyncIterator[bytes]:
            await block(begun)
            yield b""

        async def respond() -> None:
            async for _ in body():
                pass
            group.cancel_scope.cancel()

        group.start_soon(respond)
        await until_gone()


async def _awaited(awaitable: Awaitable[object]) -> None:
    await awaitable


WAYS = [
    task_cancelled,
    task_cancelled_twice,
    asyncio_timeout,
    task_group_failure,
    anyio_move_on_after,
    anyio_fail_after,
    anyio_task_group,
    streaming_response,
]
Way = Callable[[Block], Awaitable[None]]
every_way = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)


def talk(client: AionVision, *, stream: bool = False) -> Block:
    """A block with a session, which lasts until it is cut off: in itself, or in a stream."""

    async def block(begun: asyncio.Event) -> None:
        async with client.chat_session() as session:
            if stream:
                async for _ in session.send_stream("Hello"):
                    begun.set()
            begun.set()
            await asyncio.sleep(60)

    return block


@every_way
def test_a_session_whose_block_is_cancelled_is_closed(way: Way, sandbox: Sandbox) -> None:
    async def main() -> int:
        async with sandbox.client() as client:
            await way(talk(client))
            return await asyncio.to_thread(closed, sandbox)

    assert asyncio.run(main()) == 1


@every_way
def test_closing_a_session_does_not_hold_up_a_cancellation(way: Way, sandbox: Sandbox) -> None:
    sandbox.faults.delay(CLOSE, seconds=SLOW)
    cut: list[float] = []

    async def main() -> None:
        async with sandbox.client() as client:
            block = talk(client)

            async def timed(begun: asyncio.Event) -> None:
                try:
                    await block(begun)
                finally:
                    cut.append(time.monotonic() - began)

            began = time.monotonic()
            await client.chats.list_sessions()
            began = time.monotonic()
            await way(timed)

    asyncio.run(main())
    assert cut[0] < SLOW
    assert closed(sandbox) == 1


@every_way
def test_p11_a_stream_in_a_session_that_is_cancelled_leaves_no_busy_connection(
    way: Way, sandbox: Sandbox
) -> None:
    sandbox.faults.delay_events(STREAM, seconds=30.0, after=1, times=None)

    async def main() -> int:
        settings = ClientConfig(
            sandbox.api_key, base_url=sandbox.base_url, max_connections=1, timeout=2.0
        )
        async with AionVision.from_config(settings) as client:
            for _ in range(3):
                await way(talk(client, stream=True))
                # On the only connection.
                await client.chats.list_sessions()
            return await asyncio.to_thread(closed, sandbox, 3)

    assert asyncio.run(main()) == 3


@every_way
def test_a_session_whose_opening_is_cancelled_is_closed_once_it_is_open(
    way: Way, sandbox: Sandbox
) -> None:
    sandbox.faults.delay(OPEN, seconds=SLOW)

    async def main() -> tuple[float, int]:
        async with sandbox.client() as client:

            async def block(begun: asyncio.Event) -> None:
                asyncio.get_running_loop().call_later(0.3, begun.set)
                async with client.chat_session():
                    raise AssertionError("it was opened in spite of the cancellation")

            await client.chats.list_sessions()
            began = time.monotonic()
            await way(block)
            took = time.monotonic() - began
            return took, await asyncio.to_thread(closed, sandbox)

    took, count = asyncio.run(main())
    assert took < SLOW
    assert count == 1


def test_p11_an_opening_that_is_cancelled_gives_its_connection_up_within_two_seconds(
    sandbox: Sandbox,
) -> None:
    sandbox.faults.delay(OPEN, seconds=20.0)

    async def main() -> float:
        settings = ClientConfig(sandbox.api_key, base_url=sandbox.base_url, max_connections=1)
        async with AionVision.from_config(settings) as client:
            await client.chats.list_sessions()
            with anyio.move_on_after(0.2):
                await client.chat_session().open()
            began = time.monotonic()
            # On the only connection.
            await client.chats.list_sessions()
            return time.monotonic() - began

    assert asyncio.run(main()) < 4.0


def test_closing_a_client_waits_for_the_sessions_that_are_being_closed(sandbox: Sandbox) -> None:
    sandbox.faults.delay(CLOSE, seconds=SLOW)

    async def main() -> int:
        async with sandbox.client() as client:
            await anyio_move_on_after(talk(client))
        return len(_closings(sandbox))

    assert asyncio.run(main()) == 1


def test_closing_a_client_does_not_wait_longer_than_two_seconds(sandbox: Sandbox) -> None:
    sandbox.faults.delay(CLOSE, seconds=20.0)

    async def main() -> float:
        client = sandbox.client()
        await anyio_move_on_after(talk(client))
        began = time.monotonic()
        await client.close()
        return time.monotonic() - began

    assert 1.5 < asyncio.run(main()) < 4.0


def test_a_client_that_is_closed_in_a_cancelled_scope_closes_its_sessions_first(
    sandbox: Sandbox,
) -> None:
    sandbox.faults.delay(CLOSE, seconds=SLOW)

    async def main() -> tuple[float, int]:
        async def block(begun: asyncio.Event) -> None:
            async with sandbox.client() as client:
                await talk(client)(begun)

        begun = asyncio.Event()
        moments: list[float] = []
        async with anyio.create_task_group() as group:
            group.start_soon(block, begun)
            await begun.wait()
            moments.append(time.monotonic())
            group.cancel_scope.cancel()
        return time.monotonic() - moments[0], await asyncio.to_thread(closed, sandbox)

    took, count = asyncio.run(main())
    assert took < SLOW
    assert count == 1


def test_a_closing_that_is_cancelled_continues(sandbox: Sandbox) -> None:
    sandbox.faults.delay(CLOSE, seconds=SLOW)

    async def main() -> int:
        async with sandbox.client() as client:
            session = await client.chat_session().open()
            with anyio.move_on_after(0.1):
                await session.close()
            return await asyncio.to_thread(closed, sandbox)

    assert asyncio.run(main()) == 1


def test_what_fails_in_the_background_is_a_debug_line(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox.faults.fail(CLOSE, status=500, times=None)

    async def main() -> None:
        async with sandbox.client(max_retries=0) as client:
            await anyio_move_on_after(talk(client))

    with caplog.at_level(logging.DEBUG, "aion"):
        asyncio.run(main())
    failures = [one for one in caplog.records if "in the background" in one.getMessage()]
    assert [one.levelno for one in failures] == [logging.DEBUG]


def test_a_session_that_cannot_be_closed_at_the_end_of_its_block_raises(sandbox: Sandbox) -> None:
    sandbox.faults.fail(CLOSE, status=500, times=None)

    async def main() -> None:
        async with sandbox.client(max_retries=0) as client, client.chat_session():
            pass

    with pytest.raises(ServerError):
        asyncio.run(main())


def test_what_went_wrong_in_a_block_matters_more_than_its_closing(sandbox: Sandbox) -> None:
    sandbox.faults.fail(CLOSE, status=500, times=None)

    async def main() -> None:
        async with sandbox.client(max_retries=0) as client, client.chat_session():
            raise AionvisionError("OURS", "of the block")

    with pytest.raises(AionvisionError, match="of the block"):
        asyncio.run(main())


def test_a_session_that_is_not_to_be_closed_stays_open(sandbox: Sandbox) -> None:
    async def main() -> None:
        async with sandbox.client() as client:
            with anyio.move_on_after(0.3):
                async with client.chat_session(auto_close=False):
                    await asyncio.sleep(60)

    asyncio.run(main())
    assert _closings(sandbox) == []


# Programs that end at once

CUT = """
    import asyncio, gc
    from aion import AionVision

    async def main():
        client = AionVision.from_env()
        await client.chats.list_sessions()

        async def talk():
            async with client.chat_session():
                begun.set()
                await asyncio.sleep(60)

        begun = asyncio.Event()
        task = asyncio.create_task(talk())
        await {moment}
        task.cancel()
        {ending}

    {runner}
    gc.collect()
"""
RUN = "asyncio.run(main())"
LOOP = "loop = asyncio.new_event_loop(); loop.run_until_complete(main()); loop.close(); del loop"


@pytest.mark.parametrize("moment", ["begun.wait()", "asyncio.sleep(0.2)"], ids=["open", "opening"])
@pytest.mark.parametrize("ending", ["pass", "await asyncio.wait([task])"], ids=["at once", "after"])
def test_a_program_that_ends_at_once_closes_its_session_and_prints_nothing_p4(
    moment: str, ending: str, sandbox: Sandbox
) -> None:
    if moment != "begun.wait()":
        sandbox.faults.delay(OPEN, seconds=SLOW)
    done = run(CUT.format(moment=moment, ending=ending, runner=RUN), sandbox)
    assert without_timings(done.stderr) == ""
    assert closed(sandbox) == 1


@pytest.mark.parametrize("ending", ["pass", "await asyncio.wait([task])"], ids=["at once", "after"])
def test_a_loop_that_is_closed_before_the_session_prints_nothing_p4(
    ending: str, sandbox: Sandbox
) -> None:
    if ending == "pass":
        ending = "await asyncio.sleep(0)"
    done = run(CUT.format(moment="begun.wait()", ending=ending, runner=LOOP), sandbox)
    assert without_timings(done.stderr) == ""
    assert done.returncode == 0


def test_ctrl_c_closes_the_session_of_a_program(sandbox: Sandbox) -> None:
    program = """
        import asyncio, os, signal
        from aion import AionVision

        async def main():
            async with AionVision.from_env() as client, client.chat_session():
                os.kill(os.getpid(), signal.SIGINT)
                await asyncio.sleep(60)

        try:
            asyncio.run(main())
        except KeyboardInterrupt:
            print("interrupted")
    """
    done = run(program, sandbox)
    assert (done.stdout, without_timings(done.stderr)) == ("interrupted\n", "")
    assert closed(sandbox) == 1


# The blocking client


@contextlib.contextmanager
def interrupted() -> Generator[None]:
    with pytest.raises(KeyboardInterrupt):
        yield


def test_ctrl_c_in_a_block_of_the_blocking_client_closes_the_session(sandbox: Sandbox) -> None:
    with sandbox.sync_client() as client, interrupted(), client.chat_session():
        raise KeyboardInterrupt
    assert closed(sandbox) == 1


def test_ctrl_c_does_not_wait_for_a_service_that_does_not_close_p7(sandbox: Sandbox) -> None:
    sandbox.faults.delay(CLOSE, seconds=20.0, times=None)
    with sandbox.sync_client(max_retries=5) as client:
        began = time.monotonic()
        with interrupted(), client.chat_session():
            raise KeyboardInterrupt
        assert time.monotonic() - began < 4.0

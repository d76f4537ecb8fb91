"""An exception at each line of taking, using and giving back a connection: none is lost.

So does Ctrl-C, so does an alarm, and so does every other signal handler that raises.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from aion._transport import abort
from aion._transport.coroutines import AsyncEngine
from aion._transport.threads import SyncEngine
from aion.config import ClientConfig
from aion_api.api import chat, user_files
from aion_api.models.chat import SendMessageRequest
from tests.engine.pools import free
from tests.engine.striking import Spot, Struck, lines, strike, tracing
from tests.faults import scripts
from tests.faults.server import Connection, FaultServer

KEY = "aion_fake_key_for_tests_0000000000"
FILE = "5b0c7a4e-1d7f-4c56-9f0a-2f4f1c9f6a10"
READ = user_files.get_user_file(FILE)
STREAM = chat.send_message_stream(FILE, body=SendMessageRequest(message="hello"))
ALL = "aion/_transport"
"""The code under test."""


def answers(connection: Connection) -> None:
    """Answer files whole, and messages by a stream that does not end."""
    while True:
        seen = connection.read_request()
        if seen.method == "POST":
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
            connection.send(b'data: {"type":"token","content":"a"}\n\n')
            connection.wait_until_gone()
        body, kind = scripts.good_body(seen.target)
        connection.answer(body, kind=kind)


def config(server: FaultServer) -> ClientConfig:
    return ClientConfig(
        KEY,
        base_url=f"{server.url}/api/v2",
        timeout=5,
        max_retries=0,
        max_connections=1,
        circuit_breaker_enabled=False,
    )


@contextmanager
def finalizers_may_be_struck() -> Iterator[None]:
    """Let an exception that strikes a finalizer be dropped in silence."""
    before, sys.unraisablehook = sys.unraisablehook, lambda _: None
    try:
        # And a socket between its making and its first name is closed by the collector.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            yield
            gc.collect()
    finally:
        sys.unraisablehook = before


def use(engine: SyncEngine, other: FaultServer) -> None:
    """Calls of each kind, one of them to another host, whose connection pushes out the first."""
    engine.call(READ)
    answer = engine.open(STREAM)
    answer.piece()
    answer.close()
    forgotten = engine.open(STREAM)
    forgotten.piece()
    del forgotten
    engine.read_object(f"{other.url}/object")


def use_in_a_group(engine: SyncEngine, other: FaultServer) -> None:
    """The same as one of several calls side by side, which can be given up together."""
    token = abort.current.set(abort.Abort())
    try:
        use(engine, other)
    finally:
        abort.current.reset(token)


Use = Callable[[SyncEngine, FaultServer], None]


@pytest.mark.parametrize("way", [use, use_in_a_group])
@pytest.mark.timeout(120)
def test_P11_an_exception_at_any_line_loses_no_connection_of_a_blocking_client(way: Use) -> None:
    struck = 0
    with FaultServer(answers) as server, FaultServer(answers) as other, finalizers_may_be_struck():

        def once(spot: Spot | None, visit: int) -> list[tuple[Spot, int]]:
            nonlocal struck
            engine = SyncEngine(config(server))
            found: list[tuple[Spot, int]] = []
            if spot is None:
                found = lines(ALL, lambda: way(engine, other))
            else:
                struck += strike(ALL, spot, visit, lambda: way(engine, other))
            gc.collect(0)
            assert free(engine._pool.places()) == 1, spot
            assert engine.call(READ).id == FILE
            engine.close()
            return found

        once(None, 0)  # the first call ever imports, and makes what is made once
        for spot, visit in once(None, 0):
            once(spot, visit)
        gc.collect()
        assert server.open_connections() == 0
        assert other.open_connections() == 0
    assert struck > 200


async def use_async(engine: AsyncEngine, other: FaultServer) -> None:
    """Calls of each kind, two of them at once on the one connection there is."""
    await asyncio.gather(engine.call(READ), engine.call(READ))
    answer = await engine.open(STREAM)
    await answer.piece()
    await answer.close()
    forgotten = await engine.open(STREAM)
    await forgotten.piece()
    del forgotten
    await engine.read_object(f"{other.url}/object")


async def strike_async(engine: AsyncEngine, other: FaultServer, spot: Spot, visit: int) -> bool:
    left = [visit]

    def count(here: Spot) -> None:
        if here == spot:
            left[0] -= 1
            if left[0] == 0:
                raise Struck

    try:
        with tracing(ALL, count):
            await use_async(engine, other)
    except Struck:
        return True
    return False


@pytest.mark.timeout(120)
def test_P11_an_exception_at_any_line_loses_no_connection_of_an_asynchronous_client() -> None:
    struck = 0
    with FaultServer(answers) as server, FaultServer(answers) as other, finalizers_may_be_struck():

        async def visited() -> list[tuple[Spot, int]]:
            engine = AsyncEngine(config(server))
            visits: dict[Spot, int] = {}

            def note(spot: Spot) -> None:
                visits[spot] = visits.get(spot, 0) + 1

            with tracing(ALL, note):
                await use_async(engine, other)
            await engine.close()
            return [(spot, n) for spot, count in visits.items() for n in sorted({1, count})]

        async def once(spot: Spot, visit: int) -> None:
            nonlocal struck
            asyncio.get_running_loop().set_exception_handler(lambda *_: None)
            engine = AsyncEngine(config(server))
            struck += await strike_async(engine, other, spot, visit)
            await asyncio.sleep(0)  # the call beside the one that was struck ends
            rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            await asyncio.gather(*rest, return_exceptions=True)
            rest.clear()
            gc.collect(0)
            assert free(engine._pool.places()) == 1, spot
            assert (await engine.call(READ)).id == FILE
            await engine.close()

        asyncio.run(visited())
        for spot, visit in asyncio.run(visited()):
            asyncio.run(once(spot, visit))
        gc.collect()
        assert server.open_connections() == 0
        assert other.open_connections() == 0
    assert struck > 200

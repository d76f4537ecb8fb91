"""An exception at each line of taking, using and giving back a connection: none is lost.

So does Ctrl-C, so does an alarm, and so does every other signal handler that raises.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress

import pytest

import aion._engine
import aion._engine.coroutines
import aion._engine.threads
import aion._http
from aion._engine import abort, async_engine, sync_engine
from aion._engine.async_engine import AsyncEngine
from aion._engine.sync_engine import SyncEngine
from aion._http import async_single_pool, places, pool, sync_single_pool
from aion._http.sockets import coroutines, threads
from aion.config import ClientConfig
from aion_api.api import chat, user_files
from aion_api.models.chat import SendMessageRequest
from tests.engine.pools import free
from tests.engine.striking import (
    Part,
    Strike,
    Struck,
    Visits,
    finalizers_may_be_struck,
    in_a_thread,
)
from tests.faults import scripts
from tests.faults.server import Connection, FaultServer

KEY = "aion_fake_key_for_tests_0000000000"
FILE = "5b0c7a4e-1d7f-4c56-9f0a-2f4f1c9f6a10"
READ = user_files.get_user_file(FILE)
STREAM = chat.send_message_stream(FILE, body=SendMessageRequest(message="hello"))
CONNECTIONS = Part(
    places,
    pool,
    async_single_pool,
    sync_single_pool,
    abort,
    async_engine,
    sync_engine,
    aion._engine.coroutines,
    aion._engine.threads,
    coroutines,
    threads,
)
EVERYTHING = Part(aion._http, aion._engine)
LONGEST = 3.0
"""Seconds after which a call that waits for a connection has noticed that there is one."""


def answers(connection: Connection) -> None:
    """Respond to files completely, and to messages with a stream that does not end."""
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
        timeout=10,
        max_retries=0,
        max_connections=1,
        circuit_breaker_enabled=False,
    )


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let those who wait not wait long for a release that was struck."""
    monkeypatch.setattr(pool, "_AGAIN", 0.02)


@contextmanager
def two_servers() -> Generator[tuple[FaultServer, FaultServer]]:
    """Two hosts; at the end, no connection to them is open."""
    with finalizers_may_be_struck(), FaultServer(answers) as one, FaultServer(answers) as other:
        yield one, other
        gc.collect()
        assert one.open_connections() == 0
        assert other.open_connections() == 0


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
    """Run it as one of several concurrent calls, which can be cancelled together."""
    token = abort.current.set(abort.Abort())
    try:
        use(engine, other)
    finally:
        abort.current.reset(token)


Use = Callable[[SyncEngine, FaultServer], None]
WAYS = [
    pytest.param(use, CONNECTIONS, id="alone"),
    pytest.param(use_in_a_group, Part(abort), id="group"),
    pytest.param(use, EVERYTHING, id="everything", marks=pytest.mark.soak),
    pytest.param(use_in_a_group, EVERYTHING, id="everything-group", marks=pytest.mark.soak),
]


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("way", "part"), WAYS)
@in_a_thread
def test_P11_an_exception_at_any_line_loses_no_connection_of_a_blocking_client(
    way: Use, part: Part
) -> None:
    with two_servers() as (server, other):
        visits = Visits(part, last=part is EVERYTHING)
        # The first run imports, and makes what is made once.
        way(SyncEngine(config(server)), other)
        with visits:
            way(SyncEngine(config(server)), other)
        assert len(visits.spots) > 10
        for spot in visits.spots:
            engine = SyncEngine(config(server))
            with Strike(part, spot):
                way(engine, other)
            gc.collect(0)
            assert free(engine._pool.places()) == 1, spot
            began = time.monotonic()
            assert engine.call(READ).id == FILE
            assert time.monotonic() - began < LONGEST, spot
            engine.close()


def ignored(*_: object) -> None:
    """An exception handler of a loop: what strikes a callback goes there."""


async def read(engine: AsyncEngine) -> None:
    """Make a call that may be interrupted. A stored exception would keep its place in use."""
    with suppress(Struck):
        await engine.call(READ)


async def use_async(engine: AsyncEngine, other: FaultServer) -> None:
    """Calls of each kind, the first of which finds the one connection busy."""
    await engine.call(READ)
    answer = await engine.open(STREAM)
    await answer.piece()
    await answer.close()
    forgotten = await engine.open(STREAM)
    await forgotten.piece()
    del forgotten
    await engine.read_object(f"{other.url}/object")


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "part", [CONNECTIONS, pytest.param(EVERYTHING, marks=pytest.mark.soak)], ids=["", "everything"]
)
@in_a_thread
def test_P11_an_exception_at_any_line_loses_no_connection_of_an_asynchronous_client(
    part: Part,
) -> None:
    with two_servers() as (server, other):

        async def visit(visits: Visits) -> None:
            engine = AsyncEngine(config(server))
            with visits:
                beside = asyncio.create_task(read(engine))
                await asyncio.sleep(0)
                await use_async(engine, other)
                await beside
            await engine.close()

        async def once(strike: Strike) -> None:
            asyncio.get_running_loop().set_exception_handler(ignored)
            engine = AsyncEngine(config(server))
            beside: list[asyncio.Task[None]] = []
            with strike:
                beside.append(asyncio.create_task(read(engine)))
                await asyncio.sleep(0)
                await use_async(engine, other)
            gc.collect(0)
            await asyncio.wait(beside, timeout=LONGEST)
            assert all(task.done() for task in beside), strike.spot
            assert free(engine._pool.places()) == 1, strike.spot
            async with asyncio.timeout(LONGEST):
                assert (await engine.call(READ)).id == FILE
            await engine.close()

        asyncio.run(visit(Visits(part, last=False)))
        visits = Visits(part, last=part is EVERYTHING)
        asyncio.run(visit(visits))
        assert len(visits.spots) > 10
        for spot in visits.spots:
            asyncio.run(once(Strike(part, spot)))

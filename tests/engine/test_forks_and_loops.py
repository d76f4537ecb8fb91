"""Clients across forks and event loops: each process and each loop has connections of its own."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from aion._engine.async_engine import AsyncEngine
from aion._engine.sync_engine import SyncEngine
from aion._http import places
from aion.config import ClientConfig
from aion_api.api import chat, user_files
from aion_api.models.chat import SendMessageRequest
from tests.engine.pools import free, open_connections
from tests.faults import scripts
from tests.faults.server import FaultServer
from tests.forks import forks

KEY = "aion_fake_key_for_tests_0000000000"
FILE = "5b0c7a4e-1d7f-4c56-9f0a-2f4f1c9f6a10"
READ = user_files.get_user_file(FILE)
STREAM = chat.send_message_stream(FILE, body=SendMessageRequest(message="hello"))


def config(server: FaultServer, *, max_connections: int = 2) -> ClientConfig:
    return ClientConfig(
        KEY,
        base_url=f"{server.url}/api/v2",
        timeout=10,
        max_retries=0,
        max_connections=max_connections,
    )


def in_child(work: Callable[[], bool]) -> bool:
    """Whether some work comes out right in a forked process."""
    pid = os.fork()
    if pid == 0:
        right = False
        try:
            right = work()
        except BaseException:  # noqa: BLE001 - a child that raises would run the rest of the tests
            traceback.print_exc(file=sys.__stderr__)
        finally:
            os._exit(0 if right else 1)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status) == 0


def by_threads(engine: SyncEngine, threads: int, calls: int) -> bool:
    """Whether concurrent calls of several threads all get responses."""
    together = threading.Barrier(threads)

    def work() -> int:
        together.wait(10)
        return sum(engine.call(READ).id == FILE for _ in range(calls))

    with ThreadPoolExecutor(threads) as pool:
        counts = [pool.submit(work) for _ in range(threads)]
        return sum(count.result() for count in counts) == threads * calls


@forks
def test_P5_several_threads_use_a_client_at_once_right_after_a_fork() -> None:
    with FaultServer(scripts.good) as server:
        engine = SyncEngine(config(server))
        assert by_threads(engine, 4, 5)

        def child() -> bool:
            return by_threads(engine, 8, 5) and free(engine._pool.places()) == 2

        assert all(in_child(child) for _ in range(5))
        assert by_threads(engine, 4, 5)


@forks
def test_P5_a_child_gives_back_what_its_parent_was_using_and_disturbs_it_not() -> None:
    with FaultServer(scripts.good) as server:
        engine = SyncEngine(config(server))
        answer = engine.open(STREAM)

        def child() -> bool:
            nonlocal answer
            assert engine.call(READ).id == FILE
            del answer
            return free(engine._pool.places()) == 2 and engine.call(READ).id == FILE

        assert in_child(child)
        assert answer.piece()
        answer.close()
        assert engine.call(READ).id == FILE


@forks
def test_P5_an_asynchronous_client_is_used_in_a_child() -> None:
    with FaultServer(scripts.good) as server:
        engine = AsyncEngine(config(server))

        async def calls() -> bool:
            found = await asyncio.gather(*(engine.call(READ) for _ in range(10)))
            return all(one.id == FILE for one in found)

        assert asyncio.run(calls())
        assert in_child(lambda: asyncio.run(calls()))
        assert asyncio.run(calls())


def test_P4_one_asynchronous_client_serves_loops_in_many_threads_at_once() -> None:
    with FaultServer(scripts.good) as server:
        engine = AsyncEngine(config(server))

        async def calls() -> int:
            found = await asyncio.gather(*(engine.call(READ) for _ in range(8)))
            return sum(one.id == FILE for one in found)

        with ThreadPoolExecutor(8) as threads:
            rounds = [threads.submit(asyncio.run, calls()) for _ in range(60)]
            assert sum(one.result() for one in rounds) == 480
        gc.collect()
        assert len(engine._pool._places) <= 8
        assert server.open_connections() == 0


def test_P11_a_stream_that_is_collected_in_another_thread_wakes_who_waits_in_the_loop() -> None:
    with FaultServer(scripts.good) as server:
        engine = AsyncEngine(config(server, max_connections=1))

        async def main() -> str:
            held = [await engine.open(STREAM)]
            waiting = asyncio.create_task(engine.call(READ))
            await asyncio.sleep(0.05)
            thread = threading.Thread(target=held.clear)
            thread.start()
            async with asyncio.timeout(0.8):
                found = await waiting
            thread.join()
            return found.id

        assert asyncio.run(main()) == FILE


@pytest.mark.parametrize("client", ["async", "sync"])
def test_P11_a_call_that_waits_finds_the_connection_of_a_stream_forgotten_in_a_cycle(
    client: str,
) -> None:
    thresholds = gc.get_threshold()
    gc.set_threshold(100_000, 1000, 1000)
    try:
        with FaultServer(scripts.good) as server:
            settings = config(server, max_connections=1)
            if client == "sync":
                blocking = SyncEngine(settings)
                holder: list[object] = [blocking.open(STREAM)]
                holder.append(holder)
                del holder
                assert blocking.call(READ).id == FILE
                return

            async def main() -> str:
                engine = AsyncEngine(settings)
                holder: list[object] = [await engine.open(STREAM)]
                holder.append(holder)
                del holder
                return (await engine.call(READ)).id

            assert asyncio.run(main()) == FILE
    finally:
        gc.set_threshold(*thresholds)


def test_P11_calls_to_many_hosts_share_the_connections_that_a_client_may_have() -> None:
    with ExitStack() as stack:
        hosts = [stack.enter_context(FaultServer(scripts.good)) for _ in range(12)]
        engine = SyncEngine(config(hosts[0], max_connections=4))
        for host in hosts * 2:
            assert engine.read_object(f"{host.url}/object")

        assert open_connections(engine._pool.places()) == 4
        engine.close()


def test_idle_connections_that_the_service_closed_are_closed_by_the_next_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(places, "_ROUND", 0.0)
    with FaultServer(scripts.good) as other:
        with FaultServer(scripts.good) as server:
            engine = SyncEngine(config(server, max_connections=20))
            answers = [engine.open(STREAM) for _ in range(10)]
            for answer in answers:
                while answer.piece() is not None:
                    pass
            assert open_connections(engine._pool.places()) == 10
        until = time.monotonic() + 5
        while open_connections(engine._pool.places()) > 1 and time.monotonic() < until:
            engine.read_object(f"{other.url}/object")

        assert open_connections(engine._pool.places()) == 1
        engine.close()

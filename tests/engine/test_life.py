"""Many calls, many clients, cancelled calls: nothing is lost, and nothing is left over."""

from __future__ import annotations

import asyncio
import gc
import resource
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from aion._engine.async_engine import AsyncEngine
from aion._engine.sync_engine import SyncEngine
from aion.config import ClientConfig
from aion.exceptions import AionvisionError, AionvisionTimeoutError, ValidationError
from aion_api.api import chat, user_files
from aion_api.models.chat import SendMessageRequest
from tests.engine.pools import free
from tests.faults import scripts
from tests.faults.server import Connection, FaultServer

KEY = "aion_fake_key_for_tests_0000000000"
FILE = "5b0c7a4e-1d7f-4c56-9f0a-2f4f1c9f6a10"


def config(server: FaultServer, *, max_connections: int = 10, timeout: float = 30) -> ClientConfig:
    return ClientConfig(
        KEY,
        base_url=f"{server.url}/api/v2",
        max_connections=max_connections,
        timeout=timeout,
        max_retries=0,
    )


def open_files() -> int:
    gc.collect()
    return len(list(Path("/proc/self/fd").iterdir()))


def endless(connection: Connection) -> None:
    """Begin an event stream and never end it."""
    connection.read_request()
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
    connection.send(b'data: {"type":"token","content":"a"}\n\n')
    connection.wait_until_gone()


def slow(connection: Connection) -> None:
    """Respond only when the server stops."""
    connection.read_request()
    connection.wait_until_gone()


def test_P11_a_thousand_calls_at_once_share_ten_connections() -> None:
    with FaultServer(scripts.good) as server:

        async def main() -> int:
            engine = AsyncEngine(config(server))
            calls = [engine.call(user_files.get_user_file(FILE)) for _ in range(1000)]
            answers = await asyncio.gather(*calls)
            await engine.close()
            return sum(answer.id == FILE for answer in answers)

        assert asyncio.run(main()) == 1000
        assert server.connections <= 10


def test_P11_cancelled_calls_leave_no_busy_connection() -> None:
    with FaultServer(slow) as server:

        async def main() -> None:
            engine = AsyncEngine(config(server))
            for _ in range(20):
                calls = [
                    asyncio.ensure_future(engine.call(user_files.get_user_file(FILE)))
                    for _ in range(50)
                ]
                await asyncio.sleep(0.01)
                for call in calls:
                    call.cancel()
                await asyncio.gather(*calls, return_exceptions=True)
            assert free(engine._pool.places()) == 10
            assert not engine._pool.places().waiting
            await engine.close()

        asyncio.run(main())
        assert server.open_connections() == 0


def test_P11_streams_that_are_left_early_leave_no_busy_connection() -> None:
    with FaultServer(endless) as server:

        async def main() -> None:
            engine = AsyncEngine(config(server))
            body = SendMessageRequest(message="a")
            for number in range(60):
                answer = await engine.open(chat.send_message_stream(FILE, body=body))
                assert await answer.piece()
                if number % 2:
                    await answer.close()
                # Otherwise it is simply dropped, as by a `break`.
                del answer
            assert free(engine._pool.places()) == 10
            await engine.close()

        asyncio.run(main())
        assert server.open_connections() == 0


def test_P11_blocking_streams_that_are_left_early_leave_no_busy_connection() -> None:
    with FaultServer(endless) as server:
        engine = SyncEngine(config(server, max_connections=2))
        body = SendMessageRequest(message="a")
        for number in range(60):
            answer = engine.open(chat.send_message_stream(FILE, body=body))
            assert answer.piece()
            if number % 2:
                answer.close()
            del answer
        engine.close()

        assert server.open_connections() == 0


def test_a_call_that_finds_all_connections_busy_ends_at_its_deadline() -> None:
    with FaultServer(slow) as server:
        engine = SyncEngine(config(server, max_connections=1))
        request = user_files.get_user_file(FILE)
        with ThreadPoolExecutor(1) as threads:
            busy = threads.submit(engine.call, request, timeout=1.0)
            while not server.seen:
                time.sleep(0.005)
            with pytest.raises(AionvisionTimeoutError, match="all connections are busy"):
                engine.call(request, timeout=0.2)
            assert isinstance(busy.exception(), AionvisionTimeoutError)


def test_calls_that_found_all_connections_busy_open_no_circuit() -> None:
    with FaultServer(scripts.good) as server:
        engine = SyncEngine(config(server, max_connections=1))
        request = user_files.get_user_file(FILE)
        streaming = engine.open(request)
        for _ in range(6):
            with pytest.raises(AionvisionTimeoutError):
                engine.call(request, timeout=0.02)
        streaming.close()

        assert engine.call(request).id == FILE


def test_failures_on_one_host_open_no_circuit_on_another() -> None:
    with FaultServer(scripts.reset_unanswered) as broken, FaultServer(scripts.good) as server:
        engine = SyncEngine(config(server))
        other = SyncEngine(engine.config.changed(base_url=f"{broken.url}/api/v2"), engine)
        request = user_files.get_user_file(FILE)
        for _ in range(6):
            with pytest.raises(AionvisionError):
                other.call(request)

        assert engine.call(request).id == FILE


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), "5", True, 1e9])
def test_a_timeout_that_is_not_a_length_of_time_is_refused(timeout: Any) -> None:
    engine = SyncEngine(ClientConfig(KEY))

    with pytest.raises(ValidationError, match=r"^timeout has to be a number of seconds above 0"):
        engine.call(user_files.get_user_file(FILE), timeout=timeout)


def right_answers(threads: int, calls: int) -> int:
    """Count correct responses to `threads` x `calls` concurrent calls on one sync client.

    Each call requests a different file, so that a mixed-up response is noticed.
    """
    counts = [0] * threads

    def echo(connection: Connection) -> None:
        while True:
            wanted = connection.read_request().target.rpartition("/")[2]
            connection.answer(
                f'{{"id": "{wanted}", "object_key": "k", "size_bytes": 1,'
                ' "content_type": "image/png", "hash": "h"}'.encode()
            )

    with FaultServer(echo) as server:
        engine = SyncEngine(config(server, max_connections=16))

        def work(number: int) -> None:
            for turn in range(calls):
                wanted = f"{number:08d}-{turn:08d}"
                counts[number] += engine.call(user_files.get_user_file(wanted)).id == wanted

        workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        engine.close()
    return sum(counts)


def test_P5_threads_on_one_blocking_client_get_their_own_answers() -> None:
    assert right_answers(32, 25) == 32 * 25


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_P5_32_threads_times_1000_calls_give_32000_right_answers() -> None:
    assert right_answers(32, 1000) == 32_000


def use_and_close(count: int, server: FaultServer) -> None:
    for _ in range(count):
        engine = SyncEngine(config(server))
        engine.call(user_files.get_user_file(FILE))
        engine.close()


@pytest.mark.parametrize(
    "count", [150, pytest.param(1000, marks=[pytest.mark.soak, pytest.mark.timeout(300)])]
)
def test_P3_clients_that_come_and_go_leave_no_file_and_no_memory(count: int) -> None:
    with FaultServer(scripts.good) as server:
        use_and_close(50, server)
        server.open_connections()
        files, memory = open_files(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        use_and_close(count, server)
        server.open_connections()

        assert open_files() <= files
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 5 * 1024

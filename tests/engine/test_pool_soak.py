"""Threads, loops, forks, cancellations, signals and the garbage collector, together for minutes.

No call hangs, no response is mixed up, and in the end every place is free and no socket is open.
"""

from __future__ import annotations

import asyncio
import gc
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager, suppress

import pytest

from aion._engine.async_engine import AsyncEngine
from aion._engine.sync_engine import SyncEngine
from aion.config import ClientConfig
from aion.exceptions import AionvisionTimeoutError
from aion_api.api import chat, user_files
from aion_api.models.chat import SendMessageRequest
from tests.engine.pools import free
from tests.engine.striking import Struck, finalizers_may_be_struck
from tests.faults.server import Connection, FaultServer
from tests.forks import forks

KEY = "aion_fake_key_for_tests_0000000000"
STREAM = chat.send_message_stream("s", body=SendMessageRequest(message="hello"))
CONNECTIONS = 4
SLOWEST = 20.0
"""Limit of a call in seconds, also on a machine that stops for a while."""


def echo(connection: Connection) -> None:
    """Respond with the requested id, and to messages with a stream that does not end."""
    while True:
        seen = connection.read_request()
        if seen.method == "POST":
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
            connection.send(b'data: {"type":"token","content":"a"}\n\n')
            connection.wait_until_gone()
        wanted = seen.target.rpartition("/")[2]
        connection.answer(
            f'{{"id": "{wanted}", "object_key": "k", "size_bytes": 1,'
            ' "content_type": "image/png", "hash": "h"}'.encode()
        )


class Soak:
    """What the workers share: the clients, the time, and the counts."""

    def __init__(self, server: FaultServer, seconds: float) -> None:
        config = ClientConfig(
            KEY,
            base_url=f"{server.url}/api/v2",
            timeout=SLOWEST,
            max_retries=0,
            max_connections=CONNECTIONS,
            circuit_breaker_enabled=False,
        )
        self.blocking = SyncEngine(config)
        self.loops = AsyncEngine(config)
        self.end = time.monotonic() + seconds
        self.counts: Counter[tuple[str, int]] = Counter()

    @property
    def on(self) -> bool:
        """Whether to continue."""
        return time.monotonic() < self.end

    def call(self, dice: random.Random, kinds: int = 6) -> None:
        """Make one sync call, of a random kind among the first ones."""
        match kinds - 1 - dice.randrange(kinds):
            case 4:
                answer = self.blocking.open(STREAM)
                answer.piece()
                answer.close()
            case 5:
                # Forgotten in a cycle: for the collector, wherever that runs.
                holder: list[object] = [self.blocking.open(STREAM)]
                holder.append(holder)
            case 3:
                with suppress(AionvisionTimeoutError):
                    self.blocking.call(user_files.get_user_file("late"), timeout=0.002)
            case _:
                wanted = f"{dice.getrandbits(64):016x}"
                found = self.blocking.call(user_files.get_user_file(wanted)).id
                self.note("right" if found == wanted else "wrong")

    async def acall(self, dice: random.Random) -> None:
        """One call of a coroutine, of any kind."""
        match dice.randrange(5):
            case 0:
                answer = await self.loops.open(STREAM)
                await answer.piece()
                await answer.close()
            case 1:
                holder: list[object] = [await self.loops.open(STREAM)]
                holder.append(holder)
            case _:
                wanted = f"{dice.getrandbits(64):016x}"
                found = (await self.loops.call(user_files.get_user_file(wanted))).id
                self.note("right" if found == wanted else "wrong")

    def note(self, what: str) -> None:
        self.counts[what, threading.get_ident()] += 1

    def total(self, what: str) -> int:
        return sum(n for (name, _), n in self.counts.items() if name == what)


def work(soak: Soak, seed: int, kinds: int = 6) -> None:
    """A thread that makes calls."""
    dice = random.Random(seed)
    try:
        while soak.on:
            soak.call(dice, kinds)
    except BaseException:
        soak.note("failed")
        raise


def run_loops(soak: Soak, seed: int) -> None:
    """A thread that runs one event loop after the other, and cancels many calls in it."""
    dice = random.Random(seed)

    async def main() -> None:
        tasks = [asyncio.create_task(soak.acall(dice)) for _ in range(30)]
        await asyncio.sleep(dice.random() * 0.02)
        for task in tasks[::2]:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended
        del tasks
        gc.collect(0)
        async with asyncio.timeout(SLOWEST):
            await soak.loops.call(user_files.get_user_file("last"))

    try:
        while soak.on:
            asyncio.run(main())
    except BaseException:
        soak.note("failed")
        raise


def in_a_child(soak: Soak) -> bool:
    """Whether a forked process, in which several threads begin at once, comes to a good end."""
    pid = os.fork()
    if pid == 0:
        try:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.alarm(int(SLOWEST))  # a child that hangs is ended by that
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            soak.end = time.monotonic() + 0.1
            soak.counts.clear()
            # Nothing for the collector: one that was under way at the fork never ends in the
            # child, and no other begins.
            threads = [threading.Thread(target=work, args=(soak, n, 5)) for n in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            lost = free(soak.blocking._pool.places()) != CONNECTIONS
            os._exit(1 if lost or soak.total("failed") or soak.total("wrong") else 0)
        finally:
            os._exit(2)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def strike(*_: object) -> None:
    """A signal handler that raises."""
    raise Struck


@contextmanager
def struck_now_and_then() -> Generator[None]:
    """Have a handler raise in the main thread, some hundred times a second."""
    before = signal.signal(signal.SIGALRM, strike)
    signal.setitimer(signal.ITIMER_REAL, 0.003, 0.003)
    try:
        yield
    finally:
        while True:
            try:
                signal.setitimer(signal.ITIMER_REAL, 0)
                signal.signal(signal.SIGALRM, before)
                break
            except Struck:
                continue


def use_while_struck(soak: Soak, seed: int) -> None:
    """Calls of the main thread, which signal handlers interrupt anywhere."""
    dice = random.Random(seed)
    end = time.monotonic() + 0.3
    with suppress(Struck), struck_now_and_then():
        while time.monotonic() < end:
            try:
                soak.call(dice)
            except Struck:
                soak.note("struck")


@forks
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "seconds", [pytest.param(4, id="short"), pytest.param(600, id="long", marks=pytest.mark.soak)]
)
def test_P5_P11_nothing_is_lost_and_nothing_hangs_whatever_happens_at_once(seconds: float) -> None:
    thresholds = gc.get_threshold()
    with finalizers_may_be_struck(), FaultServer(echo) as server:
        soak = Soak(server, seconds)
        threads = [threading.Thread(target=work, args=(soak, n), daemon=True) for n in range(6)]
        threads += [
            threading.Thread(target=run_loops, args=(soak, 100 + n), daemon=True) for n in range(2)
        ]
        gc.set_threshold(50, 2, 5)
        try:
            for thread in threads:
                thread.start()
            children = good = rounds = 0
            while soak.on:
                use_while_struck(soak, 1000 + rounds)
                rounds += 1
                children += 1
                good += in_a_child(soak)
            for thread in threads:
                thread.join(2 * SLOWEST)
        finally:
            gc.set_threshold(*thresholds)
        hanging = sum(thread.is_alive() for thread in threads)
        gc.collect()
        places = soak.blocking._pool.places()
        kept = (free(places), len(places.waiting))
        still_right = soak.blocking.call(user_files.get_user_file("end")).id
        soak.blocking.close()
        asyncio.run(soak.loops.close())
        gc.collect()
        left = server.open_connections()
        print(
            f"{seconds:g} s: {soak.total('right')} right answers, {soak.total('struck')} exceptions"
            f" of signal handlers, {good} of {children} children well"
        )

    assert hanging == 0
    assert soak.total("failed") == 0
    assert soak.total("wrong") == 0
    assert good == children
    assert kept == (CONNECTIONS, 0)
    assert still_right == "end"
    assert left == 0

"""Lifetimes of clients: loops, threads, forks, notebooks, and what they leave open."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import textwrap
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from aion.testing import Sandbox
from tests.behaviour.pictures import draw
from tests.forks import forks


def open_files() -> int:
    gc.collect()
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def settled(count: Callable[[], int], most: int) -> int:
    """Return the count as soon as it is at most that, or its value after three seconds."""
    deadline = time.monotonic() + 3
    while (found := count()) > most and time.monotonic() < deadline:
        time.sleep(0.01)
    return found


def run(program: str, sandbox: Sandbox) -> subprocess.CompletedProcess[str]:
    """Run a program in a fresh Python that takes every warning for an error."""
    return subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", textwrap.dedent(program)],
        env={
            **os.environ,
            "AIONVISION_API_KEY": sandbox.api_key,
            "AIONVISION_BASE_URL": sandbox.base_url,
        },
        capture_output=True,
        text=True,
        timeout=30,
    )


def without_timings(printed: str) -> str:
    """What a development-mode Python printed, less its notes on steps of a loop that were slow."""
    lines = printed.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("Executing <"))


# P4: event loops

THREE_LOOPS = """
    import asyncio
    from aion import AionVision

    client = AionVision.from_env()
    for _ in range(3):
        print(asyncio.run(client.files.list()).total_count)
    asyncio.run(client.close())
"""
CLOSED_OUTSIDE_ITS_LOOP = """
    import asyncio
    from aion import AionVision

    async def use(client):
        return await asyncio.gather(*(client.files.list() for _ in range(5)))

    client = AionVision.from_env()
    print(sum(page.total_count for page in asyncio.run(use(client))))
    asyncio.run(client.close())
"""
DROPPED = """
    import asyncio, gc
    from aion import AionVision

    async def main():
        client = AionVision.from_env()
        print((await client.files.list()).total_count)

    asyncio.run(main())
    gc.collect()
"""
DROPPED_WITHIN_ITS_LOOP = """
    import asyncio, gc
    from aion import AionVision

    async def main():
        client = AionVision.from_env()
        print((await client.files.list()).total_count)
        del client
        gc.collect()
        await asyncio.sleep(0)

    asyncio.run(main())
"""
DROPPED_AT_EXIT = """
    import asyncio
    from aion import AionVision

    client = AionVision.from_env()
    print(asyncio.run(client.files.list()).total_count)
"""
SYNC_DROPPED_AT_EXIT = """
    from aion import SyncAionVision

    client = SyncAionVision.from_env()
    print(client.files.list().total_count)
"""
CANCELLED = """
    import asyncio
    from aion import AionVision

    async def main():
        client = AionVision.from_env()
        call = asyncio.create_task(client.files.list())
        await asyncio.sleep(0)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        print((await client.files.list()).total_count)

    asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("program", "printed"),
    [
        (THREE_LOOPS, ["0", "0", "0"]),
        (CLOSED_OUTSIDE_ITS_LOOP, ["0"]),
        (DROPPED, ["0"]),
        (DROPPED_WITHIN_ITS_LOOP, ["0"]),
        (DROPPED_AT_EXIT, ["0"]),
        (SYNC_DROPPED_AT_EXIT, ["0"]),
        (CANCELLED, ["0"]),
    ],
    ids=["three loops", "closed outside its loop", "dropped", "dropped within its loop",
         "dropped at exit", "sync dropped at exit", "cancelled"],
)  # fmt: skip
def test_a_client_outlives_its_loop_and_its_owner_without_a_word_p4(
    program: str, printed: list[str], sandbox: Sandbox
) -> None:
    done = run(program, sandbox)
    assert (done.stdout.split(), without_timings(done.stderr), done.returncode) == (printed, "", 0)


def test_one_client_serves_two_loops_at_once_p4(sandbox: Sandbox) -> None:
    client = sandbox.client()
    found: list[int] = []

    def use() -> None:
        found.extend(asyncio.run(client.files.list()).total_count or 0 for _ in range(5))

    threads = [threading.Thread(target=use) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    asyncio.run(client.close())
    assert found == [0] * 10


# P5: the blocking client anywhere


def test_the_blocking_client_works_while_a_loop_is_running_p5(sandbox: Sandbox) -> None:
    async def cell() -> str | None:
        with sandbox.sync_client() as client:
            return client.upload_one(draw(), filename="a.jpg").description

    assert "JPEG" in str(asyncio.run(cell()))


def test_one_blocking_client_serves_eight_threads_p5(sandbox: Sandbox) -> None:
    found: list[tuple[str, str]] = []
    with sandbox.sync_client() as client:

        def use(number: int) -> None:
            for _ in range(3):
                size = (10 + number, 20)
                result = client.upload_one(draw(size=size), filename=f"{number}.jpg")
                found.append((result.filename, str(result.description).split(", ")[1]))

        threads = [threading.Thread(target=use, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    wanted = [(f"{number}.jpg", f"{10 + number}x20") for number in range(8)]
    assert sorted(found) == sorted(wanted * 3)


FORKED = """
    import os, sys
    from aion import SyncAionVision

    client = SyncAionVision.from_env()
    print(client.files.list().total_count, flush=True)
    child = os.fork()
    if child == 0:
        try:
            for _ in range(3):
                print(client.files.list().total_count, flush=True)
            client.close()
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    print(client.files.list().total_count, flush=True)
    client.close()
    sys.exit(os.waitstatus_to_exitcode(status))
"""


def test_the_blocking_client_works_on_both_sides_of_a_fork_p5(sandbox: Sandbox) -> None:
    done = run(FORKED, sandbox)
    assert (done.stdout.split(), done.stderr, done.returncode) == (["0"] * 5, "", 0)


@forks
def test_a_child_opens_a_connection_of_its_own_p5(sandbox: Sandbox) -> None:
    read_end, write_end = os.pipe()
    with sandbox.sync_client() as client:
        client.files.list()
        child = os.fork()
        if child == 0:
            try:
                os.write(write_end, str(client.files.list().total_count).encode())
            except BaseException:  # noqa: BLE001 - this child only reports
                os.write(write_end, traceback.format_exc().encode())
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        answers = {client.files.list().total_count for _ in range(5)}
    os.close(write_end)
    with os.fdopen(read_end, "rb") as pipe:
        assert (pipe.read(), answers) == (b"0", {0})


# P3: descriptors


def test_two_hundred_blocking_clients_leave_no_descriptor_p3(sandbox: Sandbox) -> None:
    with sandbox.sync_client() as client:
        client.files.list()
    before = open_files()
    for _ in range(200):
        with sandbox.sync_client() as client:
            client.files.list()
    # Less is right, too: the sandbox in this process closes what earlier tests left to it.
    assert settled(open_files, before) <= before


def test_two_hundred_asynchronous_clients_leave_no_descriptor_p3(sandbox: Sandbox) -> None:
    async def use() -> None:
        async with sandbox.client() as client:
            await client.files.list()

    async def many(count: int) -> int:
        for _ in range(count):
            await use()
        return open_files()

    async def both() -> tuple[int, int]:
        await use()
        before = open_files()
        await many(200)
        return before, settled(open_files, before)

    before, after = asyncio.run(both())
    assert after <= before


def test_clients_that_are_dropped_leave_no_descriptor_p3(sandbox: Sandbox) -> None:
    sandbox.sync_client().files.list()
    before = open_files()
    for _ in range(20):
        sandbox.sync_client().files.list()
    assert settled(open_files, before) <= before


def test_clients_leave_no_thread_p3(sandbox: Sandbox) -> None:
    with sandbox.sync_client() as client:
        client.files.list()
        before = set(threading.enumerate())
        client.upload_one(draw(), filename="a.jpg")
        # The sandbox in this process has workers of its own.
        started = {one.name for one in set(threading.enumerate()) - before}
        assert not {name for name in started if not name.startswith("aion-sandbox")}

"""A sync client when no further thread can be started: work continues in existing ones."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import textwrap
import threading
from contextlib import closing
from contextvars import ContextVar
from typing import Any

import pytest

from aion import AionVision
from aion._runtime.blocking import CallGroup, each, every
from aion.testing import Limits, Sandbox
from tests.behaviour.pictures import draw
from tests.behaviour.servers import answering
from tests.unit.support import KEY

LIMIT = "can't start new thread"
word: ContextVar[str] = ContextVar("word", default="")


def threads() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name.startswith("aion-call")]


@pytest.fixture(params=["Thread.start", "start_new_thread"])
def allow(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Limits the number of threads that the package can start."""
    left = [0]

    def count() -> None:
        if left[0] <= 0:
            raise RuntimeError(LIMIT)
        left[0] -= 1

    if request.param == "Thread.start":
        start = threading.Thread.start

        def limited(self: threading.Thread) -> None:
            if self.name.startswith("aion-call"):
                count()
            start(self)

        monkeypatch.setattr(threading.Thread, "start", limited)
    else:
        # Python 3.13 has another one.
        names = ("_start_joinable_thread", "_start_new_thread")
        name = next(one for one in names if one in vars(threading))
        begin: Any = vars(threading)[name]

        def limited_below(function: Any, *arguments: Any, **options: Any) -> Any:
            if function.__self__.name.startswith("aion-call"):
                count()
            return begin(function, *arguments, **options)

        monkeypatch.setattr(threading, name, limited_below)

    def some(threads: int) -> None:
        left[0] = threads

    return some


some = pytest.mark.parametrize("count", [0, 1, 3])


@some
def test_calls_give_their_results_with_fewer_threads(count: int, allow: Any) -> None:
    allow(count)
    assert every(lambda number: number * 10, range(9), at_once=5) == [n * 10 for n in range(9)]
    assert threads() == []


@some
def test_no_more_threads_are_used_than_could_be_started(count: int, allow: Any) -> None:
    allow(count)
    ran_in = set(every(lambda _: threading.current_thread(), range(30), at_once=6))
    assert len(ran_in) <= max(count, 1)
    assert (threading.current_thread() in ran_in) is (count == 0)


@some
def test_what_a_call_raises_is_raised_with_fewer_threads(count: int, allow: Any) -> None:
    allow(count)

    def fail(_: object) -> None:
        raise LookupError("not there")

    with pytest.raises(LookupError, match="not there"):
        every(fail, range(4), at_once=4)
    assert threads() == []


@some
def test_calls_see_the_context_of_the_caller_with_fewer_threads(count: int, allow: Any) -> None:
    allow(count)
    with closing(CallGroup[int, str](lambda _: word.get())) as group:
        token = word.set("here")
        for number in range(4):
            group.start(number)
        word.reset(token)
        assert [group.ended()[1] for _ in range(4)] == ["here"] * 4
        assert group.busy == 0


@some
def test_each_result_is_reported_with_fewer_threads(count: int, allow: Any) -> None:
    allow(count)
    told: list[tuple[int, int]] = []
    each(lambda n: n + 1, range(5), at_once=3, then=lambda n, m: told.append((n, m)))
    assert sorted(told) == [(n, n + 1) for n in range(5)]


@some
def test_a_group_within_a_group_ends_with_fewer_threads(count: int, allow: Any) -> None:
    allow(count)
    sums = every(lambda n: sum(every(lambda m: m * n, range(4), at_once=4)), range(4), at_once=4)
    assert sums == [0, 6, 12, 18]


def test_a_thread_can_be_started_again_later(allow: Any) -> None:
    allow(0)
    with closing(CallGroup[int, threading.Thread](lambda _: threading.current_thread())) as group:
        group.start(0)
        group.start(1)
        allow(1)
        group.start(2)
        assert {group.ended()[1] for _ in range(3)} != {threading.current_thread()}


@some
def test_a_bulk_upload_stores_every_file_with_fewer_threads_p22(count: int, allow: Any) -> None:
    files = [draw("PNG", color=(number, 0, 0)) for number in range(6)]
    names = [f"{number}.png" for number in range(6)]
    limits = Limits(max_batch_files=1, max_concurrent_uploads=3)
    with Sandbox(pace=0.005, limits=limits) as sandbox, sandbox.sync_client() as client:
        allow(count)
        results = client.upload(files, filenames=names)
        assert results.summary() == "6 succeeded"
        found = client.files.list_all(page_size=2)
        assert sorted(str(one.filename) for one in found) == names


def test_the_async_client_resolves_a_name_without_a_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start = threading.Thread.start

    def refuse(self: threading.Thread) -> None:
        if self.name.startswith("asyncio_"):
            raise RuntimeError(LIMIT)
        start(self)

    body = b'{"folders":[]}'
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"

    async def main(url: str) -> object:
        async with AionVision(KEY, base_url=url) as client:
            return (await client.folders.tree()).folders

    with answering(head % len(body) + body) as url:
        monkeypatch.setattr(threading.Thread, "start", refuse)
        assert asyncio.run(main(url.replace("127.0.0.1", "localhost"))) == []


def program(text: str, sandbox: Sandbox | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", textwrap.dedent(text)],
        env={**os.environ, **(sandbox.environment if sandbox else {})},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("order", ["before the client", "after the client"])
def test_several_files_are_uploaded_at_the_end_of_a_program_p22(order: str) -> None:
    register = "atexit.register(lambda: upload())"
    text = f"""
        import atexit
        from aion import SyncAionVision
        from tests.behaviour.pictures import draw

        {register if order == "before the client" else ""}
        client = SyncAionVision.from_env()
        client.folders.tree()

        def upload():
            files = [draw("PNG", color=(number, 0, 0)) for number in range(5)]
            print(client.upload(files, filenames=[f"{{n}}.png" for n in range(5)]).summary())

        {register if order == "after the client" else ""}
    """
    limits = Limits(max_batch_files=1, max_concurrent_uploads=3)
    with Sandbox(pace=0.005, limits=limits) as sandbox:
        done = program(text, sandbox)
    assert (done.stdout, done.stderr) == ("5 succeeded\n", "")


def test_several_calls_are_made_while_the_interpreter_ends() -> None:
    done = program("""
        import os
        from aion._runtime.blocking import every

        class Late:
            every, write = staticmethod(every), staticmethod(os.write)

            def __del__(self):
                self.write(1, str(self.every(lambda n: n + 1, [1, 2, 3], at_once=3)).encode())

        late = Late()
    """)
    assert (done.stdout, done.stderr) == ("[2, 3, 4]", "")

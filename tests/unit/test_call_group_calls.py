"""Abandoned calls of a sync client end, whatever they wait for, and leave nothing open.

They have to end within a second, of which a call that cannot be interrupted takes 0.8.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from aion import SyncAionVision
from aion._runtime.blocking import CallGroup
from aion.config import ClientConfig
from aion.transport import Reply, Route, Wire
from tests.behaviour.servers import answering

KEY = "aion_fake_key_for_tests_0000000000"
LATER = b"HTTP/1.1 503 Later\r\nRetry-After: 25\r\nContent-Length: 0\r\n\r\n"
FILE = (
    b'{"id":"c","object_key":"k","size_bytes":1,"content_type":"image/png","hash":"h",'
    b'"filename":"a.png"}'
)
BEGUN = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"


def threads() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name.startswith("aion-call")]


def one_connection(**settings: Any) -> SyncAionVision:
    return SyncAionVision.from_config(ClientConfig(api_key=KEY, max_connections=1, **settings))


@contextlib.contextmanager
def deaf() -> Generator[str]:
    """A port that does not take connections, and does not refuse them either."""
    with socket.socket() as listener, contextlib.ExitStack() as stack:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", port))
        yield f"http://127.0.0.1:{port}/api/v2"


@pytest.mark.parametrize(
    "server",
    [lambda: answering(None), lambda: answering(BEGUN), lambda: answering(LATER), deaf],
    ids=["no answer", "half an answer", "a wait before a retry", "no connection"],
)
def test_calls_that_are_given_up_end_within_a_second_p22(
    server: Callable[[], AbstractContextManager[str]],
) -> None:
    with server() as url, SyncAionVision(KEY, base_url=url) as client:
        group = CallGroup(client.files.get)
        group.start("a")
        group.start("b")
        # Long enough for both to arrive where they wait.
        time.sleep(0.3)
        began = time.monotonic()
        group.close()
        assert time.monotonic() - began < 0.7
        assert threads() == []


def test_calls_that_wait_for_a_connection_are_given_up_p22() -> None:
    with answering(None) as url, one_connection(base_url=url) as client:
        group = CallGroup(client.files.get)
        for number in range(5):
            group.start(str(number))
        time.sleep(0.3)
        group.close()
        assert threads() == []


class Held:
    """A connection whose first exchange lasts until it is interrupted."""

    def __init__(self, route: Route) -> None:
        del route
        self.home: object = None
        self.released = threading.Event()
        self.abandoned = False

    def exchange(
        self, wire: Wire, *, deadline: float | None, silence: float | None, whole: bool = True
    ) -> Reply:
        del wire, deadline, silence, whole
        self.released.wait(5.0)
        return Reply(200, [], FILE)

    def interrupt(self) -> None:
        self.released.set()

    def piece(self) -> None: ...

    def finish(self) -> None: ...

    def abandon(self) -> None:
        self.abandoned = True


def test_the_connection_of_a_call_that_was_given_up_is_closed_and_its_place_free_p11() -> None:
    made: list[Held] = []

    def transport(route: Route) -> Held:
        made.append(Held(route))
        return made[-1]

    with one_connection(transport=transport) as client:
        group = CallGroup(client.files.get)
        group.start("a")
        group.start("b")
        while not made:
            time.sleep(0.01)
        group.close()
        assert all(one.abandoned for one in made)
        given_up = len(made)
        finger = threading.Timer(0.2, lambda: made[-1].interrupt())
        finger.start()
        assert client.files.get("c").size_bytes == 1
        finger.join()
        assert len(made) == given_up + 1

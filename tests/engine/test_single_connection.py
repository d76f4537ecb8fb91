"""The pool of one connection that takes the place of the HTTP library's own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

import httpcore
import httpx
import pytest

from aion._http import async_connection, sync_connection
from aion._http.async_connection import AsyncConnection
from aion._http.bounded_connection import BoundedConnection
from aion._http.content import EMPTY
from aion._http.routing import Route
from aion._http.wire import Fault, Reply, Wire
from tests.faults import scripts
from tests.faults.server import Connection, FaultServer, Script

PROXIES = [None, "http://127.0.0.1:1", "https://127.0.0.1:1", "socks5://127.0.0.1:1"]
Outcomes = list[Reply | Fault]
Exchanges = Callable[[FaultServer, int, float], Outcomes]


def wire(server: FaultServer) -> Wire:
    host = f"127.0.0.1:{server.port}".encode()
    origin = ("http", "127.0.0.1", server.port)
    url = f"{server.url}/api/v2/user-files/x"
    return Wire("GET", origin, url, [(b"Host", host)], EMPTY)


def route(server: FaultServer) -> Route:
    return Route(("http", "127.0.0.1", server.port), None)


def blocking(server: FaultServer, count: int, pause: float) -> Outcomes:
    connection = BoundedConnection(route(server))
    found: Outcomes = []
    for _ in range(count):
        found.append(connection.exchange(wire(server), deadline=None, silence=2))
        time.sleep(pause)
    connection.abandon()
    return found


def in_coroutines(server: FaultServer, count: int, pause: float) -> Outcomes:
    async def main() -> Outcomes:
        connection = AsyncConnection(route(server))
        found: Outcomes = []
        for _ in range(count):
            found.append(await connection.exchange(wire(server), silence=2))
            await asyncio.sleep(pause)
        connection.abandon()
        return found

    return asyncio.run(main())


@pytest.fixture(params=[blocking, in_coroutines])
def exchanges(request: pytest.FixtureRequest) -> Exchanges:
    """So many exchanges of one connection, with a pause after each."""
    found: Exchanges = request.param
    return found


def made(
    exchanges: Exchanges, script: Script, count: int, pause: float = 0
) -> tuple[Outcomes, int]:
    """The outcomes, and how many connections they took."""
    with FaultServer(script) as server:
        return exchanges(server, count, pause), server.connections


def statuses(outcomes: Outcomes) -> list[int | str]:
    return [one.status if isinstance(one, Reply) else one.kind for one in outcomes]


def closing(connection: Connection) -> None:
    """Respond once, and announce the end of the connection."""
    connection.read_request()
    connection.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}")


def twice(connection: Connection) -> None:
    """Respond with more than was requested."""
    connection.read_request()
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    connection.send(answer + b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")
    connection.wait_until_gone()


def test_a_connection_is_used_again(exchanges: Exchanges) -> None:
    outcomes, connections = made(exchanges, scripts.good, 5)

    assert statuses(outcomes) == [200] * 5
    assert connections == 1


def test_a_connection_that_said_its_end_is_not_used_again(exchanges: Exchanges) -> None:
    assert statuses(made(exchanges, closing, 3)[0]) == [200] * 3


def test_a_connection_that_ended_while_idle_is_not_used_again(exchanges: Exchanges) -> None:
    outcomes, connections = made(exchanges, scripts.closes_when_idle, 3, pause=0.1)

    assert statuses(outcomes) == [200] * 3
    assert connections == 3


def test_a_connection_that_was_idle_too_long_is_not_used_again(
    exchanges: Exchanges, monkeypatch: pytest.MonkeyPatch
) -> None:
    brief = httpx.Limits(max_connections=1, keepalive_expiry=0.01)
    for module in (async_connection, sync_connection):
        monkeypatch.setattr(module, "ONE", brief)

    assert made(exchanges, scripts.good, 3, pause=0.05)[1] == 3


def test_a_connection_that_broke_is_made_again(exchanges: Exchanges) -> None:
    outcomes, connections = made(exchanges, scripts.reset_in_body, 3)

    assert statuses(outcomes) == ["broken"] * 3
    assert connections == 3


def test_no_exchange_takes_an_unrequested_response(exchanges: Exchanges) -> None:
    outcomes, connections = made(exchanges, twice, 3)

    assert statuses(outcomes) == [200] * 3
    assert connections == 3


def test_a_call_does_not_ask_which_event_loop_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    # Without sniffio, each check is a failed import, which takes as long as everything else.
    asked: list[str] = []
    synchronization: Any = import_module("httpcore._synchronization")

    def ask() -> str:
        asked.append("which")
        return "asyncio"

    monkeypatch.setattr(synchronization, "current_async_library", ask)
    with FaultServer(scripts.good) as server:
        in_coroutines(server, 1, 0)
        once = len(asked)
        in_coroutines(server, 5, 0)

    assert len(asked) == 2 * once


@pytest.mark.parametrize("proxy", PROXIES)
@pytest.mark.parametrize("make", [BoundedConnection, AsyncConnection])
def test_every_way_has_a_pool_that_makes_connections(
    make: type[BoundedConnection | AsyncConnection], proxy: str | None
) -> None:
    way = Route(("https", "service.example", 443), proxy)

    transport: Any = make(way)._transport

    origin = httpcore.Origin(b"https", b"service.example", 443)
    assert not transport._pool._library_pool.create_connection(origin).is_idle()

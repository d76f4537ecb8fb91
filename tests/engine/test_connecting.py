"""Connecting: names, racing addresses, and the limit of the whole, for both clients."""

from __future__ import annotations

import asyncio
import errno
import gc
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from aion import Attempt
from aion._engine.async_engine import AsyncEngine
from aion._http.async_connection import AsyncConnection
from aion._http.bounded_connection import BoundedConnection
from aion._http.content import EMPTY
from aion._http.routing import Route
from aion._http.sockets import addresses
from aion._http.sockets.common import translated
from aion._http.sockets.opening import IDLE
from aion._http.wire import Fault, Reply, Wire
from aion.exceptions import AionvisionConnectionError, AionvisionTimeoutError
from tests.engine.connections import FILE, NAME, call, get, post, settings, upload
from tests.faults import scripts
from tests.faults.addresses import Resolver, entry, hole
from tests.faults.server import Connection, FaultServer
from tests.unit.support import open_descriptors

pytestmark = pytest.mark.filterwarnings("ignore::aion.config.InsecureTransportWarning")
LONG = 15.0
"""Seconds that something which waits for a bound never takes, however slow the machine."""


@pytest.fixture(params=["async", "sync"])
def client(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def named(port: int) -> dict[str, Any]:
    """Settings of a client that calls a name."""
    return {"url": f"http://{NAME}:{port}", "allow_http": True}


def wire(port: int) -> Wire:
    host = f"{NAME}:{port}"
    return Wire("GET", ("http", NAME, port), f"http://{host}/x", [(b"Host", host.encode())], EMPTY)


def way(port: int, connect_timeout: float = LONG) -> Route:
    return Route(("http", NAME, port), None, connect_timeout=connect_timeout)


# Racing


def test_P7_a_dead_first_address_costs_a_moment_and_not_the_call(
    client: str, resolver: Resolver
) -> None:
    with FaultServer(scripts.good) as server, hole() as dead:
        resolver.names[NAME] = [entry(dead), entry(server.port)]
        began = time.monotonic()
        assert call(client, **named(server.port)).id == FILE
        assert addresses.NEXT_AFTER <= time.monotonic() - began < LONG


def test_an_address_that_refuses_costs_no_delay(
    client: str, resolver: Resolver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "NEXT_AFTER", 60.0)
    with FaultServer(scripts.good) as server:
        resolver.names[NAME] = [entry(9), entry(9, "127.0.0.2"), entry(server.port)]
        assert call(client, **named(server.port)).id == FILE


def test_a_slow_first_address_may_still_win(client: str, resolver: Resolver) -> None:
    with FaultServer(scripts.good) as server, hole() as first, hole() as second:
        resolver.names[NAME] = [entry(first), entry(server.port), entry(second)]
        assert call(client, **named(server.port)).id == FILE
        assert server.connections == 1


def test_an_address_of_a_family_that_the_system_does_not_have_is_passed_over(
    client: str, resolver: Resolver
) -> None:
    with FaultServer(scripts.good) as server:
        strange = (9999, socket.SOCK_STREAM, 6, "", ("nowhere", 1))
        resolver.names[NAME] = [strange, entry(server.port)]
        assert call(client, **named(server.port)).id == FILE


def test_when_all_addresses_fail_the_error_names_each_once(client: str, resolver: Resolver) -> None:
    resolver.names[NAME] = [entry(9), entry(9), entry(9, "127.0.0.2")]
    with pytest.raises(AionvisionConnectionError) as caught:
        call(client, **named(9))
    told = f"no connection: {NAME}: Connection refused (127.0.0.1:9, 127.0.0.2:9)"
    assert told in str(caught.value)
    assert caught.value.code == "CONNECTION_ERROR"


def test_a_name_without_addresses_is_reported(client: str, resolver: Resolver) -> None:
    resolver.names[NAME] = []
    with pytest.raises(AionvisionConnectionError, match=f"{NAME} has no address"):
        call(client, **named(9))


# The bound


@pytest.mark.parametrize("request_", [get, post, upload])
def test_P7_a_connection_that_is_not_made_in_time_is_retried_as_unsent(
    client: str, resolver: Resolver, request_: Callable[[], Any]
) -> None:
    attempts: list[Attempt] = []
    with hole() as dead:
        resolver.names[NAME] = [entry(dead)]
        with pytest.raises(AionvisionTimeoutError) as caught:
            call(
                client,
                **named(dead),
                request=request_,
                connect_timeout=0.3,
                max_retries=1,
                on_attempt=attempts.append,
            )
    assert f"no connection to {NAME}:{dead} within 0.3 s" in str(caught.value)
    assert "connect_timeout" in str(caught.value)
    assert caught.value.code == "TIMEOUT"
    assert len(attempts) == 2


def test_the_deadline_of_a_call_bounds_the_connection_too(client: str, resolver: Resolver) -> None:
    with hole() as dead:
        resolver.names[NAME] = [entry(dead)]
        with pytest.raises(AionvisionTimeoutError) as caught:
            call(client, **named(dead), timeout=0.3)
    assert f"no connection to {NAME}:{dead} within 0.3 s; pass a longer timeout=" in str(
        caught.value
    )


def test_the_silence_of_an_upload_bounds_the_connection_too(
    client: str, resolver: Resolver
) -> None:
    with hole() as dead:
        resolver.names[NAME] = [entry(dead)]
        with pytest.raises(AionvisionTimeoutError) as caught:
            call(client, **named(dead), request=upload, timeout=0.3)
    assert f"no connection to {NAME}:{dead} within 0.3 s; pass a longer timeout=" in str(
        caught.value
    )


def silent(connection: Connection) -> None:
    """Accept and send nothing: a proxy, or a service with TLS, that hangs."""
    connection.wait_until_gone()


def through(scheme: str) -> Callable[[FaultServer, str], dict[str, Any]]:
    def made(server: FaultServer, target: str) -> dict[str, Any]:
        return {"url": target, "proxy_url": f"{scheme}://u:p@127.0.0.1:{server.port}"}

    return made


def directly(server: FaultServer, target: str) -> dict[str, Any]:
    del target
    return {"url": f"https://127.0.0.1:{server.port}"}


STEPS = [
    pytest.param(directly, "https://far.test", id="TLS"),
    pytest.param(through("http"), "https://far.test", id="CONNECT"),
    pytest.param(through("https"), "https://far.test", id="TLS of a proxy"),
    pytest.param(through("socks5"), "https://far.test", id="SOCKS"),
    pytest.param(through("socks5"), "http://far.test", id="SOCKS without TLS"),
]


@pytest.mark.parametrize("request_", [post, upload])
@pytest.mark.parametrize(("settings_of", "target"), STEPS)
def test_P7_every_step_of_a_connection_is_within_its_bound_and_unsent(
    client: str,
    settings_of: Callable[[FaultServer, str], dict[str, Any]],
    target: str,
    request_: Callable[[], Any],
) -> None:
    with FaultServer(silent) as server:
        with pytest.raises(AionvisionTimeoutError, match=r"no connection to .* within 0\.3 s"):
            call(
                client,
                **settings_of(server, target),
                request=request_,
                connect_timeout=0.3,
                max_retries=1,
                allow_http=True,
            )
        assert server.connections == 2


@pytest.mark.parametrize(("settings_of", "target"), STEPS)
def test_a_step_that_the_deadline_of_a_call_ends_was_not_sent(
    client: str, settings_of: Callable[[FaultServer, str], dict[str, Any]], target: str
) -> None:
    told = pytest.raises(AionvisionTimeoutError, match=r"no connection to .* within 0\.3 s")
    with FaultServer(silent) as server, told:
        call(client, **settings_of(server, target), request=post, timeout=0.3, allow_http=True)


def dripping(connection: Connection) -> None:
    """A proxy that responds one byte at a time, forever."""
    connection.read_request()
    connection.send(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while not connection.server.stopping.wait(0.02):
        connection.send(b"x")


def test_P7_a_proxy_that_drips_does_not_keep_a_connection_in_the_making(client: str) -> None:
    told = pytest.raises(AionvisionTimeoutError, match=r"no connection to far\.test:443")
    with FaultServer(dripping) as proxy, told:
        call(client, "https://far.test", upload, proxy_url=proxy.url, connect_timeout=0.4)


def slow(connection: Connection) -> None:
    """Respond later than the limit of a connection."""
    while True:
        body, kind = scripts.good_body(connection.read_request().target)
        time.sleep(0.8)
        connection.answer(body, kind=kind)


def test_a_connection_that_is_made_is_not_bounded_any_more(client: str) -> None:
    with FaultServer(slow) as server:
        assert call(client, server.url, connect_timeout=0.4).id == FILE


def test_one_through_a_proxy_is_not_bounded_any_more(client: str) -> None:
    with FaultServer(slow) as proxy:
        url = "http://far.test"
        found = call(client, url, connect_timeout=0.4, proxy_url=proxy.url, allow_http=True)
        assert found.id == FILE


def test_what_falls_silent_after_the_connection_was_made_may_have_been_sent(client: str) -> None:
    with FaultServer(scripts.no_answer) as server:
        with pytest.raises(AionvisionTimeoutError, match=r"no complete response within 0\.5 s"):
            call(client, server.url, post, timeout=0.5, max_retries=2)
        assert len(server.seen) == 1


def test_a_proxy_that_breaks_off_was_sent_nothing_for_the_service(client: str) -> None:
    with FaultServer(scripts.reset_unanswered) as proxy:
        with pytest.raises(AionvisionConnectionError, match="the proxy broke the connection"):
            call(client, "https://far.test", post, proxy_url=proxy.url, max_retries=1)
        assert [seen.method for seen in proxy.seen] == ["CONNECT", "CONNECT"]


@pytest.mark.parametrize(
    "words", [b"\x05\x07", b"HTTP/1.1 400 Bad\r\n\r\n", b"\x01", b"\x05\x00\x05"]
)
def test_P1_a_proxy_that_does_not_speak_socks_is_not_an_error_of_a_library(
    client: str, words: bytes
) -> None:
    def script(connection: Connection) -> None:
        connection._sock.recv(262)
        connection.send(words)
        connection.wait_until_gone()

    with FaultServer(script) as proxy:
        url = f"socks5://127.0.0.1:{proxy.port}"
        with pytest.raises(AionvisionConnectionError):
            call(client, "http://far.test", proxy_url=url, connect_timeout=2, allow_http=True)


@pytest.mark.parametrize("hanging", ["resolver", "address"])
def test_P7_the_bound_holds_under_a_clock_that_stands_still(
    hanging: str, resolver: Resolver, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = time.time()
    moment = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: moment)
    with hole() as dead:
        resolver.names[NAME] = [entry(dead)]
        if hanging == "resolver":
            resolver.open.clear()
        with pytest.raises(AionvisionTimeoutError):
            call("sync", **named(dead), connect_timeout=0.3)
    assert time.time() - began < LONG


def test_addresses_race_under_a_clock_that_stands_still(
    resolver: Resolver, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: moment)
    with FaultServer(scripts.good) as server, hole() as dead:
        resolver.names[NAME] = [entry(dead), entry(server.port)]
        assert call("sync", **named(server.port)).id == FILE


# Names


def test_P7_a_resolver_that_hangs_is_within_the_bound(client: str, resolver: Resolver) -> None:
    resolver.names[NAME] = [entry(9)]
    resolver.open.clear()
    began = time.monotonic()
    with pytest.raises(AionvisionTimeoutError, match=f"no connection to {NAME}:9 within 0.3 s"):
        call(client, **named(9), connect_timeout=0.3)
    # With the end of the event loop, which waits for its own threads.
    assert time.monotonic() - began < LONG


def test_calls_of_one_name_at_the_same_time_share_a_lookup(resolver: Resolver) -> None:
    resolver.names[NAME] = [entry(9)]
    resolver.open.clear()

    async def main() -> list[Any]:
        engine = AsyncEngine(settings(f"http://{NAME}:9", allow_http=True, connect_timeout=0.4))
        calls = [engine.call(get()) for _ in range(20)]
        try:
            return await asyncio.gather(*calls, return_exceptions=True)
        finally:
            await engine.close()

    outcomes = asyncio.run(main())
    assert {type(one) for one in outcomes} == {AionvisionTimeoutError}
    assert len(resolver.asked) == 1


def test_an_attempt_after_a_lookup_that_was_given_up_begins_a_new_one(
    client: str, resolver: Resolver
) -> None:
    resolver.names[NAME] = [entry(9)]
    resolver.open.clear()
    with pytest.raises(AionvisionTimeoutError):
        call(client, **named(9), connect_timeout=0.2, max_retries=1)
    assert len(resolver.asked) == 2


def test_a_result_that_comes_too_late_leaves_no_trace(
    client: str,
    resolver: Resolver,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    told: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", told.append)
    resolver.names[NAME] = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    resolver.open.clear()
    with pytest.raises(AionvisionTimeoutError):
        call(client, **named(9), connect_timeout=0.2)
    resolver.open.set()
    for thread in threading.enumerate():
        if thread.name.startswith("aion-resolve"):
            thread.join(LONG)
    gc.collect()
    assert (told, caplog.records) == ([], [])


def test_a_name_that_cannot_be_resolved_is_named_with_the_reason(
    client: str, resolver: Resolver
) -> None:
    resolver.names[NAME] = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    told = f"no connection: {NAME} cannot be resolved: Name or service not known"
    with pytest.raises(AionvisionConnectionError, match=told):
        call(client, **named(9))


def test_a_resolver_that_fails_otherwise_is_a_typed_error(client: str, resolver: Resolver) -> None:
    resolver.names[NAME] = UnicodeError("label too long")
    with pytest.raises(AionvisionConnectionError, match=f"{NAME} cannot be resolved"):
        call(client, **named(9))


def test_the_resolver_runs_in_a_daemon_thread_of_its_own(client: str, resolver: Resolver) -> None:
    with FaultServer(scripts.good) as server:
        resolver.names[NAME] = [entry(server.port)]
        call(client, **named(server.port))
    assert resolver.asked == [(NAME, f"aion-resolve-{NAME}")]


def no_threads(thread: threading.Thread) -> None:
    raise RuntimeError(f"can't start new thread {thread.name}")


def test_where_no_thread_can_be_started_the_caller_resolves(
    client: str, resolver: Resolver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FaultServer(scripts.good) as server:
        resolver.names[NAME] = [entry(server.port)]
        engine_thread = threading.current_thread().name
        start = threading.Thread.start

        def refuse(thread: threading.Thread) -> None:
            if thread.name.startswith("aion-"):
                no_threads(thread)
            start(thread)

        monkeypatch.setattr(threading.Thread, "start", refuse)
        assert call(client, **named(server.port)).id == FILE
    assert resolver.asked == [(NAME, engine_thread)]


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
def test_an_address_starts_no_thread(
    client: str, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []
    start = threading.Thread.start

    def noting(thread: threading.Thread) -> None:
        started.append(thread.name)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", noting)
    with pytest.raises(AionvisionConnectionError):
        call(client, f"http://{host}:9")
    assert started == []


# Giving up


def racing(resolver: Resolver, *ports: int) -> None:
    resolver.names[NAME] = [entry(port) for port in ports]


def test_P11_cancelling_a_race_leaves_no_socket_and_no_task(
    resolver: Resolver, caplog: pytest.LogCaptureFixture
) -> None:
    async def main(port: int) -> tuple[int, int, bool]:
        connection = AsyncConnection(way(port))
        before = open_descriptors()
        task = asyncio.create_task(connection.exchange(wire(port), silence=None))
        # Both addresses are tried by then.
        await asyncio.sleep(addresses.NEXT_AFTER + 0.3)
        during, connecting = open_descriptors(), connection.connecting
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert during - before == 2
        return open_descriptors() - before, len(asyncio.all_tasks()) - 1, connecting

    with hole() as first, hole() as second:
        racing(resolver, first, second)
        assert asyncio.run(main(first)) == (0, 0, True)
    gc.collect()
    assert caplog.records == []


def test_P11_a_race_that_is_won_leaves_no_other_socket_and_no_task(resolver: Resolver) -> None:
    async def main(port: int) -> tuple[int, int]:
        connection = AsyncConnection(way(port))
        await asyncio.sleep(0)
        before = open_descriptors()
        outcome = await connection.exchange(wire(port), silence=None)
        assert isinstance(outcome, Reply)
        connection.abandon()
        tasks = len(asyncio.all_tasks()) - 1
        for _ in range(200):
            # The sockets of the server are in this process, too, and it closes them in its threads.
            if open_descriptors() <= before:
                break
            await asyncio.sleep(0.01)
        return open_descriptors() - before, tasks

    def closing(connection: Connection) -> None:
        scripts.closes_when_idle(connection)
        connection.close()

    with FaultServer(closing) as server, hole() as dead:
        racing(resolver, dead, server.port, dead)
        found, tasks = asyncio.run(main(server.port))
    assert (found <= 0, tasks) == (True, 0)


def interrupted(resolver: Resolver, port: int) -> tuple[Reply | Fault, float, int]:
    """What comes of an exchange that another thread interrupts, how soon, and sockets left."""
    connection = BoundedConnection(way(port, 60.0))
    outcomes: list[Reply | Fault] = []
    before = open_descriptors()

    def exchange() -> None:
        outcomes.append(connection.exchange(wire(port), deadline=None, silence=None))

    thread = threading.Thread(target=exchange)
    thread.start()
    while not resolver.asked:
        time.sleep(0.01)
    time.sleep(addresses.NEXT_AFTER + 0.2)
    began = time.monotonic()
    connection.interrupt()
    thread.join(LONG)
    return outcomes[0], time.monotonic() - began, open_descriptors() - before


def test_interrupting_a_race_ends_it_at_once_and_leaves_no_socket(resolver: Resolver) -> None:
    with hole() as first, hole() as second:
        racing(resolver, first, second)
        outcome, seconds, left = interrupted(resolver, first)
    assert isinstance(outcome, Fault)
    assert seconds < 2
    assert left == 0


def test_interrupting_a_lookup_ends_the_wait_at_once(resolver: Resolver) -> None:
    racing(resolver, 9)
    resolver.open.clear()
    outcome, seconds, _ = interrupted(resolver, 9)
    assert isinstance(outcome, Fault)
    assert seconds < 2


# Sockets


@pytest.mark.parametrize("kind", [BoundedConnection, AsyncConnection])
def test_a_silent_connection_is_kept_alive(kind: Any) -> None:
    with FaultServer(scripts.good) as server:
        place = Route(("http", "127.0.0.1", server.port), None)
        sent = Wire("GET", place.origin, f"{server.url}/x", [(b"Host", b"x")], EMPTY)
        connection = kind(place)
        if kind is BoundedConnection:
            connection.exchange(sent, deadline=None, silence=5)
        else:
            asyncio.run(connection.exchange(sent, silence=5))
        sock = connection._backend._sock
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        if hasattr(socket, "TCP_KEEPIDLE"):
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == IDLE
        connection.abandon()


def test_a_socket_that_takes_no_options_is_used_all_the_same(
    client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(sock: socket.socket, *option: Any) -> None:
        raise OSError(errno.ENOPROTOOPT, f"no option {option} of {sock}")

    with FaultServer(scripts.good) as server:
        monkeypatch.setattr(socket.socket, "setsockopt", refuse)
        assert call(client, server.url).id == FILE


def test_a_side_that_the_system_found_gone_is_a_broken_connection_and_no_silence() -> None:
    class Late(Exception):
        pass

    class Broken(Exception):
        pass

    gone = OSError(errno.ETIMEDOUT, "Connection timed out")
    assert isinstance(translated(gone, Late, Broken), Broken)
    assert isinstance(translated(TimeoutError("timed out"), Late, Broken), Late)

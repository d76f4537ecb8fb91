"""The `transport` argument: another way over the wire, with everything above it unchanged."""

from __future__ import annotations

import asyncio
import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from aion import AionVision, SyncAionVision
from aion.exceptions import AionvisionConnectionError
from aion.testing import Sandbox
from aion.transport import Fault, Reply, Route, Wire

KEY = "aion_fake_key_for_tests_0000000000"
FILE = "5b0c7a4e-1d7f-4c56-9f0a-2f4f1c9f6a10"
BODY = json.dumps(
    {"id": FILE, "object_key": "k", "size_bytes": 1, "content_type": "image/png", "hash": "h"}
).encode()


# vcrpy has no types.
vcr: Any = import_module("vcr")


class Canned:
    """A connection without a network that responds from a list."""

    def __init__(self, route: Route, outcomes: list[Reply | Fault]) -> None:
        self.home: object = None
        self.route = route
        self.seen: list[Wire] = []
        self._outcomes = outcomes

    def exchange(
        self, wire: Wire, *, deadline: float | None, silence: float | None, whole: bool = True
    ) -> Reply | Fault:
        del deadline, silence, whole
        self.seen.append(wire)
        return self._outcomes.pop(0)

    def piece(self) -> bytes | Fault | None:
        return None

    def finish(self) -> None:
        pass

    def abandon(self) -> None:
        pass


class AsyncCanned(Canned):
    """The same for coroutines."""

    async def exchange(  # type: ignore[override]  # the asynchronous protocol
        self, wire: Wire, *, silence: float | None, whole: bool = True
    ) -> Reply | Fault:
        return super().exchange(wire, deadline=None, silence=silence, whole=whole)

    async def piece(self) -> bytes | Fault | None:  # type: ignore[override]
        return None

    async def finish(self) -> None:  # type: ignore[override]
        pass


def good() -> Reply:
    return Reply(200, [(b"Content-Type", b"application/json")], BODY)


def test_a_blocking_client_calls_through_its_transport() -> None:
    made: list[Canned] = []

    def transport(route: Route) -> Canned:
        made.append(Canned(route, [good()]))
        return made[-1]

    with SyncAionVision(KEY, transport=transport) as client:
        assert client.files.get(FILE).id == FILE

    (connection,) = made
    assert connection.route.origin == ("https", "api.aionvision.tech", 443)
    assert connection.seen[0].url.endswith(f"/api/v2/user-files/{FILE}")


def test_an_asynchronous_client_calls_through_its_transport() -> None:
    async def main() -> str:
        def transport(route: Route) -> Any:
            return AsyncCanned(route, [good()])

        async with AionVision(KEY, transport=transport) as client:
            return (await client.files.get(FILE)).id

    assert asyncio.run(main()) == FILE


def test_retries_and_errors_are_the_same_above_another_transport() -> None:
    outcomes: list[Reply | Fault] = [
        Fault("broken", "the line is cut", sent=True),
        Fault("connect", "no line", sent=False),
    ]

    def transport(route: Route) -> Canned:
        return Canned(route, outcomes)

    client = SyncAionVision(KEY, transport=transport, max_retries=1, retry_delay=0)
    with pytest.raises(AionvisionConnectionError, match=r"no line \(2 attempts\)"):
        client.files.get(FILE)


class Told(Canned):
    """A connection that delivers a complete chat response, and never ends."""

    told = False

    def piece(self) -> bytes | Fault | None:
        assert not self.told, "it would wait for ever"
        self.told = True
        return b'event: complete\ndata: {"content": "two", "message_id": "m1"}\n\n'


def test_a_connection_that_cannot_be_bounded_is_left_when_the_chat_response_is_whole() -> None:
    with SyncAionVision(KEY, transport=lambda route: Told(route, [good()])) as client:
        assert client.chat_stream("Hello", session_id=FILE).result().content == "two"


def test_the_route_knows_the_proxy_of_the_settings() -> None:
    routes: list[Route] = []

    def transport(route: Route) -> Canned:
        routes.append(route)
        return Canned(route, [good()])

    client = SyncAionVision(KEY, transport=transport, proxy_url="http://user:pw@proxy.example:1")
    client.files.get(FILE)

    assert routes[0].proxy == "http://user:pw@proxy.example:1"
    assert "pw" not in repr(routes[0])


def test_a_recorder_sees_the_calls_of_both_clients(tmp_path: Path) -> None:
    tape = vcr.VCR(cassette_library_dir=str(tmp_path), filter_headers=["authorization"])
    with Sandbox() as sandbox:
        with tape.use_cassette("sync.yaml") as recorded, sandbox.sync_client() as client:
            client.files.list()

        async def main() -> None:
            async with sandbox.client() as client:
                await client.files.list()

        with tape.use_cassette("async.yaml") as recorded_async:
            asyncio.run(main())

    assert [request.path for request in recorded.requests] == ["/api/v2/user-files"]
    assert [request.path for request in recorded_async.requests] == ["/api/v2/user-files"]


def test_a_recording_is_replayed_without_a_server(tmp_path: Path) -> None:
    tape = vcr.VCR(cassette_library_dir=str(tmp_path), filter_headers=["authorization"])
    with Sandbox() as sandbox:
        url = sandbox.base_url
        with tape.use_cassette("list.yaml"), sandbox.sync_client() as client:
            client.files.list()
    with (
        tape.use_cassette("list.yaml", record_mode=vcr.mode.NONE),
        SyncAionVision(KEY, base_url=url) as client,
    ):
        assert client.files.list().total_count == 0

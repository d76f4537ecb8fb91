"""Streams whose chunks are joined: over real sockets, TLS and a proxy."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
import trustme

from aion._engine.async_engine import AsyncEngine
from aion._engine.sync_engine import SyncEngine
from aion.config import ClientConfig
from aion_api.api import user_files
from tests.engine.test_tls import KEY, authority, https, over_tls, trusted, tunnel
from tests.faults.server import Connection, FaultServer

__all__ = ["authority", "trusted"]

PARTS = [f"part {number} ".encode() for number in range(1000)]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def many_chunks(connection: Connection) -> None:
    """Send two responses on one connection, each in one write and a thousand chunks."""
    for _ in range(2):
        connection.read_request()
        chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in PARTS)
        connection.send(HEAD + chunks + b"0\r\n\r\n")


def read(client: str, url: str, times: int = 1, **settings: Any) -> list[list[bytes]]:
    """Return the pieces of a streamed response, requested several times by one client."""
    config = ClientConfig(KEY, base_url=f"{url}/api/v2", max_retries=0, timeout=5, **settings)
    request = user_files.download_user_file("x").decoding(bytes)
    if client == "sync":
        engine = SyncEngine(config)
        found: list[list[bytes]] = []
        for _ in range(times):
            answer = engine.open(request)
            found.append(list(iter(answer.piece, None)))
        engine.close()
        return found

    async def main() -> list[list[bytes]]:
        engine = AsyncEngine(config)
        found: list[list[bytes]] = []
        for _ in range(times):
            answer = await engine.open(request)
            pieces: list[bytes] = []
            while (piece := await answer.piece()) is not None:
                pieces.append(piece)
            found.append(pieces)
        await engine.close()
        return found

    return asyncio.run(main())


@pytest.fixture(params=["async", "sync"])
def client(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def plain() -> Iterator[FaultServer]:
    with FaultServer(many_chunks) as server:
        yield server


def test_chunks_that_arrive_together_are_one_piece(client: str, plain: FaultServer) -> None:
    (pieces,) = read(client, plain.url)

    assert b"".join(pieces) == b"".join(PARTS)
    assert len(pieces) < len(PARTS) / 10


def test_the_connection_is_reused_after_joined_chunks(client: str, plain: FaultServer) -> None:
    first, second = read(client, plain.url, times=2)

    assert b"".join(first) == b"".join(second)
    assert plain.connections == 1


@pytest.mark.usefixtures("trusted")
def test_chunks_are_joined_behind_a_tunnel_and_tls(client: str, authority: trustme.CA) -> None:
    with FaultServer(over_tls(authority, many_chunks)) as server, FaultServer(tunnel) as proxy:
        (pieces,) = read(client, https(server), proxy_url=proxy.url)

    assert b"".join(pieces) == b"".join(PARTS)
    assert len(pieces) < len(PARTS) / 10

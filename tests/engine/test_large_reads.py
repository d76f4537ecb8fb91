"""Reads that bring more at a time: the HTTP library takes longer over a piece than over bytes."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import trustme

from aion._http.sockets import coroutines, threads
from aion._http.sockets.common import LARGE_PIECE, PIECE
from aion._http.sockets.tls import MORE, Tls
from tests.engine.test_tls import certify

PARTS = [b"%05d" % number * 1000 for number in range(40)]


class Ends:
    """Two ends of a TLS connection that have shaken hands: ours, and the service's."""

    def __init__(self, authority: trustme.CA) -> None:
        server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
        certify(authority, server, "localhost")
        trusting: Any = authority
        trusting.configure_trust(client)
        self.ours, incoming, self._wire = Tls(client, "localhost"), ssl.MemoryBIO(), ssl.MemoryBIO()
        self.service = server.wrap_bio(incoming, self._wire, server_side=True)
        while self.ours.attempt(self.ours.object.do_handshake) is MORE:
            incoming.write(self.ours.outgoing.read())
            with suppress(ssl.SSLWantReadError):
                self.service.do_handshake()
            self.ours.feed(self.sent())
        incoming.write(self.ours.outgoing.read())
        self.service.do_handshake()

    def sent(self) -> bytes:
        """Return what the service wrote to the wire since the last call."""
        return self._wire.read()

    def read(self) -> object:
        return self.ours.attempt(lambda: self.ours.read(PIECE))


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ends(authority: trustme.CA) -> Ends:
    return Ends(authority)


def test_tls_records_that_came_together_are_read_at_once(ends: Ends) -> None:
    for part in PARTS:
        ends.service.write(part)
    ends.ours.feed(ends.sent())

    assert ends.read() == b"".join(PARTS)


def test_whole_tls_records_do_not_wait_for_the_part_of_another(ends: Ends) -> None:
    ends.service.write(b"whole")
    ends.service.write(b"parted")
    wire = ends.sent()
    ends.ours.feed(wire[:-3])

    assert [ends.read(), ends.read()] == [b"whole", MORE]

    ends.ours.feed(wire[-3:])

    assert ends.read() == b"parted"


def test_the_orderly_end_of_tls_comes_after_the_bytes_before_it(ends: Ends) -> None:
    ends.service.write(b"last")
    with suppress(ssl.SSLWantReadError):
        ends.service.unwrap()
    ends.ours.feed(ends.sent())

    assert [ends.read(), ends.read()] == [b"last", b""]


@pytest.fixture
def wire() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Our end of a connection whose other one has written much, and is closed."""
    ours, other = socket.socketpair()
    for one in (ours, other):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * LARGE_PIECE)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * LARGE_PIECE)
        one.setblocking(False)
    with ours, other:
        yield ours, other


def sizes(client: str, ours: socket.socket) -> list[int]:
    """How many bytes each read brings, to the end."""
    if client == "sync":
        blocking = threads.Stream(ours, threads.Limit())
        return list(iter(lambda: len(blocking.read(PIECE, 5)), 0))

    async def main() -> list[int]:
        stream = coroutines.Stream(ours)
        found: list[int] = []
        while data := await stream.read(PIECE, 5):
            found.append(len(data))
        return found

    return asyncio.run(main())


@pytest.mark.parametrize("client", ["sync", "async"])
def test_a_read_is_larger_after_one_that_brought_all_it_might(
    client: str, wire: tuple[socket.socket, socket.socket]
) -> None:
    ours, other = wire
    sent = other.send(bytes(3 * PIECE))
    other.shutdown(socket.SHUT_WR)

    first, *rest = sizes(client, ours)

    assert (first, sum(rest)) == (PIECE, sent - PIECE)
    assert max(rest) > PIECE


@pytest.mark.parametrize("client", ["sync", "async"])
def test_reads_of_little_stay_as_small_as_asked_for(
    client: str, wire: tuple[socket.socket, socket.socket]
) -> None:
    ours, other = wire
    other.send(bytes(PIECE - 1))
    other.shutdown(socket.SHUT_WR)

    assert sizes(client, ours) == [PIECE - 1]


def test_a_large_write_to_a_slow_reader_is_not_silence_p7() -> None:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    data = bytes(4 * LARGE_PIECE)

    def drain() -> int:
        found = 0
        while found < len(data):
            found += len(theirs.recv(PIECE))
            time.sleep(0.03)
        return found

    async def main() -> int:
        reading = asyncio.get_running_loop().run_in_executor(None, drain)
        await coroutines.Stream(ours).write(data, timeout=0.25)
        return await reading

    began = time.monotonic()
    with ours, theirs:
        assert asyncio.run(main()) == len(data)
    # The whole is longer than the limit of silence, and no part is.
    assert time.monotonic() - began > 0.25

"""A server of raw sockets that misbehaves on request, and counts what it really saw."""

from __future__ import annotations

import contextlib
import hashlib
import select
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Seen:
    """One request that arrived whole."""

    method: str
    target: str
    headers: dict[str, str]
    body_hash: str


class Gone(Exception):
    """The client closed the connection."""


class Connection:
    """One accepted connection, with the tools of a bad server."""

    def __init__(self, sock: socket.socket, server: FaultServer) -> None:
        self._sock = sock
        self._buffer = b""
        self.server = server
        self.number = 0
        """How many requests came on this connection."""

    def read_request(self) -> Seen:
        """Wait for a whole request; raises `Gone` when the client closes first."""
        while b"\r\n\r\n" not in self._buffer:
            self._more()
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ", 2)
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", "0"))
        while len(self._buffer) < length:
            self._more()
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        seen = Seen(method, target, headers, hashlib.sha256(body).hexdigest())
        self.number += 1
        self.server.seen.append(seen)
        return seen

    def _more(self) -> None:
        try:
            data = self._sock.recv(262144)
        except OSError:
            data = b""
        if not data:
            raise Gone
        self._buffer += data

    def send(self, data: bytes) -> None:
        """Send bytes; raise `Gone` when the client has disconnected."""
        try:
            self._sock.sendall(data)
        except OSError:
            raise Gone from None

    def answer(
        self,
        body: bytes,
        *,
        status: str = "200 OK",
        kind: str = "application/json",
        length: int | str | None = None,
        extra: str = "",
    ) -> None:
        """Send a complete response."""
        size = len(body) if length is None else length
        head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {size}\r\n{extra}\r\n"
        self.send(head.encode("latin-1") + body)

    def wait_until_gone(self) -> None:
        """Stay silent until the client closes, or the server stops."""
        while not self.server.stopping.is_set():
            ready, _, _ = select.select([self._sock], [], [], 0.02)
            if ready:
                self._more()

    def reset(self) -> None:
        """Close with a TCP reset."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def close(self) -> None:
        """Close in the ordinary way."""
        with contextlib.suppress(OSError):
            self._sock.close()


Script = Callable[[Connection], None]
"""What a server does with a connection; `Gone` ends it."""


@dataclass(repr=False)
class FaultServer:
    """Listens on a free loopback port, one thread a connection, until it is left."""

    script: Script
    seen: list[Seen] = field(default_factory=list[Seen])
    connections: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stopping.set()
        # A blocked accept does not notice that its socket was closed.
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        self._listener.close()
        for sock in list(self._open):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    @property
    def url(self) -> str:
        """The root URL of the server."""
        return f"http://127.0.0.1:{self.port}"

    def open_connections(self) -> int:
        """Connections that the client still holds, a moment after its last call."""
        until = time.monotonic() + 1
        while self._open and time.monotonic() < until:
            time.sleep(0.005)
        return len(self._open)

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            if self.stopping.is_set():
                sock.close()
                return
            self.connections += 1
            self._open.add(sock)
            thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket) -> None:
        connection = Connection(sock, self)
        with contextlib.suppress(Gone, OSError):
            self.script(connection)
        connection.close()
        self._open.discard(sock)

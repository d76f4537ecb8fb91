"""Sockets for threads, all of whose operations share one limit. `coroutines` has the same names."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from typing import Any

import httpcore

from aion._clock import monotonic
from aion._http.sockets.common import LARGE_PIECE, Options, extra_info, translated, waiter
from aion._http.sockets.connect_limits import ConnectLimits
from aion._http.sockets.happy_eyeballs import race
from aion._http.sockets.resolver import resolve
from aion._http.sockets.sync_tls_stream import over_tls


class Limit:
    """The deadline of all blocking operations of a connection, or None."""

    __slots__ = ("connect_limits", "deadline", "interrupted")

    def __init__(self, limits: ConnectLimits | None = None) -> None:
        self.connect_limits = limits or ConnectLimits(0)
        """Also bounds the operations until the connection is established."""
        self.deadline: float | None = None
        self.interrupted = False
        """Whether all operations end at once, whatever the deadline."""

    def within(self, timeout: float | None) -> float | None:
        """Return the seconds that an operation may take.

        Raises:
            TimeoutError: No time is left.
        """
        if self.interrupted:
            raise TimeoutError("the call was abandoned")
        if self.connect_limits.until is not None:
            timeout = self.connect_limits.within(timeout)
        if self.deadline is None:
            return timeout
        left = self.deadline - monotonic()
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        return left if timeout is None else min(left, timeout)


class Stream(httpcore.NetworkStream):
    """A connected TCP socket.

    It does not block: a socket with a timeout of its own releases the interpreter's lock three
    times for each operation, which is expensive with fifty threads.
    """

    def __init__(self, sock: socket.socket, limit: Limit) -> None:
        sock.setblocking(False)
        self._sock = sock
        self._limit = limit
        self._to_read = waiter(sock)
        self._to_write = waiter(sock, for_writing=True)
        self._was_full = False

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        size = LARGE_PIECE if self._was_full else max_bytes
        try:
            while True:
                if not self._to_read(self._limit.within(timeout)):
                    raise TimeoutError("timed out")
                try:
                    data = self._sock.recv(size)
                except BlockingIOError:
                    continue
                self._was_full = len(data) == size
                return data
        except OSError as error:
            raise translated(error, httpcore.ReadTimeout, httpcore.ReadError) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        view = memoryview(buffer)
        try:
            if self._limit.connect_limits.until is not None and view:
                self._limit.connect_limits.writing(view)
            while view:
                left = self._limit.within(timeout)
                try:
                    view = view[self._sock.send(view) :]
                except BlockingIOError:
                    if not self._to_write(left):
                        raise TimeoutError("timed out") from None
        except OSError as error:
            raise translated(error, httpcore.WriteTimeout, httpcore.WriteError) from error

    def close(self) -> None:
        self._sock.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        return over_tls(
            self, self._sock, self._limit.connect_limits, ssl_context, server_hostname, timeout
        )

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            # Without waiting: an idle connection that is readable has ended.
            return self._sock.fileno() < 0 or self._to_read(0)
        return extra_info(self._sock, None, info)


class Backend(httpcore.NetworkBackend):
    """Opens the sockets of one blocking connection."""

    def __init__(self, limits: ConnectLimits) -> None:
        self.connect_limits = limits
        self.limit = Limit(limits)
        self._sock: socket.socket | None = None

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Options = None,
    ) -> httpcore.NetworkStream:
        self.connect_limits.begin(timeout)
        try:
            addresses = resolve(host, port, self._left)
            sock = self._sock = race(host, addresses, self._left, local_address)
        except OSError as error:
            raise translated(error, httpcore.ConnectTimeout, httpcore.ConnectError) from error
        self.connect_limits.connected()
        return Stream(sock, self.limit)

    def _left(self) -> float | None:
        return self.limit.within(None)

    def interrupt(self) -> None:
        """Let the current and all later operations of another thread on the socket fail at once.

        An attempt to connect notices within `resolver.POLL`.
        """
        self.limit.interrupted = True
        if (sock := self._sock) is not None:
            with suppress(OSError):
                # Closing the socket would not wake a waiting thread.
                sock.shutdown(socket.SHUT_RDWR)

    def abandon(self) -> None:
        """Close the socket in any state."""
        self.connect_limits.forget()
        if self._sock is not None:
            self._sock.close()
            self._sock = None


__all__ = ["Backend", "Stream"]

"""Sockets for threads, all of whose operations end by one limit."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

import httpcore

from aion._clock import monotonic
from aion._http.sockets.common import LARGE_PIECE, PIECE, Options, told, translated, waiter
from aion._http.sockets.connect_limits import Making
from aion._http.sockets.happy_eyeballs import race
from aion._http.sockets.resolver import resolve
from aion._http.sockets.tls import MORE, Tls

T = TypeVar("T")


class Limit:
    """The moment at which every blocking operation of a connection gives up, or None."""

    __slots__ = ("deadline", "interrupted", "making")

    def __init__(self, making: Making | None = None) -> None:
        self.making = making or Making(0)
        """Bounds the operations, too, for as long as the connection is not made."""
        self.deadline: float | None = None
        self.interrupted = False
        """Everything gives up at once, whatever the deadline."""

    def within(self, timeout: float | None) -> float | None:
        """The seconds that an operation may take.

        Raises:
            TimeoutError: There are none.
        """
        if self.interrupted:
            raise TimeoutError("the call was given up")
        if self.making.until is not None:
            timeout = self.making.within(timeout)
        if self.deadline is None:
            return timeout
        left = self.deadline - monotonic()
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        return left if timeout is None else min(left, timeout)


class SyncStream(httpcore.NetworkStream):
    """A connected TCP socket.

    It does not block: a socket with a timeout of its own gives up the interpreter's lock three
    times for each operation, which fifty threads pay for.
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
            if self._limit.making.until is not None and view:
                self._limit.making.writing(view)
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
        return SyncTlsStream(
            self, self._sock, self._limit.making, ssl_context, server_hostname, timeout
        )

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            # At once: on an idle connection, that is its end.
            return self._sock.fileno() < 0 or self._to_read(0)
        return told(self._sock, None, info)


class SyncTlsStream(httpcore.NetworkStream):
    """TLS over another stream, which may be TLS itself (an encrypted proxy)."""

    def __init__(
        self,
        below: httpcore.NetworkStream,
        sock: socket.socket,
        making: Making,
        context: ssl.SSLContext,
        hostname: str | None,
        timeout: float | None,
    ) -> None:
        self._below = below
        self._sock = sock
        self._making = making
        try:
            self._tls = Tls(context, hostname)
            self._run(self._tls.object.do_handshake, timeout)
            making.secured()
        except OSError as error:
            self.close()
            raise translated(error, httpcore.ConnectTimeout, httpcore.ConnectError) from error
        except BaseException:
            self.close()
            raise

    def _run(self, step: Callable[[], T], timeout: float | None) -> T:
        while True:
            try:
                result = self._tls.attempt(step)
            finally:
                # Also an alert that the other side has to hear.
                if pending := self._tls.outgoing.read():
                    self._below.write(pending, timeout)
            if result is not MORE:
                return result
            self._tls.feed(self._below.read(PIECE, timeout))

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            return self._run(partial(self._tls.read, max_bytes), timeout)
        except OSError as error:
            raise translated(error, httpcore.ReadTimeout, httpcore.ReadError) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        view = memoryview(buffer)
        try:
            while view:
                view = view[self._run(partial(self._tls.object.write, view), timeout) :]
        except OSError as error:
            raise translated(error, httpcore.WriteTimeout, httpcore.WriteError) from error

    def close(self) -> None:
        self._below.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        return SyncTlsStream(self, self._sock, self._making, ssl_context, server_hostname, timeout)

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            return self._below.get_extra_info(info)
        return told(self._sock, self._tls, info)


class SyncBackend(httpcore.NetworkBackend):
    """Opens the sockets of one blocking connection."""

    def __init__(self, making: Making) -> None:
        self.making = making
        self.limit = Limit(making)
        self._sock: socket.socket | None = None

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Options = None,
    ) -> httpcore.NetworkStream:
        self.making.begin(timeout)
        try:
            addresses = resolve(host, port, self._left)
            sock = self._sock = race(host, addresses, self._left, local_address)
        except OSError as error:
            raise translated(error, httpcore.ConnectTimeout, httpcore.ConnectError) from error
        self.making.connected()
        return SyncStream(sock, self.limit)

    def _left(self) -> float | None:
        return self.limit.within(None)

    def interrupt(self) -> None:
        """Let what another thread does with the socket fail at once, and all that it would do.

        What is not connected yet sees it within `resolving.POLL`.
        """
        self.limit.interrupted = True
        if (sock := self._sock) is not None:
            with suppress(OSError):
                # Closing it would not wake a thread that waits for it.
                sock.shutdown(socket.SHUT_RDWR)

    def abandon(self) -> None:
        """Close the socket, whatever state it is in."""
        self.making.forget()
        if self._sock is not None:
            self._sock.close()
            self._sock = None

"""Sockets for coroutines that are not bound to an event loop: the running one waits for them.

`threads` has the same names.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Awaitable, Generator
from typing import Any, TypeVar

import httpcore

from aion._http.sockets.async_tls_stream import over_tls
from aion._http.sockets.common import LARGE_PIECE, Options, extra_info, translated, waiter
from aion._http.sockets.connect_limits import ConnectLimits
from aion._http.sockets.happy_eyeballs import race_async
from aion._http.sockets.resolver import resolve_async

T = TypeVar("T")


@contextlib.contextmanager
def _mapped(late: type[Exception], broken: type[Exception]) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise translated(error, late, broken) from error


def _asyncio() -> Any:
    """Import the module, which programs with threads alone need not load."""
    import asyncio

    return asyncio


async def _within(awaitable: Awaitable[T], timeout: float | None) -> T:
    if timeout is None:
        return await awaitable
    async with _asyncio().timeout(timeout):
        return await awaitable


class Stream(httpcore.AsyncNetworkStream):
    """A connected, non-blocking TCP socket that is not bound to an event loop."""

    def __init__(self, sock: socket.socket, limits: ConnectLimits | None = None) -> None:
        self._sock = sock
        self._limits = limits or ConnectLimits(0)
        self._can_read = waiter(sock)
        self._was_full = False

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        size = LARGE_PIECE if self._was_full else max_bytes
        data: bytes
        try:
            if self._limits.until is not None:
                timeout = self._limits.within(timeout)
            reading = _asyncio().get_running_loop().sock_recv(self._sock, size)
            data = await (reading if timeout is None else _within(reading, timeout))
        except OSError as error:
            raise translated(error, httpcore.ReadTimeout, httpcore.ReadError) from error
        self._was_full = len(data) == size
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if not buffer:
            return
        send = _asyncio().get_running_loop().sock_sendall
        try:
            if self._limits.until is not None:
                self._limits.writing(buffer)
                timeout = self._limits.within(timeout)
            if timeout is None:
                await send(self._sock, buffer)
                return
            view = memoryview(buffer)
            # The timeout bounds silence, not the time that much data takes on a slow connection.
            for start in range(0, len(view), LARGE_PIECE):
                await _within(send(self._sock, view[start : start + LARGE_PIECE]), timeout)
        except OSError as error:
            raise translated(error, httpcore.WriteTimeout, httpcore.WriteError) from error

    async def aclose(self) -> None:
        self._sock.close()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        return await over_tls(self, self._sock, self._limits, ssl_context, server_hostname, timeout)

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            # Without waiting: an idle connection that is readable has ended.
            return self._sock.fileno() < 0 or self._can_read(0)
        return extra_info(self._sock, None, info)


class Backend(httpcore.AsyncNetworkBackend):
    """Opens the sockets of one asynchronous connection."""

    def __init__(self, limits: ConnectLimits) -> None:
        self.connect_limits = limits
        self._sock: socket.socket | None = None

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Options = None,
    ) -> httpcore.AsyncNetworkStream:
        self.connect_limits.begin(timeout)
        with _mapped(httpcore.ConnectTimeout, httpcore.ConnectError):
            opening = _opened(host, port, local_address)
            self._sock = await _within(opening, self.connect_limits.within(None))
        self.connect_limits.connected()
        return Stream(self._sock, self.connect_limits)

    def abandon(self) -> None:
        """Close the socket in any state."""
        self.connect_limits.forget()
        if self._sock is not None:
            self._sock.close()
            self._sock = None


async def _opened(host: str, port: int, local_address: str | None) -> socket.socket:
    return await race_async(host, await resolve_async(host, port), local_address)


__all__ = ["Backend", "Stream"]

"""Sockets for coroutines that belong to no event loop: the running one waits for them."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Awaitable, Callable, Generator
from functools import partial
from typing import Any, TypeVar

import httpcore

from aion._http.sockets.common import LARGE_PIECE, PIECE, Options, told, translated, waiter
from aion._http.sockets.connect_limits import Making
from aion._http.sockets.happy_eyeballs import race_async
from aion._http.sockets.resolver import resolve_async
from aion._http.sockets.tls import MORE, Tls

T = TypeVar("T")


@contextlib.contextmanager
def _mapped(late: type[Exception], broken: type[Exception]) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise translated(error, late, broken) from error


def _asyncio() -> Any:
    """The module, which programs that use threads alone never have to load."""
    import asyncio

    return asyncio


async def _within(awaitable: Awaitable[T], timeout: float | None) -> T:
    if timeout is None:
        return await awaitable
    async with _asyncio().timeout(timeout):
        return await awaitable


class AsyncStream(httpcore.AsyncNetworkStream):
    """A connected, non-blocking TCP socket that belongs to no event loop."""

    def __init__(self, sock: socket.socket, making: Making | None = None) -> None:
        self._sock = sock
        self._making = making or Making(0)
        self._can_read = waiter(sock)
        self._was_full = False

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        size = LARGE_PIECE if self._was_full else max_bytes
        data: bytes
        try:
            if self._making.until is not None:
                timeout = self._making.within(timeout)
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
            if self._making.until is not None:
                self._making.writing(buffer)
                timeout = self._making.within(timeout)
            if timeout is None:
                await send(self._sock, buffer)
                return
            view = memoryview(buffer)
            # Silence is what is bounded, and not the time that much takes on a slow connection.
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
        stream = AsyncTlsStream(self, self._sock, self._making, ssl_context, server_hostname)
        await stream.handshake(timeout)
        return stream

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            # At once: on an idle connection, that is its end.
            return self._sock.fileno() < 0 or self._can_read(0)
        return told(self._sock, None, info)


class AsyncTlsStream(httpcore.AsyncNetworkStream):
    """TLS over another stream, which may be TLS itself (an encrypted proxy)."""

    def __init__(
        self,
        below: httpcore.AsyncNetworkStream,
        sock: socket.socket,
        making: Making,
        context: ssl.SSLContext,
        hostname: str | None,
    ) -> None:
        self._below = below
        self._sock = sock
        self._making = making
        self._tls = Tls(context, hostname)

    async def handshake(self, timeout: float | None) -> None:
        """Agree on keys; closes the socket when that fails."""
        try:
            with _mapped(httpcore.ConnectTimeout, httpcore.ConnectError):
                await self._run(self._tls.object.do_handshake, timeout)
        except BaseException:
            self._sock.close()
            raise
        self._making.secured()

    async def _run(self, step: Callable[[], T], timeout: float | None) -> T:
        while True:
            try:
                result = self._tls.attempt(step)
            finally:
                if pending := self._tls.outgoing.read():
                    await self._below.write(pending, timeout)
            if result is not MORE:
                return result
            self._tls.feed(await self._below.read(PIECE, timeout))

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with _mapped(httpcore.ReadTimeout, httpcore.ReadError):
            return await self._run(partial(self._tls.read, max_bytes), timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        with _mapped(httpcore.WriteTimeout, httpcore.WriteError):
            view = memoryview(buffer)
            while view:
                view = view[await self._run(partial(self._tls.object.write, view), timeout) :]

    async def aclose(self) -> None:
        await self._below.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        stream = AsyncTlsStream(self, self._sock, self._making, ssl_context, server_hostname)
        await stream.handshake(timeout)
        return stream

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            return self._below.get_extra_info(info)
        return told(self._sock, self._tls, info)


class AsyncBackend(httpcore.AsyncNetworkBackend):
    """Opens the sockets of one asynchronous connection."""

    def __init__(self, making: Making) -> None:
        self.making = making
        self._sock: socket.socket | None = None

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Options = None,
    ) -> httpcore.AsyncNetworkStream:
        self.making.begin(timeout)
        with _mapped(httpcore.ConnectTimeout, httpcore.ConnectError):
            opening = _opened(host, port, local_address)
            self._sock = await _within(opening, self.making.within(None))
        self.making.connected()
        return AsyncStream(self._sock, self.making)

    def abandon(self) -> None:
        """Close the socket, whatever state it is in."""
        self.making.forget()
        if self._sock is not None:
            self._sock.close()
            self._sock = None


async def _opened(host: str, port: int, local_address: str | None) -> socket.socket:
    return await race_async(host, await resolve_async(host, port), local_address)

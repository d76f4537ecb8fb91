"""Plain sockets under the HTTP library: total deadlines for threads, no event loop for coroutines.

The library's own blocking streams bound each read, so a server that drips one byte at a time keeps
a call alive for ever; these bound all reads of a call by one `Limit`. Its own asynchronous streams
belong to the event loop that opened them; these use the loop's socket functions, so nothing is
left to clean up when a loop ends, and a socket can be closed from anywhere.

Each backend serves one connection at a time and can `abandon` it without waiting.
"""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Generator, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import httpcore

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")
_PIECE = 65536
_Options = Iterable[Any] | None


class Limit:
    """The moment at which every blocking operation of a connection gives up, or None."""

    __slots__ = ("deadline",)

    def __init__(self) -> None:
        self.deadline: float | None = None

    def within(self, timeout: float | None, late: type[Exception]) -> float | None:
        """The seconds that an operation may take; raises `late` when there are none."""
        if self.deadline is None:
            return timeout
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise late("the deadline has passed")
        return left if timeout is None else min(left, timeout)


@contextlib.contextmanager
def _mapped(late: type[Exception], broken: type[Exception]) -> Generator[None]:
    try:
        yield
    except TimeoutError as error:
        raise late(str(error) or "timed out") from error
    except OSError as error:
        raise broken(str(error) or type(error).__name__) from error


def _readable(sock: socket.socket) -> bool:
    """Whether something can be read at once: on an idle connection, that is its end."""
    if sock.fileno() < 0:
        return True
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(sock, select.POLLIN)
        return bool(poll.poll(0))
    return bool(select.select([sock], [], [], 0)[0])


class _Tls:
    """TLS in memory: bytes of the wire in, bytes of the wire out."""

    def __init__(self, context: ssl.SSLContext, hostname: str | None) -> None:
        self.incoming = ssl.MemoryBIO()
        self.outgoing = ssl.MemoryBIO()
        self.object = context.wrap_bio(self.incoming, self.outgoing, server_hostname=hostname)

    def attempt(self, step: Callable[[], T]) -> tuple[T | None, bool]:
        """The result of one TLS step, and whether it is done or waits for more input."""
        try:
            return step(), True
        except ssl.SSLWantReadError:
            return None, False

    def feed(self, data: bytes) -> None:
        if data:
            self.incoming.write(data)
        else:
            self.incoming.write_eof()

    def read(self, size: int) -> bytes:
        try:
            return self.object.read(size)
        except ssl.SSLZeroReturnError:
            return b""


def _info(sock: socket.socket, tls: _Tls | None, name: str) -> Any:
    match name:
        case "ssl_object":
            return tls.object if tls else None
        case "client_addr":
            return sock.getsockname()
        case "server_addr":
            return sock.getpeername()
        case "socket":
            return sock
        case "is_readable":
            return _readable(sock)
        case _:
            return None


# Threads


class SyncStream(httpcore.NetworkStream):
    """A connected TCP socket, all of whose operations end by the limit."""

    def __init__(self, sock: socket.socket, limit: Limit) -> None:
        self._sock = sock
        self._limit = limit

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with _mapped(httpcore.ReadTimeout, httpcore.ReadError):
            self._sock.settimeout(self._limit.within(timeout, httpcore.ReadTimeout))
            return self._sock.recv(max_bytes)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        with _mapped(httpcore.WriteTimeout, httpcore.WriteError):
            view = memoryview(buffer)
            while view:
                self._sock.settimeout(self._limit.within(timeout, httpcore.WriteTimeout))
                view = view[self._sock.send(view) :]

    def close(self) -> None:
        self._sock.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        return SyncTlsStream(self, self._sock, ssl_context, server_hostname, timeout)

    def get_extra_info(self, info: str) -> Any:
        return _info(self._sock, None, info)


class SyncTlsStream(httpcore.NetworkStream):
    """TLS over another stream, which may be TLS itself (an encrypted proxy)."""

    def __init__(
        self,
        below: httpcore.NetworkStream,
        sock: socket.socket,
        context: ssl.SSLContext,
        hostname: str | None,
        timeout: float | None,
    ) -> None:
        self._below = below
        self._sock = sock
        self._tls = _Tls(context, hostname)
        try:
            with _mapped(httpcore.ConnectTimeout, httpcore.ConnectError):
                self._run(self._tls.object.do_handshake, timeout)
        except BaseException:
            self.close()
            raise

    def _run(self, step: Callable[[], T], timeout: float | None) -> T:
        while True:
            try:
                result, done = self._tls.attempt(step)
            finally:
                # Also an alert that the other side has to hear.
                if pending := self._tls.outgoing.read():
                    self._below.write(pending, timeout)
            if done:
                return result  # type: ignore[return-value]  # set whenever done
            self._tls.feed(self._below.read(_PIECE, timeout))

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with _mapped(httpcore.ReadTimeout, httpcore.ReadError):
            return self._run(lambda: self._tls.read(max_bytes), timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        with _mapped(httpcore.WriteTimeout, httpcore.WriteError):
            view = memoryview(buffer)
            while view:
                piece = view
                view = view[self._run(lambda: self._tls.object.write(piece), timeout) :]  # noqa: B023

    def close(self) -> None:
        self._below.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        return SyncTlsStream(self, self._sock, ssl_context, server_hostname, timeout)

    def get_extra_info(self, info: str) -> Any:
        return _info(self._sock, self._tls, info)


class SyncBackend(httpcore.NetworkBackend):
    """Opens the sockets of one blocking connection."""

    def __init__(self) -> None:
        self.limit = Limit()
        self._sock: socket.socket | None = None

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: _Options = None,
    ) -> httpcore.NetworkStream:
        source = None if local_address is None else (local_address, 0)
        with _mapped(httpcore.ConnectTimeout, httpcore.ConnectError):
            left = self.limit.within(timeout, httpcore.ConnectTimeout)
            sock = socket.create_connection((host, port), left, source_address=source)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sock = sock
        return SyncStream(sock, self.limit)

    def abandon(self) -> None:
        """Close the socket, whatever state it is in."""
        if self._sock is not None:
            self._sock.close()
            self._sock = None


# Coroutines


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

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with _mapped(httpcore.ReadTimeout, httpcore.ReadError):
            loop = _asyncio().get_running_loop()
            return await _within(loop.sock_recv(self._sock, max_bytes), timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if not buffer:
            return
        with _mapped(httpcore.WriteTimeout, httpcore.WriteError):
            loop = _asyncio().get_running_loop()
            await _within(loop.sock_sendall(self._sock, buffer), timeout)

    async def aclose(self) -> None:
        self._sock.close()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        stream = AsyncTlsStream(self, self._sock, ssl_context, server_hostname)
        await stream.handshake(timeout)
        return stream

    def get_extra_info(self, info: str) -> Any:
        return _info(self._sock, None, info)


class AsyncTlsStream(httpcore.AsyncNetworkStream):
    """TLS over another stream, which may be TLS itself (an encrypted proxy)."""

    def __init__(
        self,
        below: httpcore.AsyncNetworkStream,
        sock: socket.socket,
        context: ssl.SSLContext,
        hostname: str | None,
    ) -> None:
        self._below = below
        self._sock = sock
        self._tls = _Tls(context, hostname)

    async def handshake(self, timeout: float | None) -> None:
        """Agree on keys; closes the socket when that fails."""
        try:
            with _mapped(httpcore.ConnectTimeout, httpcore.ConnectError):
                await self._run(self._tls.object.do_handshake, timeout)
        except BaseException:
            self._sock.close()
            raise

    async def _run(self, step: Callable[[], T], timeout: float | None) -> T:
        while True:
            try:
                result, done = self._tls.attempt(step)
            finally:
                if pending := self._tls.outgoing.read():
                    await self._below.write(pending, timeout)
            if done:
                return result  # type: ignore[return-value]  # set whenever done
            self._tls.feed(await self._below.read(_PIECE, timeout))

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with _mapped(httpcore.ReadTimeout, httpcore.ReadError):
            return await self._run(lambda: self._tls.read(max_bytes), timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        with _mapped(httpcore.WriteTimeout, httpcore.WriteError):
            view = memoryview(buffer)
            while view:
                piece = view
                view = view[await self._run(lambda: self._tls.object.write(piece), timeout) :]  # noqa: B023

    async def aclose(self) -> None:
        await self._below.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        stream = AsyncTlsStream(self, self._sock, ssl_context, server_hostname)
        await stream.handshake(timeout)
        return stream

    def get_extra_info(self, info: str) -> Any:
        return _info(self._sock, self._tls, info)


class AsyncBackend(httpcore.AsyncNetworkBackend):
    """Opens the sockets of one asynchronous connection."""

    def __init__(self) -> None:
        self._sock: socket.socket | None = None

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: _Options = None,
    ) -> httpcore.AsyncNetworkStream:
        with _mapped(httpcore.ConnectTimeout, httpcore.ConnectError):
            sock = await _within(_connected(host, port, local_address), timeout)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sock = sock
        return AsyncStream(sock)

    def abandon(self) -> None:
        """Close the socket, whatever state it is in."""
        if self._sock is not None:
            self._sock.close()
            self._sock = None


async def _connected(host: str, port: int, local_address: str | None) -> socket.socket:
    loop = _asyncio().get_running_loop()
    failure: OSError = OSError(f"{host} has no address")
    for family, kind, protocol, _, address in await _addresses(loop, host, port):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.setblocking(False)
            if local_address is not None:
                sock.bind((local_address, 0))
            await loop.sock_connect(sock, address)
        except OSError as error:
            sock.close()
            failure = error
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise failure


async def _addresses(loop: asyncio.AbstractEventLoop, host: str, port: int) -> list[Any]:
    numeric = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    try:
        # A literal address needs no resolver, and so no thread.
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=numeric)
    except socket.gaierror:
        return await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)

"""TLS over another stream of the HTTP library."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import httpcore

from aion._http.sockets.common import PIECE, extra_info, translated
from aion._http.sockets.connect_limits import ConnectLimits
from aion._http.sockets.tls import MORE, Tls

T = TypeVar("T")


class AsyncTlsStream(httpcore.AsyncNetworkStream):
    """TLS over another stream, which may be TLS itself (an encrypted proxy).

    Args:
        below: The other stream.
        sock: The socket below all of them.
        limits: The limits of connecting.
        tls: The local side of the TLS connection.
    """

    def __init__(
        self,
        below: httpcore.AsyncNetworkStream,
        sock: socket.socket,
        limits: ConnectLimits,
        tls: Tls,
    ) -> None:
        self._below = below
        self._sock = sock
        self._limits = limits
        self._tls = tls

    async def handshake(self, timeout: float | None) -> None:
        """Perform the TLS handshake."""
        await self._run(self._tls.object.do_handshake, timeout)
        self._limits.secured()

    async def _run(self, step: Callable[[], T], timeout: float | None) -> T:
        while True:
            try:
                result = self._tls.attempt(step)
            finally:
                # This also sends alerts to the other side.
                if pending := self._tls.outgoing.read():
                    await self._below.write(pending, timeout)
            if result is not MORE:
                return result
            self._tls.feed(await self._below.read(PIECE, timeout))

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            return await self._run(partial(self._tls.read, max_bytes), timeout)
        except OSError as error:
            raise translated(error, httpcore.ReadTimeout, httpcore.ReadError) from error

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        view = memoryview(buffer)
        try:
            while view:
                view = view[await self._run(partial(self._tls.object.write, view), timeout) :]
        except OSError as error:
            raise translated(error, httpcore.WriteTimeout, httpcore.WriteError) from error

    async def aclose(self) -> None:
        await self._below.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        return await over_tls(self, self._sock, self._limits, ssl_context, server_hostname, timeout)

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            return self._below.get_extra_info(info)
        return extra_info(self._sock, self._tls, info)


async def over_tls(
    below: httpcore.AsyncNetworkStream,
    sock: socket.socket,
    limits: ConnectLimits,
    context: ssl.SSLContext,
    hostname: str | None,
    timeout: float | None,
) -> AsyncTlsStream:
    """Set up TLS over a stream; close its socket if that fails.

    Raises:
        httpcore.ConnectTimeout: The handshake took too long.
        httpcore.ConnectError: The handshake failed.
    """
    try:
        stream = AsyncTlsStream(below, sock, limits, Tls(context, hostname))
        await stream.handshake(timeout)
    except OSError as error:
        sock.close()
        raise translated(error, httpcore.ConnectTimeout, httpcore.ConnectError) from error
    except BaseException:
        sock.close()
        raise
    return stream

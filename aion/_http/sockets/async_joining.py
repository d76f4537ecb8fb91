"""Streams of a connection whose responses reach the HTTP library in fewer chunks.

They are above TLS, and only pass bytes on unless a joiner is set.
"""

from __future__ import annotations

import ssl
from typing import Any

import httpcore

from aion._http.chunk_joining import Joining
from aion._http.sockets.common import Options


class AsyncJoiningBackend(httpcore.AsyncNetworkBackend):
    """Lets another backend open the sockets.

    Args:
        below: The other backend.
        joining: Shared by the streams of the connection.
    """

    def __init__(self, below: httpcore.AsyncNetworkBackend, joining: Joining) -> None:
        self._below = below
        self._joining = joining

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Options = None,
    ) -> httpcore.AsyncNetworkStream:
        stream = await self._below.connect_tcp(host, port, timeout, local_address, socket_options)
        return AsyncJoiningStream(stream, self._joining)


class AsyncJoiningStream(httpcore.AsyncNetworkStream):
    """Another stream, read through the joiner.

    Args:
        below: The other stream.
        joining: Shared by the streams of the connection.
    """

    def __init__(self, below: httpcore.AsyncNetworkStream, joining: Joining) -> None:
        self._below = below
        self._joining = joining

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        while data := await self._below.read(max_bytes, timeout):
            joiner = self._joining.joiner
            if joined := data if joiner is None else joiner.feed(data):
                return joined
        return b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._below.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._below.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        stream = await self._below.start_tls(ssl_context, server_hostname, timeout)
        # What came before was the response of a proxy.
        self._joining.next_response(joined=self._joining.joiner is not None)
        return AsyncJoiningStream(stream, self._joining)

    def get_extra_info(self, info: str) -> Any:
        return self._below.get_extra_info(info)

"""Streams of a connection whose answers reach the HTTP library in fewer chunks.

They stand above TLS, and do nothing but pass on, unless a joiner is set.
"""

from __future__ import annotations

import ssl
from typing import Any

import httpcore

from aion._http.chunk_joining import ChunkJoiner
from aion._http.sockets.common import Options


class Joining:
    """What the streams of one connection share.

    Attributes:
        joiner: Joins the chunks of the answer that is coming, or None.
    """

    joiner: ChunkJoiner | None = None

    def next_answer(self, *, joined: bool) -> None:
        """Prepare for the head of an answer."""
        self.joiner = ChunkJoiner() if joined else None


class SyncJoiningBackend(httpcore.NetworkBackend):
    """Lets another backend open the sockets."""

    def __init__(self, below: httpcore.NetworkBackend, joining: Joining) -> None:
        self._below = below
        self._joining = joining

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Options = None,
    ) -> httpcore.NetworkStream:
        stream = self._below.connect_tcp(host, port, timeout, local_address, socket_options)
        return SyncJoiningStream(stream, self._joining)


class SyncJoiningStream(httpcore.NetworkStream):
    """Another stream, read through the joiner."""

    def __init__(self, below: httpcore.NetworkStream, joining: Joining) -> None:
        self._below = below
        self._joining = joining

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        while data := self._below.read(max_bytes, timeout):
            joiner = self._joining.joiner
            if joined := data if joiner is None else joiner.feed(data):
                return joined
        return b""

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._below.write(buffer, timeout)

    def close(self) -> None:
        self._below.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._below.start_tls(ssl_context, server_hostname, timeout)
        # What came before was the answer of a proxy.
        self._joining.next_answer(joined=self._joining.joiner is not None)
        return SyncJoiningStream(stream, self._joining)

    def get_extra_info(self, info: str) -> Any:
        return self._below.get_extra_info(info)


class AsyncJoiningBackend(httpcore.AsyncNetworkBackend):
    """Lets another backend open the sockets."""

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
    """Another stream, read through the joiner."""

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
        # What came before was the answer of a proxy.
        self._joining.next_answer(joined=self._joining.joiner is not None)
        return AsyncJoiningStream(stream, self._joining)

    def get_extra_info(self, info: str) -> Any:
        return self._below.get_extra_info(info)

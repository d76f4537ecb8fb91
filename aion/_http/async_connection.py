"""Sends requests over one connection, one at a time, and reads their responses."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import httpx

from aion._http.async_single_pool import AsyncSinglePool
from aion._http.async_unpacked import AsyncUnpacked
from aion._http.chunk_joining import Joining
from aion._http.connection import ONE, connect_limits, library_proxy, socks_extra
from aion._http.content_encoding import Undecodable
from aion._http.failures import fault_of, is_collected
from aion._http.request import Urls, request_of
from aion._http.response import Reader, garbled, unpacker_of
from aion._http.sockets import coroutines as rt
from aion._http.sockets.async_joining import AsyncJoiningBackend
from aion._http.wire import Fault, Reply, Wire

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aion._http.routing import Route


class AsyncConnection:
    """One connection, which is not bound to an event loop.

    Args:
        way: The route of the connection.
    """

    home: object = None

    def __init__(self, way: Route) -> None:
        self._urls = Urls()
        self._way = way
        self._backend = rt.Backend(connect_limits(way))
        with socks_extra():
            self._transport = httpx.AsyncHTTPTransport(
                verify=way.tls(), limits=ONE, proxy=library_proxy(way), trust_env=False
            )
        self._joining = Joining()
        backend = AsyncJoiningBackend(self._backend, self._joining)
        self._pool = AsyncSinglePool(self._transport, backend)
        self._stream: httpx.AsyncByteStream | None = None
        self._pieces: AsyncIterator[bytes] | None = None

    @property
    def connecting(self) -> bool:
        """Whether the connection is not established yet, so no part of a request was sent."""
        return self._backend.connect_limits.until is not None

    async def exchange(
        self, wire: Wire, *, silence: float | None, whole: bool = True
    ) -> Reply | Fault:
        """Send a request and read its response.

        Args:
            wire: The request.
            silence: Most seconds without a byte, or None.
            whole: Read the body of a success, too. Otherwise, `piece` and `finish` read it.
        """
        self._joining.next_response(joined=not whole)
        try:
            response = await self._transport.handle_async_request(
                request_of(wire, self._urls, silence)
            )
            # The declared type of a transport's response covers the streams of both clients.
            stream = cast("httpx.AsyncByteStream", response.stream)
            if not whole and response.status_code < 300:
                self._stream, self._pieces = stream, stream.__aiter__()
                if (unpacker := unpacker_of(response)) is not None:
                    self._pieces = AsyncUnpacked(self._pieces, unpacker)
                return Reply(response.status_code, response.headers.raw, b"")
            reader = Reader(response)
            try:
                async for piece in stream:
                    reader.add(piece)
                    if reader.full:
                        break
            finally:
                await stream.aclose()
        except Exception as error:
            if is_collected(error):  # sync: skip
                raise GeneratorExit from None
            fault = fault_of(error, self._backend.connect_limits, self._way)
            if fault is None:
                raise
        else:
            return reader.outcome()
        self.abandon()
        return fault

    async def piece(self) -> bytes | Fault | None:
        """Return the next bytes of a body that `exchange` did not read; None at its end."""
        if self._pieces is None:
            return None
        try:
            return await anext(self._pieces, None)
        except Undecodable as error:
            return garbled(error)
        except httpx.HTTPError as error:
            return fault_of(error, self._backend.connect_limits, self._way)

    async def finish(self) -> None:
        """Close the response; its connection can be reused if it was read to its end."""
        stream, self._stream, self._pieces = self._stream, None, None
        if stream is not None:
            await stream.aclose()

    def stale(self) -> bool:
        """Return whether no connection exists that can be reused."""
        return not self._pool.usable()

    def abandon(self) -> None:
        """Close the connection at once, from any thread."""
        self._backend.abandon()

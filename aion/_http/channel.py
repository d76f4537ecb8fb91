"""The seam to the HTTP library.

Only this module, `outgoing`, `incoming`, `failures`, `single` and `sockets` know it.

A channel is one connection. It sends a `Wire` and gives back a `Reply` or a `Fault`; no type and
no exception of the library passes. Requests go through `httpx.HTTPTransport.handle_request` and
its asynchronous twin, the level at which recorders, mocks and instrumentation hook in.
"""

from __future__ import annotations

import base64
import contextlib
import ssl
from typing import TYPE_CHECKING, cast

import httpx

from aion._http import private_names
from aion._http.content_encoding import AsyncUnpacked, Undecodable, Unpacked
from aion._http.failures import fault_of, is_collected
from aion._http.places import KEEP_ALIVE
from aion._http.request import AsyncBody, SyncBody, Urls, request_of
from aion._http.response import Reader, garbled, unpacker_of
from aion._http.routing import Route, proxy_of
from aion._http.single_pool import put_below
from aion._http.sockets import AsyncBackend, SyncBackend
from aion._http.sockets.connect_limits import Making
from aion._http.wire import Fault, Reply, Wire
from aion._secrets import SecretBytes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator, Iterator

    from aion._http.proxies import Proxy

private_names.require(private_names.HTTP)

_ONE = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=KEEP_ALIVE)


@contextlib.contextmanager
def _socks_extra() -> Generator[None]:
    """Name the extra that a SOCKS proxy needs."""
    try:
        yield
    except ImportError as error:
        if "socks" not in str(error).lower():
            # Python cannot import any more: it is shutting down.
            raise
        missing = True
    else:
        missing = False
    if missing:
        raise ImportError('a SOCKS proxy needs socksio: pip install "aionvision[socks]"')


def _making(way: Route) -> Making:
    """What the making of a connection on this way consists of."""
    scheme = (way.proxy or "").partition(":")[0]
    handshakes = (scheme == "https") + (way.origin[0] == "https")
    return Making(
        way.connect_timeout,
        handshakes=handshakes,
        asks_proxy=scheme.startswith("socks") and not handshakes,
    )


def _proxy(way: Route) -> httpx.Proxy | None:
    """The proxy on the way, for the library, which gets no credentials to take out of a URL."""
    proxy = proxy_of(way)
    if proxy is None:
        return None
    if proxy.user is None:
        return httpx.Proxy(proxy.address, ssl_context=_proxy_tls(way, proxy))
    if proxy.scheme.startswith("socks"):
        return httpx.Proxy(proxy.address, auth=(proxy.user, proxy.password))
    login = base64.b64encode(proxy.user.encode() + b":" + proxy.password.encode())
    return httpx.Proxy(
        proxy.address,
        ssl_context=_proxy_tls(way, proxy),
        headers=[(b"Proxy-Authorization", SecretBytes(b"Basic " + login))],
    )


def _proxy_tls(way: Route, proxy: Proxy) -> ssl.SSLContext | None:
    return way.tls() if proxy.scheme == "https" else None


class SyncChannel:
    """One blocking connection."""

    home: object = None

    def __init__(self, way: Route) -> None:
        self._urls = Urls()
        self._way = way
        self._backend = SyncBackend(_making(way))
        with _socks_extra():
            self._transport = httpx.HTTPTransport(
                verify=way.tls(), limits=_ONE, proxy=_proxy(way), trust_env=False
            )
        self._single = put_below(self._transport, self._backend)
        self._stream: httpx.SyncByteStream | None = None
        self._pieces: Iterator[bytes] = iter(())

    @property
    def connecting(self) -> bool:
        """Whether the connection is not made yet: nothing of a request was sent."""
        return self._backend.making.until is not None

    def exchange(
        self, wire: Wire, *, deadline: float | None, silence: float | None, whole: bool = True
    ) -> Reply | Fault:
        """Send a request and read its answer.

        Args:
            wire: The request.
            deadline: Where on the monotonic clock it has to be over, or None.
            silence: Seconds without a byte that are too long, or None.
            whole: Read the body of a success too. Otherwise `piece` and `finish` do.
        """
        self._backend.limit.deadline = deadline
        try:
            response = self._transport.handle_request(
                request_of(wire, self._urls, SyncBody, silence)
            )
            # An answer to a blocking transport has a blocking stream.
            stream = cast("httpx.SyncByteStream", response.stream)
            if not whole and response.status_code < 300:
                self._stream, self._pieces = stream, iter(stream)
                if (unpacker := unpacker_of(response)) is not None:
                    self._pieces = Unpacked(self._pieces, unpacker)
                return Reply(response.status_code, response.headers.raw, b"")
            reader = Reader(response)
            try:
                for piece in stream:
                    reader.add(piece)
                    if reader.full:
                        break
            finally:
                stream.close()
        except Exception as error:
            fault = fault_of(error, self._backend.making, self._way)
            if fault is None:
                raise
        else:
            return reader.outcome()
        self.abandon()
        return fault

    def piece(self) -> bytes | Fault | None:
        """The next bytes of a body that `exchange` left unread; None at its end."""
        try:
            return next(self._pieces, None)
        except Undecodable as error:
            return garbled(error)
        except httpx.HTTPError as error:
            return fault_of(error, self._backend.making, self._way)

    def until(self, deadline: float) -> None:
        """Let what is read of this body from now on be over by then, on the monotonic clock."""
        self._backend.limit.deadline = deadline

    def finish(self) -> None:
        """Close the answer; its connection can be used again if it was read to its end."""
        stream, self._stream, self._pieces = self._stream, None, iter(())
        if stream is not None:
            stream.close()

    def stale(self) -> bool:
        """Whether there is no connection, or an idle one that cannot be used again."""
        return not self._single.usable()

    def interrupt(self) -> None:
        """Let an exchange in another thread end at once. The connection cannot be used again."""
        self._backend.interrupt()

    def abandon(self) -> None:
        """Close the connection at once."""
        self._backend.abandon()


class AsyncChannel:
    """One connection for coroutines, tied to no event loop."""

    home: object = None

    def __init__(self, way: Route) -> None:
        self._urls = Urls()
        self._way = way
        self._backend = AsyncBackend(_making(way))
        with _socks_extra():
            self._transport = httpx.AsyncHTTPTransport(
                verify=way.tls(), limits=_ONE, proxy=_proxy(way), trust_env=False
            )
        self._single = put_below(self._transport, self._backend)
        self._stream: httpx.AsyncByteStream | None = None
        self._pieces: AsyncIterator[bytes] | None = None

    @property
    def connecting(self) -> bool:
        """Whether the connection is not made yet: nothing of a request was sent."""
        return self._backend.making.until is not None

    async def exchange(
        self, wire: Wire, *, silence: float | None, whole: bool = True
    ) -> Reply | Fault:
        """Send a request and read its answer.

        Args:
            wire: The request.
            silence: Seconds without a byte that are too long, or None.
            whole: Read the body of a success too. Otherwise `piece` and `finish` do.
        """
        try:
            response = await self._transport.handle_async_request(
                request_of(wire, self._urls, AsyncBody, silence)
            )
            # An answer to an asynchronous transport has an asynchronous stream.
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
            if is_collected(error):
                raise GeneratorExit from None
            fault = fault_of(error, self._backend.making, self._way)
            if fault is None:
                raise
        else:
            return reader.outcome()
        self.abandon()
        return fault

    async def piece(self) -> bytes | Fault | None:
        """The next bytes of a body that `exchange` left unread; None at its end."""
        if self._pieces is None:
            return None
        try:
            return await anext(self._pieces, None)
        except Undecodable as error:
            return garbled(error)
        except httpx.HTTPError as error:
            return fault_of(error, self._backend.making, self._way)

    async def finish(self) -> None:
        """Close the answer; its connection can be used again if it was read to its end."""
        stream, self._stream, self._pieces = self._stream, None, None
        if stream is not None:
            await stream.aclose()

    def stale(self) -> bool:
        """Whether there is no connection, or an idle one that cannot be used again."""
        return not self._single.usable()

    def abandon(self) -> None:
        """Close the connection at once, from wherever."""
        self._backend.abandon()

"""The seam to the HTTP library: the only module, with `single` and `sockets`, that knows it.

A channel is one connection. It sends a `Wire` and gives back a `Reply` or a `Fault`; no type and
no exception of the library passes. Requests go through `httpx.HTTPTransport.handle_request` and
its asynchronous twin, the level at which recorders, mocks and instrumentation hook in.
"""

from __future__ import annotations

import base64
import contextlib
import re
import ssl
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

import httpx

from aion._secrets import SecretBytes
from aion._transport.content import EMPTY, AsyncPieces, Bytes
from aion._transport.encodings import AsyncUnpacked, Undecodable, Unpacked, Unpacker
from aion._transport.places import KEEP_ALIVE
from aion._transport.routing import Route, proxy_of
from aion._transport.single import put_below
from aion._transport.sockets import AsyncBackend, SyncBackend
from aion._transport.sockets.joining import AsyncJoiningBackend, Joining, SyncJoiningBackend
from aion._transport.sockets.making import Making
from aion._transport.wire import Fault, Reply, Wire

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator, Iterator

    from aion._transport.proxies import Proxy

LARGEST_ERROR = 1024 * 1024
"""Bytes of an error body that are read; the connection is given up when there are more."""
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


def _fault(error: Exception, making: Making, way: Route) -> Fault | None:
    """What a failure of an exchange means for the call; None for one of somebody else's."""
    text = str(error) or type(error).__name__
    unmade = making.until is not None
    through = " through the proxy" if way.proxy else ""
    match error:
        case httpx.ProxyError():
            return Fault("proxy", f"the proxy refused: {_refusal(text)}", sent=False)
        case httpx.ConnectTimeout() | httpx.PoolTimeout():
            return Fault("timeout", "no connection in time", sent=False, bound=making.passed)
        case httpx.ConnectError() if _is_of_tls(error):
            return Fault("tls", f"no secure connection{through}: {text}", sent=False)
        case httpx.ConnectError():
            return Fault("connect", f"no connection{through}: {text}", sent=False)
        case httpx.TimeoutException() if unmade:
            return Fault("timeout", "no connection in time", sent=False, bound=making.passed)
        case httpx.TimeoutException():
            return Fault("timeout", "the service fell silent", sent=True)
        case httpx.UnsupportedProtocol() | httpx.LocalProtocolError() | httpx.InvalidURL():
            return Fault("connect", f"the request cannot be sent: {text}", sent=False)
        case httpx.HTTPError() if unmade:
            return Fault("connect", f"the proxy broke the connection: {text}", sent=False)
        case httpx.HTTPError():
            return Fault("broken", f"the connection broke: {text}", sent=True)
        case _ if unmade:
            # What answers is no proxy of this kind, or a name on the way is none. The message may
            # be of any library, and quote what it was given.
            return Fault("connect", f"no connection{through}: {type(error).__name__}", sent=False)
        case _:
            return None


def _is_collected(error: BaseException | None) -> bool:
    """Whether a coroutine was collected: without an event loop, the library cannot tidy up."""
    while error is not None:
        if isinstance(error, GeneratorExit):
            return True
        error = error.__context__
    return False


def _refusal(text: str) -> str:
    """How a proxy refused, by its status: its own words may quote the credentials."""
    status = text.partition(" ")[0]
    try:
        return f"{status} {HTTPStatus(int(status)).phrase}"
    except ValueError:
        return status if status.isdigit() else text


def _is_of_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__
    return False


class _Reader:
    """Collects a body, unpacked, up to what is worth reading."""

    def __init__(self, response: httpx.Response) -> None:
        self._status = response.status_code
        self._headers = response.headers
        self._unpacker = _unpacker(response)
        self._pieces: list[bytes] = []
        self._size = 0
        self._broken: Fault | None = None
        self.full = False

    def add(self, piece: bytes) -> None:
        if self._unpacker is None:
            self._take(piece)
            return
        try:
            for unpacked in self._unpacker.feed(piece):
                self._take(unpacked)
                if self.full:
                    return
        except Undecodable as error:
            self._broken, self.full = _garbled(error), True

    def _take(self, piece: bytes) -> None:
        self._pieces.append(piece)
        if self._status >= 300:
            self._size += len(piece)
            self.full = self._size > LARGEST_ERROR

    def outcome(self) -> Reply | Fault:
        if self._unpacker is not None and not self.full:
            try:
                self._unpacker.finish()
            except Undecodable as error:
                self._broken, self.full = _garbled(error), True
        # What an answer that is no success means is said by its status, readable or not.
        if self._broken is not None and self._status < 300:
            return self._broken
        body = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        return Reply(self._status, self._headers.raw, body, self.full)


def _unpacker(response: httpx.Response) -> Unpacker | None:
    return Unpacker.of(response.headers.get("content-encoding"))


def _garbled(error: Undecodable) -> Fault:
    return Fault("garbled", f"the answer cannot be unpacked: {error}", sent=True)


def _timeouts(seconds: float | None) -> dict[str, Any]:
    return {"timeout": {"connect": seconds, "read": seconds, "write": seconds, "pool": seconds}}


_PLAIN = re.compile(
    r"(/[\w~-][\w~.-]*(%[0-9A-F]{2}[\w~.-]*)*)+(\?[\w~.=&+-]+(%[0-9A-F]{2}[\w~.=&+-]*)*)?", re.ASCII
).fullmatch
"""Paths and queries that the library leaves as they are: nothing to quote, no dot segments."""


class _Urls:
    """URLs for the library, which takes longer to parse one than to do all else for a request.

    What stands before the path is parsed once; a path that holds nothing special is put behind it.
    """

    def __init__(self) -> None:
        self._start = ""
        self._parsed: Any = None

    def url(self, text: str) -> httpx.URL:
        cut = text.find("/", 8)
        start, rest = text[:cut], text[cut:]
        if cut < 0 or not _PLAIN(rest):
            return httpx.URL(text)
        if start != self._start:
            # There is no public way to make a URL of parsed parts; a test holds this attribute.
            parsed = getattr(httpx.URL(start), "_uri_reference", None)
            if not hasattr(parsed, "_replace"):  # pragma: no cover - a future httpx
                return httpx.URL(text)
            self._start, self._parsed = start, parsed
        path, mark, query = rest.partition("?")
        made = httpx.URL.__new__(httpx.URL)
        parts = self._parsed._replace(path=path, query=query if mark else None)
        made._uri_reference = parts  # pyright: ignore[reportPrivateUsage]  # as above
        return made


class _SyncBody(httpx.SyncByteStream):
    def __init__(self, wire: Wire) -> None:
        self._content = wire.content

    def __iter__(self) -> Iterator[bytes]:
        return self._content.pieces()


class _AsyncBody(httpx.AsyncByteStream):
    def __init__(self, wire: Wire) -> None:
        self._pieces = AsyncPieces(wire.content)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._pieces.__aiter__()


_NOTHING = httpx.ByteStream(b"")


def _request(wire: Wire, urls: _Urls, body: Any, silence: float | None) -> httpx.Request:
    if wire.content is EMPTY:
        stream: Any = _NOTHING
    elif isinstance(wire.content, Bytes):
        stream = httpx.ByteStream(wire.content.data)
    else:
        stream = body(wire)
    return httpx.Request(
        wire.method,
        urls.url(wire.url),
        headers=wire.headers,
        stream=stream,
        extensions=_timeouts(silence),
    )


class SyncChannel:
    """One blocking connection."""

    home: object = None

    def __init__(self, way: Route) -> None:
        self._urls = _Urls()
        self._way = way
        self._backend = SyncBackend(_making(way))
        self._joining = Joining()
        with _socks_extra():
            self._transport = httpx.HTTPTransport(
                verify=way.tls(), limits=_ONE, proxy=_proxy(way), trust_env=False
            )
        self._single = put_below(self._transport, SyncJoiningBackend(self._backend, self._joining))
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
        self._joining.next_answer(joined=not whole)
        try:
            response = self._transport.handle_request(
                _request(wire, self._urls, _SyncBody, silence)
            )
            # An answer to a blocking transport has a blocking stream.
            stream = cast("httpx.SyncByteStream", response.stream)
            if not whole and response.status_code < 300:
                self._stream, self._pieces = stream, iter(stream)
                if (unpacker := _unpacker(response)) is not None:
                    self._pieces = Unpacked(self._pieces, unpacker)
                return Reply(response.status_code, response.headers.raw, b"")
            reader = _Reader(response)
            try:
                for piece in stream:
                    reader.add(piece)
                    if reader.full:
                        break
            finally:
                stream.close()
        except Exception as error:
            fault = _fault(error, self._backend.making, self._way)
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
            return _garbled(error)
        except httpx.HTTPError as error:
            return _fault(error, self._backend.making, self._way)

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
        self._urls = _Urls()
        self._way = way
        self._backend = AsyncBackend(_making(way))
        self._joining = Joining()
        with _socks_extra():
            self._transport = httpx.AsyncHTTPTransport(
                verify=way.tls(), limits=_ONE, proxy=_proxy(way), trust_env=False
            )
        self._single = put_below(self._transport, AsyncJoiningBackend(self._backend, self._joining))
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
        self._joining.next_answer(joined=not whole)
        try:
            response = await self._transport.handle_async_request(
                _request(wire, self._urls, _AsyncBody, silence)
            )
            # An answer to an asynchronous transport has an asynchronous stream.
            stream = cast("httpx.AsyncByteStream", response.stream)
            if not whole and response.status_code < 300:
                self._stream, self._pieces = stream, stream.__aiter__()
                if (unpacker := _unpacker(response)) is not None:
                    self._pieces = AsyncUnpacked(self._pieces, unpacker)
                return Reply(response.status_code, response.headers.raw, b"")
            reader = _Reader(response)
            try:
                async for piece in stream:
                    reader.add(piece)
                    if reader.full:
                        break
            finally:
                await stream.aclose()
        except Exception as error:
            if _is_collected(error):
                raise GeneratorExit from None
            fault = _fault(error, self._backend.making, self._way)
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
            return _garbled(error)
        except httpx.HTTPError as error:
            return _fault(error, self._backend.making, self._way)

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

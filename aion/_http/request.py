"""Builds requests for the HTTP library."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import httpx

from aion._http.content import EMPTY, Bytes, Content
from aion._http.private_names import url_of_parts, url_parts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from aion._http.wire import Wire


def _timeouts(seconds: float | None) -> dict[str, Any]:
    return {"timeout": {"connect": seconds, "read": seconds, "write": seconds, "pool": seconds}}


_PLAIN = re.compile(
    r"(/[\w~-][\w~.-]*(%[0-9A-F]{2}[\w~.-]*)*)+(\?[\w~.=&+-]+(%[0-9A-F]{2}[\w~.=&+-]*)*)?", re.ASCII
).fullmatch
"""Paths and queries that the library does not change: nothing to quote, no dot segments."""


class Urls:
    """Creates URLs for the library, whose parser takes longer than the rest of a request.

    The part before the path is parsed once; a path without special characters is appended.
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
            self._start, self._parsed = start, url_parts(httpx.URL(start))
        path, mark, query = rest.partition("?")
        return url_of_parts(self._parsed._replace(path=path, query=query if mark else None))


class Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """The body of a request, for transports of either client.

    Coroutines read files in the thread of their event loop: that takes less time than handing a
    piece to another thread.
    """

    def __init__(self, content: Content) -> None:
        self._content = content

    def __iter__(self) -> Iterator[bytes]:
        return self._content.pieces()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._content.pieces():
            yield piece


_NOTHING = httpx.ByteStream(b"")


def request_of(wire: Wire, urls: Urls, silence: float | None) -> httpx.Request:
    """Build a request of the library from a `Wire`."""
    if wire.content is EMPTY:
        stream: Any = _NOTHING
    elif isinstance(wire.content, Bytes):
        stream = httpx.ByteStream(wire.content.data)
    else:
        stream = Body(wire.content)
    return httpx.Request(
        wire.method,
        urls.url(wire.url),
        headers=wire.headers,
        stream=stream,
        extensions=_timeouts(silence),
    )

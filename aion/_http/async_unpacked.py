"""Decompresses the pieces of a body as they are read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from aion._http.content_encoding import Unpacker


class AsyncUnpacked(AsyncIterator[bytes]):
    """Iterates over the decompressed pieces of a body.

    This is not a generator: an asynchronous one that is dropped half read needs an event loop.

    Args:
        pieces: The body as it is received.
        unpacker: Decompresses it.
    """

    def __init__(self, pieces: AsyncIterator[bytes], unpacker: Unpacker) -> None:
        self._pieces = pieces
        self._unpacker = unpacker
        self._unread: Iterator[bytes] = iter(())

    async def __anext__(self) -> bytes:
        while True:
            for piece in self._unread:
                return piece
            data = await anext(self._pieces, None)
            if data is None:
                self._unpacker.finish()
                raise StopAsyncIteration
            self._unread = self._unpacker.feed(data)

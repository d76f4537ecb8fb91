"""Answers of the HTTP library as they are read: unpacked, and no further than is worth it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aion._http.content_encoding import Undecodable, Unpacker
from aion._http.wire import Fault, Reply

if TYPE_CHECKING:
    import httpx

LARGEST_ERROR = 1024 * 1024
"""Bytes of an error body that are read; the connection is given up when there are more."""


class Reader:
    """Collects a body, unpacked, up to what is worth reading."""

    def __init__(self, response: httpx.Response) -> None:
        self._status = response.status_code
        self._headers = response.headers
        self._unpacker = unpacker_of(response)
        self._pieces: list[bytes] = []
        self._size = 0
        self._broken: Fault | None = None
        self.full = False

    def add(self, piece: bytes) -> None:
        """Take in bytes of the body as they came."""
        if self._unpacker is None:
            self._take(piece)
            return
        try:
            for unpacked in self._unpacker.feed(piece):
                self._take(unpacked)
                if self.full:
                    return
        except Undecodable as error:
            self._broken, self.full = garbled(error), True

    def _take(self, piece: bytes) -> None:
        self._pieces.append(piece)
        if self._status >= 300:
            self._size += len(piece)
            self.full = self._size > LARGEST_ERROR

    def outcome(self) -> Reply | Fault:
        """The answer, or why it cannot be read."""
        if self._unpacker is not None and not self.full:
            try:
                self._unpacker.finish()
            except Undecodable as error:
                self._broken, self.full = garbled(error), True
        # What an answer that is no success means is said by its status, readable or not.
        if self._broken is not None and self._status < 300:
            return self._broken
        body = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        return Reply(self._status, self._headers.raw, body, self.full)


def unpacker_of(response: httpx.Response) -> Unpacker | None:
    """What unpacks the body of an answer, or None for one that is not packed."""
    return Unpacker.of(response.headers.get("content-encoding"))


def garbled(error: Undecodable) -> Fault:
    """What a body that cannot be unpacked means for a call."""
    return Fault("garbled", f"the answer cannot be unpacked: {error}", sent=True)

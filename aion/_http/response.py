"""Reads responses of the HTTP library: decompressed, and up to a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aion._http.content_encoding import Undecodable, Unpacker
from aion._http.wire import Fault, Reply

if TYPE_CHECKING:
    import httpx

LARGEST_ERROR = 1024 * 1024
"""Most bytes to read of an error body; the connection is closed if there are more."""


class Reader:
    """Collects a decompressed body, up to a limit for errors."""

    def __init__(self, response: httpx.Response) -> None:
        self._status = response.status_code
        self._headers = response.headers
        self._unpacker = unpacker_of(response)
        self._pieces: list[bytes] = []
        self._size = 0
        self._broken: Fault | None = None
        self.full = False

    def add(self, piece: bytes) -> None:
        """Add bytes of the body as received."""
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
        """Return the response, or why it cannot be read."""
        if self._unpacker is not None and not self.full:
            try:
                self._unpacker.finish()
            except Undecodable as error:
                self._broken, self.full = garbled(error), True
        # The status of an error response decides, whether its body is readable or not.
        if self._broken is not None and self._status < 300:
            return self._broken
        body = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        return Reply(self._status, self._headers.raw, body, self.full)


def unpacker_of(response: httpx.Response) -> Unpacker | None:
    """Return the unpacker of a response body, or None if it is not compressed."""
    return Unpacker.of(response.headers.get("content-encoding"))


def garbled(error: Undecodable) -> Fault:
    """Return the fault for a body that cannot be decompressed."""
    return Fault("garbled", f"the response cannot be decompressed: {error}", sent=True)

"""Runs TLS in memory: encrypted bytes in, encrypted bytes out."""

from __future__ import annotations

import enum
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Literal, TypeVar

T = TypeVar("T")


class Want(enum.Enum):
    """Why a TLS step is incomplete."""

    INPUT = "input"


MORE: Final = Want.INPUT
"""The step has to be repeated after more bytes were fed."""


class Tls:
    """One side of a TLS connection, without a socket.

    Attributes:
        object: The TLS object of the standard library. Its operations are steps for `attempt`.
        outgoing: Bytes to send after each step.
    """

    def __init__(self, context: ssl.SSLContext, hostname: str | None) -> None:
        self._incoming = ssl.MemoryBIO()
        self.outgoing = ssl.MemoryBIO()
        self.object = context.wrap_bio(self._incoming, self.outgoing, server_hostname=hostname)

    def attempt(self, step: Callable[[], T]) -> T | Literal[Want.INPUT]:
        """Run one step; return its result, or `MORE`."""
        try:
            return step()
        except ssl.SSLWantReadError:
            return MORE

    def feed(self, data: bytes) -> None:
        """Add encrypted bytes that were received; empty bytes mean the end."""
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    def read(self, size: int) -> bytes:
        """Return all decrypted bytes; empty bytes at the regular end.

        Args:
            size: Most bytes of one record. A record has at most 16 KiB, and the HTTP library spends
                more time on each piece than on its bytes.
        """
        first = self._record(size)
        if not first or not self._incoming.pending:
            return first
        pieces = [first]
        with suppress(ssl.SSLWantReadError):
            while self._incoming.pending and (piece := self._record(size)):
                pieces.append(piece)
        return b"".join(pieces)

    def _record(self, size: int) -> bytes:
        try:
            return self.object.read(size)
        except ssl.SSLZeroReturnError:
            return b""

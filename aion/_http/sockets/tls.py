"""TLS in memory: bytes of the wire in, bytes of the wire out."""

from __future__ import annotations

import enum
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Literal, TypeVar

T = TypeVar("T")


class Want(enum.Enum):
    """Why a step of TLS did not end."""

    INPUT = "input"


MORE: Final = Want.INPUT
"""The step has to be made again after more bytes were fed."""


class Tls:
    """One side of a TLS connection, without a socket.

    Attributes:
        object: The machine of the standard library. Its operations are steps for `attempt`.
        outgoing: What has to be sent after each step.
    """

    def __init__(self, context: ssl.SSLContext, hostname: str | None) -> None:
        self._incoming = ssl.MemoryBIO()
        self.outgoing = ssl.MemoryBIO()
        self.object = context.wrap_bio(self._incoming, self.outgoing, server_hostname=hostname)

    def attempt(self, step: Callable[[], T]) -> T | Literal[Want.INPUT]:
        """The result of one step, or `MORE`."""
        try:
            return step()
        except ssl.SSLWantReadError:
            return MORE

    def feed(self, data: bytes) -> None:
        """Take in bytes of the wire; none at all mean its end."""
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    def read(self, size: int) -> bytes:
        """All that is there in clear; none at the orderly end.

        Args:
            size: Bytes to take of one record. One has 16 KiB at most, and the HTTP library takes
                longer over each piece that it is given than over the bytes in it.
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

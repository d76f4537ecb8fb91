"""Unpacks bodies by their `Content-Encoding`: bytes in, bytes out, piece by piece.

Pure. A body comes out as it was before it was packed, all members of it, or is an `Undecodable`:
never a part of it as the whole, never packed bytes as the content. No piece that comes out is
larger than `LARGEST_PIECE`, whatever it was packed to. A body without a byte needs no unpacking:
answers to HEAD, 204 and 304 have such headers, too.

| encoding                                | what is done                                       |
|-----------------------------------------|----------------------------------------------------|
| `gzip`, `x-gzip`                        | all members are unpacked, zeros after them skipped |
| `deflate`                               | with the zlib header of RFC 9110, or without one   |
| a list of these, in one header or more  | undone from the last to the first                  |
| `identity`, `aws-chunked`, a charset    | nothing: they pack nothing                         |
| `br`, `zstd` and every other one        | refused at the first byte: it was not asked for    |
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Generator, Iterator
from typing import Any

LARGEST_PIECE = 256 * 1024
"""Bytes that come out at a time."""
_SLICE = 16 * 1024
"""Bytes that go in at a time: what zlib leaves of them is copied for each piece that comes out."""
_MOST_LAYERS = 5
"""Encodings of one body; more are an attack, as they multiply."""
_PACKED = frozenset({"gzip", "x-gzip", "deflate"})
_PLAIN = re.compile(
    r"identity|none|binary|[78]bit|chunked|aws-chunked|amz-1\.0"
    r"|(us-)?ascii|unicode|utf-?(7|8|16|32)([bl]e)?|latin-?1|(iso-?8859|windows|cp)-?\d+"
    r"|(text|image|audio|video)/[\w.+-]+|application/(json|octet-stream|pdf|xml)"
).fullmatch
"""Values that pack nothing: some are encodings, the others are put there by mistake."""
_WINDOWS = {"gzip": 31, "zlib": 15, "raw": -15}
_HEAD = 2
"""Bytes by which a format is known."""
_GZIP = b"\x1f\x8b"
_ZLIB = bytes(range(0x08, 0x80, 0x10))
"""First bytes of RFC 1950: the method is 8, the window at most 32 KiB."""
_FIRST = {"gzip": _GZIP[:1], "zlib": _ZLIB, "raw": b""}
"""First bytes of another member."""


class Undecodable(ValueError):
    """A body that cannot be unpacked, and why."""


class Unpacker:
    """Unpacks one body."""

    def __init__(self, names: list[str]) -> None:
        self._refused = _refused(names)
        self._layers = [] if self._refused else [_Layer(name) for name in reversed(names)]
        self._begun = False

    @classmethod
    def of(cls, encoding: str | None) -> Unpacker | None:
        """What unpacks a body, or None for one that is not packed.

        Args:
            encoding: The value of `Content-Encoding`, those of several headers joined with
                commas; None where there is no such header.
        """
        if encoding is None:
            return None
        names = [name.strip().lower() for name in encoding.split(",")]
        names = [name for name in names if name and not _PLAIN(name)]
        return cls(names) if names else None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What these bytes unpack to. Read all of it before more is fed.

        Raises:
            Undecodable: While iterating: they are not packed as the header says.
        """
        if not data:
            return
        if self._refused is not None:
            raise Undecodable(self._refused)
        self._begun = True
        yield from self._layers[0].feed(data) if len(self._layers) == 1 else self._through(data, 0)

    def _through(self, data: bytes, number: int) -> Iterator[bytes]:
        if number == len(self._layers):
            yield data
            return
        for piece in self._layers[number].feed(data):
            yield from self._through(piece, number + 1)

    def finish(self) -> None:
        """Note that all bytes were fed.

        Raises:
            Undecodable: The body is cut short.
        """
        if self._begun:
            for layer in self._layers:
                layer.finish()


def _refused(names: list[str]) -> str | None:
    """Why a body that is packed like this is not unpacked."""
    for name in names:
        if name not in _PACKED:
            return f"content encoding {name[:40]!r} was not asked for"
    if len(names) > _MOST_LAYERS:
        return f"it is packed {len(names)} times over"
    return None


class _Layer:
    """Undoes one encoding.

    Args:
        name: ``gzip``, ``x-gzip`` or ``deflate``.
    """

    def __init__(self, name: str) -> None:
        self._bare = name == "deflate"
        self._format = ""
        """What the first member is: ``gzip``, ``zlib`` or ``raw``; empty before it."""
        self._begin = b""
        """The first bytes of a member, while they are too few to tell what it is."""
        # zlib does not name the type.
        self._member: Any = None
        self._over = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What these bytes unpack to."""
        for start in range(0, len(data), _SLICE):
            rest = data[start : start + _SLICE]
            while rest and not self._over:
                if self._member is None:
                    rest = self._next(rest)
                else:
                    rest = yield from self._pieces(self._member, rest)

    def _pieces(self, member: Any, rest: bytes) -> Generator[bytes, None, bytes]:
        """Feed a member; gives the bytes behind its end."""
        while True:
            try:
                piece: bytes = member.decompress(rest, LARGEST_PIECE)
            except zlib.error as error:
                raise Undecodable(str(error)) from None
            if piece:
                yield piece
            if member.eof:
                self._member = None
                return bytes(member.unused_data)
            rest = member.unconsumed_tail
            if not rest and len(piece) < LARGEST_PIECE:
                return b""

    def _next(self, data: bytes) -> bytes:
        """Begin the next member, if there is one; gives the bytes that it begins with."""
        begin = self._begin + data
        if self._format:
            # Tapes and some servers fill a last block with zeros; gzip skips them, too.
            begin = begin.lstrip(b"\0")
            if not begin:
                return b""
        found = _format(begin)
        self._begin = b""
        if len(begin) < _HEAD and (not self._format or begin[0] in _FIRST[self._format]):
            self._begin = begin
            return b""
        if not self._format:
            self._format = found or ("raw" if self._bare else "gzip")
        elif found != self._format:
            # Browsers and gzip pass over what follows a whole member and is none itself: all that
            # was packed has come out by then, and its checksum was right.
            self._over = True
            return b""
        self._member = zlib.decompressobj(_WINDOWS[self._format])
        return begin

    def finish(self) -> None:
        """Note that all bytes were fed."""
        if self._begin or not self._format or self._member is not None:
            raise Undecodable("it is cut short")


def _format(begin: bytes) -> str:
    """What begins with these bytes, or nothing that can be known by them."""
    if begin.startswith(_GZIP):
        return "gzip"
    if len(begin) >= _HEAD and begin[0] in _ZLIB and int.from_bytes(begin[:_HEAD]) % 31 == 0:
        return "zlib"
    return ""

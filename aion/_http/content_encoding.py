"""Decompresses bodies by their `Content-Encoding`: bytes in, bytes out, piece by piece.

Pure. A body is decompressed completely, with all its members, or raises `Undecodable`: a part never
passes for the whole, nor compressed bytes for the content. No decompressed piece is larger than
`LARGEST_PIECE`, whatever its compression ratio. An empty body is not decompressed: responses to
HEAD, 204 and 304 have such headers, too.

| encoding                                | what is done                                       |
|-----------------------------------------|----------------------------------------------------|
| `gzip`, `x-gzip`                        | all members are read, zeros after them skipped     |
| `deflate`                               | with the zlib header of RFC 9110, or without one   |
| a list of these, in one header or more  | undone from the last to the first                  |
| `identity`, `aws-chunked`, a charset    | nothing: they do not compress                      |
| `br`, `zstd` and every other one        | refused at the first byte: it was not requested    |
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Generator, Iterator
from typing import Any

LARGEST_PIECE = 256 * 1024
"""Most bytes of one decompressed piece."""
_SLICE = 16 * 1024
"""Most bytes fed at a time: zlib copies the rest of them for each decompressed piece."""
_MOST_LAYERS = 5
"""Most encodings of one body; more are an attack, as their ratios multiply."""
_PACKED = frozenset({"gzip", "x-gzip", "deflate"})
_PLAIN = re.compile(
    r"identity|none|binary|[78]bit|chunked|aws-chunked|amz-1\.0"
    r"|(us-)?ascii|unicode|utf-?(7|8|16|32)([bl]e)?|latin-?1|(iso-?8859|windows|cp)-?\d+"
    r"|(text|image|audio|video)/[\w.+-]+|application/(json|octet-stream|pdf|xml)"
).fullmatch
"""Values that do not compress: some are encodings, others are mistakes of servers."""
_WINDOWS = {"gzip": 31, "zlib": 15, "raw": -15}
_HEAD = 2
"""Bytes needed to detect a format."""
_GZIP = b"\x1f\x8b"
_ZLIB = bytes(range(0x08, 0x80, 0x10))
"""First bytes of RFC 1950: the method is 8, the window at most 32 KiB."""
_FIRST = {"gzip": _GZIP[:1], "zlib": _ZLIB, "raw": b""}
"""First bytes of another member."""


class Undecodable(ValueError):
    """Raised for a body that cannot be decompressed, with the reason."""


class Unpacker:
    """Decompresses one body."""

    def __init__(self, names: list[str]) -> None:
        self._refused = _refused(names)
        self._layers = [] if self._refused else [_Layer(name) for name in reversed(names)]
        self._begun = False

    @classmethod
    def of(cls, encoding: str | None) -> Unpacker | None:
        """Return the unpacker of a body, or None if it is not compressed.

        Args:
            encoding: The value of `Content-Encoding`, with several headers joined by commas;
                None without such a header.
        """
        if encoding is None:
            return None
        names = [name.strip().lower() for name in encoding.split(",")]
        names = [name for name in names if name and not _PLAIN(name)]
        return cls(names) if names else None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Decompress bytes. Read all pieces before you feed more.

        Raises:
            Undecodable: While iterating: they are not encoded as the header says.
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
            Undecodable: The body is truncated.
        """
        if self._begun:
            for layer in self._layers:
                layer.finish()


def _refused(names: list[str]) -> str | None:
    """Return why these encodings are refused, or None."""
    for name in names:
        if name not in _PACKED:
            return f"content encoding {name[:40]!r} was not requested"
    if len(names) > _MOST_LAYERS:
        return f"it is compressed {len(names)} times"
    return None


class _Layer:
    """Undoes one encoding.

    Args:
        name: ``gzip``, ``x-gzip`` or ``deflate``.
    """

    def __init__(self, name: str) -> None:
        self._bare = name == "deflate"
        self._format = ""
        """The format of the first member: ``gzip``, ``zlib`` or ``raw``; empty before it."""
        self._begin = b""
        """The first bytes of a member, while they are too few to detect its format."""
        # zlib does not export the type.
        self._member: Any = None
        self._over = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Decompress bytes."""
        for start in range(0, len(data), _SLICE):
            rest = data[start : start + _SLICE]
            while rest and not self._over:
                if self._member is None:
                    rest = self._next(rest)
                else:
                    rest = yield from self._pieces(self._member, rest)

    def _pieces(self, member: Any, rest: bytes) -> Generator[bytes, None, bytes]:
        """Feed a member; return the bytes after its end."""
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
        """Begin the next member, if there is one; return its first bytes."""
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
            # Browsers and gzip ignore other data after a complete member: all content has been
            # decompressed by then, and its checksum was right.
            self._over = True
            return b""
        self._member = zlib.decompressobj(_WINDOWS[self._format])
        return begin

    def finish(self) -> None:
        """Note that all bytes were fed."""
        if self._begin or not self._format or self._member is not None:
            raise Undecodable("it is truncated")


def _format(begin: bytes) -> str:
    """Detect a format by its first bytes; return an empty text if they are unknown."""
    if begin.startswith(_GZIP):
        return "gzip"
    if len(begin) >= _HEAD and begin[0] in _ZLIB and int.from_bytes(begin[:_HEAD]) % 31 == 0:
        return "zlib"
    return ""

"""Joins the chunks of an HTTP response: those that arrive together become one.

Services send each event of a stream in its own chunk, and the HTTP library takes longer to unpack
a chunk than everything else takes for an event. Pure: bytes of a connection in, bytes out; no byte
is held back that could be passed on.

The library still reads and checks what comes out. Anything but a plain chunked response passes
unchanged, and an invalid chunk stays invalid.
"""

from __future__ import annotations

import re

_HEAD_END = re.compile(rb"\n\r?\n").search
_CHUNKED = re.compile(rb"\ntransfer-encoding:[ \t]*chunked[ \t]*\r?\n", re.IGNORECASE).search
_INTERIM = re.compile(rb"HTTP/1\.1 1(?!01)").match
_FINAL = re.compile(rb"HTTP/1\.1 2").match
_LONGEST_HEAD = 65536
_SIZE = re.compile(rb"([0-9a-fA-F]{1,15})\r\n").match
"""A chunk's first line as nearly all are: its size, and no extension."""
_PART_OF_SIZE = re.compile(rb"[0-9a-fA-F]{0,15}\r?").fullmatch
_LINE_END = b"\r\n"


class Joining:
    """What the streams of one connection share.

    Attributes:
        joiner: Joins the chunks of the response that is being read, or None.
    """

    joiner: ChunkJoiner | None = None

    def next_response(self, *, joined: bool) -> None:
        """Prepare for the head of a response."""
        self.joiner = ChunkJoiner() if joined else None


class ChunkJoiner:
    """Follows one response, from the first byte of its head."""

    def __init__(self) -> None:
        self._head: bytes | None = b""
        """The part of the head that has arrived; None after it."""
        self._chunked = False
        """Whether chunks follow that can be joined."""
        self._held = b""
        """The beginning of a chunk's first line."""
        self._left = 0
        """Bytes of the current chunk that are still to come."""
        self._end = b""
        """What is still to come of the line end behind them."""

    def feed(self, data: bytes) -> bytes:
        """Return the same in fewer chunks; empty if nothing can be passed on yet."""
        if self._chunked:
            return self._joined(data)
        if self._head is None:
            return data
        head = self._head + data
        while end := _HEAD_END(head):
            body = head[end.end() :]
            if not _INTERIM(head):
                self._head = None
                self._chunked = bool(_FINAL(head) and _CHUNKED(head, 0, end.end()))
                return data[: len(data) - len(body)] + self.feed(body) if body else data
            head = body
        self._head = head if len(head) <= _LONGEST_HEAD else None
        return data

    def _joined(self, data: bytes) -> bytes:
        if self._is_one_chunk(data):
            # As a slow service sends them: there is nothing to join.
            return data
        pieces: list[bytes] = []
        rest = self._split(self._held + data if self._held else data, pieces)
        joined = b"".join(pieces)
        return b"%x\r\n%b\r\n%b" % (len(joined), joined, rest) if joined else rest

    def _is_one_chunk(self, data: bytes) -> bool:
        """Return whether exactly one whole chunk arrived, with nothing before it."""
        if self._held or self._left or self._end:
            return False
        size = _SIZE(data)
        content = int(size[1], 16) if size else 0
        # The chunk without content is the last: nothing after it is a chunk.
        return (
            size is not None
            and content > 0
            and len(data) == size.end() + content + 2
            and data.endswith(_LINE_END)
        )

    def _split(self, data: bytes, pieces: list[bytes]) -> bytes:
        """Collect the content of chunks. Return what has to be passed on as it is."""
        self._held = b""
        at = 0
        if self._left or self._end:
            at = self._take(data, 0, pieces)
            if at < 0:
                return self._refused()
        while not self._left and not self._end:
            size = _SIZE(data, at)
            content = int(size[1], 16) if size else 0
            if not size or not content:
                return self._stop(data[at:])
            start = size.end()
            at = start + content
            if data[at : at + 2] == _LINE_END:
                pieces.append(data[start:at])
                at += 2
                continue
            self._left, self._end = content, _LINE_END
            at = self._take(data, start, pieces)
            if at < 0:
                return self._refused()
        return b""

    def _take(self, data: bytes, at: int, pieces: list[bytes]) -> int:
        """Continue with a chunk. Return where it stopped, or -1 if its end is not a line end."""
        piece = data[at : at + self._left]
        if piece:
            pieces.append(piece)
            self._left -= len(piece)
            at += len(piece)
        end = data[at : at + len(self._end)] if not self._left else b""
        if not self._end.startswith(end):
            return -1
        self._end = self._end[len(end) :]
        return at + len(end)

    def _stop(self, rest: bytes) -> bytes:
        """Handle what is not a complete first line of a chunk: a part of one, or something else."""
        if _PART_OF_SIZE(rest):
            self._held = rest
            return b""
        self._chunked = False
        return rest

    def _refused(self) -> bytes:
        """Return what the library refuses like a chunk without an end: a line without a size."""
        self._chunked = False
        return _LINE_END

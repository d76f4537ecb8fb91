"""Decodes server-sent events: bytes in, events out, at any chunk size.

Pure and incremental. Lines end with LF, CR or CRLF and nothing else, so a U+2028 inside the data
is preserved. A byte-order mark at the beginning, comments and unknown fields are skipped, and so
are events without data. Follows the chapter "Server-sent events" of the HTML standard.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_BOM = b"\xef\xbb\xbf"
_USUAL = re.compile(r"(?:event: ?([^\n]*)\n)?data: ?([^\n]*)").fullmatch
"""Matches the usual form of an event: at most a name, one line of data, no CR."""


class Event(NamedTuple):
    """One event.

    Attributes:
        name: The `event` field; empty if it is missing.
        data: The `data` lines, joined by line feeds.
        id: The last `id` up to and including this event, or None.
    """

    name: str
    data: str
    id: str | None


class Decoder:
    """Turns a stream of bytes into events.

    Attributes:
        last_event_id: The last `id` received, or None.
        retry: Milliseconds that the server asks to wait before a reconnect, or None.
    """

    def __init__(self) -> None:
        self.last_event_id: str | None = None
        self.retry: int | None = None
        self._line = bytearray()
        self._name = ""
        self._data: list[str] = []
        self._after_cr = False
        self._at_start = True

    @property
    def mid_event(self) -> bool:
        """Return whether an event is unfinished; at the end of a stream, it was truncated."""
        return bool(self._line or self._data or self._name)

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Return an iterator over the events that this chunk completes."""
        if self._at_start and not self._line and not _BOM.startswith(chunk[:1]):
            self._at_start = False
        if b"\n\n" not in chunk or b"\r" in chunk or self._at_start or self._after_cr:
            return self._parts(chunk)
        return self._blocks(chunk)

    def _blocks(self, chunk: bytes) -> Iterator[Event]:
        """Yield the events of a chunk in which at least one event ends."""
        begin, end = 0, chunk.rindex(b"\n\n") + 2
        if self.mid_event:
            begin = chunk.index(b"\n\n") + 2
            yield from self._parts(chunk[:begin])
        if begin < end:
            yield from self._whole(chunk[begin : end - 2])
        if end < len(chunk):
            yield from self._parts(chunk[end:])

    def _whole(self, blocks: bytes) -> Iterator[Event]:
        """Yield the events of bytes that hold only whole events."""
        # A line feed is never part of a longer character, so all of it can be decoded at once.
        for block in blocks.decode("utf-8", "replace").split("\n\n"):
            if usual := _USUAL(block):
                yield Event(usual[1] or "", usual[2], self.last_event_id)
                continue
            for line in (*block.encode().split(b"\n"), b""):
                event = self._take(line)
                if event is not None:
                    yield event

    def _parts(self, chunk: bytes) -> Iterator[Event]:
        if self._at_start:
            chunk = self._without_bom(chunk)
        if self._after_cr and chunk:
            # The CR ended a line; an LF right after it belongs to the same line end.
            chunk = chunk.removeprefix(b"\n")
            self._after_cr = False
        if b"\n" not in chunk and b"\r" not in chunk:
            self._line += chunk
            return
        # bytes.splitlines knows exactly the three line ends of the standard.
        for line in chunk.splitlines(keepends=True):
            if line[-1] not in b"\r\n":
                self._line += line
                return
            if self._line:
                self._line += line
                line = bytes(self._line)
                self._line.clear()
            event = self._take(line.rstrip(b"\r\n"))
            if event is not None:
                yield event
        self._after_cr = chunk.endswith(b"\r")

    def _without_bom(self, chunk: bytes) -> bytes:
        head = bytes(self._line) + chunk
        self._line.clear()
        if len(head) < len(_BOM) and _BOM.startswith(head):
            self._line += head
            return b""
        self._at_start = False
        return head.removeprefix(_BOM)

    def _take(self, line: bytes) -> Event | None:
        if not line:
            return self._dispatch()
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        match field:
            case b"data":
                self._data.append(value.decode("utf-8", "replace"))
            case b"event":
                self._name = value.decode("utf-8", "replace")
            case b"id":
                if b"\0" not in value:
                    self.last_event_id = value.decode("utf-8", "replace")
            case b"retry":
                if value.isdigit():
                    self.retry = int(value)
            case _:
                pass
        return None

    def _dispatch(self) -> Event | None:
        name, data = self._name, self._data
        self._name, self._data = "", []
        if not data:
            return None
        return Event(name, data[0] if len(data) == 1 else "\n".join(data), self.last_event_id)

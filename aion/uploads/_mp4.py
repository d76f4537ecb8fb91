"""How long an MP4 or QuickTime movie is, by its headers. Pure: bytes come through a function.

Both formats are boxes within boxes. Only headers are read, and only so many of them: a file of
any size costs a few short reads, and one that is no movie costs no error.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Read = Callable[[int, int], bytes]
"""Gives the bytes from an offset on, so many of them; fewer at the end."""

MOST_BOXES = 2000
"""Boxes of one level that are looked at; encoders write a handful."""

_UNKNOWN = (0, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF)
_LONG = 1
_TO_THE_END = 0


@dataclass(frozen=True, slots=True)
class Box:
    """A box by its kind, four letters, and the place of its content."""

    kind: bytes
    start: int
    end: int


def boxes(read: Read, start: int, end: int) -> Iterator[Box]:
    """The boxes of one level between two offsets; ends at the first that cannot be one."""
    for _ in range(MOST_BOXES):
        head = read(start, 16)
        if end - start < 8 or len(head) < 8:
            return
        size, kind = struct.unpack_from(">I4s", head)
        content = start + 8
        if size == _LONG:
            if len(head) < 16:
                return
            size = struct.unpack_from(">Q", head, 8)[0]
            content = start + 16
        following = end if size == _TO_THE_END else start + size
        if not content <= following <= end:
            return
        yield Box(kind, content, following)
        start = following


def find(read: Read, inside: Box, *path: bytes) -> Box | None:
    """The first box at the end of a path of kinds, below a box."""
    for kind in path:
        found = next(
            (one for one in boxes(read, inside.start, inside.end) if one.kind == kind), None
        )
        if found is None:
            return None
        inside = found
    return inside


def length(read: Read, size: int) -> float | None:
    """The length of a movie in seconds, or None where its headers do not tell.

    Args:
        read: Gives the bytes of the file.
        size: How many bytes it has.
    """
    movie = find(read, Box(b"file", 0, size), b"moov")
    header = movie and find(read, movie, b"mvhd")
    if movie is None or header is None:
        return None
    scale, units = header_times(read(header.start, min(32, header.end - header.start)))
    if units in _UNKNOWN:
        # A movie in fragments has its length in another place, if it has one.
        extent = find(read, movie, b"mvex", b"mehd")
        if extent is not None:
            units = _fragments(read(extent.start, min(12, extent.end - extent.start)))
    return units / scale if scale and units not in _UNKNOWN else None


def header_times(data: bytes) -> tuple[int, int]:
    """Units a second and length in units, from a header of a movie or of a track's media.

    Both are 0 where the header is too short.
    """
    try:
        if data[:1] == b"\x01":
            return struct.unpack_from(">IQ", data, 20)
        return struct.unpack_from(">II", data, 12)
    except struct.error:
        return 0, 0


def _fragments(data: bytes) -> int:
    try:
        return int(struct.unpack_from(">Q" if data[:1] == b"\x01" else ">I", data, 4)[0])
    except struct.error:
        return 0

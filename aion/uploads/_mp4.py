"""Reads the length of an MP4 or QuickTime movie from its headers. Pure: a function reads the bytes.

Both formats are nested boxes. Only a limited number of headers is read, so a file of any size
costs a few short reads, and a file of another format raises no error.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Read = Callable[[int, int], bytes]
"""Reads a number of bytes from an offset on; fewer at the end of the file."""

MOST_BOXES = 2000
"""Most boxes to read in one level; encoders write a handful."""

_UNKNOWN = (0, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF)
_LONG = 1
_TO_THE_END = 0


@dataclass(frozen=True, slots=True)
class Box:
    """A box: its kind in four letters, and the position of its content."""

    kind: bytes
    start: int
    end: int


def boxes(read: Read, start: int, end: int) -> Iterator[Box]:
    """Yield the boxes of one level between two offsets, up to the first invalid one."""
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
    """Return the first box at the end of a path of kinds, inside a box."""
    for kind in path:
        found = next(
            (one for one in boxes(read, inside.start, inside.end) if one.kind == kind), None
        )
        if found is None:
            return None
        inside = found
    return inside


def length(read: Read, size: int) -> float | None:
    """Return the length of a movie in seconds, or None if its headers do not state it.

    Args:
        read: Reads bytes of the file.
        size: The size of the file in bytes.
    """
    movie = find(read, Box(b"file", 0, size), b"moov")
    header = movie and find(read, movie, b"mvhd")
    if movie is None or header is None:
        return None
    scale, units = header_times(read(header.start, min(32, header.end - header.start)))
    if units in _UNKNOWN:
        # A fragmented movie has its length elsewhere, if at all.
        extent = find(read, movie, b"mvex", b"mehd")
        if extent is not None:
            units = _fragments(read(extent.start, min(12, extent.end - extent.start)))
    return units / scale if scale and units not in _UNKNOWN else None


def header_times(data: bytes) -> tuple[int, int]:
    """Return the units per second and the length in units, from a header of a movie or a track.

    Both are 0 if the header is too short.
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

"""Checks whether a JPEG can be decoded, without decoding all of its pixels.

Decoding every pixel of a photograph costs more than the rest of an upload. A decoder refuses
errors in the segments before the pixels, wrong markers among the pixels, and an early end; other
damage it draws. So the segments with the beginning of the pixels, properly ended, are refused
exactly where the whole file would be.
"""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Final

_START: Final = b"\xff\xd8"
_END: Final = b"\xff\xd9"
_SCAN: Final = 0xDA
_SEQUENTIAL: Final = frozenset({0xC0, 0xC1})
_NO_FRAMES: Final = frozenset({0xC4, 0xC8, 0xCC})
"""Tables, which have numbers among those of frames."""

# 00 is an escaped FF, D0 to D7 restart the decoder, FF fills.
_MARKER: Final = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")

_BEGINNING: Final = 1024
"""Bytes of the pixels that remain."""
_MOST: Final = 16 * 1024 * 1024
"""Larger files are not scanned."""


def truncated(path: Path) -> io.BytesIO | None:
    """Truncate a JPEG file to its segments and the beginning of its pixels.

    Returns:
        A picture of the same size and metadata, which a decoder refuses if it would refuse the
        file. None if only the whole file can show that: it is progressive or has several scans,
        has no proper end, is tiny or very large.
    """
    if path.stat().st_size > _MOST:
        return None
    data = path.read_bytes()
    pixels = _pixels_at(data)
    if pixels is None or pixels + _BEGINNING >= len(data) or not data.endswith(_END):
        return None
    if _MARKER.search(data, pixels, len(data) - len(_END)) is not None:
        return None
    return io.BytesIO(data[: pixels + _BEGINNING].rstrip(b"\xff") + _END)


def _pixels_at(data: bytes) -> int | None:
    """Return the offset of the pixels of a sequential JPEG."""
    at = len(_START)
    sequential = False
    while data.startswith(b"\xff", at) and at + 4 <= len(data):
        kind = data[at + 1]
        if kind in _SEQUENTIAL:
            sequential = True
        elif 0xC0 <= kind <= 0xCF and kind not in _NO_FRAMES:
            return None
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if kind == _SCAN:
            return at if sequential else None
    return None

"""Small movies for tests: real headers, made-up frames."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

SCALE = 600
MADE_AT = 3_850_070_400
"""Seconds since 1904: New Year of 2026."""


def box(kind: bytes, *parts: bytes) -> bytes:
    """One box of an MP4 file."""
    data = b"".join(parts)
    return struct.pack(">I4s", 8 + len(data), kind) + data


def noise(size: int, seed: str = "") -> bytes:
    """Return `size` bytes that resemble frames, always the same."""
    block = b"".join(hashlib.sha256(f"{seed}/{n}".encode()).digest() for n in range(32))
    return (block * (size // len(block) + 1))[:size]


def header(seconds: float, scale: int = SCALE) -> bytes:
    """Return the header of a movie of that many seconds."""
    return box(
        b"mvhd", struct.pack(">IIIII", 0, MADE_AT, 0, scale, int(seconds * scale)), bytes(80)
    )


def picture_track(seconds: float, width: int = 640, height: int = 360) -> bytes:
    """A track of 25 frames a second."""
    frames = int(seconds * 25)
    return box(
        b"trak",
        box(b"tkhd", bytes(76), struct.pack(">II", width << 16, height << 16)),
        box(
            b"mdia",
            box(b"mdhd", struct.pack(">IIIII", 0, 0, 0, 25, frames), bytes(4)),
            box(b"hdlr", bytes(8), b"vide", bytes(13)),
            box(
                b"minf",
                box(
                    b"stbl",
                    box(b"stsd", struct.pack(">III4s", 0, 1, 16, b"avc1"), bytes(8)),
                    box(b"stts", struct.pack(">IIII", 0, 1, frames, 1)),
                ),
            ),
        ),
    )


def sound_track() -> bytes:
    """A track of sound."""
    tables = box(b"stbl", box(b"stsd", struct.pack(">III4s", 0, 1, 16, b"mp4a"), bytes(8)))
    return box(
        b"trak",
        box(b"mdia", box(b"hdlr", bytes(8), b"soun", bytes(13)), box(b"minf", tables)),
    )


def movie(seconds: float = 42.0, size: int = 25_000, *, brand: bytes = b"isom") -> bytes:
    """Return an MP4 movie of that many seconds and bytes."""
    head = box(b"ftyp", brand, bytes(4), brand)
    tail = box(b"moov", header(seconds), picture_track(seconds), sound_track())
    frames = noise(size - len(head) - len(tail) - 8, str(seconds))
    return head + box(b"mdat", frames) + tail


def saved(folder: Path, name: str = "harbor.mp4", data: bytes | None = None) -> Path:
    """A movie on disk."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(movie() if data is None else data)
    return path

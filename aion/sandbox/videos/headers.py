"""Reads the headers of a video: length, picture, codecs. No frame is decoded.

MP4, QuickTime and M4V are read box by box, AVI by its main header; other containers are not read.
Any bytes lead to a `MovieFacts`.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from aion.uploads._mp4 import Box, Read, boxes, find, header_times, length

UNKNOWN: Final = "unknown"

_CODECS: Final = {
    "avc1": "h264",
    "avc3": "h264",
    "hev1": "hevc",
    "hvc1": "hevc",
    "mp4v": "mpeg4",
    "vp09": "vp9",
    "av01": "av1",
    "jpeg": "mjpeg",
    "mp4a": "aac",
    "ac-3": "ac3",
    "Opus": "opus",
}
_SINCE_1904: Final = 2_082_844_800
_MOST_TRACKS: Final = 32
_MOST_ENTRIES: Final = 10_000
_AVI_HEADER: Final = re.compile(rb"RIFF....AVI .*?avih....(.{40})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class MovieFacts:
    """The facts of a video; 0 and "unknown" where its headers do not say."""

    duration: float | None = None
    width: int = 0
    height: int = 0
    frame_rate: float = 0.0
    video_codec: str = UNKNOWN
    audio_codec: str | None = None
    made_at: float | None = None
    """When it was recorded, in seconds since 1970."""


def inspect(path: Path) -> MovieFacts:
    """Read the headers of a video."""
    with path.open("rb") as handle:

        def read(offset: int, count: int) -> bytes:
            handle.seek(offset)
            return handle.read(count)

        head = read(0, 4096)
        if head.startswith(b"RIFF"):
            return _avi(head)
        return _movie(read, path.stat().st_size)


def _avi(head: bytes) -> MovieFacts:
    found = _AVI_HEADER.match(head)
    if found is None:
        return MovieFacts()
    micros, _, _, _, frames, _, _, _, width, height = struct.unpack("<10I", found[1])
    seconds = micros * frames / 1e6
    rate = round(1e6 / micros, 3) if micros else 0.0
    return MovieFacts(seconds or None, width, height, rate)


def _movie(read: Read, size: int) -> MovieFacts:
    facts = MovieFacts(duration=length(read, size))
    movie = find(read, Box(b"file", 0, size), b"moov")
    if movie is None:
        return facts
    header = find(read, movie, b"mvhd")
    if header is not None:
        facts = replace(facts, made_at=_made_at(read(header.start, 12)))
    for track in _tracks(read, movie):
        facts = _with_track(facts, read, track)
    return facts


def _tracks(read: Read, movie: Box) -> Iterator[Box]:
    tracks = (box for box in boxes(read, movie.start, movie.end) if box.kind == b"trak")
    for _, track in zip(range(_MOST_TRACKS), tracks, strict=False):
        yield track


def _with_track(facts: MovieFacts, read: Read, track: Box) -> MovieFacts:
    media = find(read, track, b"mdia")
    handler = media and find(read, media, b"hdlr")
    tables = media and find(read, media, b"minf", b"stbl")
    if media is None or handler is None or tables is None:
        return facts
    kind = read(handler.start + 8, 4)
    if kind == b"soun":
        return replace(facts, audio_codec=_codec(read, tables))
    if kind != b"vide" or facts.video_codec != UNKNOWN:
        return facts
    width, height = _size(read, track)
    return replace(
        facts,
        width=width,
        height=height,
        video_codec=_codec(read, tables),
        frame_rate=_rate(read, media, tables),
    )


def _size(read: Read, track: Box) -> tuple[int, int]:
    header = find(read, track, b"tkhd")
    # The last two fields, 16.16 fixed point; earlier offsets depend on the version.
    data = (
        read(header.end - 8, 8) if header is not None and header.end - header.start >= 80 else b""
    )
    if len(data) < 8:
        return 0, 0
    width, height = struct.unpack(">II", data)
    return width >> 16, height >> 16


def _codec(read: Read, tables: Box) -> str:
    entry = find(read, tables, b"stsd")
    name = read(entry.start + 12, 4) if entry is not None else b""
    text = name.decode("ascii", "replace").strip("\0 ")
    return _CODECS.get(text, text if text.isprintable() and text else UNKNOWN)


def _rate(read: Read, media: Box, tables: Box) -> float:
    header, times = find(read, media, b"mdhd"), find(read, tables, b"stts")
    if header is None or times is None:
        return 0.0
    scale, units = header_times(read(header.start, min(32, header.end - header.start)))
    data = read(times.start + 8, min(times.end - times.start - 8, 8 * _MOST_ENTRIES))
    whole = data[: len(data) // 8 * 8]
    frames = sum(count for count, _ in struct.iter_unpack(">II", whole))
    return round(frames * scale / units, 3) if units else 0.0


def _made_at(data: bytes) -> float | None:
    try:
        made = struct.unpack_from(">Q" if data[:1] == b"\x01" else ">I", data, 4)[0]
    except struct.error:
        return None
    # Many encoders write 0, which would be 1904.
    seconds = float(made - _SINCE_1904)
    return seconds if 0 < seconds < 2**33 else None

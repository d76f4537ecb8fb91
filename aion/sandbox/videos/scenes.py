"""Derives the scenes of a video from its length and bytes: the same ones for the same file.

No frame is decoded. A scene is a range of time and the corresponding range of bytes; its picture
is a mosaic of colors from those bytes.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from PIL import Image

LONGEST: Final = 15.0
"""Approximate seconds of a scene: longer videos have more scenes."""
_MOST: Final = 40
_TILES: Final = (4, 3)
_SIZE: Final = (320, 240)


@dataclass(frozen=True, slots=True)
class Scene:
    """A range of a video.

    Attributes:
        index: Its position, from 0.
        start: Seconds from the beginning.
        end: Seconds from the beginning.
        first_byte: Offset of its first byte.
        end_byte: Offset after its last byte.
    """

    index: int
    start: float
    end: float
    first_byte: int
    end_byte: int

    @property
    def time_range(self) -> str:
        """Begin and end, for display."""
        return f"{clock(self.start)}-{clock(self.end)}"


def split_scenes(duration: float, size: int, sha256: str) -> list[Scene]:
    """Return the scenes of a video of a length and a size; its hash decides the boundaries."""
    count = max(1, min(_MOST, round(duration / LONGEST)))
    # Weights from 96 to 159, so that all scenes have a similar length.
    digest = hashlib.sha512(sha256.encode()).digest()
    weights = [96 + digest[index % len(digest)] % 64 for index in range(count)]
    total = sum(weights)
    edges = [0.0]
    for weight in weights:
        edges.append(edges[-1] + weight / total)
    edges[-1] = 1.0
    return [
        Scene(
            index,
            round(duration * start, 3),
            round(duration * end, 3),
            int(size * start),
            int(size * end),
        )
        for index, (start, end) in enumerate(pairwise(edges))
    ]


def clock(seconds: float) -> str:
    """Seconds as minutes and seconds: 75 is `1:15`."""
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    minutes = f"{hours}:{rest // 60:02}" if hours else f"{rest // 60}"
    return f"{minutes}:{rest % 60:02}"


def picture(path: Path, first_byte: int, end_byte: int) -> bytes:
    """A JPEG whose tiles have the colors of bytes from a stretch of a file."""
    columns, rows = _TILES
    count = columns * rows
    mosaic = Image.new("RGB", _TILES)
    with path.open("rb") as handle:
        for tile in range(count):
            handle.seek(first_byte + (end_byte - first_byte) * tile // count)
            color = hashlib.sha256(handle.read(64)).digest()[:3]
            mosaic.putpixel((tile % columns, tile // columns), (color[0], color[1], color[2]))
    target = io.BytesIO()
    # Pillow leaves one of its types open here.
    large: Image.Image = mosaic.resize(_SIZE, Image.Resampling.NEAREST)  # pyright: ignore[reportUnknownMemberType]
    large.save(target, "JPEG", quality=85)
    return target.getvalue()

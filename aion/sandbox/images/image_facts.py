"""Reads the facts of an image file: type by first bytes, size, date, camera, text, frames.

The same bytes give the same facts. Truncated files are refused, and more pixels than the limit are
refused before they are decoded.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

from PIL import Image, ImageOps

from aion.sandbox.images import jpeg
from aion.sandbox.store.clock import stamp

FORMATS: Final = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "GIF": "gif"}
"""Accepted formats, and the extension of their objects."""

_MAKE, _MODEL, _DESCRIPTION, _DATE = 0x010F, 0x0110, 0x010E, 0x0132
_EXIF_BLOCK, _DATE_TAKEN = 0x8769, 0x9003
_EXIF_DATE: Final = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)")
_NOT_TEXT: Final = re.compile(r"software|creation time|date:.*|xml:.*|icc.*|raw profile.*", re.I)
_MAX_TEXT: Final = 2000


class InvalidImage(Exception):
    """The bytes are not an image that the sandbox accepts; the text says why."""


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """The facts of an image file; width and height as displayed."""

    format: str
    width: int
    height: int
    frames: int
    taken_at: str | None
    camera: str | None
    text: str | None

    @property
    def orientation(self) -> str:
        """The shape of the picture: landscape, portrait or square."""
        if self.width == self.height:
            return "square"
        return "landscape" if self.width > self.height else "portrait"


def sniff(head: bytes) -> str | None:
    """Return the image format by the first bytes, or None."""
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[:6] in {b"GIF87a", b"GIF89a"}:
        return "GIF"
    return None


def inspect(path: Path, kind: str, max_pixels: int) -> ImageFacts:
    """Read and decode an image of a sniffed format.

    Raises:
        Unusable: truncated, damaged, or with too many pixels.
    """
    with opened(_decodable(path, kind), kind) as image:
        width, height = image.size
        if width * height > max_pixels:
            raise InvalidImage(f"image has {width * height} pixels; the limit is {max_pixels}")
        frames = int(getattr(image, "n_frames", 1))
        image.draft("RGB", (64, 64))
        image.load()
        exif = image.getexif()
        # Orientations 5 to 8 are rotated by 90 degrees.
        if 5 <= _whole(exif.get(0x0112)) <= 8:
            width, height = height, width
        taken = exif.get_ifd(_EXIF_BLOCK).get(_DATE_TAKEN) or exif.get(_DATE)
        return ImageFacts(
            format=kind,
            width=width,
            height=height,
            frames=frames,
            taken_at=_date(taken),
            camera=_camera(_words(exif.get(_MAKE)), _words(exif.get(_MODEL))),
            text=_embedded_text(image, exif),
        )


def _decodable(path: Path, kind: str) -> Path | IO[bytes]:
    """Return the bytes whose decoding proves that the image file can be decoded."""
    return (jpeg.truncated(path) if kind == "JPEG" else None) or path


@contextmanager
def opened(source: Path | IO[bytes], kind: str) -> Generator[Image.Image]:
    """Open an image as one format; every error of its decoder becomes `InvalidImage`."""
    try:
        with Image.open(source, formats=[kind]) as image:
            yield image
    except InvalidImage:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise InvalidImage("image has too many pixels") from None
    # Decoders raise nearly anything on hostile bytes: OSError, SyntaxError, struct.error ...
    except Exception as error:
        raise InvalidImage(f"image is truncated or damaged: {error}") from error


def upright(image: Image.Image) -> Image.Image:
    """Return the first frame as displayed, in RGB or, with transparency, RGBA."""
    image.seek(0)
    turned = ImageOps.exif_transpose(image)
    return turned.convert("RGBA" if turned.has_transparency_data else "RGB")


def small_rgb(path: Path, kind: str, side: int) -> Image.Image:
    """Return a thumbnail on white, at most `side` pixels long, for colors and placeholders."""
    with opened(path, kind) as image:
        image.draft("RGB", (side, side))
        reduced = upright(image)
        reduced.thumbnail((side, side), Image.Resampling.BOX)
        if reduced.mode == "RGBA":
            ground = Image.new("RGBA", reduced.size, "white")
            reduced = Image.alpha_composite(ground, reduced)
        return reduced.convert("RGB")


def _date(value: Any) -> str | None:
    found = _EXIF_DATE.match(_words(value) or "")
    if found is None:
        return None
    try:
        # Cameras write local time and rarely its zone; the sandbox reads it as UTC.
        year, month, day, hour, minute, second = map(int, found.groups())
        taken = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        return stamp(taken.timestamp())
    except (ValueError, OverflowError):
        return None


def _camera(make: str | None, model: str | None) -> str | None:
    if make is None or model is None or model.lower().startswith(make.lower()):
        return model or make
    return f"{make} {model}"


def _embedded_text(image: Image.Image, exif: Image.Exif) -> str | None:
    texts = [_words(exif.get(_DESCRIPTION)), _words(image.info.get("comment"))]
    chunks: dict[str, Any] = getattr(image, "text", {})
    texts += [_words(text) for name, text in chunks.items() if not _NOT_TEXT.fullmatch(name)]
    distinct = list(dict.fromkeys(text for text in texts if text))
    return "\n".join(distinct)[:_MAX_TEXT] or None


def _words(value: Any) -> str | None:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return None
    return value.replace("\0", "").encode("utf-8", "replace").decode().strip() or None


def _whole(value: Any) -> int:
    return value if isinstance(value, int) else 0

"""Image files that are drawn for a test, as bytes."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any

from PIL import Image, PngImagePlugin

NAVY = (10, 20, 95)
CREAM = (255, 248, 220)
RED = (220, 20, 30)


def two_colors(size: tuple[int, int]) -> Image.Image:
    """Mostly navy, with a cream band on top."""
    picture = Image.new("RGB", size, NAVY)
    picture.paste(CREAM, (0, 0, size[0], size[1] // 3))
    return picture


def save(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """The picture as a file of a format."""
    target = io.BytesIO()
    picture.save(target, kind, **options)
    return target.getvalue()


def jpeg(size: tuple[int, int] = (640, 480), **options: Any) -> bytes:
    """A JPEG of two colours."""
    return save(two_colors(size), "JPEG", **options)


@lru_cache
def noisy_jpeg(size: tuple[int, int] = (640, 480)) -> bytes:
    """A JPEG with detail everywhere, so that a cut in it is a cut in the picture."""
    return save(Image.effect_noise(size, 90).convert("RGB"), "JPEG", quality=85)


def photo() -> bytes:
    """A JPEG with the EXIF data of a camera."""
    exif = Image.Exif()
    exif[0x010F] = "Example"
    exif[0x0110] = "ExampleCam"
    exif[0x010E] = "Harbour at noon"
    exif.get_ifd(0x8769)[0x9003] = "2026:03:01 12:30:00"
    return jpeg(exif=exif)


def png(size: tuple[int, int] = (40, 60), text: str | None = None) -> bytes:
    """A red PNG, with a text chunk if there is a text."""
    info = PngImagePlugin.PngInfo()
    if text is not None:
        info.add_text("Comment", text)
    return save(Image.new("RGB", size, RED), "PNG", pnginfo=info)


def gif(frames: int = 3) -> bytes:
    """An animation."""
    pictures = [Image.new("RGB", (32, 32), (70 * number, 0, 0)) for number in range(frames)]
    return save(pictures[0], "GIF", save_all=True, append_images=pictures[1:], duration=50)


def webp() -> bytes:
    """A WebP."""
    return save(two_colors((50, 50)), "WEBP")

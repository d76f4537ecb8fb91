"""Images that are drawn for a test, as bytes."""

from __future__ import annotations

import io

from PIL import Image

Color = tuple[int, int, int]
NAVY: Color = (10, 20, 95)
RED: Color = (220, 20, 30)
FORMATS = {"JPEG": "a.jpg", "PNG": "a.png", "WEBP": "a.webp", "GIF": "a.gif"}
"""Format and a file name that fits it."""


def draw(kind: str = "JPEG", size: tuple[int, int] = (64, 48), color: Color = RED) -> bytes:
    """An image of one colour."""
    target = io.BytesIO()
    Image.new("RGB", size, color).save(target, kind)
    return target.getvalue()


PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"

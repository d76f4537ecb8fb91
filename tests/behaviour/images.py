"""Images as they go into a JSON body."""

from __future__ import annotations

import base64

from tests.behaviour.pictures import RED, Color, draw


def data_url(color: Color = RED, size: tuple[int, int] = (64, 48)) -> str:
    """A JPEG of one color as a data URL."""
    text = base64.b64encode(draw("JPEG", size, color)).decode("ascii")
    return f"data:image/jpeg;base64,{text}"

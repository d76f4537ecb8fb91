"""Names the dominant colors of a picture by distance in CIE L*a*b*, as eyes see it."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, cast

from PIL import Image

from aion import _color_spaces as convert

NAMED: Final[dict[str, tuple[int, int, int]]] = {
    "black": (0, 0, 0),
    "charcoal": (54, 57, 63),
    "gray": (128, 128, 128),
    "silver": (192, 192, 192),
    "white": (255, 255, 255),
    "cream": (255, 248, 220),
    "beige": (225, 205, 170),
    "tan": (200, 165, 115),
    "brown": (120, 72, 40),
    "maroon": (110, 10, 30),
    "red": (220, 20, 30),
    "coral": (250, 125, 95),
    "salmon": (245, 165, 145),
    "pink": (250, 185, 205),
    "magenta": (225, 20, 190),
    "purple": (125, 30, 150),
    "violet": (165, 115, 225),
    "lavender": (215, 205, 245),
    "indigo": (70, 20, 130),
    "navy": (10, 20, 95),
    "blue": (25, 65, 225),
    "azure": (60, 140, 240),
    "sky blue": (140, 205, 240),
    "cyan": (30, 220, 230),
    "teal": (10, 125, 130),
    "turquoise": (65, 210, 190),
    "mint": (175, 240, 205),
    "green": (30, 140, 50),
    "lime": (110, 230, 50),
    "olive": (125, 125, 25),
    "khaki": (200, 190, 120),
    "yellow": (250, 225, 30),
    "gold": (220, 170, 30),
    "orange": (250, 140, 20),
    "rust": (175, 70, 25),
    "slate": (95, 110, 130),
}
"""The color names of descriptions, with their RGB values."""

_PALETTE: Final = 24
_MINOR: Final = 0.12

Lab = tuple[float, float, float]


def dominant_names(picture: Image.Image, most: int = 2) -> list[str]:
    """Return the names of the largest colors of an RGB picture, largest first, at least one.

    Colors under an eighth of the area are omitted, so a picture of one color has one name.
    """
    reduced = picture.quantize(_PALETTE, Image.Quantize.MEDIANCUT).convert("RGB")
    counted = cast("list[tuple[int, tuple[int, int, int]]]", reduced.getcolors(_PALETTE * 4) or [])
    shares: dict[str, int] = {}
    for pixels, color in counted:
        name = nearest_name(color)
        shares[name] = shares.get(name, 0) + pixels
    total = sum(shares.values())
    ranked = sorted(shares, key=lambda name: (-shares[name], name))
    return [name for name in ranked[:most] if shares[name] >= total * _MINOR] or ranked[:1]


@lru_cache(maxsize=4096)
def nearest_name(color: tuple[int, int, int]) -> str:
    """Return the named color nearest to an RGB value."""
    lab = to_lab(color)
    return min(_named_lab(), key=lambda entry: _distance(entry[1], lab))[0]


def to_lab(color: tuple[int, int, int]) -> Lab:
    """Turn sRGB (0-255) into CIE L*a*b* under D65."""
    return convert.to_lab(*color)


@lru_cache(maxsize=1)
def _named_lab() -> list[tuple[str, Lab]]:
    return [(name, to_lab(color)) for name, color in NAMED.items()]


def _distance(one: Lab, other: Lab) -> float:
    lightness, a, b = one[0] - other[0], one[1] - other[1], one[2] - other[2]
    return lightness * lightness + a * a + b * b

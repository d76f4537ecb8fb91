"""Computes the palette of a picture: k-means in CIE L*a*b* over its pixels, with names.

The same pixels always give the same palette: the centers start at the heaviest color and then at
those farthest away. Only hex code, percentage and name are stored; other numbers are derived.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from PIL import Image

from aion import _color_spaces as convert
from aion.sandbox.images.color_names import NAMED, Lab, nearest_name, to_lab
from aion.sandbox.images.image_facts import small_rgb

VERSION: Final = "sandbox-1"
SIDE: Final = 96
"""Pictures are reduced to this many pixels on the longer side first."""

FAMILIES: Final[dict[str, tuple[str, str, tuple[str, ...]]]] = {
    "neutral": ("Neutral", "Grays, black and white", ("black", "charcoal", "gray", "white")),
    "earth_tone": (
        "Earth tone",
        "Browns and muted greens, as of soil and leaves",
        ("beige", "tan", "brown", "olive", "khaki", "rust"),
    ),
    "warm": ("Warm", "Reds and oranges", ("red", "coral", "orange", "maroon")),
    "cool": (
        "Cool",
        "Blues, greens and violets",
        ("navy", "blue", "azure", "teal", "turquoise", "green", "indigo", "purple", "violet",
         "slate"),
    ),
    "metallic": ("Metallic", "The colors of metals", ("silver", "gold")),
    "pastel": (
        "Pastel",
        "Light and soft colors",
        ("cream", "pink", "salmon", "lavender", "mint", "sky blue"),
    ),
    "vibrant": ("Vibrant", "Strong, luminous colors", ("yellow", "lime", "cyan", "magenta")),
}  # fmt: skip
"""Family -> its display name, its description, and the named colors in it."""

_FAMILY_OF: Final = {name: family for family, (_, _, names) in FAMILIES.items() for name in names}
_POINTS: Final = 128
_ROUNDS: Final = 12
_SAME: Final = 6.0
"""Centers that are closer than this, in Delta E, are one color."""
_LEAST: Final = 0.5
"""Percent of the picture below which a color is left out."""

Point = tuple[Lab, int, tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class Swatch:
    """One color of a picture."""

    hex: str
    percentage: float
    name: str
    """The nearest named color."""

    @property
    def rgb(self) -> tuple[int, int, int]:
        """Its channels, from 0 to 255."""
        return convert.to_rgb(self.hex)

    @property
    def family(self) -> str:
        """The family of that name."""
        return family_of(self.name)


def read_palette(path: Path, kind: str, most: int) -> list[Swatch]:
    """Return the main colors of an image file, largest first.

    Raises:
        InvalidImage: it cannot be read.
    """
    return palette(small_rgb(path, kind, SIDE), most)


def palette(picture: Image.Image, most: int) -> list[Swatch]:
    """Return the main colors of an RGB picture, largest first: from one to `most`."""
    points = _points(picture)
    total = sum(weight for _, weight, _ in points)
    centers = _centers(points, most)
    for _ in range(_ROUNDS):
        moved = [_mean(group) for group in _groups(points, centers) if group]
        if moved == centers:
            break
        centers = moved
    merged = _groups(points, _distinct([group for group in _groups(points, centers) if group]))
    found = [
        (100 * sum(weight for _, weight, _ in group) / total, _typical(group))
        for group in merged
        if group
    ]
    found.sort(key=lambda one: (-one[0], one[1]))
    kept = [one for one in found if one[0] >= _LEAST] or found[:1]
    return [
        Swatch("#{:02X}{:02X}{:02X}".format(*rgb), round(share, 2), nearest_name(rgb))
        for share, rgb in kept
    ]


def analysis(swatches: Sequence[Swatch], extracted_at: str) -> dict[str, Any]:
    """Return the palette in the form of an image's colors."""
    return {
        "version": VERSION,
        "dominant_colors": [_whole(rank, one) for rank, one in enumerate(swatches, 1)],
        "analytics": _analytics(swatches),
        "extracted_at": extracted_at,
    }


def brief_palette(swatches: Sequence[Swatch]) -> dict[str, Any]:
    """Return the palette in the form of a search hit."""
    return {
        "version": VERSION,
        "dominant_colors": [_brief(rank, one) for rank, one in enumerate(swatches, 1)],
    }


def _brief(rank: int, one: Swatch) -> dict[str, Any]:
    return {
        "rank": rank,
        "percentage": one.percentage,
        "hex": one.hex,
        "name": one.name,
        "family": one.family,
    }


def _whole(rank: int, one: Swatch) -> dict[str, Any]:
    red, green, blue = one.rgb
    hue, saturation, light = convert.to_hsl(red, green, blue)
    lightness, a, b = (round(value, 2) for value in to_lab(one.rgb))
    return {
        **_brief(rank, one),
        "rgb": {"r": red, "g": green, "b": blue},
        "hsl": {"h": hue, "s": saturation, "l": light},
        "lab": {"l": lightness, "a": a, "b": b},
    }


def _analytics(swatches: Sequence[Swatch]) -> dict[str, Any]:
    total = sum(one.percentage for one in swatches) or 1.0

    def mean(values: list[float]) -> float:
        shares = zip(values, swatches, strict=True)
        return round(sum(value * one.percentage for value, one in shares) / total, 2)

    bright = mean([to_lab(one.rgb)[0] for one in swatches])
    vivid = mean([convert.to_hsl(*one.rgb)[1] for one in swatches])
    # b* goes from blue to yellow, a* from green to red: their sum measures warmth.
    warmth = mean([to_lab(one.rgb)[1] + to_lab(one.rgb)[2] for one in swatches])
    score = round(min(abs(warmth) / 100, 1.0), 2)
    temperature = "neutral" if score < 0.1 else "warm" if warmth > 0 else "cool"
    return {
        "temperature": {"value": temperature, "score": score},
        "brightness": {"average": bright, "category": _third(bright, "dark", "medium", "light")},
        "saturation": {"average": vivid, "category": _third(vivid, "muted", "medium", "vivid")},
    }


def _third(value: float, low: str, middle: str, high: str) -> str:
    return low if value < 100 / 3 else middle if value < 200 / 3 else high


def _points(picture: Image.Image) -> list[Point]:
    """Return the pixels as a limited number of colors with weights."""
    counted = cast("list[tuple[int, tuple[int, int, int]]] | None", picture.getcolors(_POINTS))
    if counted is None:
        reduced = picture.quantize(_POINTS, Image.Quantize.MEDIANCUT).convert("RGB")
        counted = cast("list[tuple[int, tuple[int, int, int]]]", reduced.getcolors(_POINTS))
    points = [(to_lab(rgb), weight, rgb) for weight, rgb in counted]
    return sorted(points, key=lambda point: (-point[1], point[2]))


def _centers(points: list[Point], most: int) -> list[Lab]:
    centers = [points[0][0]]
    gaps = [_distance(lab, centers[0]) for lab, _, _ in points]
    while len(centers) < most:
        best = max(range(len(points)), key=lambda index: gaps[index] * points[index][1])
        if gaps[best] == 0:
            break
        centers.append(points[best][0])
        gaps = [
            min(gap, _distance(point[0], points[best][0]))
            for gap, point in zip(gaps, points, strict=True)
        ]
    return centers


def _groups(points: list[Point], centers: list[Lab]) -> list[list[Point]]:
    groups: list[list[Point]] = [[] for _ in centers]
    for point in points:
        nearest = min(range(len(centers)), key=lambda index: _distance(point[0], centers[index]))
        groups[nearest].append(point)
    return groups


def _distinct(groups: list[list[Point]]) -> list[Lab]:
    """Return the centers of groups, without those that look like a heavier one."""
    kept: list[Lab] = []
    for group in sorted(groups, key=lambda group: -sum(weight for _, weight, _ in group)):
        center = _mean(group)
        if all(_distance(center, other) >= _SAME**2 for other in kept):
            kept.append(center)
    return kept


def _mean(group: list[Point]) -> Lab:
    total = sum(weight for _, weight, _ in group)
    lightness, a, b = (
        sum(lab[axis] * weight for lab, weight, _ in group) / total for axis in range(3)
    )
    return lightness, a, b


def _typical(group: list[Point]) -> tuple[int, int, int]:
    """Return the color of the group nearest to its center, which the picture really has."""
    center = _mean(group)
    return min(group, key=lambda point: (_distance(point[0], center), -point[1]))[2]


def _distance(one: Lab, other: Lab) -> float:
    lightness, a, b = one[0] - other[0], one[1] - other[1], one[2] - other[2]
    return lightness * lightness + a * a + b * b


def named_hex(name: str) -> str:
    """Return the hex code of a named color."""
    return "#{:02X}{:02X}{:02X}".format(*NAMED[name])


def family_of(name: str) -> str:
    """Return the family of a named color."""
    return _FAMILY_OF[name]

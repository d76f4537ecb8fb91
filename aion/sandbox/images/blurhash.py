"""Blurhash: a picture's lowest frequencies in some thirty characters, as a loading placeholder.

The public format (blurha.sh): a size digit, the largest AC value, the average colour, then one
AC value per component, all in base 83.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import copysign, cos, pi
from operator import mul
from typing import Final

from PIL import Image

_DIGITS: Final = (
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
)
_LINEAR: Final = [
    (v / 255) / 12.92 if v <= 10 else ((v / 255 + 0.055) / 1.055) ** 2.4 for v in range(256)
]

Color = tuple[float, float, float]


def encode(picture: Image.Image, across: int = 4, down: int = 3) -> str:
    """The hash of a small RGB picture with `across` x `down` components, each 1 to 9."""
    width, height = picture.size
    raw = picture.tobytes()
    pixels = [
        (_LINEAR[raw[i]], _LINEAR[raw[i + 1]], _LINEAR[raw[i + 2]]) for i in range(0, len(raw), 3)
    ]
    factors = _factors(pixels, width, height, across, down)
    average, waves = factors[0], factors[1:]
    largest = max((abs(value) for wave in waves for value in wave), default=0.0)
    scale = max(0, min(82, int(largest * 166 - 0.5)))
    unit = (scale + 1) / 166
    parts = [_base83(across - 1 + (down - 1) * 9, 1), _base83(scale if waves else 0, 1)]
    red, green, blue = (_srgb(value) for value in average)
    parts.append(_base83((red << 16) + (green << 8) + blue, 4))
    for wave in waves:
        red, green, blue = (_step(value / unit) for value in wave)
        parts.append(_base83((red * 19 + green) * 19 + blue, 2))
    return "".join(parts)


def _factors(pixels: list[Color], width: int, height: int, across: int, down: int) -> list[Color]:
    # The transform is separable: rows first, then the columns of the result.
    waves = [[cos(pi * x * i / width) for i in range(width)] for x in range(across)]
    planes = list(zip(*pixels, strict=True))
    rows = [
        [
            [_product(wave, plane[start : start + width]) for plane in planes]
            for start in range(0, width * height, width)
        ]
        for wave in waves
    ]
    factors: list[Color] = []
    for y in range(down):
        rise = [cos(pi * y * row / height) for row in range(height)]
        for x in range(across):
            scale = (1 if x == y == 0 else 2) / (width * height)
            red, green, blue = (
                scale * _product(rise, [sums[channel] for sums in rows[x]]) for channel in range(3)
            )
            factors.append((red, green, blue))
    return factors


def _product(one: Sequence[float], other: Sequence[float]) -> float:
    # math.sumprod came with Python 3.12.
    return float(sum(map(mul, one, other)))


def _srgb(value: float) -> int:
    value = max(0.0, min(1.0, value))
    curved = value * 12.92 if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
    return int(curved * 255 + 0.5)


def _step(value: float) -> int:
    return max(0, min(18, int(copysign(abs(value) ** 0.5, value) * 9 + 9.5)))


def _base83(value: int, length: int) -> str:
    return "".join(_DIGITS[value // 83**power % 83] for power in reversed(range(length)))

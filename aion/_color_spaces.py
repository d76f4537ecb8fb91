"""Conversions between color codes: what a hex code says in other color spaces."""

from __future__ import annotations

import math
import re

_HEX = re.compile(r"#?(?:[0-9a-f]{3}|[0-9a-f]{6})\Z", re.IGNORECASE)


def is_hex(value: str) -> bool:
    """Whether this is a hex code of three or six digits, with or without ``#``."""
    return _HEX.match(value) is not None


def long_hex(value: str) -> str:
    """A hex code as ``#`` and six capital digits."""
    digits = value.removeprefix("#").upper()
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def to_rgb(value: str) -> tuple[int, int, int]:
    """The channels of a hex code, from 0 to 255."""
    code = long_hex(value)
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


def to_hsl(red: int, green: int, blue: int) -> tuple[float, float, float]:
    """Hue in degrees, saturation and lightness in percent."""
    channels = [value / 255 for value in (red, green, blue)]
    high, low = max(channels), min(channels)
    span, light = high - low, (high + low) / 2
    if span == 0:
        return 0.0, 0.0, round(100 * light, 1)
    r, g, b = channels
    if high == r:
        hue = (g - b) / span % 6
    elif high == g:
        hue = (b - r) / span + 2
    else:
        hue = (r - g) / span + 4
    saturation = span / (1 - abs(2 * light - 1))
    return round(60 * hue, 1), round(100 * saturation, 1), round(100 * light, 1)


def to_lab(red: int, green: int, blue: int) -> tuple[float, float, float]:
    """Lightness from 0 to 100, and the two axes of CIE L*a*b* under D65."""
    r, g, b = _linear(red / 255), _linear(green / 255), _linear(blue / 255)
    x = _curve((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047)
    y = _curve(0.2126729 * r + 0.7151522 * g + 0.0721750 * b)
    z = _curve((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _curve(value: float) -> float:
    return math.cbrt(value) if value > 216 / 24389 else (24389 / 27 * value + 16) / 116

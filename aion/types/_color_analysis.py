"""The color analysis of an image: its main colors in several color spaces, and their analytics.

Search hits have less data: there, the values in other color spaces are computed from the hex code,
and the analytics are None.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from attrs import frozen

from aion import _color_spaces as convert
from aion.types._reader import Reader
from aion_api import Model, OpenEnum


class ColorFamily(OpenEnum):
    """A group of related colors."""

    NEUTRAL = "neutral"
    EARTH_TONE = "earth_tone"
    WARM = "warm"
    COOL = "cool"
    METALLIC = "metallic"
    PASTEL = "pastel"
    VIBRANT = "vibrant"


@frozen(slots=False)
class RGB(Model):
    """A color in sRGB.

    Attributes:
        r: Red, from 0 to 255.
        g: Green, from 0 to 255.
        b: Blue, from 0 to 255.
    """

    r: int
    g: int
    b: int

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the three channels."""
        read = Reader(data)
        return cls(
            read.need("r"), read.need("g"), read.need("b"), additional_properties=read.rest()
        )


@frozen(slots=False)
class HSL(Model):
    """A color by hue, saturation and lightness.

    Attributes:
        h: Hue, in degrees.
        s: Saturation, in percent.
        l: Lightness, in percent.
    """

    h: float
    s: float
    l: float  # noqa: E741 - the name in the response

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the three values."""
        read = Reader(data)
        return cls(
            read.need("h"), read.need("s"), read.need("l"), additional_properties=read.rest()
        )


@frozen(slots=False)
class LAB(Model):
    """A color in CIE L*a*b*, where distances match perceived differences.

    Attributes:
        l: Lightness, from 0 to 100.
        a: Green (negative) to red.
        b: Blue (negative) to yellow.
    """

    l: float  # noqa: E741 - the name in the response
    a: float
    b: float

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the three values."""
        read = Reader(data)
        return cls(
            read.need("l"), read.need("a"), read.need("b"), additional_properties=read.rest()
        )


@frozen(slots=False)
class DominantColor(Model):
    """One of the main colors of an image.

    Attributes:
        rank: Its place among them, from 1 for the largest.
        percentage: How much of the image it covers, from 0 to 100.
        rgb: The color in sRGB.
        hsl: The color by hue, saturation and lightness.
        lab: The color in CIE L*a*b*.
        hex: Its hex code, ``#RRGGBB``.
        name: Its name.
        family: A value of `ColorFamily`, as text.
    """

    rank: int
    percentage: float
    rgb: RGB
    hsl: HSL
    lab: LAB
    hex: str
    name: str
    family: str

    @property
    def family_enum(self) -> ColorFamily | None:
        """Return the family, or None when it is not in `ColorFamily`."""
        return family_of(self.family)

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read a color. Missing values are computed from the hex code.

        Raises:
            KeyError: It has neither a hex code nor RGB channels.
            ValueError: Its hex code is invalid.
        """
        read = Reader(data)
        code, channels, hsl, lab = (read.get(name) for name in ("hex", "rgb", "hsl", "lab"))
        if channels is not None:
            rgb = RGB.from_api_response(channels)
        elif code is None:
            raise KeyError("hex")
        else:
            rgb = RGB(*convert.to_rgb(code))
        color = rgb.r, rgb.g, rgb.b
        return cls(
            rank=read.get("rank") or 0,
            percentage=read.get("percentage") or 0.0,
            rgb=rgb,
            hsl=HSL(*convert.to_hsl(*color)) if hsl is None else HSL.from_api_response(hsl),
            lab=_lab(*color) if lab is None else LAB.from_api_response(lab),
            hex="#{:02X}{:02X}{:02X}".format(*color) if code is None else code,
            name=read.get("name") or "",
            family=read.get("family") or "",
            additional_properties=read.rest(),
        )


@frozen(slots=False)
class ColorTemperature(Model):
    """The color temperature of an image.

    Attributes:
        value: ``warm``, ``cool`` or ``neutral``.
        score: Its strength, from 0 to 1.
    """

    value: str
    score: float

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the temperature."""
        read = Reader(data)
        return cls(read.need("value"), read.get("score") or 0.0, additional_properties=read.rest())


@frozen(slots=False)
class _Level(Model):
    """An average over the colors of an image, and the category that it falls into."""

    average: float
    category: str

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Decode the level."""
        read = Reader(data)
        average, category = read.need("average"), read.get("category") or ""
        return cls(average, category, additional_properties=read.rest())


@frozen(slots=False)
class ColorBrightness(_Level):
    """How bright an image is.

    Attributes:
        average: The average, from 0 to 100.
        category: ``dark``, ``medium`` or ``light``.
    """


@frozen(slots=False)
class ColorSaturation(_Level):
    """How saturated the colors of an image are.

    Attributes:
        average: The average, from 0 to 100.
        category: ``muted``, ``medium`` or ``vivid``.
    """


@frozen(slots=False)
class ColorAnalytics(Model):
    """Overall properties of the colors of an image.

    Attributes:
        temperature: Their temperature.
        brightness: Their brightness.
        saturation: Their saturation.
    """

    temperature: ColorTemperature
    brightness: ColorBrightness
    saturation: ColorSaturation

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the analytics."""
        read = Reader(data)
        return cls(
            temperature=ColorTemperature.from_api_response(read.need("temperature")),
            brightness=ColorBrightness.from_api_response(read.need("brightness")),
            saturation=ColorSaturation.from_api_response(read.need("saturation")),
            additional_properties=read.rest(),
        )


@frozen(slots=False)
class ColorAnalysis(Model):
    """The colors of an image.

    Attributes:
        version: The version of the analysis; empty if the response lacks it.
        dominant_colors: The main colors, largest first.
        analytics: Their overall properties. None in search hits.
        extracted_at: When they were extracted, if the analysis has it.
    """

    version: str
    dominant_colors: list[DominantColor]
    analytics: ColorAnalytics | None = None
    extracted_at: datetime | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read an analysis, complete or shortened. A missing rank is set to the position."""
        read = Reader(data)
        analytics = read.get("analytics")
        colors: list[Mapping[str, Any]] = read.get("dominant_colors") or []
        return cls(
            version=str(read.get("version") or ""),
            dominant_colors=[
                DominantColor.from_api_response(_ranked(color, place))
                for place, color in enumerate(colors, 1)
            ],
            analytics=ColorAnalytics.from_api_response(analytics) if analytics else None,
            extracted_at=read.date("extracted_at"),
            additional_properties=read.rest(),
        )


def _lab(red: int, green: int, blue: int) -> LAB:
    lightness, a, b = convert.to_lab(red, green, blue)
    return LAB(round(lightness, 2), round(a, 2), round(b, 2))


def family_of(name: str) -> ColorFamily | None:
    """Return the family of this name, or None when it is not in `ColorFamily`."""
    family = ColorFamily(name)
    return family if family.is_known else None


def _ranked(color: Mapping[str, Any], place: int) -> Mapping[str, Any]:
    return color if color.get("rank") is not None else {**color, "rank": place}


__all__ = [
    "HSL",
    "LAB",
    "RGB",
    "ColorAnalysis",
    "ColorAnalytics",
    "ColorBrightness",
    "ColorFamily",
    "ColorSaturation",
    "ColorTemperature",
    "DominantColor",
    "family_of",
]

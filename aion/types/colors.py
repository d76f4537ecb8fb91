"""Colors of images, as `client.colors` returns them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self, cast

from attrs import frozen

from aion.types._color_analysis import (
    HSL,
    LAB,
    RGB,
    ColorAnalysis,
    ColorAnalytics,
    ColorBrightness,
    ColorFamily,
    ColorSaturation,
    ColorTemperature,
    DominantColor,
    family_of,
)
from aion.types._reader import Reader
from aion_api import Model, OpenEnum
from aion_api.models.colors import BatchColorExtractionResult, ColorFamilyDTO


class ColorExtractionStatus(OpenEnum):
    """The status of the extraction of the colors of an image."""

    PENDING = "pending"
    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"

    @property
    def is_terminal(self) -> bool:
        """Return whether it is final. An unknown status counts as running."""
        return self in (self.COMPLETED, self.FAILED)


@frozen(slots=False)
class ColorExtractionResult(Model):
    """The colors of one image, or the status of their extraction.

    Attributes:
        image_id: The id of the image.
        status: A value of `ColorExtractionStatus`, as text.
        color_analysis: The colors, once they are extracted.
        extracted_at: When they were extracted.
    """

    image_id: str
    status: str
    color_analysis: ColorAnalysis | None = None
    extracted_at: datetime | None = None

    @property
    def status_enum(self) -> ColorExtractionStatus | None:
        """Return the status, or None when it is not in `ColorExtractionStatus`."""
        found = ColorExtractionStatus(self.status)
        return found if found.is_known else None

    @property
    def is_completed(self) -> bool:
        """Return whether the colors are extracted."""
        return self.status == ColorExtractionStatus.COMPLETED.value

    @property
    def is_pending(self) -> bool:
        """Return whether the extraction has not ended. An unknown status counts as running."""
        return not ColorExtractionStatus(self.status).is_terminal

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read a response. The time of extraction is in it or in the analysis."""
        read = Reader(data)
        analysis = _analysis(read.get("color_analysis"))
        extracted_at = read.date("extracted_at")
        if extracted_at is None and analysis is not None:
            extracted_at = analysis.extracted_at
        return cls(
            image_id=read.need("image_id"),
            status=read.need("status"),
            color_analysis=analysis,
            extracted_at=extracted_at,
            additional_properties=read.rest(),
        )


@frozen(slots=False)
class ColorSearchResult(Model):
    """An image that has the requested color.

    Attributes:
        image_id: The id of the image.
        match_score: The similarity of its color, from 0 to 1 for the same color. Older deployments
            return the color distance instead: 0 for the same color, and more for others.
        thumbnail_url: A small picture of it.
        color_analysis: Its colors, shortened.
        matched_hex: Which of its colors matched, if the response has it.
        matched_percentage: How much of the image that color covers, from 0 to 100.
    """

    image_id: str
    match_score: float
    thumbnail_url: str | None = None
    color_analysis: ColorAnalysis | None = None
    matched_hex: str | None = None
    matched_percentage: float | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read a hit. A hit without a score has fully matched by name or family."""
        read = Reader(data)
        return cls(
            image_id=read.need("image_id"),
            match_score=read.get("match_score", default=1.0),
            thumbnail_url=read.get("thumbnail_url"),
            color_analysis=_analysis(read.get("color_analysis")),
            matched_hex=read.get("matched_hex"),
            matched_percentage=read.get("matched_percentage"),
            additional_properties=read.rest(),
        )


@frozen(slots=False)
class ColorSearchResponse(Model):
    """One page of images that have a color.

    Attributes:
        results: The images, best match first.
        total_count: How many match altogether.
        limit: The page size that was used.
        offset: How many were skipped.
    """

    results: list[ColorSearchResult]
    total_count: int
    limit: int
    offset: int

    @property
    def has_more(self) -> bool:
        """Return whether more follow this page."""
        return self.offset + len(self.results) < self.total_count

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read a page of hits."""
        read = Reader(data)
        return cls(
            results=read.items(ColorSearchResult, "results"),
            total_count=read.need("total_count"),
            limit=read.need("limit"),
            offset=read.need("offset"),
            additional_properties=read.rest(),
        )


@frozen(slots=False)
class ColorFamilyInfo(ColorFamilyDTO):
    """A group of related colors to search for.

    Attributes:
        name: Its name, for the argument `color_family`.
        display_name: Its name for people.
        description: A description of its colors.
        example_colors: Some of its colors.
    """

    @property
    def family_enum(self) -> ColorFamily | None:
        """Return the family, or None when it is not in `ColorFamily`."""
        return family_of(self.name)


def _analysis(data: object) -> ColorAnalysis | None:
    """Return an analysis; one that is not there yet comes as null or as an empty object."""
    if not isinstance(data, Mapping) or not data:
        return None
    return ColorAnalysis.from_api_response(cast("Mapping[str, Any]", data))


__all__ = [
    "HSL",
    "LAB",
    "RGB",
    "BatchColorExtractionResult",
    "ColorAnalysis",
    "ColorAnalytics",
    "ColorBrightness",
    "ColorExtractionResult",
    "ColorExtractionStatus",
    "ColorFamily",
    "ColorFamilyInfo",
    "ColorSaturation",
    "ColorSearchResponse",
    "ColorSearchResult",
    "ColorTemperature",
    "DominantColor",
]

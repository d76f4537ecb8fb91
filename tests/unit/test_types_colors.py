"""Colors are read from every shape that a response may have."""

from __future__ import annotations

import colorsys
import copy
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aion import _color_spaces as convert
from aion.types.colors import (
    HSL,
    LAB,
    RGB,
    BatchColorExtractionResult,
    ColorAnalysis,
    ColorExtractionResult,
    ColorExtractionStatus,
    ColorFamily,
    ColorFamilyInfo,
    ColorSearchResponse,
    ColorSearchResult,
    DominantColor,
)

COLOR: dict[str, Any] = {
    "rank": 1,
    "percentage": 62.5,
    "rgb": {"r": 30, "g": 144, "b": 255},
    "hsl": {"h": 209.6, "s": 100.0, "l": 55.9},
    "lab": {"l": 59.38, "a": 9.96, "b": -63.39},
    "hex": "#1E90FF",
    "name": "azure",
    "family": "cool",
}
ANALYSIS: dict[str, Any] = {
    "version": "2.1",
    "dominant_colors": [COLOR],
    "analytics": {
        "temperature": {"value": "cool", "score": 0.7},
        "brightness": {"average": 59.4, "category": "medium"},
        "saturation": {"average": 100.0, "category": "vivid"},
    },
    "extracted_at": "2026-03-01T10:00:00Z",
}
RESULT: dict[str, Any] = {
    "image_id": "img",
    "status": "completed",
    "color_analysis": ANALYSIS,
    "extracted_at": None,
}
CHANNEL = st.integers(0, 255)


def test_a_whole_response_is_read() -> None:
    result = ColorExtractionResult.from_api_response(RESULT)
    assert result.color_analysis is not None
    assert result.color_analysis.to_dict() == ANALYSIS
    (color,) = result.color_analysis.dominant_colors
    assert (color.rgb, color.hsl, color.lab) == (
        RGB(30, 144, 255),
        HSL(209.6, 100.0, 55.9),
        LAB(59.38, 9.96, -63.39),
    )


def test_the_time_may_be_in_the_response_or_in_the_analysis() -> None:
    inside = ColorExtractionResult.from_api_response(RESULT)
    outer = {**RESULT, "extracted_at": "2026-03-01T10:00:00Z"}
    bare = {key: value for key, value in ANALYSIS.items() if key != "extracted_at"}
    beside = ColorExtractionResult.from_api_response({**outer, "color_analysis": bare})
    assert inside.extracted_at == beside.extracted_at
    assert inside.extracted_at is not None


@pytest.mark.parametrize("missing", [None, {}])
def test_an_analysis_that_is_not_there_is_none(missing: Any) -> None:
    data = {"image_id": "img", "status": "queued", "color_analysis": missing}
    assert ColorExtractionResult.from_api_response(data).color_analysis is None


def test_a_shortened_color_is_completed_from_its_hex_code() -> None:
    short = {key: COLOR[key] for key in ("percentage", "hex", "name", "family")}
    analysis = ColorAnalysis.from_api_response({"dominant_colors": [short, short]})
    first, second = analysis.dominant_colors
    assert (first.rank, second.rank) == (1, 2)
    assert first.rgb == RGB(30, 144, 255)
    assert first.hsl == HSL(209.6, 100.0, 55.9)
    assert first.lab == LAB(59.38, 9.96, -63.39)
    assert (analysis.version, analysis.analytics, analysis.extracted_at) == ("", None, None)


def test_a_color_without_hex_code_gets_the_one_of_its_channels() -> None:
    color = DominantColor.from_api_response({"rgb": {"r": 1, "g": 171, "b": 255}})
    assert (color.hex, color.name, color.family) == ("#01ABFF", "", "")


def test_a_color_that_is_none_is_refused() -> None:
    with pytest.raises(KeyError, match="hex"):
        DominantColor.from_api_response({"name": "navy"})


def test_p18_unknown_fields_survive() -> None:
    data = {**RESULT, "color_analysis": {**ANALYSIS, "mood": "calm"}, "queue": 7}
    result = ColorExtractionResult.from_api_response(data)
    assert result.additional_properties == {"queue": 7}
    assert result.color_analysis is not None
    assert result.color_analysis.additional_properties == {"mood": "calm"}
    assert result.to_dict()["color_analysis"]["mood"] == "calm"


def test_p18_an_unknown_family_or_status_stays_readable() -> None:
    color = DominantColor.from_api_response({**COLOR, "family": "wood"})
    assert (color.family, color.family_enum) == ("wood", None)
    result = ColorExtractionResult.from_api_response({"image_id": "i", "status": "resting"})
    assert (result.status, result.status_enum, result.is_pending) == ("resting", None, True)


@pytest.mark.parametrize(
    ("status", "pending", "completed"),
    [
        ("pending", True, False),
        ("queued", True, False),
        ("processing", True, False),
        ("completed", False, True),
        ("failed", False, False),
    ],
)
def test_every_status_is_pending_or_ended(status: str, pending: bool, completed: bool) -> None:
    result = ColorExtractionResult.from_api_response({"image_id": "i", "status": status})
    assert (result.is_pending, result.is_completed) == (pending, completed)
    assert result.status_enum is ColorExtractionStatus(status)


def test_a_hit_without_a_score_has_matched_fully() -> None:
    hit = ColorSearchResult.from_api_response({"image_id": "img", "match_score": None})
    assert (hit.match_score, hit.thumbnail_url, hit.color_analysis) == (1.0, None, None)


def test_a_score_of_zero_is_kept() -> None:
    assert ColorSearchResult.from_api_response({"image_id": "i", "match_score": 0}).match_score == 0


@pytest.mark.parametrize(
    ("offset", "hits", "total", "more"), [(0, 2, 3, True), (1, 2, 3, False), (5, 0, 3, False)]
)
def test_a_page_works_out_whether_there_are_more(
    offset: int, hits: int, total: int, more: bool
) -> None:
    page = ColorSearchResponse.from_api_response(
        {
            "results": [{"image_id": str(number)} for number in range(hits)],
            "total_count": total,
            "limit": 2,
            "offset": offset,
        }
    )
    assert page.has_more is more


def test_a_family_knows_its_enum() -> None:
    data = {"name": "warm", "display_name": "Warm", "description": "", "example_colors": ["#F00"]}
    assert ColorFamilyInfo.from_api_response(data).family_enum is ColorFamily.WARM
    assert ColorFamilyInfo.from_api_response({**data, "name": "stone"}).family_enum is None


def test_the_receipt_of_a_batch_is_read() -> None:
    receipt = BatchColorExtractionResult.from_api_response({"queued_count": 3, "message": "ok"})
    assert (receipt.queued_count, receipt.message) == (3, "ok")


def test_p6_results_survive_pickle_and_copies() -> None:
    result = ColorExtractionResult.from_api_response(RESULT)
    assert pickle.loads(pickle.dumps(result)) == result
    assert copy.deepcopy(result) == copy.copy(result) == result


@given(CHANNEL, CHANNEL, CHANNEL)
def test_hue_saturation_and_lightness_are_those_of_the_standard_library(
    red: int, green: int, blue: int
) -> None:
    hue, light, saturation = colorsys.rgb_to_hls(red / 255, green / 255, blue / 255)
    expected = (360 * hue, 100 * saturation, 100 * light)
    assert convert.to_hsl(red, green, blue) == pytest.approx(expected, abs=0.051)


@given(CHANNEL, CHANNEL, CHANNEL)
def test_a_hex_code_gives_its_channels_back(red: int, green: int, blue: int) -> None:
    code = f"{red:02x}{green:02X}{blue:02x}"
    assert convert.is_hex(code)
    assert convert.to_rgb(code) == convert.to_rgb(f"#{code}") == (red, green, blue)


@pytest.mark.parametrize(
    ("color", "lab"),
    [
        ((255, 255, 255), (100.0, 0.0, 0.0)),
        ((0, 0, 0), (0.0, 0.0, 0.0)),
        ((255, 0, 0), (53.24, 80.09, 67.2)),
        ((0, 0, 255), (32.3, 79.19, -107.86)),
    ],
)
def test_lab_is_that_of_known_colors(
    color: tuple[int, int, int], lab: tuple[float, float, float]
) -> None:
    assert convert.to_lab(*color) == pytest.approx(lab, abs=0.02)


@pytest.mark.parametrize("code", ["#abc", "ABC", "#aabbcc"])
def test_a_short_hex_code_is_made_long(code: str) -> None:
    assert convert.long_hex(code) == "#AABBCC"


@given(st.text(max_size=8))
def test_what_is_a_hex_code_has_digits_only(text: str) -> None:
    digits = text.removeprefix("#")
    expected = len(digits) in (3, 6) and all(char in "0123456789abcdefABCDEF" for char in digits)
    assert convert.is_hex(text) is expected

"""Colors of images, and search by color, over real HTTP."""

from __future__ import annotations

import io
import time
from typing import Any

import pytest
from PIL import Image

from aion.exceptions import ResourceNotFoundError, ServerError, ValidationError
from aion.testing import Sandbox
from aion.types.colors import ColorExtractionResult, ColorExtractionStatus, ColorFamily
from tests.behaviour.calls import Calls, Client
from tests.behaviour.pictures import NAVY, RED

UNKNOWN = "00000000-0000-0000-0000-000000000000"
CREAM = (255, 248, 220)


def png(*bands: tuple[int, int, int]) -> bytes:
    """A PNG of bands of the same height."""
    picture = Image.new("RGB", (40, 20 * len(bands)))
    for number, color in enumerate(bands):
        picture.paste(color, (0, 20 * number, 40, 20 * (number + 1)))
    target = io.BytesIO()
    picture.save(target, "PNG")
    return target.getvalue()


def upload(calls: Calls, client: Client, data: bytes, filename: str) -> str:
    stored = client.uploads.upload_one(data, filename=filename, wait_for_descriptions=False)
    return calls(stored).image_id


def extracted(calls: Calls, client: Client, image_id: str) -> ColorExtractionResult:
    """Return the colors of an image, once they exist."""
    deadline = time.monotonic() + 5
    while True:
        result = calls(client.colors.get(image_id))
        if not result.is_pending:
            return result
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.fixture
def three(calls: Calls, sandbox: Sandbox) -> dict[str, str]:
    """A navy, a red, and a half red, half cream image, with their colors: ids by name."""
    client = calls.client(sandbox)
    pictures = {"navy": png(NAVY), "red": png(RED), "both": png(RED, CREAM)}
    ids = {name: upload(calls, client, data, f"{name}.png") for name, data in pictures.items()}
    for image_id in ids.values():
        assert extracted(calls, client, image_id).is_completed
    return ids


# get


def test_colors_are_there_by_themselves_after_an_upload(
    calls: Calls, sandbox: Sandbox, three: dict[str, str]
) -> None:
    result = calls(calls.client(sandbox).colors.get(three["both"]))
    assert (result.image_id, result.status) == (three["both"], "completed")
    assert result.status_enum is ColorExtractionStatus.COMPLETED
    assert (result.is_completed, result.is_pending) == (True, False)


def test_a_dominant_color_is_reported_in_every_color_space(
    calls: Calls, sandbox: Sandbox, three: dict[str, str]
) -> None:
    analysis = calls(calls.client(sandbox).colors.get(three["navy"])).color_analysis
    assert analysis is not None
    (color,) = analysis.dominant_colors
    assert (color.rank, color.percentage, color.hex) == (1, 100.0, "#0A145F")
    assert (color.name, color.family, color.family_enum) == ("navy", "cool", ColorFamily.COOL)
    assert (color.rgb.r, color.rgb.g, color.rgb.b) == NAVY
    assert color.hsl.to_dict() == {"h": 232.9, "s": 81.0, "l": 20.6}
    assert color.lab.to_dict() == {"l": 11.9, "a": 27.26, "b": -44.95}


def test_colors_are_ranked_by_how_much_they_cover(
    calls: Calls, sandbox: Sandbox, three: dict[str, str]
) -> None:
    analysis = calls(calls.client(sandbox).colors.get(three["both"])).color_analysis
    assert analysis is not None
    assert [color.rank for color in analysis.dominant_colors] == [1, 2]
    assert {color.name: color.percentage for color in analysis.dominant_colors} == {
        "red": 50.0,
        "cream": 50.0,
    }


def test_analytics_show_what_the_colors_are_like(
    calls: Calls, sandbox: Sandbox, three: dict[str, str]
) -> None:
    analysis = calls(calls.client(sandbox).colors.get(three["red"])).color_analysis
    assert analysis is not None
    assert analysis.analytics is not None
    assert analysis.analytics.temperature.value == "warm"
    assert analysis.analytics.brightness.category == "medium"
    assert analysis.analytics.saturation.category == "vivid"


def test_the_time_of_extraction_is_a_date(
    calls: Calls, sandbox: Sandbox, three: dict[str, str]
) -> None:
    result = calls(calls.client(sandbox).colors.get(three["red"]))
    assert result.extracted_at is not None
    assert result.color_analysis is not None
    assert result.extracted_at == result.color_analysis.extracted_at


def test_colors_that_are_not_there_yet_are_pending(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    sandbox.faults.hold("colors", "queued")
    result = calls(client.colors.get(upload(calls, client, png(RED), "a.png")))
    assert (result.is_pending, result.is_completed) == (True, False)
    assert result.color_analysis is None


def test_a_failed_extraction_is_neither_pending_nor_completed(
    calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    sandbox.faults.fail_job("colors", "no pixels today")
    result = extracted(calls, client, upload(calls, client, png(RED), "a.png"))
    assert (result.status, result.is_completed) == ("failed", False)


def test_colors_of_an_unknown_image_are_not_found(calls: Calls, sandbox: Sandbox) -> None:
    with pytest.raises(ResourceNotFoundError):
        calls(calls.client(sandbox).colors.get(UNKNOWN))


# extract


def test_extracting_again_without_force_changes_nothing(
    calls: Calls, sandbox: Sandbox, three: dict[str, str]
) -> None:
    client = calls.client(sandbox)
    before = calls(client.colors.get(three["both"]))
    assert calls(client.colors.extract(three["both"], n_colors=3)) == before


def test_a_forced_extraction_is_queued_and_then_done(
    calls: Calls, sandbox: Sandbox, three: dict[str, str]
) -> None:
    client = calls.client(sandbox)
    before = calls(client.colors.get(three["both"])).extracted_at
    queued = calls(client.colors.extract(three["both"], force=True, n_colors=3))
    assert (queued.status, queued.color_analysis) == ("queued", None)
    after = extracted(calls, client, three["both"]).extracted_at
    assert before is not None
    assert after is not None
    assert after > before


def test_no_more_colors_come_back_than_were_asked_for(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    bands = [(250, 225, 30), RED, NAVY, CREAM, (30, 140, 50)]
    image_id = upload(calls, client, png(*bands), "bands.png")
    all_of_them = extracted(calls, client, image_id).color_analysis
    calls(client.colors.extract(image_id, force=True, n_colors=3))
    fewer = extracted(calls, client, image_id).color_analysis
    assert all_of_them is not None
    assert fewer is not None
    assert (len(all_of_them.dominant_colors), len(fewer.dominant_colors)) == (5, 3)


def test_extraction_of_an_unknown_image_is_not_found(calls: Calls, sandbox: Sandbox) -> None:
    with pytest.raises(ResourceNotFoundError):
        calls(calls.client(sandbox).colors.extract(UNKNOWN))


# batch_extract


def test_a_batch_leaves_out_images_that_have_colors(
    calls: Calls, sandbox: Sandbox, three: dict[str, str]
) -> None:
    result = calls(calls.client(sandbox).colors.batch_extract(list(three.values())))
    assert (result.queued_count, result.message) == (0, "0 images queued for extraction")


def test_a_forced_batch_takes_all_images(
    calls: Calls, sandbox: Sandbox, three: dict[str, str]
) -> None:
    client = calls.client(sandbox)
    result = calls(client.colors.batch_extract(list(three.values()), force=True, n_colors=3))
    assert result.queued_count == 3
    for image_id in three.values():
        assert extracted(calls, client, image_id).is_completed


# search


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ({"hex_code": "#DC141E"}, ["red", "both"]),
        ({"hex_code": "dc141e"}, ["red", "both"]),
        ({"hex_code": "#D11"}, ["red", "both"]),
        ({"hex_code": "#DC141E", "min_percentage": 60}, ["red"]),
        ({"hex_code": "#00FF00"}, []),
        ({"color_name": "Navy"}, ["navy"]),
        ({"color_family": "cool"}, ["navy"]),
        ({"color_family": ColorFamily.PASTEL}, ["both"]),
        ({"color_family": "wood"}, []),
        ({"color_name": "red", "color_family": "cool"}, []),
        ({"color_name": "red", "hex_code": "#DC141E"}, ["red", "both"]),
        ({"hex_code": "#0A145F", "delta_e_threshold": 0}, ["navy"]),
        ({"hex_code": "#0A1460", "delta_e_threshold": 0}, []),
    ],
)
def test_search_finds_what_fits_all_that_is_asked(
    calls: Calls, sandbox: Sandbox, three: dict[str, str], wanted: dict[str, Any], names: list[str]
) -> None:
    page = calls(calls.client(sandbox).colors.search(**wanted))
    assert [hit.image_id for hit in page.results] == [three[name] for name in names]
    assert (page.total_count, page.limit, page.offset) == (len(names), 50, 0)


def test_a_hit_shows_which_of_its_colors_matched(
    calls: Calls, sandbox: Sandbox, three: dict[str, str]
) -> None:
    client = calls.client(sandbox)
    (hit,) = calls(client.colors.search(color_name="cream")).results
    assert (hit.match_score, hit.matched_hex, hit.matched_percentage) == (1.0, "#FFF8DC", 50.0)
    assert hit.color_analysis is not None
    assert hit.color_analysis.analytics is None
    assert hit.color_analysis.dominant_colors[0].rgb.to_dict() in (
        {"r": 220, "g": 20, "b": 30},
        {"r": 255, "g": 248, "b": 220},
    )


def test_a_hit_has_a_thumbnail_once_there_is_one(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    image_id = calls(client.upload_one(png(NAVY), filename="navy.png")).image_id
    assert extracted(calls, client, image_id).is_completed
    deadline = time.monotonic() + 5
    while True:
        (hit,) = calls(client.colors.search(color_name="navy")).results
        if hit.thumbnail_url is not None:
            break
        assert time.monotonic() < deadline
        time.sleep(0.005)
    assert image_id in hit.thumbnail_url


def test_the_score_falls_with_the_distance(
    calls: Calls, sandbox: Sandbox, three: dict[str, str]
) -> None:
    client = calls.client(sandbox)
    scores = [
        calls(client.colors.search(hex_code=code)).results[0].match_score
        for code in ("#0A145F", "#0A1A5F", "#0A1E64")
    ]
    assert scores[0] == 1.0
    assert 1.0 > scores[1] > scores[2] > 0.0


def test_pages_of_hits_say_whether_there_are_more(
    calls: Calls, sandbox: Sandbox, three: dict[str, str]
) -> None:
    client = calls.client(sandbox)
    first = calls(client.colors.search(color_name="red", limit=1))
    last = calls(client.colors.search(color_name="red", limit=1, offset=1))
    assert (first.has_more, last.has_more) == (True, False)
    assert (first.results[0].image_id, last.results[0].image_id) == (three["red"], three["both"])


def test_p20_search_all_gives_every_hit_once_in_each_walk(
    calls: Calls, sandbox: Sandbox, three: dict[str, str]
) -> None:
    found = calls.client(sandbox).colors.search_all(hex_code="#DC141E", page_size=1)
    once = [hit.image_id for hit in calls.items(found)]
    assert once == [three["red"], three["both"]]
    assert [hit.image_id for hit in calls.items(found)] == once


def test_search_all_sends_nothing_before_it_is_read(
    calls: Calls, sandbox: Sandbox, three: dict[str, str]
) -> None:
    before = len(sandbox.requests)
    calls.client(sandbox).colors.search_all(color_name="red")
    assert len(sandbox.requests) == before


# list_families


def test_families_can_be_searched_for(calls: Calls, sandbox: Sandbox) -> None:
    families = calls(calls.client(sandbox).colors.list_families())
    assert [family.family_enum for family in families] == list(ColorFamily)
    cool = next(family for family in families if family.name == "cool")
    assert (cool.display_name, cool.description) == ("Cool", "Blues, greens and violets")
    assert "#0A145F" in cool.example_colors


# what goes wrong


@pytest.mark.parametrize(
    ("method", "arguments", "field"),
    [
        ("get", {"image_id": ""}, "image_id"),
        ("extract", {"image_id": "a", "n_colors": 2}, "n_colors"),
        ("extract", {"image_id": "a", "n_colors": 17}, "n_colors"),
        ("extract", {"image_id": ".."}, "image_id"),
        ("batch_extract", {"image_ids": []}, "image_ids"),
        ("batch_extract", {"image_ids": "abc"}, "image_ids"),
        ("batch_extract", {"image_ids": ["a", "A"]}, "image_ids[1]"),
        ("batch_extract", {"image_ids": [str(n) for n in range(201)]}, "image_ids"),
        ("batch_extract", {"image_ids": ["a"], "n_colors": 3.0}, "n_colors"),
        ("search", {}, "hex_code"),
        ("search", {"hex_code": "navy"}, "hex_code"),
        ("search", {"hex_code": "#12345"}, "hex_code"),
        ("search", {"color_name": ""}, "color_name"),
        ("search", {"color_family": 3}, "color_family"),
        ("search", {"color_name": "red", "delta_e_threshold": 101}, "delta_e_threshold"),
        ("search", {"color_name": "red", "min_percentage": float("nan")}, "min_percentage"),
        ("search", {"color_name": "red", "limit": 201}, "limit"),
        ("search", {"color_name": "red", "offset": -1}, "offset"),
        ("search_all", {}, "hex_code"),
        ("search_all", {"color_name": "red", "page_size": 0}, "page_size"),
    ],
)
def test_a_bad_argument_is_refused_before_anything_is_sent(
    calls: Calls, sandbox: Sandbox, method: str, arguments: dict[str, Any], field: str
) -> None:
    client = calls.client(sandbox)
    with pytest.raises(ValidationError) as caught:
        calls(getattr(client.colors, method)(**arguments))
    assert caught.value.details["field"] == field
    assert sandbox.requests == []


def test_a_fault_of_the_service_is_a_server_error(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.fail("list_color_families", status=500, times=10)
    with pytest.raises(ServerError):
        calls(calls.client(sandbox, max_retries=0).colors.list_families())

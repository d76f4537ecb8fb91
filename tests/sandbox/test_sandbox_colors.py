"""Colors and materials on the server's side: states, refusals, and palettes from real pixels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from PIL import Image

from aion.sandbox.images.color_names import NAMED
from aion.sandbox.images.palette import FAMILIES, palette
from aion.testing import Sandbox
from tests.sandbox.pictures import CREAM, NAVY, RED, png, save, two_colors

Json = dict[str, Any]
Upload = Callable[..., Json]
UNKNOWN = "00000000-0000-0000-0000-000000000000"


def colors(api: httpx.Client, image_id: str) -> Json:
    return dict(api.get(f"/colors/images/{image_id}").json())


def two(upload: Upload) -> str:
    return str(upload(save(two_colors((60, 60)), "PNG"), "two.png")["image_id"])


def add_link(api: httpx.Client) -> str:
    answer = api.post(
        "/user-files/links", json={"url": "https://pages.example/", "auto_crawl": False}
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def test_an_extraction_moves_from_pending_to_completed(
    sandbox: Sandbox, api: httpx.Client, upload: Upload
) -> None:
    image_id = two(upload)
    seen = [colors(api, image_id)["status"]]
    for _ in range(3):
        sandbox.step_clock(1)
        seen.append(colors(api, image_id)["status"])
    assert seen == ["pending", "queued", "processing", "completed"]


def test_the_palette_is_that_of_the_pixels(
    sandbox: Sandbox, api: httpx.Client, upload: Upload
) -> None:
    image_id = two(upload)
    sandbox.step_clock(10)
    found = colors(api, image_id)["color_analysis"]["dominant_colors"]
    assert [(one["hex"], one["name"], one["percentage"]) for one in found] == [
        ("#0A145F", "navy", 66.67),
        ("#FFF8DC", "cream", 33.33),
    ]


def test_the_same_picture_gives_the_same_analysis(
    sandbox: Sandbox, api: httpx.Client, upload: Upload
) -> None:
    first, second = two(upload), two(upload)
    sandbox.step_clock(10)
    assert colors(api, first)["color_analysis"] == colors(api, second)["color_analysis"]


def test_a_failed_extraction_can_be_asked_for_again(
    sandbox: Sandbox, api: httpx.Client, upload: Upload
) -> None:
    sandbox.faults.fail_job("colors", "no pixels today")
    image_id = two(upload)
    sandbox.step_clock(10)
    assert colors(api, image_id)["status"] == "failed"
    sandbox.faults.clear()
    assert api.post(f"/colors/images/{image_id}/extract").json()["status"] == "queued"
    sandbox.step_clock(10)
    assert colors(api, image_id)["status"] == "completed"


def test_a_deleted_image_has_no_colors_and_is_not_found(
    sandbox: Sandbox, api: httpx.Client, upload: Upload
) -> None:
    image_id = two(upload)
    sandbox.step_clock(10)
    assert api.delete(f"/user-files/{image_id}").status_code == 200
    assert api.get(f"/colors/images/{image_id}").status_code == 404
    assert api.post("/colors/search", json={"color_name": "navy"}).json()["total_count"] == 0


def test_only_images_have_colors(api: httpx.Client) -> None:
    link = add_link(api)
    answer = api.get(f"/colors/images/{link}")
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == f"{link} is a link, not an image"
    assert api.post("/colors/batch/extract", json={"image_ids": [link, UNKNOWN]}).json() == {
        "queued_count": 0,
        "message": "0 images queued for extraction",
    }


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"hex_code": None}, 400),
        ({"hex_code": "blue"}, 422),
        ({"color_name": "red", "limit": 201}, 422),
        ({"color_name": "red", "taste": "sweet"}, 422),
    ],
)
def test_a_search_that_makes_no_sense_is_refused(
    api: httpx.Client, body: Json, status: int
) -> None:
    assert api.post("/colors/search", json=body).status_code == status


@pytest.mark.parametrize("ids", [[], [UNKNOWN] * 201])
def test_a_batch_has_its_limits(api: httpx.Client, ids: list[str]) -> None:
    assert api.post("/colors/batch/extract", json={"image_ids": ids}).status_code == 400


def test_colors_of_a_whole_spectrum_are_at_most_those_asked_for() -> None:
    full = Image.new("L", (256, 256), 255)
    picture = Image.merge("HSV", [Image.linear_gradient("L"), full, full]).convert("RGB")
    for most in (3, 8, 16):
        assert 2 <= len(palette(picture, most)) <= most


@pytest.mark.parametrize("color", [NAVY, CREAM, RED])
def test_one_color_is_a_palette_of_one(color: tuple[int, int, int]) -> None:
    (swatch,) = palette(Image.new("RGB", (10, 10), color), 16)
    assert (swatch.rgb, swatch.percentage) == (color, 100.0)


def test_shares_of_a_noisy_picture_add_up() -> None:
    noise = Image.effect_noise((96, 96), 80).convert("RGB")
    assert 95 <= sum(swatch.percentage for swatch in palette(noise, 16)) <= 100.1


def test_every_named_color_has_one_family() -> None:
    listed = [name for _, _, names in FAMILIES.values() for name in names]
    assert sorted(listed) == sorted(NAMED)


# materials


def test_materials_are_what_tags_name(sandbox: Sandbox, api: httpx.Client, upload: Upload) -> None:
    table = upload(png(), "table.png", tags="wood,oiled,table")["image_id"]
    plain = upload(png((41, 41)), "plain.png")["image_id"]
    assert api.get(f"/materials/images/{table}").json()["status"] == "pending"
    for image_id in (table, plain):
        assert api.post(f"/materials/images/{image_id}/classify").status_code == 200
    found = api.get(f"/materials/images/{table}").json()
    assert found["status"] == "completed"
    assert found["material_classification"]["materials"] == [
        {"material_type": "wood", "surface_finish": "oiled", "confidence": 1.0}
    ]
    hits = api.post("/materials/search", json={"material_type": "wood"}).json()
    assert [hit["image_id"] for hit in hits["results"]] == [table]
    assert api.post("/materials/search", json={"material_type": "metal"}).json()["results"] == []


def test_a_batch_reads_the_tags_of_images_once(api: httpx.Client, upload: Upload) -> None:
    body = {"image_ids": [upload(png(), "a.png", tags="glass")["image_id"], UNKNOWN]}
    counts = [
        api.post("/materials/batch/classify", json=body).json()["queued_count"] for _ in range(2)
    ]
    assert counts == [1, 0]


def test_material_types_can_be_searched_for(api: httpx.Client) -> None:
    types = api.get("/materials/types").json()
    assert [one["type"] for one in types][:3] == ["wood", "metal", "stone"]

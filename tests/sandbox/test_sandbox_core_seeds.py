from __future__ import annotations

import io
import math
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from PIL import Image

from aion.sandbox.seeds.libraries import draw
from aion.testing import Sandbox
from tests.sandbox.conftest import plain
from tests.sandbox.core import on_loop
from tests.sandbox.pictures import jpeg

Upload = Callable[..., dict[str, Any]]


def total(api: httpx.Client, **params: Any) -> int:
    return int(api.get("/user-files", params=params).json()["total_count"])


def test_a_library_is_there_at_once_described_and_searchable(
    api: httpx.Client, sandbox: Sandbox
) -> None:
    ids = sandbox.seed("photos", 30)
    assert (len(set(ids)), total(api), total(api, has_description=True)) == (30, 30, 30)
    assert 0 < total(api, search="harbor") < 30
    assert api.get(f"/user-files/{ids[0]}").json()["upload_description"].startswith("[sandbox]")


def test_no_two_pictures_of_a_library_are_alike(api: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.seed("photos", 20)
    sandbox.seed("photos", 20)
    rows = on_loop(sandbox, lambda state: state.database.rows("SELECT sha256 FROM files"))
    assert len(set(rows)) == 40


def test_the_same_library_comes_in_every_run() -> None:
    assert draw(7) == draw(7)


def test_smaller_copies_are_made_when_they_are_asked_for(
    api: httpx.Client, sandbox: Sandbox
) -> None:
    file_id = sandbox.seed("photos", 1)[0]
    details = api.get(f"/user-files/{file_id}").json()
    assert details["variant_status"] == "completed"
    for _ in range(2):
        content = plain("GET", details["thumbnail_url"]).content
        with Image.open(io.BytesIO(content)) as picture:
            assert max(picture.size) == 256


def test_a_seeded_picture_is_what_its_upload_would_have_become(
    api: httpx.Client, sandbox: Sandbox, upload: Upload
) -> None:
    seeded = sandbox.seed("photos", 1)[0]
    data = plain("GET", api.get(f"/user-files/{seeded}").json()["original_url"]).content
    uploaded = upload(data)["image_id"]
    sandbox.step_clock(10)
    one, other = (api.get(f"/user-files/{file_id}").json() for file_id in (seeded, uploaded))
    (said,), (said_of_other,) = one["full_descriptions"], other["full_descriptions"]
    assert (said["description"], said["confidence_score"]) == (
        said_of_other["description"],
        said_of_other["confidence_score"],
    )
    # The rest are ids, names, dates and lists with dates.
    own = {"id", "title", "original_filename", "object_key", "full_descriptions"}
    own |= {"processing_history"} | {name for name in one if name.endswith(("_url", "_at"))}
    assert {name for name in one.keys() - own if one[name] != other[name]} == set()


def test_the_colors_of_a_seeded_picture_are_those_of_its_pixels(
    api: httpx.Client, sandbox: Sandbox
) -> None:
    file_id = sandbox.seed("photos", 1)[0]
    url = f"/colors/images/{file_id}"
    seeded = api.get(url).json()["color_analysis"]["dominant_colors"][0]
    api.post(f"{url}/extract", params={"force": True})
    sandbox.step_clock(10)
    extracted = api.get(url).json()["color_analysis"]["dominant_colors"][0]
    assert seeded["name"] == extracted["name"]
    # Compression moves a color a little.
    assert math.dist(seeded["rgb"].values(), extracted["rgb"].values()) < 8
    assert seeded["percentage"] == pytest.approx(extracted["percentage"], abs=3)


def test_seeded_pictures_are_found_by_color_at_once(api: httpx.Client, sandbox: Sandbox) -> None:
    file_id = sandbox.seed("photos", 3)[1]
    details = api.get(f"/user-files/{file_id}").json()
    name = details["tags"][2]
    found = api.post("/colors/search", json={"color_name": name}).json()["results"]
    assert file_id in {one["image_id"] for one in found}


def test_a_library_can_be_seeded_over_http(api: httpx.Client, sandbox: Sandbox) -> None:
    url = f"{sandbox.url}/_sandbox/seed"
    made = api.post(url, json={"library": "photos", "count": 3})
    assert (made.status_code, len(made.json()["ids"]), total(api)) == (201, 3, 3)
    for bad in ({"library": "nothing"}, {"library": "photos", "count": 0}, {}, {"count": "3"}):
        assert api.post(url, json=bad).status_code == 400


def test_a_thousand_pictures_take_a_few_seconds(sandbox: Sandbox) -> None:
    # Processor time of this whole process: other programs of the machine do not count.
    began = time.process_time()
    sandbox.seed("photos", 1000)
    assert time.process_time() - began < 40


def test_a_snapshot_brings_everything_back(
    api: httpx.Client, sandbox: Sandbox, upload: Upload
) -> None:
    image_id = upload(jpeg())["image_id"]
    sandbox.step_clock(10)
    name = sandbox.snapshot()
    before = api.get(f"/user-files/{image_id}").json()["tags"]
    api.patch(f"/user-files/{image_id}", json={"tags": ["changed"]})
    upload(jpeg((20, 20)))
    sandbox.restore(name)
    details = api.get(f"/user-files/{image_id}").json()
    assert (details["tags"], total(api)) == (before, 1)
    assert plain("GET", details["original_url"]).content == jpeg()


def test_a_snapshot_can_be_restored_again_even_after_a_reset(
    api: httpx.Client, sandbox: Sandbox, upload: Upload
) -> None:
    upload(jpeg())
    name = sandbox.snapshot()
    for _ in range(2):
        sandbox.reset()
        assert total(api) == 0
        sandbox.restore(name)
        assert total(api, search="") == 1


def test_work_that_was_unfinished_continues_after_a_restore(
    api: httpx.Client, sandbox: Sandbox, upload: Upload
) -> None:
    image_id = upload(jpeg())["image_id"]
    name = sandbox.snapshot()
    for _ in range(2):
        sandbox.restore(name)
        state = api.get(f"/user-files/{image_id}").json()["description_status"]
        sandbox.step_clock(10)
        done = api.get(f"/user-files/{image_id}").json()["description_status"]
        assert (state, done) == ("pending", "completed")


def test_a_snapshot_over_http(api: httpx.Client, sandbox: Sandbox) -> None:
    made = api.post(f"{sandbox.url}/_sandbox/snapshots")
    url = f"{sandbox.url}/_sandbox/restore"
    assert made.status_code == 201
    assert api.post(url, json=made.json()).status_code == 200
    assert api.post(url, json={"name": "none"}).status_code == 400


def test_a_snapshot_that_is_not_there_is_named(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="no snapshot 'x'"):
        sandbox.restore("x")

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from PIL import Image

from aion.sandbox.images.blurhash import encode
from aion.sandbox.images.color_names import NAMED, nearest_name, to_lab
from aion.sandbox.images.image_facts import sniff
from aion.sandbox.images.variants import SIZES
from aion.testing import Sandbox
from tests.sandbox.conftest import batch, plain
from tests.sandbox.pictures import gif, jpeg, photo, png, save, two_colors

Upload = Callable[..., dict[str, Any]]


@pytest.fixture
def described(api: httpx.Client, sandbox: Sandbox, upload: Upload) -> Callable[..., dict[str, Any]]:
    """Upload a file and let all its work be done; returns its details."""

    def run(data: bytes, **fields: str) -> dict[str, Any]:
        image_id = upload(data, **fields)["image_id"]
        sandbox.step_clock(10)
        return dict(api.get(f"/user-files/{image_id}").json())

    return run


def test_a_photo_is_described_from_its_pixels_and_its_exif(described: Upload) -> None:
    details = described(photo())
    assert details["upload_description"] == (
        "[sandbox] JPEG, 640x480, mostly navy and cream, landscape; "
        "taken 2026-03-01 with ExampleCam."
    )
    assert details["content_created_at"] == "2026-03-01T12:30:00.000000Z"
    assert details["visible_text"] == "Harbour at noon"


def test_tags_come_from_the_same_facts_after_those_of_the_user(described: Upload) -> None:
    details = described(jpeg(), tags="mine")
    assert details["tags"] == ["mine", "jpeg", "landscape", "navy", "cream"]


def test_an_animation_shows_its_frames(described: Upload) -> None:
    assert "animation of 3 frames" in described(gif(3))["upload_description"]


def test_visible_text_is_what_is_embedded_and_nothing_else(described: Upload) -> None:
    assert described(png(text="Platform 9"))["visible_text"] == "Platform 9"
    assert described(png())["visible_text"] is None
    assert described(jpeg(comment=b"a remark"))["visible_text"] == "a remark"


def test_the_same_bytes_give_the_same_response(described: Upload) -> None:
    first, second = described(jpeg()), described(jpeg())
    for name in ("upload_description", "tags", "blur_hash", "dimensions"):
        assert first[name] == second[name]


def test_a_picture_lying_on_its_side_is_described_as_it_is_shown(described: Upload) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    details = described(jpeg(exif=exif))
    assert details["dimensions"] == {"width": 480, "height": 640}
    assert "portrait" in details["tags"]


def test_a_transparent_picture_has_png_variants(described: Upload) -> None:
    picture = Image.new("RGBA", (300, 300), (220, 20, 30, 0))
    picture.paste((220, 20, 30, 255), (0, 0, 300, 200))
    details = described(save(picture, "PNG"))
    assert ".png?" in details["thumbnail_url"]


def test_the_states_follow_one_another(api: httpx.Client, sandbox: Sandbox, upload: Upload) -> None:
    image_id = upload(jpeg())["image_id"]
    states: list[str] = []
    for _ in range(4):
        states.append(api.get(f"/user-files/{image_id}").json()["description_status"])
        sandbox.step_clock(1)
    assert states == ["pending", "queued", "processing", "completed"]


def test_item_details_status_and_session_agree_in_every_state(
    api: httpx.Client, sandbox: Sandbox
) -> None:
    answer = batch(api, [("a.jpg", jpeg())])
    image_id = answer["immediate_results"][0]["image_id"]
    unified = {"pending": "confirming"}
    for _ in range(5):
        item = api.get("/user-files").json()["files"][0]
        details = api.get(f"/user-files/{image_id}").json()
        status = api.get(f"/uploads/status/{image_id}").json()
        session = api.get(answer["status_url"].removeprefix("/api/v2")).json()
        results = api.get(f"/uploads/sessions/{answer['session_id']}/results").json()
        state = item["description_status"]
        assert details["description_status"] == state
        assert status["component_statuses"]["description_status"] == state
        assert status["unified_status"] == unified.get(state, state)
        assert item["upload_description"] == details["upload_description"]
        done = state == "completed"
        assert status["is_terminal"] == done
        assert session["status"] == ("completed" if done else "processing")
        assert [one["description"] for one in results["results"]] == (
            [item["upload_description"]] if done else []
        )
        sandbox.step_clock(1)


def test_a_failed_description_fails_everywhere(api: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.faults.fail_description("provider timed out", filename="b.*")
    answer = batch(api, [("a.jpg", jpeg()), ("b.jpg", jpeg())])
    sandbox.step_clock(10)
    failed = answer["immediate_results"][1]["image_id"]
    item = api.get("/user-files", params={"ids": failed}).json()["files"][0]
    status = api.get(f"/uploads/status/{failed}").json()
    session = api.get(answer["status_url"].removeprefix("/api/v2")).json()
    assert (item["description_status"], item["description_error"]) == (
        "failed",
        "provider timed out",
    )
    assert (status["unified_status"], status["error_message"]) == (
        "partially_completed",
        "provider timed out",
    )
    assert (session["completed_files"], session["failed_files"]) == (1, 1)
    assert session["recent_errors"][0]["error"] == "provider timed out"


def test_a_held_description_stays_until_the_faults_are_cleared(
    api: httpx.Client, sandbox: Sandbox, upload: Upload
) -> None:
    sandbox.faults.hold_description("queued")
    image_id = upload(jpeg())["image_id"]
    sandbox.step_clock(7200)
    assert api.get(f"/user-files/{image_id}").json()["description_status"] == "queued"
    stuck = api.get("/uploads/stuck-uploads").json()
    assert [one["image_id"] for one in stuck["images"]] == [image_id]
    sandbox.faults.clear()
    sandbox.step_clock(10)
    assert api.get(f"/user-files/{image_id}").json()["description_status"] == "completed"


def test_variants_are_real_files_of_their_sizes(api: httpx.Client, described: Upload) -> None:
    details = described(jpeg((1600, 1200)))
    for name, side in SIZES.items():
        answer = api.get(f"/user-files/{details['id']}/variant/{name}")
        assert answer.status_code == 302
        with Image.open(io.BytesIO(plain("GET", answer.headers["location"]).content)) as picture:
            assert max(picture.size) == side


def test_a_variant_that_is_not_made_yet_is_not_found(api: httpx.Client, upload: Upload) -> None:
    image_id = upload(jpeg())["image_id"]
    answer = api.get(f"/user-files/{image_id}/variant/small_256")
    assert (answer.status_code, answer.json()["error"]) == (404, "VARIANT_NOT_READY")


def test_variants_can_be_made_again_once_they_are_done(
    api: httpx.Client, sandbox: Sandbox, upload: Upload
) -> None:
    image_id = upload(jpeg())["image_id"]
    first = api.post(f"/user-files/{image_id}/trigger-variants").json()
    sandbox.step_clock(10)
    second = api.post(f"/user-files/{image_id}/trigger-variants").json()
    assert first["skipped_duplicate"] is True
    assert "skipped_duplicate" not in second
    assert second["current_status"] == "pending"


def test_tags_that_the_user_set_meanwhile_stay(
    api: httpx.Client, sandbox: Sandbox, upload: Upload
) -> None:
    image_id = upload(jpeg())["image_id"]
    api.patch(f"/user-files/{image_id}", json={"tags": ["only"]})
    sandbox.step_clock(10)
    assert api.get(f"/user-files/{image_id}").json()["tags"] == ["only"]


def test_every_named_color_is_nearest_to_itself() -> None:
    assert all(nearest_name(color) == name for name, color in NAMED.items())


def test_white_is_the_lightest_point_of_lab() -> None:
    lightness, a, b = to_lab((255, 255, 255))
    assert lightness == pytest.approx(100, abs=0.01)
    assert (a, b) == pytest.approx((0, 0), abs=0.01)


def test_a_blurhash_has_the_length_of_its_components() -> None:
    assert len(encode(two_colors((20, 20)), 4, 3)) == 6 + 2 * 11
    assert encode(Image.new("RGB", (8, 8)), 1, 1) == "000000"


def test_first_bytes_win_over_the_ending() -> None:
    assert sniff(b"\xff\xd8\xff\xe0") == "JPEG"
    assert sniff(b"no image") is None

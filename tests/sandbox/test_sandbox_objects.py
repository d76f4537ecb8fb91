from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from aion.sandbox.store.objects import Objects
from aion.testing import Sandbox
from tests.sandbox.conftest import plain
from tests.sandbox.pictures import jpeg

Upload = Callable[..., dict[str, Any]]


@pytest.fixture
def location(api: httpx.Client, upload: Upload) -> str:
    """The signed URL of a download."""
    image_id = upload(jpeg(), "Foto Ü.jpg")["image_id"]
    answer = api.get(f"/user-files/{image_id}/download")
    assert answer.status_code == 302
    return answer.headers["location"]


def test_a_download_gives_the_very_bytes_under_their_name(location: str) -> None:
    answer = plain("GET", location)
    assert answer.content == jpeg()
    assert answer.headers["content-disposition"] == (
        "attachment; filename*=utf-8''Foto%20%C3%9C.jpg"
    )


def test_a_variant_has_no_content_disposition(api: httpx.Client, upload: Upload) -> None:
    image_id = upload(jpeg())["image_id"]
    redirect = api.get(f"/user-files/{image_id}/variant/original")
    answer = plain("GET", redirect.headers["location"])
    assert answer.content == jpeg()
    assert "content-disposition" not in answer.headers


def test_a_leaked_key_is_refused_in_clear_words(api: httpx.Client, location: str) -> None:
    answer = api.get(location)
    assert answer.status_code == 400
    assert "takes no Authorization header" in answer.text


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        ("expires=1", "expires=2"),
        ("expires=1", "expires=x"),
        ("original", "small_256"),
        ("filename=F", "filename=G"),
        ("&filename=", "&name="),
        ("signature=", "signature=0"),
        ("signature=", "sign="),
    ],
)
def test_an_altered_url_is_refused(location: str, part: str, instead: str) -> None:
    assert part in location
    answer = plain("GET", location.replace(part, instead))
    assert answer.status_code == 403


def test_an_unsigned_url_is_refused(location: str) -> None:
    assert plain("GET", location.partition("?")[0]).status_code == 403


def test_a_url_expires_by_the_clock_of_the_sandbox(sandbox: Sandbox, location: str) -> None:
    sandbox.step_clock(3599)
    assert plain("GET", location).status_code == 200
    sandbox.step_clock(1)
    answer = plain("GET", location)
    assert (answer.status_code, "expired" in answer.text) == (403, True)


def test_a_range_is_served_alone(location: str) -> None:
    answer = plain("GET", location, headers={"Range": "bytes=10-19"})
    assert (answer.status_code, answer.content) == (206, jpeg()[10:20])
    assert answer.headers["content-range"] == f"bytes 10-19/{len(jpeg())}"


def test_a_range_beyond_the_end_is_416(location: str) -> None:
    assert plain("GET", location, headers={"Range": "bytes=9999999-"}).status_code == 416


def test_the_url_of_a_download_takes_no_upload(location: str) -> None:
    assert plain("PUT", location, content=b"x").status_code == 403
    assert plain("DELETE", location).status_code == 405


def test_head_shows_the_size_without_the_bytes(location: str) -> None:
    answer = plain("HEAD", location)
    assert (int(answer.headers["content-length"]), answer.content) == (len(jpeg()), b"")


@pytest.mark.parametrize(
    "key",
    ["../sandbox.sqlite3", "/etc/passwd", "images/../../x.jpg", "a\0.jpg", "", "A.jpg", "a/.b"],
)
def test_a_key_that_no_object_has_never_becomes_a_path(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match="not an object key"):
        Objects(tmp_path).path(key)


def test_a_filename_cannot_leave_the_data_folder(
    api: httpx.Client, sandbox: Sandbox, upload: Upload
) -> None:
    answer = upload(jpeg(), "../../../escape.jpg")
    details = api.get(f"/user-files/{answer['image_id']}").json()
    assert details["original_filename"] == "escape.jpg"
    assert details["object_key"] == f"images/{answer['image_id']}/original.jpg"


def test_work_that_still_writes_does_not_hinder_a_reset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects = Objects(tmp_path)
    make = Path.mkdir

    def after_a_late_write(folder: Path, *rest: Any, **options: Any) -> None:
        os.makedirs(objects.root / "images", exist_ok=True)  # noqa: PTH103 - not the patched one
        make(folder, *rest, **options)

    monkeypatch.setattr(Path, "mkdir", after_a_late_write)
    old = objects.reset()
    assert objects.root != old
    assert list(objects.root.iterdir()) == []


def test_work_that_still_writes_leaves_the_next_objects_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects = Objects(tmp_path)
    objects.write("images/a/original.jpg", b"old")
    copy = shutil.copyfileobj

    def copy_into_a_reset(*rest: Any) -> None:
        copy(*rest)
        objects.reset()
        objects.write("images/b/original.jpg", b"new")

    monkeypatch.setattr(shutil, "copyfileobj", copy_into_a_reset)
    objects.join(["images/a/original.jpg"], "images/b/original.jpg")
    assert objects.read("images/b/original.jpg") == b"new"

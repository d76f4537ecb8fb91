from __future__ import annotations

import hashlib
import socket
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from aion.sandbox import DEFAULT_API_KEY
from aion.testing import Limits, Sandbox
from tests.sandbox.conftest import batch, client_of, plain
from tests.sandbox.pictures import gif, jpeg, noisy_jpeg, png, webp

Upload = Callable[..., dict[str, Any]]


def test_a_stored_file_is_completed_while_its_description_is_pending(
    api: httpx.Client, upload: Upload
) -> None:
    answer = upload(jpeg())
    details = api.get(f"/user-files/{answer['image_id']}").json()
    assert (answer["status"], answer["description_queued"]) == ("completed", True)
    assert details["description_status"] == "pending"


def test_details_show_hash_size_and_name_of_the_uploaded_bytes(
    api: httpx.Client, upload: Upload
) -> None:
    data = jpeg()
    details = api.get(f"/user-files/{upload(data, 'Ä b.jpg')['image_id']}").json()
    assert details["hash"] == hashlib.sha256(data).hexdigest()
    assert details["size_bytes"] == len(data)
    assert details["original_filename"] == "Ä b.jpg"


@pytest.mark.parametrize(
    ("data", "expected"),
    [(jpeg(), "JPEG"), (png(), "PNG"), (webp(), "WEBP"), (gif(), "GIF")],
    ids=["jpeg", "png", "webp", "gif"],
)
def test_the_type_is_decided_by_the_first_bytes_and_not_by_the_name(
    api: httpx.Client, upload: Upload, data: bytes, expected: str
) -> None:
    image_id = upload(data, "misleading.txt")["image_id"]
    assert api.get(f"/user-files/{image_id}").json()["format"] == expected


def test_title_and_tags_of_the_form_are_stored(api: httpx.Client, upload: Upload) -> None:
    image_id = upload(jpeg(), title="Harbour", tags="sea, boats,sea")["image_id"]
    details = api.get(f"/user-files/{image_id}").json()
    assert (details["title"], details["tags"]) == ("Harbour", ["sea", "boats"])


def test_without_auto_describe_the_description_is_skipped(
    api: httpx.Client, sandbox: Sandbox, upload: Upload
) -> None:
    answer = upload(jpeg(), auto_describe="false")
    sandbox.step_clock(10)
    details = api.get(f"/user-files/{answer['image_id']}").json()
    assert answer["description_queued"] is False
    assert (details["description_status"], details["upload_description"]) == ("skipped", None)


def test_a_known_file_is_skipped_on_request(upload: Upload) -> None:
    first = upload(jpeg())
    second = upload(jpeg(), skip_duplicates="true")
    assert second["status"] == "skipped"
    assert second["skipped_existing_image_id"] == first["image_id"]


def test_the_same_bytes_are_stored_twice_when_nobody_asks(upload: Upload) -> None:
    assert upload(jpeg())["image_id"] != upload(jpeg())["image_id"]


def test_a_deleted_file_is_not_a_duplicate(api: httpx.Client, upload: Upload) -> None:
    first = upload(jpeg())
    api.delete(f"/user-files/{first['image_id']}")
    assert upload(jpeg(), skip_duplicates="true")["skipped"] is False


@pytest.mark.parametrize(
    ("filename", "data", "code"),
    [
        ("empty.jpg", b"", "EMPTY_FILE"),
        ("notes.bin", b"\x00\x01 nothing known", "UNSUPPORTED_FILE_TYPE"),
        ("cut.jpg", noisy_jpeg()[:9000], "INVALID_IMAGE"),
        ("table.csv", b"a;b", "UNSUPPORTED_FILE_TYPE"),
    ],
)
def test_an_unusable_file_is_refused_with_its_reason(
    api: httpx.Client, filename: str, data: bytes, code: str
) -> None:
    answer = api.post("/user-files/upload/stream", files={"file": (filename, data)})
    assert (answer.status_code, answer.json()["error"]) == (400, code)
    assert api.get("/user-files").json()["total_count"] == 0


@pytest.mark.parametrize("data", [png((300, 300))[:200], webp()[:60], gif()[:40]])
def test_other_truncated_formats_are_found_too(api: httpx.Client, data: bytes) -> None:
    answer = api.post("/user-files/upload/stream", files={"file": ("cut", data)})
    assert (answer.status_code, answer.json()["error"]) == (400, "INVALID_IMAGE")


def test_one_bad_file_does_not_stop_the_others(api: httpx.Client) -> None:
    answer = batch(
        api, [("a.jpg", jpeg()), ("b.bin", b"\0words"), ("c.png", png()), ("d.jpg", b"")]
    )
    assert (answer["status"], answer["accepted_files"], answer["rejected_files"]) == (
        "partial",
        2,
        2,
    )
    assert [(one["index"], one["filename"], one["retryable"]) for one in answer["rejections"]] == [
        (1, "b.bin", False),
        (3, "d.jpg", False),
    ]


def test_a_batch_of_bad_files_only_is_rejected(api: httpx.Client) -> None:
    answer = batch(api, [("a.jpg", b""), ("b.jpg", b"\xff\xd8\xff nothing")])
    assert (answer["status"], answer["immediate_results"]) == ("rejected", [])


def test_a_pixel_bomb_is_refused_before_it_is_decoded(api: httpx.Client) -> None:
    answer = batch(api, [("bomb.png", _bomb(30_000, 30_000)), ("a.jpg", jpeg())])
    assert answer["accepted_files"] == 1
    assert "pixels" in answer["rejections"][0]["reason"]


def test_five_files_have_immediate_results_and_six_have_none(api: httpx.Client) -> None:
    assert len(batch(api, [("a.png", png())] * 5)["immediate_results"]) == 5
    assert batch(api, [("a.png", png())] * 6)["immediate_results"] is None


def test_duplicates_inside_one_batch_are_skipped_on_request(api: httpx.Client) -> None:
    answer = batch(api, [("a.png", png()), ("b.png", png())], skip_duplicates="true")
    first, second = answer["immediate_results"]
    assert (first["skipped"], second["skipped"]) == (False, True)
    assert second["skipped_existing_image_id"] == first["image_id"]


def test_tags_of_a_batch_apply_to_all_its_files(api: httpx.Client) -> None:
    batch(api, [("a.png", png()), ("b.jpg", jpeg())], tags="x,y")
    assert [one["tags"] for one in api.get("/user-files").json()["files"]] == [["x", "y"]] * 2


def test_the_custom_storage_target_needs_a_configuration(api: httpx.Client) -> None:
    answer = api.post(
        "/user-files/upload/stream",
        files={"file": ("a.jpg", jpeg())},
        data={"storage_target": "custom"},
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "STORAGE_NOT_CONFIGURED")


def test_sizes_and_counts_beyond_the_limits_are_refused() -> None:
    limits = Limits(max_file_bytes=4000, max_batch_files=2, monthly_uploads=3)
    with Sandbox(limits=limits) as sandbox, client_of(sandbox) as api:
        big = api.post("/user-files/upload/stream", files={"file": ("a.jpg", noisy_jpeg())})
        assert (big.status_code, big.json()["error"]) == (413, "FILE_TOO_LARGE")
        mixed = batch(api, [("a.jpg", noisy_jpeg()), ("b.png", png())])
        assert mixed["rejections"][0]["reason"] == "file is larger than 4000 bytes"
        many = [("files", ("a.png", png()))] * 3
        full = api.post("/user-files/upload/stream-batch", files=many)
        assert (full.status_code, full.json()["error"]) == (413, "BATCH_TOO_LARGE")
        batch(api, [("a.png", png())] * 2)
        used_up = api.post("/user-files/upload/stream", files={"file": ("a.png", png())})
        assert (used_up.status_code, used_up.json()["error"]) == (429, "USAGE_LIMIT_EXCEEDED")
        assert used_up.json()["details"]["available"] == 0


def test_the_quota_counts_uploads_of_the_month(
    api: httpx.Client, sandbox: Sandbox, upload: Upload
) -> None:
    upload(jpeg())
    assert api.get("/uploads/quota-check?file_count=1").json()["current_usage"] == 1
    sandbox.step_clock(40 * 86_400)
    answer = api.get("/uploads/quota-check?file_count=1").json()
    assert (answer["current_usage"], answer["can_proceed"], answer["message"]) == (0, True, None)


def test_more_than_the_quota_is_a_soft_refusal(api: httpx.Client) -> None:
    answer = api.get("/uploads/quota-check?file_count=60000")
    assert (answer.status_code, answer.json()["can_proceed"]) == (200, False)


def test_known_and_unknown_hashes_are_distinguished(api: httpx.Client, upload: Upload) -> None:
    data = jpeg()
    upload(data)
    known, unknown = hashlib.sha256(data).hexdigest(), "0" * 64
    answer = api.post("/uploads/check-duplicates", json={"hashes": [known, unknown]})
    assert answer.json() == {"duplicates": [known], "unique": [unknown]}


def test_a_client_that_hangs_up_in_the_middle_leaves_nothing(
    api: httpx.Client, sandbox: Sandbox
) -> None:
    host, port = sandbox.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(
            b"POST /api/v2/user-files/upload/stream HTTP/1.1\r\nHost: x\r\n"
            b"Content-Length: 100000\r\nContent-Type: multipart/form-data; boundary=b\r\n"
            b"Authorization: Bearer " + sandbox.api_key.encode() + b"\r\n\r\n"
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
            + jpeg()[:2000]
        )
    assert api.get("/user-files").json()["total_count"] == 0


def test_a_large_upload_is_never_held_in_memory(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _MEASURED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        base_url, before = process.stdout.readline().split()
        blank = tmp_path / "blank.bin"
        with blank.open("wb") as file:
            file.truncate(90 * 1024 * 1024)
        with blank.open("rb") as file:
            answer = plain(
                "POST",
                f"{base_url}/user-files/upload/stream",
                files={"file": ("a.bin", file)},
                headers={"Authorization": f"Bearer {DEFAULT_API_KEY}"},
                timeout=30,
            )
        assert answer.status_code == 400
        process.stdin.write("\n")
        process.stdin.flush()
        after = process.stdout.readline()
    assert (int(after) - int(before)) / 1024 < 16, "megabytes"


def test_a_refusal_is_readable_though_the_body_is_large(sandbox: Sandbox) -> None:
    answer = plain(
        "POST",
        f"{sandbox.base_url}/user-files/upload/stream",
        files={"file": ("a.bin", bytes(20_000_000))},
    )
    assert answer.status_code == 401


_MEASURED = """
import resource, sys
from aion.testing import Sandbox
with Sandbox() as sandbox:
    used = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(sandbox.base_url, used(), flush=True)
    sys.stdin.readline()
    print(used(), flush=True)
"""


def _bomb(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )

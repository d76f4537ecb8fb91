from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from aion.testing import Sandbox
from tests.sandbox.conftest import batch
from tests.sandbox.pictures import gif, jpeg, photo, png, webp

Upload = Callable[..., dict[str, Any]]
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def library(api: httpx.Client, sandbox: Sandbox, upload: Upload) -> dict[str, str]:
    """Four described files; name -> id."""
    made = {
        "harbour": upload(photo(), "harbour.jpg", title="Harbour", tags="sea,spain")["image_id"],
        "platform": upload(png(text="Platform Café"), "p.png", title="station")["image_id"],
        "tiny": upload(gif(), "tiny.gif", title="Blink", tags="sea")["image_id"],
    }
    sandbox.step_clock(100)
    made["fresh"] = upload(webp(), "fresh.webp")["image_id"]
    return made


@pytest.fixture
def listed(api: httpx.Client, library: dict[str, str]) -> Callable[..., list[str]]:
    """Names of the files that a query lists, in order."""
    names = {image_id: name for name, image_id in library.items()}

    def run(**params: Any) -> list[str]:
        answer = api.get("/user-files", params=params)
        assert answer.status_code == 200, answer.text
        return [names[one["id"]] for one in answer.json()["files"]]

    return run


FILTERS: list[tuple[dict[str, Any], set[str]]] = [
    ({"search": "harbour"}, {"harbour"}),
    ({"search": "plat"}, {"platform"}),
    ({"search": "CAFE"}, {"platform"}),
    ({"search": "navy cream"}, {"harbour"}),
    ({"search": "navy nowhere"}, set()),
    ({"search": "cafe", "search_mode": "metadata"}, set()),
    ({"search": "cafe", "search_mode": "visible_text"}, {"platform"}),
    ({"search": "station", "search_mode": "visible_text"}, set()),
    ({"search": " ".join(f"word{number}" for number in range(5000))}, set()),
    ({"search": "   "}, {"harbour", "platform", "tiny", "fresh"}),
    ({"search": '"*)(!'}, set()),
    ({"search": 'title: OR "'}, set()),
    ({"tags": "sea"}, {"harbour", "tiny"}),
    ({"tags": ["sea", "spain"]}, {"harbour"}),
    ({"has_description": "true"}, {"harbour", "platform", "tiny"}),
    ({"has_description": "false"}, {"fresh"}),
    ({"media_types": ["image", "link"]}, {"harbour", "platform", "tiny", "fresh"}),
    ({"media_types": "video"}, set()),
    ({"folder_id": NOBODY}, set()),
    ({"ids": NOBODY}, set()),
    ({"date_from": "2026-02-01T00:00:00Z"}, {"harbour"}),
    ({"date_to": "2026-02-01T00:00:00+02:00"}, {"platform", "tiny", "fresh"}),
    ({"offset": str(10**30)}, set()),
]


@pytest.mark.parametrize(("params", "expected"), FILTERS)
def test_a_filter_lets_exactly_its_files_through(
    listed: Callable[..., list[str]], params: dict[str, Any], expected: set[str]
) -> None:
    assert set(listed(**params)) == expected


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, ["harbour", "fresh", "tiny", "platform"]),
        ({"sort_order": "asc"}, ["platform", "tiny", "fresh", "harbour"]),
        ({"sort_by": "created_at"}, ["fresh", "tiny", "platform", "harbour"]),
        ({"sort_by": "title", "sort_order": "asc"}, ["fresh", "tiny", "harbour", "platform"]),
        ({"sort_by": "size_bytes"}, ["harbour", "tiny", "platform", "fresh"]),
        ({"limit": 2}, ["harbour", "fresh"]),
        ({"limit": 2, "offset": 2}, ["tiny", "platform"]),
    ],
)
def test_a_list_has_its_order(
    listed: Callable[..., list[str]],
    api: httpx.Client,
    params: dict[str, Any],
    expected: list[str],
) -> None:
    if params.get("sort_by") == "size_bytes":
        sizes = [one["size_bytes"] for one in api.get("/user-files", params=params).json()["files"]]
        assert sizes == sorted(sizes, reverse=True)
    else:
        assert listed(**params) == expected


def test_ids_are_a_filter(listed: Callable[..., list[str]], library: dict[str, str]) -> None:
    assert listed(ids=[library["tiny"].upper()]) == ["tiny"]


def test_has_more_ends_with_the_last_page(api: httpx.Client, library: dict[str, str]) -> None:
    pages = [
        api.get("/user-files", params={"limit": 2, "offset": offset}).json() for offset in (0, 2, 9)
    ]
    assert [page["has_more"] for page in pages] == [True, False, False]
    assert [page["total_count"] for page in pages] == [4, 4, 4]


def test_the_first_8_characters_of_an_id_are_enough_for_details_only(
    api: httpx.Client, library: dict[str, str]
) -> None:
    short = library["harbour"][:8]
    assert api.get(f"/user-files/{short}").json()["id"] == library["harbour"]
    assert api.patch(f"/user-files/{short}", json={"title": "x"}).status_code == 422


@pytest.mark.parametrize("image_id", [NOBODY, "deadbeef", "x", "%00", "..%2F..", "%ff"])
def test_an_unknown_id_is_404(api: httpx.Client, image_id: str) -> None:
    answer = api.get(f"/user-files/{image_id}")
    assert (answer.status_code, answer.json()["error"]) == (404, "NOT_FOUND")


def test_an_update_keeps_what_it_does_not_carry(api: httpx.Client, library: dict[str, str]) -> None:
    image_id = library["harbour"]
    answer = api.patch(f"/user-files/{image_id}", json={"title": "Port"}).json()
    assert answer["title"] == "Port"
    assert "spain" in answer["tags"]
    assert api.patch(f"/user-files/{image_id}", json={"title": None}).json()["title"] is None
    assert api.patch(f"/user-files/{image_id}", json={"tags": ["b"]}).json()["tags"] == ["b"]


def test_a_new_title_is_found_at_once(
    api: httpx.Client, library: dict[str, str], listed: Callable[..., list[str]]
) -> None:
    api.patch(f"/user-files/{library['tiny']}", json={"title": "Zeppelin"})
    assert listed(search="zeppelin") == ["tiny"]
    assert listed(search="blink") == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"title": "x" * 256}, 422),
        ({"tags": ["t"] * 41}, 422),
        ({"tags": ["t" * 51]}, 422),
        ({"tags": [""]}, 422),
        ({"tags": "sea"}, 422),
    ],
)
def test_bad_updates_are_refused(
    api: httpx.Client, library: dict[str, str], body: dict[str, Any], status: int
) -> None:
    assert api.patch(f"/user-files/{library['tiny']}", json=body).status_code == status


def test_a_deleted_file_is_gone_everywhere(
    api: httpx.Client, library: dict[str, str], listed: Callable[..., list[str]]
) -> None:
    image_id = library["harbour"]
    assert api.delete(f"/user-files/{image_id}").json()["id"] == image_id
    paths = [f"/user-files/{image_id}", f"/uploads/status/{image_id}"]
    paths += [f"/user-files/{image_id}/download", f"/user-files/{image_id}/variant/original"]
    assert [api.get(path).status_code for path in paths] == [404] * 4
    assert "harbour" not in listed()
    assert api.delete(f"/user-files/{image_id}").status_code == 404


def test_a_batch_delete_gives_each_file_its_outcome(
    api: httpx.Client, library: dict[str, str]
) -> None:
    ids = [library["harbour"], library["fresh"], NOBODY]
    answer = api.post("/user-files/batch-delete", json={"file_ids": ids}).json()
    groups = {
        name: [one["id"] for one in answer[name]] for name in ("deleted", "skipped", "failed")
    }
    assert groups == {"deleted": ids[:1], "skipped": ids[1:2], "failed": ids[2:]}
    assert answer["summary"] == {"total": 3, "deleted": 1, "skipped": 1, "failed": 1}


@pytest.mark.parametrize("ids", [[], [NOBODY, NOBODY], ["x"], [NOBODY] * 101])
def test_bad_batch_deletes_are_422(api: httpx.Client, ids: list[str]) -> None:
    assert api.post("/user-files/batch-delete", json={"file_ids": ids}).status_code == 422


def test_sessions_are_listed_newest_first(api: httpx.Client, sandbox: Sandbox) -> None:
    first = batch(api, [("a.png", png())])["session_id"]
    sandbox.step_clock(10)
    second = batch(api, [("a.png", png())])["session_id"]
    answer = api.get("/uploads/sessions").json()
    assert [one["session_id"] for one in answer["sessions"]] == [second, first]
    done = api.get("/uploads/sessions", params={"status": "completed"}).json()
    assert [one["session_id"] for one in done["sessions"]] == [first]
    assert api.get("/uploads/sessions?upload_method=presigned").json()["total_count"] == 0


def test_skipped_and_refused_files_count_as_progress(api: httpx.Client, sandbox: Sandbox) -> None:
    files = [("a.png", png()), ("b.png", png()), ("c.bin", b"\0"), ("d.jpg", jpeg())]
    answer = batch(api, files, skip_duplicates="true")
    path = f"/uploads/sessions/{answer['session_id']}"
    assert api.get(f"{path}/status").json()["progress_percentage"] == 50.0
    sandbox.step_clock(10)
    status = api.get(f"{path}/status").json()
    counts = [status[f"{name}_files"] for name in ("completed", "skipped", "failed", "pending")]
    assert counts == [2, 1, 1, 0]
    assert status["recent_errors"][0]["index"] == 2


def test_results_are_paged_and_may_leave_failures_out(api: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.faults.fail_description("garbage", filename="1.png")
    answer = batch(api, [(f"{number}.png", png()) for number in range(7)])
    sandbox.step_clock(10)
    path = f"/uploads/sessions/{answer['session_id']}/results"
    page = api.get(path, params={"limit": 3, "offset": 3}).json()
    assert [one["filename"] for one in page["results"]] == ["3.png", "4.png", "5.png"]
    assert (page["has_more"], page["total_count"]) == (True, 7)
    assert api.get(path, params={"include_failed": "false"}).json()["total_count"] == 6


def test_a_cancelled_session_skips_what_is_not_done(api: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.faults.hold_description("processing", filename="slow.png")
    answer = batch(api, [("quick.png", png()), ("slow.png", png())])
    sandbox.step_clock(10)
    path = f"/uploads/sessions/{answer['session_id']}"
    status = api.post(f"{path}/cancel").json()
    assert (status["status"], status["completed_files"], status["skipped_files"]) == (
        "cancelled",
        1,
        1,
    )
    assert api.post(f"{path}/cancel").status_code == 400
    sandbox.faults.clear()
    sandbox.step_clock(10)
    slow = answer["immediate_results"][1]["image_id"]
    assert api.get(f"/user-files/{slow}").json()["description_status"] == "skipped"


def test_an_unknown_session_is_404(api: httpx.Client) -> None:
    paths = [f"/uploads/sessions/{NOBODY}/{name}" for name in ("status", "results")]
    assert [api.get(path).status_code for path in paths] == [404, 404]

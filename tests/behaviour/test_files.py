"""Read the library, over real HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aion.exceptions import ResourceNotFoundError, ValidationError
from aion.testing import Sandbox
from tests.behaviour.calls import Calls
from tests.behaviour.pictures import FORMATS, NAVY, RED, draw

UNKNOWN = "00000000-0000-0000-0000-000000000000"
FILTERS: list[tuple[dict[str, Any], set[str]]] = [
    ({"search": "navy", "search_mode": "metadata"}, {"a.jpg", "a.webp"}),
    ({"search": "navy"}, {"a.jpg", "a.webp"}),
    ({"search": "navy", "search_mode": "visible_text"}, set()),
    ({"search": "no such word"}, set()),
    ({"tags": ["png"]}, {"a.png"}),
    ({"tags": ["png", "navy"]}, set()),
    ({"tags": ["red", "landscape"]}, {"a.png", "a.gif"}),
    ({"has_description": True}, set(FORMATS.values())),
    ({"has_description": False}, set()),
    ({"media_types": ["image"]}, set(FORMATS.values())),
    ({"media_types": ["video", "link"]}, set()),
    ({"date_from": datetime.now(UTC) - timedelta(days=365)}, set(FORMATS.values())),
    ({"date_to": datetime(2020, 1, 1)}, set()),
    ({"ids": [UNKNOWN]}, set()),
]
"""Arguments of `list`, and the names of the files that are left."""


@pytest.fixture
def stored(sandbox: Sandbox) -> dict[str, str]:
    """Four images of different sizes in the library: their ids by name."""
    ids: dict[str, str] = {}
    with sandbox.sync_client() as client:
        for number, (kind, name) in enumerate(FORMATS.items(), 1):
            color = NAVY if number % 2 else RED
            image = draw(kind, (100 * number, 50), color)
            ids[name] = client.upload_one(image, filename=name).image_id
    return ids


def sent(sandbox: Sandbox) -> int:
    return len(sandbox.requests)


# list


def test_an_empty_library_is_an_empty_page(calls: Calls, sandbox: Sandbox) -> None:
    page = calls(calls.client(sandbox).files.list())
    assert (page.files, page.total_count, page.has_more) == ([], 0, False)


def test_every_file_is_listed_newest_first(
    calls: Calls, sandbox: Sandbox, stored: dict[str, str]
) -> None:
    page = calls(calls.client(sandbox).files.list(sort_by="created_at"))
    assert [file.id for file in page.files] == list(stored.values())[::-1]


def test_pages_hold_every_file_once(calls: Calls, sandbox: Sandbox, stored: dict[str, str]) -> None:
    client = calls.client(sandbox)
    pages = [calls(client.files.list(limit=3, offset=offset)) for offset in (0, 3)]
    assert [len(page.files) for page in pages] == [3, 1]
    assert [page.has_more for page in pages] == [True, False]
    assert {file.id for page in pages for file in page.files} == set(stored.values())


def test_a_page_beyond_the_end_is_empty(
    calls: Calls, sandbox: Sandbox, stored: dict[str, str]
) -> None:
    page = calls(calls.client(sandbox).files.list(offset=100))
    assert (page.files, page.total_count, page.has_more) == ([], len(stored), False)


@pytest.mark.parametrize(("arguments", "names"), FILTERS)
def test_a_filter_leaves_what_fits(
    arguments: dict[str, Any],
    names: set[str],
    calls: Calls,
    sandbox: Sandbox,
    stored: dict[str, str],
) -> None:
    page = calls(calls.client(sandbox).files.list(**arguments))
    assert {file.filename for file in page.files} == names
    assert page.total_count == len(names)


def test_files_are_found_by_their_ids(
    calls: Calls, sandbox: Sandbox, stored: dict[str, str]
) -> None:
    wanted = [stored["a.gif"], stored["a.jpg"]]
    page = calls(calls.client(sandbox).files.list(ids=wanted))
    assert {file.id for file in page.files} == set(wanted)


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_files_are_sorted_by_size_in_both_orders(
    order: str, calls: Calls, sandbox: Sandbox, stored: dict[str, str]
) -> None:
    page = calls(calls.client(sandbox).files.list(sort_by="size_bytes", sort_order=order))
    sizes = [file.size_bytes or 0 for file in page.files]
    assert sizes == sorted(sizes, reverse=order == "desc")
    assert len(sizes) == len(stored)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", 0),
        ("limit", 101),
        ("limit", True),
        ("limit", "20"),
        ("offset", -1),
        ("offset", 1.0),
        ("search", ""),
        ("search", "x" * 201),
        ("search_mode", "everything"),
        ("sort_by", "name"),
        ("sort_order", "up"),
        ("tags", "red"),
        ("tags", ["x" * 51]),
        ("tags", [""]),
        ("tags", ["a"] * 41),
        ("ids", ["a"] * 501),
        ("media_types", ["music"]),
        ("media_types", "image"),
    ],
)
def test_an_argument_out_of_range_is_refused_unsent(
    name: str, value: Any, calls: Calls, sandbox: Sandbox
) -> None:
    with pytest.raises(ValidationError, match=f"^{name}"):
        calls(calls.client(sandbox).files.list(**{name: value}))
    assert sent(sandbox) == 0


# get


def test_a_file_is_read_by_its_id(calls: Calls, sandbox: Sandbox, stored: dict[str, str]) -> None:
    details = calls(calls.client(sandbox).files.get(stored["a.png"]))
    assert (details.id, details.content_type) == (stored["a.png"], "image/png")


def test_the_first_eight_characters_of_an_id_are_enough(
    calls: Calls, sandbox: Sandbox, stored: dict[str, str]
) -> None:
    details = calls(calls.client(sandbox).files.get(stored["a.png"][:8]))
    assert details.id == stored["a.png"]


def test_details_hold_what_was_measured(
    calls: Calls, sandbox: Sandbox, stored: dict[str, str]
) -> None:
    details = calls(calls.client(sandbox).files.get(stored["a.png"]))
    assert details.size_bytes == len(draw("PNG", (200, 50), RED))
    assert details.dimensions is not None
    assert "200" in str(details.dimensions)
    assert details.created_at is not None


@pytest.mark.parametrize("file_id", ["", "  ", ".", "..", None, 7])
def test_an_id_that_is_none_is_refused_unsent(file_id: Any, calls: Calls, sandbox: Sandbox) -> None:
    with pytest.raises(ValidationError, match="file_id"):
        calls(calls.client(sandbox).files.get(file_id))
    assert sent(sandbox) == 0


def test_an_unknown_id_is_not_found(calls: Calls, sandbox: Sandbox) -> None:
    with pytest.raises(ResourceNotFoundError) as caught:
        calls(calls.client(sandbox).files.get(UNKNOWN))
    assert (caught.value.status_code, caught.value.resource_id) == (404, UNKNOWN)


def test_the_error_of_an_unknown_id_names_the_call_p15(calls: Calls, sandbox: Sandbox) -> None:
    with pytest.raises(ResourceNotFoundError) as caught:
        calls(calls.client(sandbox).files.get(UNKNOWN))
    error, seen = caught.value, sandbox.requests[-1]
    assert (error.method, error.path) == ("GET", "/user-files/{image_id}")
    assert error.request_id == seen.request_id
    assert str(error).startswith("GET /user-files/{image_id}: ")
    assert f"request id {seen.request_id}" in str(error)


@pytest.mark.parametrize("file_id", ["a/b", "a?b=c", "../../uploads/quota-check", "a#b", "日本"])
def test_a_hostile_id_stays_one_segment(file_id: str, calls: Calls, sandbox: Sandbox) -> None:
    with pytest.raises(ResourceNotFoundError) as caught:
        calls(calls.client(sandbox).files.get(file_id))
    assert caught.value.path == "/user-files/{image_id}"
    assert sent(sandbox) == 1

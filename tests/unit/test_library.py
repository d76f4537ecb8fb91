"""What files and links check before anything is sent."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aion import _checks as check
from aion._flows.paging import Pages
from aion._requests.library import Listing, changes, listing
from aion._requests.links import address, in_state
from aion._requests.page import Page
from aion.exceptions import ValidationError
from aion.types.links import LinkItem
from aion_api import UNSET


def plain(**filters: Any) -> Listing:
    defaults: dict[str, Any] = {
        "search": None,
        "tags": None,
        "date_from": None,
        "date_to": None,
        "folder_id": None,
        "sort_by": "created_at",
        "sort_order": "desc",
    }
    return listing(**{**defaults, **filters})


def test_a_listing_without_filters_sends_only_order_and_page() -> None:
    assert plain()(20, 40).query == [
        ("limit", "20"), ("offset", "40"), ("sort_by", "created_at"), ("sort_order", "desc"),
    ]  # fmt: skip


def test_a_list_in_a_filter_repeats_its_key() -> None:
    query = plain(tags=["a", "b"], media_types=["link"])(1, 0).query or []
    assert [pair for pair in query if pair[0] in ("tags", "media_types")] == [
        ("tags", "a"), ("tags", "b"), ("media_types", "link"),
    ]  # fmt: skip


def test_one_listing_makes_any_number_of_pages() -> None:
    page = plain(tags=iter(["a"]))
    assert [dict(page(5, offset).query or []).get("tags") for offset in (0, 5)] == ["a", "a"]


def test_no_ids_are_refused_since_they_would_find_everything() -> None:
    with pytest.raises(ValidationError, match=r"^ids"):
        plain(ids=[])


def test_a_date_is_a_moment_and_no_text() -> None:
    sent = dict(plain(date_from=datetime(2026, 5, 4, tzinfo=UTC))(1, 0).query or [])
    assert sent["date_from"] == "2026-05-04T00:00:00Z"
    with pytest.raises(ValidationError, match=r"^date_to"):
        plain(date_to="2026-05-04")


def test_p19_an_update_keeps_what_was_left_out_apart_from_none() -> None:
    assert changes("T", UNSET).to_dict(exclude_none=False) == {"title": "T"}
    assert changes(None, ["a"]).to_dict(exclude_none=False) == {"title": None, "tags": ["a"]}
    assert changes(UNSET, None).to_dict(exclude_none=False) == {"tags": None}


def test_an_update_of_nothing_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"^pass title or tags"):
        changes(UNSET, UNSET)


@pytest.mark.parametrize(
    "url",
    [
        "https://quillhaven.example",
        "HTTP://quillhaven.example/a?b=c#d",
        "http://[::1]:8080/",
        "https://münchen.example/straße",
    ],
)
def test_an_address_is_sent_as_it_was_given(url: str) -> None:
    assert address(f" {url} ") == url


@given(st.text(max_size=60) | st.text(max_size=60).map("https://{}".format))
def test_an_address_is_good_or_refused(text: str) -> None:
    try:
        found = address(text)
    except ValidationError:
        return
    assert found == text.strip()
    assert urlsplit(found).scheme in ("http", "https")
    assert urlsplit(found).hostname
    assert not any(char.isspace() for char in found)


def test_ids_are_trimmed_and_counted() -> None:
    assert check.identifiers("ids", (one for one in [" a ", "b"]), most=2) == ["a", "b"]
    for wrong in ([], None, "ab", ["a", "a "], ["a", "b", "c"], [1], [".."]):
        with pytest.raises(ValidationError, match=r"^ids"):
            check.identifiers("ids", wrong, most=2)  # type: ignore[arg-type]  # that is the test


def test_links_are_chosen_by_their_state() -> None:
    keep = in_state("failed")
    assert keep is not None
    assert keep(LinkItem("a", "u", "d", crawl_status="failed"))
    assert not keep(LinkItem("a", "u", "d"))
    assert in_state(None) is None


def test_p20_items_that_are_not_kept_still_count_for_the_next_page() -> None:
    asked: list[int] = []

    async def fetch(offset: int) -> Page[int]:
        asked.append(offset)
        return Page(range(offset, offset + 3), offset < 6)

    async def walk() -> list[int]:
        return [item async for item in Pages(fetch, int, lambda item: item % 4 == 0)]

    assert asyncio.run(walk()) == [0, 4, 8]
    assert asked == [0, 3, 6]

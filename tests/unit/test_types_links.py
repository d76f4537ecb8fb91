"""Links: every shape that a service has sent them in."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aion.types.files import DeleteFileResult, UpdateFileResult
from aion.types.links import (
    CreateLinkResult,
    LinkCrawlStatus,
    LinkDeleteResult,
    LinkDetails,
    LinkItem,
    LinkList,
    LinkOGMetadata,
    LinkUpdateResult,
    RecrawlLinkResult,
)
from aion_api import Model

URL = "https://quillhaven.example/tides"
LINK: dict[str, Any] = {
    "id": "l-1",
    "source_url": URL,
    "domain": "quillhaven.example",
    "title": "Tides",
    "tags": ["sea"],
    "crawl_status": "completed",
    "og_metadata": {"title": "Spring tides", "image": "https://quillhaven.example/a.jpg"},
    "created_at": "2026-05-04T09:00:00Z",
    "media_type": "link",
    "size_bytes": 0,
}


def test_the_address_is_read_under_both_names() -> None:
    renamed = {**LINK, "url": URL}
    del renamed["source_url"]
    for cls in (CreateLinkResult, LinkItem, LinkDetails):
        assert cls.from_api_response(LINK).url == cls.from_api_response(renamed).url == URL


def test_a_missing_domain_is_the_host_of_the_address() -> None:
    assert LinkItem.from_api_response({"id": "l", "source_url": URL}).domain == (
        "quillhaven.example"
    )
    assert LinkItem.from_api_response({"id": "l", "source_url": "https://[bad"}).domain == ""


@pytest.mark.parametrize("key", ["image", "image_url"])
def test_the_preview_image_is_read_under_both_names(key: str) -> None:
    preview = LinkOGMetadata.from_api_response({key: "https://quillhaven.example/a.jpg"})
    assert preview.image_url == "https://quillhaven.example/a.jpg"


def test_a_link_without_a_title_has_that_of_its_preview_before_that_of_its_page() -> None:
    untitled = {**LINK, "title": None, "page_title": "Log"}
    assert LinkDetails.from_api_response(untitled).title == "Spring tides"
    assert LinkDetails.from_api_response({**untitled, "og_metadata": None}).title == "Log"
    assert LinkItem.from_api_response({**LINK, "title": None, "og_metadata": None}).title is None


@pytest.mark.parametrize(
    ("wire", "images"),
    [
        (None, None),
        ([], []),
        ({}, []),
        ([{"url": "a"}], [{"url": "a"}]),
        ({"images": [{"url": "a"}, {"url": "b"}]}, [{"url": "a"}, {"url": "b"}]),
        ({"url": "a", "alt": "x"}, [{"url": "a", "alt": "x"}]),
        (["a"], [{"url": "a"}]),
        ("a", []),
    ],
)
def test_the_images_of_a_page_are_a_list_whatever_came(wire: Any, images: Any) -> None:
    assert LinkDetails.from_api_response({**LINK, "extracted_images": wire}).extracted_images == (
        images
    )


@pytest.mark.parametrize(
    ("status", "complete", "failed", "crawling"),
    [
        ("completed", True, False, False),
        ("failed", False, True, False),
        ("queued", False, False, True),
        ("pending", False, False, True),
        ("thinking", False, False, True),
        (None, False, False, True),
    ],
)
def test_p18_an_unknown_or_missing_state_counts_as_running(
    status: str | None, complete: bool, failed: bool, crawling: bool
) -> None:
    link = LinkDetails.from_api_response({**LINK, "crawl_status": status})
    assert link.is_crawl_complete is complete
    assert link.is_crawl_failed is failed
    assert link.is_crawling is crawling
    assert link.crawl_status == status


def test_only_completed_and_failed_end_a_crawl() -> None:
    ends = {status.value for status in LinkCrawlStatus if status.is_terminal}
    assert ends == {"completed", "failed"}
    assert not LinkCrawlStatus("thinking").is_terminal


def test_a_recrawl_is_read_in_the_short_and_in_the_long_form() -> None:
    short = RecrawlLinkResult.from_api_response({"status": "queued", "link_id": "l-1"})
    assert (short.id, short.message, short.next_allowed_recrawl) == ("l-1", "", None)
    long = RecrawlLinkResult.from_api_response(
        {
            "id": "l-1",
            "status": "queued",
            "message": "soon",
            "og_metadata": {"title": "T"},
            "next_allowed_recrawl": "2026-05-04T10:00:00",
        }
    )
    assert (long.id, long.message) == ("l-1", "soon")
    assert long.og_metadata == LinkOGMetadata(title="T")
    assert long.next_allowed_recrawl == datetime(2026, 5, 4, 10, tzinfo=UTC)


def test_a_page_of_links_is_read_under_both_names() -> None:
    for key in ("files", "links"):
        page = LinkList.from_api_response({key: [LINK], "total_count": 3, "has_more": True})
        assert (page.links[0].id, page.total_count, page.has_more) == ("l-1", 3, True)


def test_changes_of_a_link_are_changes_of_a_file() -> None:
    changed = LinkUpdateResult.from_api_response({"id": "l-1", "title": "T", "tags": []})
    assert isinstance(changed, UpdateFileResult)
    assert (changed.title, changed.tags, changed.updated_at) == ("T", [], None)
    gone = LinkDeleteResult.from_api_response({"id": "l-1"})
    assert isinstance(gone, DeleteFileResult)
    assert (gone.id, gone.deleted_at, gone.message) == ("l-1", None, "")


def test_p18_what_is_not_known_is_kept() -> None:
    link = LinkDetails.from_api_response({**LINK, "mood": "calm"})
    assert link.additional_properties["mood"] == "calm"
    assert link.to_dict()["mood"] == "calm"
    assert link.additional_properties["media_type"] == "link"


def test_p18_a_date_that_cannot_be_read_is_kept_as_it_came() -> None:
    link = LinkDetails.from_api_response({**LINK, "crawled_at": "at dawn"})
    assert link.crawled_at is None
    assert link.to_dict()["crawled_at"] == "at dawn"


@pytest.mark.parametrize("key", sorted(set(LINK) - {"id"}))
def test_p18_a_nulled_field_does_not_fail_a_link(key: str) -> None:
    for cls in (LinkItem, LinkDetails, CreateLinkResult):
        assert cls.from_api_response({**LINK, key: None}).id == "l-1"


READ: list[Model] = [
    CreateLinkResult.from_api_response(LINK),
    LinkItem.from_api_response(LINK),
    LinkDetails.from_api_response({**LINK, "extracted_images": {"images": [{"url": "a"}]}}),
    LinkList.from_api_response({"files": [LINK], "total_count": 1, "has_more": False}),
    RecrawlLinkResult.from_api_response({"status": "queued", "link_id": "l-1"}),
    LinkUpdateResult.from_api_response({"id": "l-1", "tags": ["a"]}),
    LinkDeleteResult.from_api_response({"id": "l-1", "message": "gone"}),
]


@pytest.mark.parametrize("result", READ, ids=lambda result: type(result).__name__)
def test_p6_every_result_survives_copies(result: Model) -> None:
    assert pickle.loads(pickle.dumps(result)) == copy.deepcopy(result) == copy.copy(result)


@pytest.mark.parametrize("result", READ, ids=lambda result: type(result).__name__)
def test_what_a_result_is_written_as_reads_back_the_same(result: Model) -> None:
    cls: Any = type(result)
    assert cls.from_api_response(result.to_dict()) == result


TEXTS = st.none() | st.text(max_size=20)


@given(
    st.fixed_dictionaries(
        {"id": st.text(max_size=8)},
        optional={
            "source_url": TEXTS,
            "url": TEXTS,
            "domain": TEXTS,
            "title": TEXTS,
            "page_title": TEXTS,
            "crawl_status": TEXTS,
            "crawled_at": TEXTS,
            "created_at": TEXTS,
            "og_metadata": TEXTS | st.dictionaries(st.text(max_size=8), TEXTS, max_size=3),
            "extracted_images": TEXTS | st.lists(TEXTS | st.integers(), max_size=3),
        },
    )
)
def test_any_text_in_any_field_can_be_read(data: dict[str, Any]) -> None:
    for cls in (LinkItem, LinkDetails, CreateLinkResult):
        found = cls.from_api_response(data)
        assert found.id == data["id"]
        assert isinstance(found.url, str)
        assert isinstance(found.domain, str)

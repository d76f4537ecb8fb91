"""Save links and wait for their crawls, over real HTTP."""

from __future__ import annotations

import time
from typing import Any

import pytest

from aion.exceptions import (
    AionvisionTimeoutError,
    RateLimitError,
    ResourceNotFoundError,
    ValidationError,
)
from aion.testing import Sandbox
from aion.types.links import LinkCrawlStatus, LinkDetails
from tests.behaviour.calls import Calls
from tests.behaviour.pictures import draw

UNKNOWN = "00000000-0000-4000-8000-000000000000"
HARBOR = "https://pages.aion.test/harbor"
BAKERY = "http://pages.aion.test/bakery"
ELSEWHERE = "https://quillhaven.example/tides"
SOON = 0.005


@pytest.fixture
def saved(sandbox: Sandbox) -> dict[str, str]:
    """Three crawled links, the last of which failed, and one that waits: their ids by address."""
    with sandbox.sync_client() as client:
        ids = {
            url: client.links.create_and_wait(url, tags=["t"], poll_interval=SOON).id
            for url in (HARBOR, BAKERY, ELSEWHERE)
        }
        ids["waiting"] = client.links.create(HARBOR, auto_crawl=False).id
    return ids


# create


def test_a_link_is_saved_and_queued(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    folder = calls(client.folders.create("Reading"))
    link = calls(client.links.create(HARBOR, title="Tides", tags=["a", "b"], folder_id=folder.id))
    assert (link.url, link.domain, link.title) == (HARBOR, "pages.aion.test", "Tides")
    assert (link.tags, link.folder_id, link.is_duplicate) == (["a", "b"], folder.id, False)
    assert link.crawl_status == LinkCrawlStatus.QUEUED
    assert link.created_at is not None


def test_the_same_address_twice_makes_a_second_link_that_says_so(
    calls: Calls, sandbox: Sandbox
) -> None:
    links = calls.client(sandbox).links
    first, second = (calls(links.create(BAKERY)) for _ in range(2))
    assert (first.is_duplicate, second.is_duplicate) == (False, True)
    assert first.id != second.id


def test_a_link_that_is_not_to_be_crawled_stays_pending(calls: Calls, sandbox: Sandbox) -> None:
    link = calls(calls.client(sandbox).links.create(HARBOR, auto_crawl=False))
    assert link.crawl_status == LinkCrawlStatus.PENDING


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"url": ""}, "url"),
        ({"url": "quillhaven.example"}, "url"),
        ({"url": "ftp://quillhaven.example/a"}, "url"),
        ({"url": "https://"}, "url"),
        ({"url": "https://[::1"}, "url"),
        ({"url": "https://quillhaven.example/a b"}, "url"),
        ({"url": "https://quillhaven.example/" + "x" * 2048}, "url"),
        ({"url": HARBOR, "title": "x" * 501}, "title"),
        ({"url": HARBOR, "tags": ["x"] * 41}, "tags"),
        ({"url": HARBOR, "tags": "x"}, "tags"),
        ({"url": HARBOR, "folder_id": " "}, "folder_id"),
        ({"url": HARBOR, "timeout": 0}, "timeout"),
    ],
)
def test_a_link_that_is_not_allowed_is_refused_unsent(
    arguments: dict[str, Any], name: str, calls: Calls, sandbox: Sandbox
) -> None:
    links = calls.client(sandbox).links
    with pytest.raises(ValidationError, match=f"^{name}"):
        calls(links.create_and_wait(**arguments))
    assert sandbox.requests == []


def test_an_unknown_folder_is_not_found(calls: Calls, sandbox: Sandbox) -> None:
    with pytest.raises(ResourceNotFoundError):
        calls(calls.client(sandbox).links.create(HARBOR, folder_id=UNKNOWN))


# waiting


def test_a_crawled_link_shows_what_its_page_says(calls: Calls, sandbox: Sandbox) -> None:
    link = calls(calls.client(sandbox).links.create_and_wait(HARBOR, poll_interval=SOON))
    assert (link.is_crawl_complete, link.is_crawling, link.crawl_error) == (True, False, None)
    assert link.title == "Spring tides at Quillhaven harbor"
    assert link.og_metadata is not None
    assert link.og_metadata.image_url == "https://pages.aion.test/pictures/pier.jpg"
    assert link.og_metadata.site_name == "Quillhaven Gazette"
    assert link.favicon_url == "https://pages.aion.test/harbor.ico"
    assert link.extracted_images_count == len(link.extracted_images or ()) == 2
    assert link.crawled_at is not None


def test_a_title_of_ones_own_is_kept(calls: Calls, sandbox: Sandbox) -> None:
    links = calls.client(sandbox).links
    assert calls(links.create_and_wait(HARBOR, title="My tides", poll_interval=SOON)).title == (
        "My tides"
    )


def test_a_failed_crawl_is_returned_with_its_reason(calls: Calls, sandbox: Sandbox) -> None:
    link = calls(calls.client(sandbox).links.create_and_wait(ELSEWHERE, poll_interval=SOON))
    assert (link.is_crawl_failed, link.is_crawl_complete, link.is_crawling) == (True, False, False)
    assert "quillhaven.example" in (link.crawl_error or "")


def test_p23_a_crawl_that_does_not_end_raises_with_the_way_to_resume(
    calls: Calls, sandbox: Sandbox
) -> None:
    links = calls.client(sandbox).links
    sandbox.faults.hold("crawl", "processing")
    began = time.monotonic()
    with pytest.raises(AionvisionTimeoutError, match="do not save it again") as caught:
        calls(links.create_and_wait(HARBOR, timeout=0.2, poll_interval=0.02))
    assert time.monotonic() - began < 3
    last = caught.value.last_result
    assert isinstance(last, LinkDetails)
    assert last.crawl_status == "processing"
    sandbox.faults.clear()
    assert calls(links.wait_for_crawl(last.id, poll_interval=SOON)).is_crawl_complete


def test_p23_a_link_that_is_not_crawled_times_out(
    calls: Calls, sandbox: Sandbox, saved: dict[str, str]
) -> None:
    with pytest.raises(AionvisionTimeoutError) as caught:
        calls(calls.client(sandbox).links.wait_for_crawl(saved["waiting"], timeout=0.1))
    assert caught.value.details == {"link_id": saved["waiting"], "status": "pending"}


@pytest.mark.parametrize("arguments", [{"timeout": -1}, {"poll_interval": 0}])
def test_a_wait_out_of_range_is_refused_unsent(
    arguments: dict[str, Any], calls: Calls, sandbox: Sandbox
) -> None:
    with pytest.raises(ValidationError):
        calls(calls.client(sandbox).links.wait_for_crawl(UNKNOWN, **arguments))
    assert sandbox.requests == []


# get, list, list_all


def test_a_link_is_read_by_its_id_or_the_start_of_it(
    calls: Calls, sandbox: Sandbox, saved: dict[str, str]
) -> None:
    links = calls.client(sandbox).links
    whole, short = (calls(links.get(one)) for one in (saved[HARBOR], saved[HARBOR][:8]))
    assert whole == short
    assert (whole.url, whole.tags) == (HARBOR, ["t"])


def test_an_image_is_not_a_link(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    image = calls(client.upload_one(draw(), filename="a.jpg"))
    with pytest.raises(ResourceNotFoundError, match="'image'"):
        calls(client.links.get(image.image_id))


def test_links_are_listed_newest_first_and_nothing_else(
    calls: Calls, sandbox: Sandbox, saved: dict[str, str]
) -> None:
    client = calls.client(sandbox)
    calls(client.upload_one(draw(), filename="a.jpg"))
    page = calls(client.links.list())
    assert [link.id for link in page.links] == list(saved.values())[::-1]
    assert (page.total_count, page.has_more) == (4, False)
    assert (page.links[-1].url, page.links[-1].domain) == (HARBOR, "pages.aion.test")


def test_a_page_of_links_says_whether_there_are_more(
    calls: Calls, sandbox: Sandbox, saved: dict[str, str]
) -> None:
    page = calls(calls.client(sandbox).links.list(limit=3, offset=0))
    assert (len(page.links), page.total_count, page.has_more) == (3, len(saved), True)


@pytest.mark.parametrize(
    ("arguments", "addresses"),
    [
        ({"search": "tides"}, {HARBOR}),
        ({"search": "starter"}, {BAKERY}),
        ({"tags": ["t"]}, {HARBOR, BAKERY, ELSEWHERE}),
        ({"crawl_status": "completed"}, {HARBOR, BAKERY}),
        ({"crawl_status": "failed"}, {ELSEWHERE}),
        ({"crawl_status": "completed", "search": "tides"}, {HARBOR}),
        ({"crawl_status": "queued"}, set[str]()),
    ],
)
def test_a_filter_leaves_the_links_that_fit(
    arguments: dict[str, Any],
    addresses: set[str],
    calls: Calls,
    sandbox: Sandbox,
    saved: dict[str, str],
) -> None:
    links = calls.client(sandbox).links
    page = calls(links.list(**arguments))
    assert {link.url for link in page.links} == addresses
    assert page.total_count == len(addresses)
    assert {link.url for link in calls.items(links.list_all(**arguments))} == addresses


def test_pages_of_links_in_one_state_are_counted_right(
    calls: Calls, sandbox: Sandbox, saved: dict[str, str]
) -> None:
    links = calls.client(sandbox).links
    pages = [calls(links.list(crawl_status="completed", limit=1, offset=n)) for n in (0, 1)]
    assert [page.links[0].id for page in pages] == [saved[BAKERY], saved[HARBOR]]
    assert [(page.total_count, page.has_more) for page in pages] == [(2, True), (2, False)]


def test_links_are_listed_by_folder(calls: Calls, sandbox: Sandbox, saved: dict[str, str]) -> None:
    client = calls.client(sandbox)
    folder = calls(client.folders.create("Reading"))
    calls(client.folders.move_files([saved[BAKERY]], folder_id=folder.id))
    assert [link.url for link in calls(client.links.list(folder_id=folder.id)).links] == [BAKERY]


def test_links_are_sorted_by_title(calls: Calls, sandbox: Sandbox, saved: dict[str, str]) -> None:
    found = calls.client(sandbox).links.list_all(sort_by="title", crawl_status="completed")
    titles = [link.title or "" for link in calls.items(found)]
    assert titles == sorted(titles, reverse=True)


def test_p20_all_links_come_once_in_each_of_two_walks(
    calls: Calls, sandbox: Sandbox, saved: dict[str, str]
) -> None:
    found = calls.client(sandbox).links.list_all(page_size=1)
    walks = [[link.id for link in calls.items(found)] for _ in range(2)]
    assert walks == [list(saved.values())[::-1]] * 2


@pytest.mark.parametrize(
    ("name", "value"),
    [("sort_by", "size_bytes"), ("crawl_status", "asleep"), ("search", ""), ("date_from", "2026")],
)
def test_a_filter_out_of_range_is_refused_unsent(
    name: str, value: Any, calls: Calls, sandbox: Sandbox
) -> None:
    links = calls.client(sandbox).links
    with pytest.raises(ValidationError, match=f"^{name}"):
        calls(links.list(**{name: value}))
    with pytest.raises(ValidationError, match=f"^{name}"):
        links.list_all(**{name: value})
    assert sandbox.requests == []


# update, delete, recrawl


def test_p19_left_out_none_and_a_value_are_three_updates_of_a_link(
    calls: Calls, sandbox: Sandbox, saved: dict[str, str]
) -> None:
    links = calls.client(sandbox).links
    link_id = saved["waiting"]
    given = calls(links.update(link_id, title="Mine", tags=["x"]))
    kept = calls(links.update(link_id, tags=["y"]))
    emptied = calls(links.update(link_id, title=None, tags=["y"]))
    assert [given.title, kept.title, emptied.title] == ["Mine", "Mine", None]
    assert (kept.id, kept.tags) == (link_id, ["y"])
    assert kept.updated_at is not None
    bodies = {one.body_sha256 for one in sandbox.requests if one.method == "PATCH"}
    assert len(bodies) == 3


@pytest.mark.parametrize("arguments", [{}, {"title": "x" * 256}, {"tags": ["x" * 51]}])
def test_an_update_out_of_range_is_refused_unsent(
    arguments: dict[str, Any], calls: Calls, sandbox: Sandbox
) -> None:
    with pytest.raises(ValidationError):
        calls(calls.client(sandbox).links.update(UNKNOWN, **arguments))
    assert sandbox.requests == []


def test_a_deleted_link_is_gone(calls: Calls, sandbox: Sandbox, saved: dict[str, str]) -> None:
    links = calls.client(sandbox).links
    gone = calls(links.delete(saved[HARBOR]))
    assert (gone.id, bool(gone.message), gone.deleted_at is not None) == (saved[HARBOR], True, True)
    with pytest.raises(ResourceNotFoundError):
        calls(links.get(saved[HARBOR]))


def test_links_are_deleted_together(calls: Calls, sandbox: Sandbox, saved: dict[str, str]) -> None:
    links = calls.client(sandbox).links
    sandbox.faults.hold("crawl", "queued")
    busy = calls(links.create(HARBOR)).id
    answer = calls(links.batch_delete([saved[HARBOR], saved["waiting"], busy, UNKNOWN]))
    assert [one.id for one in answer.deleted] == [saved[HARBOR], saved["waiting"]]
    assert [one.id for one in answer.skipped] == [busy]
    assert [one.id for one in answer.failed] == [UNKNOWN]


def test_too_many_links_to_delete_are_refused_unsent(calls: Calls, sandbox: Sandbox) -> None:
    with pytest.raises(ValidationError, match=r"^link_ids"):
        calls(calls.client(sandbox).links.batch_delete([str(number) for number in range(101)]))
    assert sandbox.requests == []


def test_a_link_is_recrawled(calls: Calls, sandbox: Sandbox, saved: dict[str, str]) -> None:
    links = calls.client(sandbox).links
    answer = calls(links.recrawl(saved["waiting"]))
    assert (answer.id, answer.status, answer.message) == (saved["waiting"], "queued", "")
    assert calls(links.wait_for_crawl(answer.id, poll_interval=SOON)).is_crawl_complete


def test_a_second_crawl_within_the_hour_is_a_rate_limit(
    calls: Calls, sandbox: Sandbox, saved: dict[str, str]
) -> None:
    links = calls.client(sandbox).links
    calls(links.recrawl(saved[HARBOR]))
    calls(links.wait_for_crawl(saved[HARBOR], poll_interval=SOON))
    with pytest.raises(RateLimitError) as caught:
        calls(links.recrawl(saved[HARBOR]))
    assert caught.value.retry_after is not None
    assert 3500 < caught.value.retry_after <= 3600


def test_a_link_that_is_being_crawled_is_not_recrawled(calls: Calls, sandbox: Sandbox) -> None:
    links = calls.client(sandbox).links
    sandbox.faults.hold("crawl", "queued")
    link = calls(links.create(HARBOR))
    with pytest.raises(ValidationError, match="has not ended"):
        calls(links.recrawl(link.id))

"""Everything that comes in pages: which are fetched when, and what goes wrong where it belongs."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from aion._flows.paging import Pages
from aion._requests.page import Page
from aion.exceptions import AionvisionError, ServerError
from aion.sync._flows.paging import SyncPages
from aion.testing import Sandbox
from tests.behaviour.calls import Calls
from tests.behaviour.pictures import draw

SIZE = 10


class Listing:
    """A listing of numbers that records its requests."""

    def __init__(self, count: int, *, known: bool = True) -> None:
        self.numbers = list(range(count))
        self.total = count if known else None
        self.asked: list[int] = []
        self.busy = self.most = 0
        self._lock = threading.Lock()

    def begin(self, offset: int) -> None:
        with self._lock:
            self.asked.append(offset)
            self.busy += 1
            self.most = max(self.most, self.busy)

    def end(self) -> None:
        with self._lock:
            self.busy -= 1

    def page(self, offset: int) -> tuple[list[int], bool, int | None]:
        items = self.numbers[offset : offset + SIZE]
        return items, offset + len(items) < len(self.numbers), self.total


class Walks:
    """Walks through a listing with the iterator of one client."""

    def __init__(self, kind: str) -> None:
        self.is_async = kind == "async"

    def pages(self, listing: Listing) -> Any:
        def blocking(offset: int) -> Page[int]:
            listing.begin(offset)
            try:
                time.sleep(0.002)
                return Page(*listing.page(offset))
            finally:
                listing.end()

        async def fetch(offset: int) -> Page[int]:
            listing.begin(offset)
            try:
                await asyncio.sleep(0.002)
                return Page(*listing.page(offset))
            finally:
                listing.end()

        return Pages(fetch, int) if self.is_async else SyncPages(blocking, int)

    def take(self, pages: Any, count: int | None = None) -> list[int]:
        """Return that many items, or all of them, after the loop has ended."""
        if not self.is_async:
            return self._taken(iter(pages), count)

        async def walk() -> list[int]:
            found: list[int] = []
            async for one in pages:
                found.append(one)
                if len(found) == count:
                    break
            return found

        return asyncio.run(walk())

    def next_and_rest(self, pages: Any) -> tuple[int, list[int]]:
        """Return the next item, and the items of a loop after it."""
        if not self.is_async:
            return next(pages), list(pages)

        async def walk() -> tuple[int, list[int]]:
            return await anext(pages), [one async for one in pages]

        return asyncio.run(walk())

    @staticmethod
    def _taken(items: Iterator[int], count: int | None) -> list[int]:
        found: list[int] = []
        for one in items:
            found.append(one)
            if len(found) == count:
                break
        return found


@pytest.fixture(params=["async", "sync"])
def walks(request: pytest.FixtureRequest) -> Walks:
    return Walks(request.param)


def threads() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name.startswith("aion-call")]


def test_p20_all_items_come_once_in_order_in_each_walk(walks: Walks) -> None:
    listing = Listing(235)
    pages = walks.pages(listing)
    assert walks.take(pages) == listing.numbers
    assert walks.take(pages) == listing.numbers


def test_p20_a_walk_that_began_with_next_continues(walks: Walks) -> None:
    listing = Listing(35)
    assert walks.next_and_rest(walks.pages(listing)) == (0, listing.numbers[1:])


def test_a_walk_that_began_with_next_ends_once(walks: Walks) -> None:
    pages = walks.pages(Listing(3))
    walks.next_and_rest(pages)
    assert walks.take(pages) == []


class Late(Listing):
    """A listing that cannot be had at first."""

    def page(self, offset: int) -> tuple[list[int], bool, int | None]:
        if len(self.asked) == 1:
            raise ServerError("not now")
        return super().page(offset)


def test_p20_a_walk_that_failed_does_not_look_like_one_that_ended(walks: Walks) -> None:
    listing = Late(35)
    pages = walks.pages(listing)
    with pytest.raises(ServerError, match="not now"):
        walks.next_and_rest(pages)
    assert walks.take(pages) == listing.numbers


class Doubling(Listing):
    """A listing whose pages bring every number twice."""

    def page(self, offset: int) -> tuple[list[int], bool, int | None]:
        items, more, total = super().page(offset)
        return [number // 2 for number in items], more, total


def test_p20_an_item_that_is_twice_in_a_page_comes_once(walks: Walks) -> None:
    assert walks.take(walks.pages(Doubling(30))) == list(range(15))


def test_each_page_is_asked_for_once_and_none_after_the_last(walks: Walks) -> None:
    listing = Listing(235)
    walks.take(walks.pages(listing))
    assert sorted(listing.asked) == list(range(0, 235, SIZE))


def test_four_pages_are_fetched_at_a_time(walks: Walks) -> None:
    listing = Listing(400)
    walks.take(walks.pages(listing))
    assert listing.most == 4


def test_pages_are_fetched_one_after_the_other_where_the_total_is_not_known(walks: Walks) -> None:
    listing = Listing(100, known=False)
    assert walks.take(walks.pages(listing)) == listing.numbers
    assert listing.most == 1


@pytest.mark.parametrize(("read", "asked"), [(1, 2), (SIZE, 2), (SIZE + 1, 4), (2 * SIZE + 1, 7)])
def test_a_reader_who_stops_early_has_cost_little(read: int, asked: int, walks: Walks) -> None:
    listing = Listing(400)
    assert walks.take(walks.pages(listing), read) == listing.numbers[:read]
    assert len(listing.asked) <= asked


def test_p11_a_reader_who_stops_leaves_nothing_under_way(walks: Walks) -> None:
    listing = Listing(400)
    walks.take(walks.pages(listing), 5 * SIZE)
    assert (listing.busy, threads()) == (0, [])


def test_one_page_or_two_need_no_thread() -> None:
    ran_in: set[threading.Thread] = set()

    def fetch(offset: int) -> Page[int]:
        ran_in.add(threading.current_thread())
        return Page([offset], more=offset == 0, total=2)

    assert list(SyncPages(fetch, int)) == [0, 1]
    assert ran_in == {threading.current_thread()}


class Shrinking(Listing):
    """A listing whose fourth page is short, as after a deletion that it does not fill up."""

    def page(self, offset: int) -> tuple[list[int], bool, int | None]:
        items, more, total = super().page(offset)
        return (items[:-3] if offset == 30 else items), more, total


def test_p20_a_page_that_is_shorter_than_the_others_loses_nothing(walks: Walks) -> None:
    listing = Shrinking(100)
    assert walks.take(walks.pages(listing)) == listing.numbers


@pytest.mark.parametrize("total", [0, 1, 35, 10**9])
def test_p20_a_total_that_is_wrong_loses_nothing(total: int, walks: Walks) -> None:
    listing = Listing(95)
    listing.total = total
    assert walks.take(walks.pages(listing)) == listing.numbers


class Failing(Listing):
    """A listing of which one page cannot be had."""

    def page(self, offset: int) -> tuple[list[int], bool, int | None]:
        if offset == 50:
            raise ServerError("no such page")
        return super().page(offset)


def test_a_page_that_fails_fails_the_walk_when_it_arrives_there(walks: Walks) -> None:
    listing = Failing(100)
    assert walks.take(walks.pages(listing), 50) == listing.numbers[:50]
    with pytest.raises(ServerError, match="no such page"):
        walks.take(walks.pages(listing), 51)
    assert (listing.busy, threads()) == (0, [])


class Endless(Listing):
    """A listing that repeats its third page forever."""

    def page(self, offset: int) -> tuple[list[int], bool, int | None]:
        return super().page(min(offset, 20))


def test_p20_a_page_that_repeats_stops_the_walk_and_what_is_ahead_of_it(walks: Walks) -> None:
    listing = Endless(400)
    with pytest.raises(AionvisionError, match="the page after 30 items repeats an earlier one"):
        walks.take(walks.pages(listing))
    assert (listing.busy, threads()) == (0, [])
    assert len(listing.asked) <= 7


class Watched(Listing):
    """A listing that sets an event when its ninth page is requested."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.ninth = asyncio.Event()

    def begin(self, offset: int) -> None:
        super().begin(offset)
        if len(self.asked) == 9:
            self.ninth.set()


def test_p11_a_walk_that_is_cancelled_leaves_nothing_under_way() -> None:
    listing = Watched(4000)
    pages = Walks("async").pages(listing)

    async def walk() -> None:
        async for _ in pages:
            pass

    async def main() -> int:
        task = asyncio.create_task(walk())
        await listing.ninth.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return listing.busy

    assert asyncio.run(main()) == 0


# Against a server


@pytest.fixture(scope="module")
def gallery() -> Iterator[Sandbox]:
    """A sandbox with thirty pictures."""
    with Sandbox(pace=0.005) as sandbox:
        with sandbox.sync_client() as client:
            client.upload(
                [draw("PNG", (10 + number, 10)) for number in range(30)],
                filenames=[f"{number:02}.png" for number in range(30)],
            )
        yield sandbox


def requests_of(sandbox: Sandbox, work: Callable[[], object]) -> int:
    before = len(sandbox.requests)
    work()
    return len(sandbox.requests) - before


def test_p20_a_listing_comes_once_with_one_request_a_page(calls: Calls, gallery: Sandbox) -> None:
    files = calls.client(gallery).files.list_all(page_size=3)
    names: list[str | None] = []
    asked = requests_of(gallery, lambda: names.extend(one.filename for one in calls.items(files)))
    assert sorted(map(str, names)) == [f"{number:02}.png" for number in range(30)]
    assert asked == 10


def test_p9_pages_that_are_refused_for_a_moment_are_fetched_again(
    calls: Calls, gallery: Sandbox
) -> None:
    gallery.faults.fail("list_user_files", status=429, retry_after=0, every=4)
    found = calls.items(calls.client(gallery).files.list_all(page_size=3))
    gallery.faults.clear()
    assert len({one.id for one in found}) == len(found) == 30


def test_p11_a_reader_who_stops_leaves_the_client_as_it_was(calls: Calls, gallery: Sandbox) -> None:
    client = calls.client(gallery)
    for _ in range(20):
        _stop_after(calls, client.files.list_all(page_size=2), 11)
    assert threads() == []
    assert len(calls.items(client.files.list_all(page_size=2))) == 30


def _stop_after(calls: Calls, items: Any, count: int) -> None:
    if calls.kind == "sync":
        for _, _ in zip(range(count), items, strict=False):
            pass
        return

    async def walk() -> None:
        left = count
        async for _ in items:
            left -= 1
            if not left:
                break

    walking: Any = walk()
    calls(walking)

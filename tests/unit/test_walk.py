"""Walks through listings that change between two pages, against a model of such a listing."""

from __future__ import annotations

import random
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aion._paging import AT_ONCE, MOST_RETURNS, Ask, Page, Walk
from aion.exceptions import ServerError

Change = tuple[str, float]
"""What happens, and where: from 0, the front, to 1, the end."""

DELETE = st.tuples(st.just("delete"), st.floats(0, 1))
ADD = st.tuples(st.just("add"), st.floats(0, 1))
ADD_IN_FRONT = st.tuples(st.just("add"), st.just(0.0))
FETCH = st.tuples(st.just("fetch"), st.floats(0, 1))


def moments(*changes: st.SearchStrategy[Change]) -> st.SearchStrategy[list[list[Change]]]:
    """What happens before each of the pages that are taken."""
    return st.lists(st.lists(st.one_of(*changes), max_size=12), max_size=12)


def itself(number: int) -> int:
    """What tells one number from another."""
    return number


@dataclass
class Listing:
    """A listing that others change, and how its service gives pages of it."""

    count: int
    most: int = 100
    has_total: bool = True
    grid: int = 0
    """Pages begin after whole pages of so many only."""
    items: list[int] = field(init=False)
    stayed: set[int] = field(init=False)
    fetched: int = 0

    def __post_init__(self) -> None:
        self.items = list(range(self.count))
        self.stayed = set(self.items)

    def change(self, what: str, where: float) -> None:
        if what == "delete" and self.items:
            self.stayed.discard(self.items.pop(round(where * (len(self.items) - 1))))
        elif what == "add":
            self.items.insert(round(where * len(self.items)), 1000 + self.count)
            self.count += 1

    def page(self, ask: Ask) -> Page[int]:
        self.fetched += 1
        assert 1 <= ask.limit <= self.most
        start = ask.offset // self.grid * self.grid if self.grid else ask.offset
        items = self.items[start : start + (self.grid or ask.limit)]
        total = len(self.items) if self.has_total else None
        more = start + len(items) < len(self.items)
        if not self.grid:
            return Page(items, more, total)
        return Page(items, more, total, start, start + self.grid)


def walked(
    walk: Walk[int], listing: Listing, happens: list[list[Change]], adds: int = 99
) -> list[int]:
    """What a walk gives, with pages fetched ahead at any time before they are taken.

    At most so many items are added before each page is taken.
    """
    given: list[int] = []
    ahead: dict[Ask, Page[int]] = {}
    todo = [walk.ask]
    moments = iter(happens)
    while not walk.done:
        assert listing.fetched < 1000, "it goes on for ever"
        left = adds
        for what, where in next(moments, ()):
            left -= what == "add"
            if what == "fetch":
                one = todo[round(where * (len(todo) - 1))]
                ahead.setdefault(one, listing.page(one))
            elif what == "delete" or left >= 0:
                listing.change(what, where)
        page = ahead.pop(walk.ask, None)
        given += walk.take(page or listing.page(walk.ask))
        if walk.returned or walk.ask not in ahead:
            ahead.clear()
        todo = walk.ahead() or [walk.ask]
    return given


@given(
    st.integers(0, 60), st.integers(1, 7), st.booleans(), moments(DELETE, DELETE, ADD, ADD, FETCH)
)
def test_p20_pages_that_share_an_item_miss_nothing_whatever_comes_and_goes(
    count: int, size: int, has_total: bool, happens: list[list[Change]]
) -> None:
    listing = Listing(count, has_total=has_total)
    given = walked(Walk(itself, size, 100), listing, happens, size - 1)
    assert len(set(given)) == len(given)
    assert listing.stayed <= set(given)


@given(st.integers(0, 60), st.integers(1, 7), moments(DELETE, FETCH))
def test_p20_pages_of_the_largest_size_miss_nothing_when_items_are_deleted(
    count: int, size: int, happens: list[list[Change]]
) -> None:
    listing = Listing(count, most=size)
    given = walked(Walk(itself, size, size), listing, happens)
    assert len(set(given)) == len(given)
    assert listing.stayed <= set(given)


@given(st.integers(0, 60), st.integers(1, 7), moments(DELETE, FETCH))
def test_p20_numbered_pages_miss_nothing_when_items_are_deleted(
    count: int, size: int, happens: list[list[Change]]
) -> None:
    listing = Listing(count, most=size, grid=size)
    given = walked(Walk(itself, size), listing, happens)
    assert len(set(given)) == len(given)
    assert listing.stayed <= set(given)


@pytest.mark.parametrize("grid", [False, True])
@given(count=st.integers(0, 60), size=st.integers(3, 7), happens=moments(DELETE, ADD_IN_FRONT))
def test_p20_pages_that_share_nothing_miss_nothing_when_new_items_come_first(
    grid: bool, count: int, size: int, happens: list[list[Change]]
) -> None:
    listing = Listing(count, most=size, grid=size if grid else 0)
    given = walked(Walk(itself, size, None if grid else size), listing, happens, size - 2)
    assert len(set(given)) == len(given)
    assert listing.stayed <= set(given)


@given(st.integers(0, 60), st.integers(3, 7), moments(ADD, FETCH))
def test_p20_no_item_comes_twice_when_others_are_added(
    count: int, size: int, happens: list[list[Change]]
) -> None:
    listing = Listing(count, most=size)
    given = walked(Walk(itself, size, size), listing, happens, size - 2)
    assert len(set(given)) == len(given)
    assert listing.stayed <= set(given)


@given(st.integers(0, 60), st.integers(1, 3), moments(DELETE, ADD, FETCH))
def test_p20_a_listing_that_grows_faster_than_it_is_read_is_read_whole_or_ends_with_an_error(
    count: int, size: int, happens: list[list[Change]]
) -> None:
    listing = Listing(count)
    with suppress(ServerError):
        assert listing.stayed <= set(walked(Walk(itself, size, 100), listing, happens))


@pytest.mark.parametrize("most", [None, 10, 100])
@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 99, 100, 101, 235])
def test_a_listing_that_does_not_change_costs_one_request_a_page(
    count: int, most: int | None
) -> None:
    listing = Listing(count, grid=0 if most else 10)
    assert walked(Walk(itself, 10, most), listing, []) == listing.items
    assert listing.fetched == max(1, -(-count // 10))


@pytest.mark.parametrize("most", [None, 10, 100])
def test_pages_ahead_are_those_that_the_walk_comes_to(most: int | None) -> None:
    listing = Listing(235)
    walk = Walk(itself, 10, most)
    foretold: set[Ask] = set()
    taken: list[Ask] = []
    ahead: list[int] = []
    while not walk.done:
        taken.append(walk.ask)
        walk.take(listing.page(walk.ask))
        ahead.append(len(walk.ahead()))
        foretold |= set(walk.ahead())
    assert foretold == set(taken[1:])
    assert ahead[:3] == [1, 2, AT_ONCE]


def test_after_a_deletion_pages_are_fetched_ahead_again_once_it_is_quiet() -> None:
    listing = Listing(400)
    walk = Walk(itself, 10, 100)
    ahead: list[int] = []
    for number in range(12):
        if number == 3:
            listing.change("delete", 0.0)
        walk.take(listing.page(walk.ask))
        ahead.append(len(walk.ahead()))
    assert ahead == [1, 2, 4, 0, 0, 1, 2, 4, 4, 4, 4, 4]


def test_a_page_without_what_was_given_before_is_not_taken() -> None:
    listing = Listing(30)
    walk = Walk(itself, 10, 100)
    walk.take(listing.page(walk.ask))
    del listing.items[:5]
    assert walk.take(listing.page(walk.ask)) == []
    assert (walk.returned, walk.ask) == (True, Ask(4, 11))


def test_items_that_are_deleted_page_by_page_cost_two_requests_a_page() -> None:
    listing = Listing(100)
    walk = Walk(itself, 10, 100)
    while not walk.done:
        gone = set(walk.take(listing.page(walk.ask)))
        listing.items = [one for one in listing.items if one not in gone]
    assert listing.items == []
    assert listing.fetched <= 2 * 100 // 10 + 2


def test_more_new_items_than_fit_into_a_page_do_not_look_like_a_page_that_repeats() -> None:
    listing = Listing(50)
    walk = Walk(itself, 10, 10)
    given: list[int] = []
    while len(given) < 40:
        given += walk.take(listing.page(walk.ask))
    listing.items[:0] = range(1000, 1035)
    while not walk.done:
        given += walk.take(listing.page(walk.ask))
    assert given == list(range(50))


@given(st.randoms(use_true_random=False), st.integers(1, 5), st.sampled_from([None, 5, 100]))
def test_p20_a_service_that_lies_ends_the_walk(
    chance: random.Random, size: int, most: int | None
) -> None:
    walk = Walk(itself, size, most)

    def ask(_: int) -> None:
        items = chance.sample(range(30), chance.randint(0, 6))
        walk.take(Page(items, True, chance.choice([None, chance.randint(0, 99)])))

    with pytest.raises(ServerError) as caught:
        deque(map(ask, range(3000)), maxlen=0)
    assert caught.value.code == "INVALID_PAGE"


@pytest.mark.parametrize("most", [None, 10, 100])
@pytest.mark.parametrize("rest", ["repeats", "empty"])
def test_p20_a_total_that_shrinks_for_ever_ends_the_walk(rest: str, most: int | None) -> None:
    walk = Walk(itself, 10, most)
    given: list[int] = []

    def ask(number: int) -> None:
        offset, limit = walk.ask
        items = range(offset, min(offset + limit, 50))
        if not items and rest == "repeats":
            items = range(40, 50)
        given.extend(walk.take(Page(items, True, 10_000 - 7 * number)))

    with pytest.raises(ServerError):
        deque(map(ask, range(1000)), maxlen=0)
    assert [*given, *walk.rest()] == list(range(50))


def test_p20_a_listing_that_never_holds_still_ends_with_an_error_that_says_so() -> None:
    walk = Walk(itself, 10, 100)

    def ask(number: int) -> None:
        # The front is always the same, and nothing behind it is ever where it was.
        items = [5000 + number] if walk.ask.offset else range(10)
        walk.take(Page(items, True, 1000))

    with pytest.raises(ServerError, match=f"changes faster than it can be read: {MOST_RETURNS} "):
        deque(map(ask, range(50)), maxlen=0)


def test_a_service_that_gives_one_item_at_a_time_is_read_to_its_end() -> None:
    listing = Listing(7)
    walk = Walk(itself, 3, 100)
    given: list[int] = []
    while not walk.done:
        given += walk.take(listing.page(Ask(walk.ask.offset, 1)))
    assert given == listing.items

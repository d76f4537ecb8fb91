"""Walks through listings that change between two pages, against a model of such a listing."""

from __future__ import annotations

import random
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aion._requests.page import AT_ONCE, Page, Walk
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
    """Return the identity of a number."""
    return number


@dataclass
class Listing:
    """A listing that others change, and its pages."""

    count: int
    size: int
    grid: bool = False
    """Pages begin after whole pages only."""
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

    def page(self, offset: int) -> Page[int]:
        self.fetched += 1
        start = offset // self.size * self.size if self.grid else offset
        items = self.items[start : start + self.size]
        more = start + len(items) < len(self.items)
        if not self.grid:
            return Page(items, more, len(self.items))
        return Page(items, more, len(self.items), start, start + self.size)


def walked(listing: Listing, happens: list[list[Change]], most_added: int = 99) -> list[int]:
    """Return the items of a walk, with pages fetched ahead at any time before they are used.

    At most that many items are added before each page is used.
    """
    walk = Walk(itself)
    found: list[int] = []
    ahead: dict[int, Page[int]] = {}
    todo = [walk.offset]
    changes = iter(happens)
    while not walk.done:
        assert listing.fetched < 1000, "it goes on for ever"
        left = most_added
        for what, where in next(changes, ()):
            left -= what == "add"
            if what == "fetch":
                one = todo[round(where * (len(todo) - 1))]
                ahead.setdefault(one, listing.page(one))
            elif what == "delete" or left >= 0:
                listing.change(what, where)
        page = ahead.pop(walk.offset) if walk.offset in ahead else listing.page(walk.offset)
        found += walk.take(page)
        if walk.returned or walk.offset not in ahead:
            ahead.clear()
        todo = walk.ahead() or [walk.offset]
    return found


@pytest.mark.parametrize("grid", [False, True], ids=["offsets", "numbered pages"])
@given(count=st.integers(0, 60), size=st.integers(1, 7), happens=moments(DELETE, FETCH))
def test_p20_all_that_stays_is_given_once_when_items_are_deleted(
    grid: bool, count: int, size: int, happens: list[list[Change]]
) -> None:
    listing = Listing(count, size, grid)
    found = walked(listing, happens)
    assert len(set(found)) == len(found)
    assert listing.stayed <= set(found)


@pytest.mark.parametrize("grid", [False, True], ids=["offsets", "numbered pages"])
@given(count=st.integers(0, 60), size=st.integers(3, 7), happens=moments(DELETE, ADD_IN_FRONT))
def test_p20_all_that_stays_is_given_once_when_items_are_deleted_and_added_in_front(
    grid: bool, count: int, size: int, happens: list[list[Change]]
) -> None:
    listing = Listing(count, size, grid)
    # A page of new items in front, while as many are deleted, cannot be distinguished from a page
    # that repeats.
    found = walked(listing, happens, size - 2)
    assert len(set(found)) == len(found)
    assert listing.stayed <= set(found)


@pytest.mark.parametrize("grid", [False, True], ids=["offsets", "numbered pages"])
@given(count=st.integers(0, 60), size=st.integers(1, 7), happens=moments(ADD, FETCH))
def test_p20_all_that_was_there_is_given_once_when_items_are_added_anywhere(
    grid: bool, count: int, size: int, happens: list[list[Change]]
) -> None:
    listing = Listing(count, size, grid)
    found = walked(listing, happens)
    assert len(set(found)) == len(found)
    assert listing.stayed <= set(found)


@given(st.integers(0, 60), st.integers(1, 7), moments(DELETE, ADD, FETCH))
def test_p20_nothing_is_given_twice_and_the_walk_ends_whatever_happens(
    count: int, size: int, happens: list[list[Change]]
) -> None:
    with suppress(ServerError):
        found = walked(Listing(count, size), happens)
        assert len(set(found)) == len(found)


@pytest.mark.parametrize("grid", [False, True], ids=["offsets", "numbered pages"])
@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 99, 100, 101, 235])
def test_a_listing_that_does_not_change_costs_one_request_a_page(count: int, grid: bool) -> None:
    listing = Listing(count, 10, grid)
    assert walked(listing, []) == listing.items
    assert listing.fetched == max(1, -(-count // 10))


def test_pages_ahead_are_those_that_the_walk_comes_to() -> None:
    listing = Listing(235, 10)
    walk = Walk(itself)
    foretold: set[int] = set()
    taken: list[int] = []
    ahead: list[int] = []
    while not walk.done:
        taken.append(walk.offset)
        walk.take(listing.page(walk.offset))
        ahead.append(len(walk.ahead()))
        foretold |= set(walk.ahead())
    assert foretold == set(taken[1:])
    assert ahead[:3] == [1, 2, AT_ONCE]


def test_pages_are_fetched_ahead_again_once_it_is_quiet() -> None:
    listing = Listing(400, 10)
    walk = Walk(itself)
    ahead: list[int] = []
    for number in range(8):
        if number == 3:
            listing.change("delete", 0.0)
        walk.take(listing.page(walk.offset))
        ahead.append(len(walk.ahead()))
    assert ahead == [1, 2, 4, 0, 1, 2, 4, 4]


def test_a_page_before_which_items_may_have_been_passed_over_is_left_out() -> None:
    listing = Listing(30, 10)
    walk = Walk(itself)
    walk.take(listing.page(0))
    del listing.items[:3]
    assert walk.take(listing.page(10)) == []
    assert (walk.returned, walk.offset) == (True, 7)
    assert walk.take(listing.page(7)) == list(range(10, 20))


def test_items_that_are_deleted_page_by_page_cost_two_requests_a_page() -> None:
    listing = Listing(100, 10)
    walk = Walk(itself)
    while not walk.done:
        gone = set(walk.take(listing.page(walk.offset)))
        listing.items = [one for one in listing.items if one not in gone]
    assert listing.items == []
    assert listing.fetched <= 2 * 100 // 10 + 2


def test_more_new_items_than_fit_into_a_page_do_not_look_like_a_page_that_repeats() -> None:
    listing = Listing(50, 10)
    walk = Walk(itself)
    found: list[int] = []
    while len(found) < 40:
        found += walk.take(listing.page(walk.offset))
    listing.items[:0] = range(1000, 1035)
    while not walk.done:
        found += walk.take(listing.page(walk.offset))
    assert found == list(range(50))


@pytest.mark.parametrize("growing", [False, True])
@given(chance=st.randoms(use_true_random=False))
def test_p20_a_service_that_lies_ends_the_walk(growing: bool, chance: random.Random) -> None:
    walk = Walk(itself)

    def ask(number: int) -> None:
        items = [1, 2] if growing else chance.sample(range(30), chance.randint(0, 6))
        total = 99 * number + chance.randint(0, 99 if growing else 2000)
        walk.take(Page(items, True, chance.choice([None, total])))

    with pytest.raises(ServerError) as caught:
        deque(map(ask, range(3000)), maxlen=0)
    assert caught.value.code == "INVALID_PAGE"


@pytest.mark.parametrize("rest", ["repeats", "is empty"])
def test_p20_a_total_that_shrinks_for_ever_ends_the_walk(rest: str) -> None:
    walk = Walk(itself)
    found: list[int] = []

    def ask(number: int) -> None:
        items = range(walk.offset, min(walk.offset + 10, 50))
        if not items and rest == "repeats":
            items = range(40, 50)
        found.extend(walk.take(Page(items, True, 10_000 - 7 * number)))

    with pytest.raises(ServerError):
        deque(map(ask, range(1000)), maxlen=0)
    assert len(set(found)) == len(found)


def test_p20_a_listing_that_never_holds_still_ends_with_an_error_that_says_so() -> None:
    walk = Walk(itself)

    def ask(number: int) -> None:
        walk.take(Page(range(10), True, 1000 - number))

    with pytest.raises(ServerError, match="changes faster than it can be read") as caught:
        deque(map(ask, range(50)), maxlen=0)
    assert caught.value.code == "INVALID_PAGE"


@pytest.mark.parametrize("total", [7, None])
def test_p20_a_page_that_repeats_ends_the_walk_at_once(total: int | None) -> None:
    walk = Walk(itself)
    walk.take(Page([1, 2], True, total))
    with pytest.raises(ServerError, match="the page after 2 items repeats an earlier one"):
        walk.take(Page([1, 2], True, total))


def test_a_service_that_gives_fewer_items_than_were_asked_for_is_read_to_its_end() -> None:
    listing = Listing(7, 3)
    walk = Walk(itself)
    found: list[int] = []
    while not walk.done:
        items = listing.items[walk.offset : walk.offset + 1 + walk.offset % 2]
        found += walk.take(Page(items, walk.offset + len(items) < 7, 7))
    assert found == listing.items

"""How many requests may be in flight: additive increase, multiplicative decrease."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aion.uploads._concurrency import Window


def succeed(window: Window, times: int) -> None:
    for _ in range(times):
        window.succeeded(window.epoch)


def test_it_begins_with_what_the_service_allows() -> None:
    assert Window(8).size == 8


def test_a_refusal_halves_it() -> None:
    window = Window(7)
    window.refused(window.epoch)
    assert window.size == 3


def test_refusals_of_requests_that_were_in_flight_together_halve_it_once() -> None:
    window = Window(8)
    epoch = window.epoch
    for _ in range(8):
        window.refused(epoch)
    assert window.size == 4


def test_a_refusal_of_the_smaller_window_halves_it_again() -> None:
    window = Window(8)
    for _ in range(2):
        window.refused(window.epoch)
    assert window.size == 2


def test_a_round_of_successes_allows_one_more() -> None:
    window = Window(8)
    window.refused(window.epoch)
    succeed(window, 3)
    assert window.size == 4
    succeed(window, 1)
    assert window.size == 5
    succeed(window, 5)
    assert window.size == 6


def test_a_success_from_before_a_refusal_says_nothing() -> None:
    window = Window(2)
    before = window.epoch
    window.refused(before)
    window.succeeded(before)
    assert window.size == 1


def test_a_round_that_a_refusal_broke_restarts() -> None:
    window = Window(4)
    window.refused(window.epoch)
    succeed(window, 1)
    window.refused(window.epoch)
    succeed(window, 1)
    assert window.size == 2


@given(st.integers(1, 40), st.lists(st.tuples(st.booleans(), st.integers(0, 3)), max_size=300))
def test_it_stays_between_one_and_the_allowance(most: int, events: list[tuple[bool, int]]) -> None:
    window = Window(most)
    for good, age in events:
        before = window.size
        (window.succeeded if good else window.refused)(max(0, window.epoch - age))
        assert 1 <= window.size <= most
        assert before // 2 <= window.size <= before + 1


@given(st.integers(1, 40), st.integers(0, 10))
def test_successes_alone_bring_it_back_to_the_allowance(most: int, refusals: int) -> None:
    window = Window(most)
    for _ in range(refusals):
        window.refused(window.epoch)
    succeed(window, most * most)
    assert window.size == most

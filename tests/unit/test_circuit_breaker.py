"""Circuit breakers and the retry budget: pure state on a clock that the test moves."""

from __future__ import annotations

import pytest

from aion._engine.circuit_breaker import Breakers
from aion._engine.retry_budget import CAPACITY, Budget
from aion.exceptions import CircuitBreakerError


class Clock:
    """A clock that only a test advances."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breakers(clock: Clock) -> Breakers:
    return Breakers(failures=3, successes=2, pause=30.0, now=clock)


def fail(breakers: Breakers, times: int, endpoint: str = "files") -> None:
    for _ in range(times):
        breakers.failed(endpoint)


def test_a_circuit_opens_after_that_many_failures_in_a_row(breakers: Breakers) -> None:
    fail(breakers, 2)
    breakers.enter("files")
    fail(breakers, 1)

    with pytest.raises(CircuitBreakerError):
        breakers.enter("files")


def test_a_success_in_between_starts_the_count_again(breakers: Breakers) -> None:
    fail(breakers, 2)
    breakers.succeeded("files")
    fail(breakers, 2)

    breakers.enter("files")


def test_one_endpoint_does_not_close_another(breakers: Breakers) -> None:
    fail(breakers, 3)

    breakers.enter("chat")


def test_the_error_says_how_long_to_wait(breakers: Breakers, clock: Clock) -> None:
    fail(breakers, 3)
    clock.now += 10

    with pytest.raises(CircuitBreakerError) as caught:
        breakers.enter("files")
    assert caught.value.retry_after == 20.0
    assert caught.value.endpoint == "files"


def test_after_the_pause_one_call_at_a_time_may_try(breakers: Breakers, clock: Clock) -> None:
    fail(breakers, 3)
    clock.now += 30
    breakers.enter("files")

    with pytest.raises(CircuitBreakerError):
        breakers.enter("files")


def test_a_probe_that_fails_opens_it_again(breakers: Breakers, clock: Clock) -> None:
    fail(breakers, 3)
    clock.now += 30
    breakers.enter("files")
    breakers.failed("files")

    assert breakers.is_open("files")


def test_enough_successes_close_it(breakers: Breakers, clock: Clock) -> None:
    fail(breakers, 3)
    clock.now += 30
    for _ in range(2):
        breakers.enter("files")
        breakers.succeeded("files")
    fail(breakers, 2)

    breakers.enter("files")


def test_a_probe_that_never_reports_does_not_block_for_ever(
    breakers: Breakers, clock: Clock
) -> None:
    fail(breakers, 3)
    clock.now += 30
    breakers.enter("files")
    clock.now += 30

    breakers.enter("files")


def test_a_budget_runs_out() -> None:
    budget = Budget()

    assert sum(budget.spend() for _ in range(10 * int(CAPACITY))) == CAPACITY


def test_successes_earn_repetitions() -> None:
    budget = Budget()
    while budget.spend():
        pass
    for _ in range(8):
        budget.earn()

    assert [budget.spend() for _ in range(3)] == [True, True, False]


def test_a_budget_does_not_grow_without_end() -> None:
    budget = Budget()
    for _ in range(10_000):
        budget.earn()

    assert budget.left <= CAPACITY + 1

"""When a request of a batch that failed is made once more."""

from __future__ import annotations

import pytest

from aion.config import ClientConfig
from aion.exceptions import (
    AionvisionConnectionError,
    AionvisionError,
    CircuitBreakerError,
    QuotaExceededError,
    RateLimitError,
    ServerError,
    ValidationError,
)
from aion.uploads._retry import LONGEST_PAUSE, pause_before

CONFIG = ClientConfig("aion_fake_key_for_tests_0000000000", max_retries=3, retry_delay=2.0)


@pytest.mark.parametrize(("tries", "seconds"), [(0, 2.0), (1, 4.0), (2, 8.0), (3, None)])
def test_pauses_grow_until_there_have_been_as_many_as_retries(
    tries: int, seconds: float | None
) -> None:
    assert pause_before(AionvisionConnectionError("gone"), tries, CONFIG) == seconds


@pytest.mark.parametrize(
    ("asked", "seconds"), [(None, 2.0), (1, 2.0), (7, 7.0), (LONGEST_PAUSE + 1, None)]
)
def test_a_service_that_is_short_is_given_the_time_it_asks_for(
    asked: int | None, seconds: float | None
) -> None:
    assert pause_before(RateLimitError(retry_after=asked), 0, CONFIG) == seconds


def test_a_service_that_has_too_much_to_do_is_asked_again() -> None:
    assert pause_before(ServerError("busy").at(status_code=503), 1, CONFIG) == 4.0


@pytest.mark.parametrize(("asked", "seconds"), [(0.1, 2.0), (29.5, 29.5), (45.0, None)])
def test_an_open_circuit_is_waited_for_unless_it_stays_open_for_long(
    asked: float, seconds: float | None
) -> None:
    assert pause_before(CircuitBreakerError("user_files", asked), 0, CONFIG) == seconds


def test_no_pause_is_longer_than_the_longest() -> None:
    slow = ClientConfig(CONFIG.api_key, max_retries=9, retry_delay=20.0)
    assert pause_before(AionvisionConnectionError("gone"), 5, slow) == LONGEST_PAUSE


@pytest.mark.parametrize(
    "error",
    [
        ValidationError("wrong"),
        QuotaExceededError("used up"),
        ServerError("not there").at(status_code=501),
    ],
)
def test_what_would_fail_again_is_not_repeated(error: AionvisionError) -> None:
    assert pause_before(error, 0, CONFIG) is None

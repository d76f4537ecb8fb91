"""When an attempt is repeated: the table in `policy`, row by row; delays; `Retry-After`."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aion._engine import retry
from aion._engine.retry import Policy, http_date, may_repeat_fault, may_repeat_status

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
STATUSES = st.integers(100, 599)
NOTHING_DONE = (425, 429, 503)
MAYBE_DONE = (408, 500, 502, 504, 529)
NEVER = (400, 401, 402, 403, 404, 405, 409, 410, 411, 413, 415, 422, 451, 501, 505, 507)

# The table


@pytest.mark.parametrize("repeatable", [True, False])
def test_a_call_that_was_not_sent_is_always_repeated_p8(repeatable: bool) -> None:
    assert may_repeat_fault("connect", sent=False, repeatable=repeatable)


@pytest.mark.parametrize("repeatable", [True, False])
def test_a_call_that_may_have_been_seen_is_repeated_only_if_safe_p8(repeatable: bool) -> None:
    assert may_repeat_fault("connect", sent=True, repeatable=repeatable) is repeatable


@pytest.mark.parametrize("kind", ["tls", "proxy"])
def test_what_tls_or_the_proxy_refused_is_never_repeated(kind: str) -> None:
    assert not may_repeat_fault(kind, sent=False, repeatable=True)


@pytest.mark.parametrize("repeatable", [True, False])
@pytest.mark.parametrize("status", NOTHING_DONE)
def test_a_status_that_says_nothing_was_done_is_always_repeated_p8(
    status: int, repeatable: bool
) -> None:
    assert may_repeat_status(status, None, repeatable=repeatable)


@pytest.mark.parametrize("repeatable", [True, False])
@pytest.mark.parametrize("status", MAYBE_DONE)
def test_a_status_that_says_nothing_certain_is_repeated_only_if_safe_p8(
    status: int, repeatable: bool
) -> None:
    assert may_repeat_status(status, None, repeatable=repeatable) is repeatable


@pytest.mark.parametrize("repeatable", [True, False])
@pytest.mark.parametrize("code", ["IDEMPOTENCY_KEY_IN_USE", "IDEMPOTENCY_CONFLICT"])
def test_a_key_in_use_is_repeated_only_if_safe_p8(code: str, repeatable: bool) -> None:
    assert may_repeat_status(409, code, repeatable=repeatable) is repeatable


@pytest.mark.parametrize("repeatable", [True, False])
@pytest.mark.parametrize("status", NEVER)
def test_any_other_status_is_never_repeated_p8(status: int, repeatable: bool) -> None:
    assert not may_repeat_status(status, "OTHER", repeatable=repeatable)


@pytest.mark.parametrize("code", sorted(retry.QUOTA_CODES))
@given(status=STATUSES, repeatable=st.booleans())
def test_an_exhausted_quota_is_never_repeated_p9(code: str, status: int, repeatable: bool) -> None:
    assert not may_repeat_status(status, code, repeatable=repeatable)


@given(status=STATUSES, code=st.none() | st.text())
def test_what_is_repeated_though_unsafe_is_repeated_when_safe_p8(
    status: int, code: str | None
) -> None:
    unsafe = may_repeat_status(status, code, repeatable=False)
    assert may_repeat_status(status, code, repeatable=True) or not unsafe


# Delays


@given(
    retries=st.integers(0, 100_000),
    delay=st.floats(0, 1e6),
    jitter=st.floats(0, 1, exclude_max=True),
)
def test_a_delay_is_bounded_whatever_the_number_of_retries_p7(
    retries: int, delay: float, jitter: float
) -> None:
    seconds = Policy(retries, delay, lambda: jitter).delay(retries, None)
    assert 0 <= seconds <= retry.LONGEST_DELAY


def test_the_ceiling_doubles_from_the_retry_delay_to_the_longest() -> None:
    steps = Policy(10, 1.0, lambda: 1.0)
    assert [steps.delay(done, None) for done in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]


@pytest.mark.parametrize("part", [0.0, 0.25, 0.75])
def test_jitter_takes_its_part_of_the_ceiling(part: float) -> None:
    assert Policy(3, 2.0, lambda: part).delay(1, None) == 4.0 * part


def test_a_retry_delay_of_zero_waits_for_nothing() -> None:
    assert Policy(3, 0.0, lambda: 0.9).delay(5, None) == 0


@given(asked=st.integers(0, 10**6), retries=st.integers(0, 50))
def test_what_the_service_asks_for_is_obeyed_without_jitter_p9(asked: int, retries: int) -> None:
    assert Policy(3, 1.0, lambda: 0.1).delay(retries, asked) == asked


# Retry-After


@given(st.integers(0, 10**9))
def test_whole_seconds_are_read_as_they_are_p9(seconds: int) -> None:
    assert retry.retry_after(str(seconds), NOW) == seconds


@given(st.floats(0, 1e9))
def test_parts_of_a_second_are_rounded_up_p9(seconds: float) -> None:
    assert retry.retry_after(repr(seconds), NOW) == math.ceil(seconds)


@given(st.integers(-(10**6), 10**6))
def test_a_date_is_the_time_until_then_and_never_negative_p9(seconds: int) -> None:
    text = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert retry.retry_after(text, NOW) == max(0, seconds)


@given(st.integers(1, 999_999))
def test_a_date_less_than_a_second_away_is_rounded_up_p9(microseconds: int) -> None:
    text = format_datetime(NOW, usegmt=True)
    assert retry.retry_after(text, NOW - timedelta(microseconds=microseconds)) == 1


def test_a_date_without_a_zone_is_read_as_utc_p9() -> None:
    assert retry.retry_after("Sun, 01 Mar 2026 12:00:07 -0000", NOW) == 7


@pytest.mark.parametrize("text", ["-5", "-0.1"])
def test_negative_seconds_are_none_to_wait_p9(text: str) -> None:
    assert retry.retry_after(text, NOW) == 0


@pytest.mark.parametrize(
    "text",
    [None, "", "soon", "nan", "inf", "-inf", "1e999", "Mon, 99 Foo 2026 99:99:99 GMT", "12 s",
     "Sun, 01 Mar 99999 12:00:00 GMT"],
)  # fmt: skip
def test_what_cannot_be_read_is_none_p9(text: str | None) -> None:
    assert retry.retry_after(text, NOW) is None


@given(st.text() | st.text(alphabet="0123456789:., +-GMTSunMar"))
def test_no_header_whatever_is_in_it_raises_p9(text: str) -> None:
    found = retry.retry_after(text, NOW)
    assert found is None or found >= 0


@pytest.mark.parametrize("text", ["", "soon", "Mon, 99 Nov 2026 10:00:00 GMT", "0 0 0"])
def test_a_date_that_cannot_be_read_is_none(text: str) -> None:
    assert http_date(text) is None


def test_a_date_has_a_zone() -> None:
    moment = datetime(2026, 11, 28, 21, 30, tzinfo=UTC)
    for zone in ("GMT", "-0000", "+0000"):
        assert http_date(f"Sat, 28 Nov 2026 21:30:00 {zone}") == moment

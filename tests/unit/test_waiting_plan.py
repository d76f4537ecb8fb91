"""The plan of a wait."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aion import ClientConfig
from aion._waiting.plan import LAST_POLL, LONGEST, PollPlan, begin
from tests.unit.support import KEY

INTERVALS = st.floats(0.001, 100)
TIMEOUTS = st.floats(0.001, 1000)


def looks(interval: float, timeout: float, start: float = 0.0) -> list[float]:
    """Return the times of all polls, when a poll takes no time."""
    plan, now = PollPlan(interval, timeout, start), start
    moments = [now]
    while (pause := plan.pause(now)) is not None and len(moments) < 100_000:
        now += pause
        moments.append(now)
    return moments


@given(interval=INTERVALS, timeout=st.floats(0.001, 50), start=st.floats(0, 1e6))
def test_no_pause_reaches_beyond_the_deadline_p23(
    interval: float, timeout: float, start: float
) -> None:
    assert looks(interval, timeout, start)[-1] <= start + timeout + 1e-6


def test_the_last_poll_is_at_the_deadline_p23() -> None:
    assert looks(2.0, 3.0) == pytest.approx([0, 2, 3])


@given(interval=INTERVALS, timeout=TIMEOUTS)
def test_no_pause_is_longer_than_the_longest(interval: float, timeout: float) -> None:
    moments = looks(interval, min(timeout, interval * 200))
    gaps = [after - before for before, after in itertools.pairwise(moments)]
    assert max(gaps, default=0) <= interval * LONGEST + 1e-6


def test_pauses_grow() -> None:
    moments = looks(1.0, 10.0)
    assert [moments[1], moments[2] - moments[1]] == pytest.approx([1.0, 1.1])


@given(interval=INTERVALS, timeout=TIMEOUTS, late=st.floats(0, 1e6))
def test_after_the_deadline_there_is_no_pause_p23(
    interval: float, timeout: float, late: float
) -> None:
    plan = PollPlan(interval, timeout, 0.0)
    assert plan.pause(timeout + late) is None


@given(timeout=TIMEOUTS, now=st.floats(0, 2000))
def test_a_poll_always_has_some_time_and_never_more_than_is_left_p23(
    timeout: float, now: float
) -> None:
    left = PollPlan(1.0, timeout, 0.0).left(now)
    assert 0 < left <= max(timeout - now, timeout * LAST_POLL)


CONFIG = ClientConfig(KEY, polling_interval=2.0, polling_timeout=300.0)


@pytest.mark.parametrize(
    ("given", "usual", "found"),
    [
        ((None, None), {}, (300.0, 2.0)),
        ((None, None), {"usual_timeout": 600.0, "usual_interval": 1.0}, (600.0, 1.0)),
        ((5.0, 0.5), {"usual_timeout": 600.0, "usual_interval": 1.0}, (5.0, 0.5)),
    ],
)
def test_what_a_caller_leaves_out_is_as_usual(
    given: tuple[float | None, float | None],
    usual: dict[str, float],
    found: tuple[float, float],
) -> None:
    plan = begin(CONFIG, *given, **usual)
    assert (plan.timeout, plan.pause(plan.start)) == found

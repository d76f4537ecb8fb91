"""The loop, driven by hand: no clock, no network."""

from __future__ import annotations

import inspect
from collections.abc import Generator
from typing import Any

import pytest

from aion._engine import loop
from aion._engine.call import Call
from aion._engine.loop import Outcome, Rules, Send, Sleep, Step
from aion._engine.retry import Policy
from aion._engine.retry_budget import Budget
from aion._http.content import EMPTY
from aion._http.hosts import located
from aion._http.wire import Fault, Origin, Reply, Wire
from aion.exceptions import (
    AionvisionConnectionError,
    AionvisionError,
    AionvisionTimeoutError,
    QuotaExceededError,
    RateLimitError,
    ResourceNotFoundError,
    ServerError,
)
from aion_api import Operation
from tests.unit.support import operation, reply

ORIGIN: Origin = ("https", "host", 443)

GOOD = reply(200, {"ok": True})
REFUSED = Fault("connect", "no connection: refused", sent=False)
BROKEN = Fault("broken", "the connection broke", sent=True)
SILENT = Fault("timeout", "the service fell silent", sent=True)


def _leave(method: str, url: str) -> Wire:
    """The request after a redirect to another origin."""
    return Wire(method, located(url)[0], url, [], EMPTY)


class Clock:
    """Time that passes only when a test lets it."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Run:
    """One call with prepared outcomes; the last one repeats."""

    def __init__(
        self,
        *outcomes: Reply | Fault,
        max_retries: int = 3,
        deadline: float | None = None,
        seconds_an_attempt: float = 0.0,
        **traits: Any,
    ) -> None:
        self.sent = 0
        self.slept: list[float] = []
        self.urls: list[str] = []
        self.clock = Clock()
        self._outcomes = outcomes
        self._seconds = seconds_an_attempt
        self._steps = self._begin(operation(**traits), max_retries, deadline)

    def _begin(
        self, called: Operation[Any], max_retries: int, deadline: float | None
    ) -> Generator[Step, Outcome, Reply]:
        call = Call(
            called,
            "/api/v2/user-files/id-1",
            Wire(called.method, ORIGIN, "https://host/api/v2/user-files/id-1", [], EMPTY),
            called.repeatable,
            deadline,
            None,
        )
        policy = Policy(max_retries, 1.0, lambda: 1.0)
        rules = Rules(policy, self.clock, lambda sent: sent.wire, _leave, Budget())
        return loop.attempts(call, rules)

    def __call__(self) -> Reply:
        step = next(self._steps)
        while True:
            outcome: Outcome = None
            if isinstance(step, Send):
                self.urls.append(step.wire.url)
                outcome = self._outcomes[min(self.sent, len(self._outcomes) - 1)]
                self.sent += 1
                self.clock.now += self._seconds
            else:
                assert isinstance(step, Sleep)
                self.slept.append(step.seconds)
                self.clock.now += step.seconds
            try:
                step = self._steps.send(outcome)
            except StopIteration as done:
                result: Reply = done.value
                return result

    def error(self) -> AionvisionError:
        """The error that the call ends with."""
        with pytest.raises(AionvisionError) as caught:
            self()
        return caught.value


def test_the_loop_is_a_generator_and_knows_no_driver() -> None:
    assert inspect.isgeneratorfunction(loop.attempts)


def test_a_success_needs_one_attempt() -> None:
    run = Run(GOOD)
    assert (run(), run.sent, run.slept) == (GOOD, 1, [])


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_status_of_the_two_hundreds_is_a_success(status: int) -> None:
    assert Run(reply(status))().status == status


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_a_response_where_one_is_expected(status: int) -> None:
    assert Run(reply(status), kind="redirect")().status == status


def test_a_redirect_to_nowhere_is_an_error_where_none_is_expected() -> None:
    assert Run(reply(302)).error().status_code == 302


@pytest.mark.parametrize("target", ["http://[", "http://host:port/", "//", "\x00", "ftp://h/"])
def test_a_redirect_to_what_is_not_a_url_is_a_typed_error_p15(target: str) -> None:
    assert Run(reply(302, location=target)).error().status_code == 302


def test_a_redirect_of_a_post_is_not_followed() -> None:
    run = Run(reply(307, location="/elsewhere"), GOOD, method="POST")
    assert run.error().code == "UNEXPECTED_REDIRECT"
    assert run.sent == 1


def test_a_redirect_from_https_to_http_is_not_followed_p17() -> None:
    run = Run(reply(302, location="http://host/api/v2/x"), GOOD)
    assert run.error().code == "UNEXPECTED_REDIRECT"
    assert run.sent == 1


def test_redirects_in_a_circle_end_with_an_error() -> None:
    run = Run(reply(302, location="/api/v2/x"))
    assert run.error().code == "UNEXPECTED_REDIRECT"
    assert run.sent == loop.MOST_REDIRECTS + 1


# Retries


@pytest.mark.parametrize("failure", [reply(503), reply(500), reply(429), REFUSED, BROKEN, SILENT])
def test_a_passing_failure_is_repeated_until_it_passes(failure: Reply | Fault) -> None:
    run = Run(failure, failure, GOOD)
    assert run() is GOOD
    assert run.sent == 3


@pytest.mark.parametrize("retries", [0, 1, 5])
def test_there_are_as_many_retries_as_allowed(retries: int) -> None:
    run = Run(reply(503), max_retries=retries)
    assert isinstance(run.error(), ServerError)
    assert run.sent == retries + 1


def test_pauses_double() -> None:
    run = Run(reply(503))
    run.error()
    assert run.slept == [1, 2, 4]


def test_no_pause_follows_the_last_attempt() -> None:
    run = Run(reply(503), max_retries=1)
    run.error()
    assert len(run.slept) == 1


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 413, 422, 501])
def test_a_lasting_failure_is_raised_at_once(status: int) -> None:
    run = Run(reply(status))
    assert run.error().status_code == status
    assert run.sent == 1


def test_the_error_is_that_of_the_last_attempt() -> None:
    assert isinstance(Run(reply(503), REFUSED, reply(404)).error(), ResourceNotFoundError)


def test_the_error_of_several_broken_attempts_says_how_many() -> None:
    assert "(4 attempts)" in str(Run(REFUSED).error())


# P8: what the service may have seen


@pytest.mark.parametrize(
    "failure", [reply(500), reply(502), reply(504), reply(408), BROKEN, SILENT]
)
def test_a_post_that_may_have_been_seen_is_not_repeated_p8(failure: Reply | Fault) -> None:
    run = Run(failure, GOOD, method="POST", repeatable=False)
    run.error()
    assert run.sent == 1


@pytest.mark.parametrize("failure", [reply(429), reply(503), reply(425), REFUSED])
def test_a_post_that_did_nothing_is_repeated_p8(failure: Reply | Fault) -> None:
    run = Run(failure, GOOD, method="POST", repeatable=False)
    assert run() is GOOD


@pytest.mark.parametrize("failure", [reply(500), BROKEN])
def test_a_post_that_is_marked_safe_is_repeated_p8(failure: Reply | Fault) -> None:
    assert Run(failure, GOOD, method="POST", repeatable=True)() is GOOD


# P9: Retry-After and quotas


def test_retry_after_replaces_the_pause_p9() -> None:
    run = Run(reply(429, retry_after="17"), GOOD)
    run()
    assert run.slept == [17]


def test_retry_after_may_be_longer_than_the_longest_pause_p9() -> None:
    run = Run(reply(503, retry_after="600"), GOOD, deadline=1000)
    run()
    assert run.slept == [600]


def test_a_retry_after_of_zero_repeats_without_a_pause_p9() -> None:
    run = Run(reply(503, retry_after="0"), GOOD)
    run()
    assert run.slept == []


def test_a_retry_after_that_cannot_be_read_leaves_the_usual_pause_p9() -> None:
    run = Run(reply(503, retry_after="soon"), GOOD)
    run()
    assert run.slept == [1]


def test_a_retry_after_beyond_the_deadline_is_raised_at_once_p9() -> None:
    run = Run(reply(429, retry_after="17"), GOOD, deadline=10)
    error = run.error()
    assert isinstance(error, RateLimitError)
    assert (error.retry_after, run.sent, run.slept) == (17, 1, [])


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"code": "QUOTA_EXCEEDED", "message": "m", "details": {}}, "request_id": "r"},
        {"error": "m", "error_code": "USAGE_LIMIT_EXCEEDED", "detail": None},
        {"error": "storage_quota_exceeded", "message": "m", "details": None},
    ],
)
def test_an_exhausted_quota_is_never_repeated_even_with_retry_after_p9(body: Any) -> None:
    run = Run(reply(429, body, retry_after="1"), GOOD)
    assert isinstance(run.error(), QuotaExceededError)
    assert run.sent == 1


# P7: the deadline


def test_no_pause_is_begun_that_passes_the_deadline_p7() -> None:
    run = Run(reply(503), max_retries=100, deadline=6)
    run.error()
    assert run.slept == [1, 2]


def test_attempts_count_towards_the_deadline_p7() -> None:
    run = Run(reply(503), max_retries=100, deadline=6, seconds_an_attempt=2.5)
    run.error()
    assert (run.sent, run.slept) == (2, [1])


def test_after_the_deadline_the_error_of_the_last_attempt_is_raised_p7() -> None:
    assert isinstance(Run(SILENT, deadline=5, seconds_an_attempt=5).error(), AionvisionTimeoutError)


def test_without_a_deadline_only_the_number_of_retries_bounds() -> None:
    run = Run(REFUSED, max_retries=10)
    assert isinstance(run.error(), AionvisionConnectionError)
    assert run.sent == 11

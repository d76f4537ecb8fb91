"""Makes the attempts of one call, as a generator that yields steps and receives outcomes.

The loop decides; a driver only sends and sleeps. So threads and coroutines share the decisions,
and tests need neither.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aion._engine import errors
from aion._engine.retry import Policy, may_repeat_fault, may_repeat_status
from aion._engine.retry_budget import Budget
from aion._hints import Hint, hint
from aion._http import targets
from aion._http.hosts import place
from aion._http.wire import BUSY, Fault, Reply, Wire
from aion._pauses import ASKED, FAILED
from aion.exceptions import AionvisionError

if TYPE_CHECKING:
    from aion._engine.call import Call
    from aion._engine.circuit_breaker import Breakers
    from aion._engine.observe import Observer

MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(slots=True)
class Send:
    """Send this request and send back its outcome."""

    wire: Wire


@dataclass(slots=True)
class Sleep:
    """Wait for a number of seconds; the reason is a clause for people."""

    seconds: float
    reason: str


Step = Send | Sleep
Outcome = Reply | Fault | None
OnRepeat = Callable[[Reply | Fault], object]


@dataclass(slots=True)
class Rules:
    """The rules for the calls of one client.

    Attributes:
        policy: Number and delays of retries.
        now: A monotonic clock, in seconds.
        stamp: Returns the request of one attempt, with an id of its own.
        leave: Returns the request that follows a redirect to another origin, without credentials.
        budget: The retries that the client has left.
        breakers: The circuit breakers, or None if they are disabled.
        observer: Reports the attempts, or None.
    """

    policy: Policy
    now: Callable[[], float]
    stamp: Callable[[Call], Wire]
    leave: Callable[[str, str], Wire]
    budget: Budget
    breakers: Breakers | None = None
    observer: Observer | None = None


def attempts(call: Call, rules: Rules) -> Generator[Step, Outcome, Reply]:
    """Retry a call until it succeeds, or fails for good.

    Returns:
        The successful response.

    Raises:
        AionvisionError: The typed error of the last attempt.
    """
    observed = rules.observer is not None and rules.observer.active()
    retries = redirects = 0
    if rules.breakers is not None:
        rules.breakers.enter(call.endpoint)
    while True:
        began = rules.now() if observed else 0.0
        outcome = yield Send(rules.stamp(call))
        # After a Send, the driver sends a Reply or a Fault.
        assert outcome is not None
        if call.span is not None:
            call.span.attempted(outcome)
        _record(call, outcome, rules)
        delay: float | None = None
        error: AionvisionError | None = None
        followed = False
        if isinstance(outcome, Reply) and not _succeeded(outcome, call):
            followed = _follow(call, outcome, rules, redirects)
        if followed:
            redirects += 1
        elif isinstance(outcome, Fault) or not _succeeded(outcome, call):
            error = _error(call, outcome, retries + 1)
            delay = _delay(call, outcome, error, retries, rules)
        if observed and rules.observer is not None:
            elapsed = rules.now() - began
            rules.observer.attempted(call, retries + redirects + 1, outcome, elapsed, delay)
        if followed:
            continue
        if error is None:
            assert isinstance(outcome, Reply)
            return outcome
        if delay is None:
            raise error
        if delay > 0:
            yield Sleep(delay, _reason(outcome))
        retries += 1


def _reason(outcome: Reply | Fault) -> str:
    is_asked = isinstance(outcome, Reply) and errors.wait_of(outcome) is not None
    return ASKED if is_asked else FAILED


def _succeeded(reply: Reply, call: Call) -> bool:
    if 200 <= reply.status < 300:
        return True
    return call.operation.kind == "redirect" and reply.status in _REDIRECTS


def _record(call: Call, outcome: Reply | Fault, rules: Rules) -> None:
    if outcome is BUSY:
        # The pool was busy: this says nothing about the service.
        return
    healthy = isinstance(outcome, Reply) and outcome.status < 500
    if healthy:
        rules.budget.earn()
    if rules.breakers is not None:
        if healthy:
            rules.breakers.succeeded(call.endpoint)
        else:
            rules.breakers.failed(call.endpoint)


def _error(call: Call, outcome: Reply | Fault, number: int) -> AionvisionError:
    if isinstance(outcome, Reply):
        return errors.error_of_reply(outcome, call.operation, call.path, call.advice)
    bound = call.silence if call.limit is None else call.limit
    advice = Hint.MORE_TIME
    if outcome.bound is not None:
        bound, advice = outcome.bound, Hint.MORE_TIME_TO_CONNECT
    if outcome.kind != "timeout" or bound is None:
        return errors.error_of_fault(outcome, call.operation, number)
    # The fault of a driver lacks the limit of the whole call, and whether bytes were arriving.
    if not outcome.sent:
        text = f"no connection to {place(*call.wire.origin[1:])} within {bound:g} s"
    elif call.limit is not None:
        text = f"no complete response within {bound:g} s"
    else:
        text = f"the service was silent for {bound:g} s"
    late = Fault(outcome.kind, text, sent=outcome.sent)
    return errors.error_of_fault(late, call.operation, number, f"; {hint(advice)}")


def _delay(
    call: Call, outcome: Reply | Fault, error: AionvisionError, retries: int, rules: Rules
) -> float | None:
    """Return the seconds until the next attempt, or None for no further attempt."""
    asked: float | None = None
    if isinstance(outcome, Reply):
        may_retry = may_repeat_status(outcome.status, error.code, repeatable=call.repeatable)
        asked = errors.wait_of(outcome) if may_retry else None
    else:
        may_retry = may_repeat_fault(outcome.kind, sent=outcome.sent, repeatable=call.repeatable)
    if not may_retry or retries >= rules.policy.max_retries:
        return None
    if rules.breakers is not None and rules.breakers.is_open(call.endpoint):
        return None
    delay = rules.policy.delay(retries, asked)
    if call.deadline is not None and rules.now() + delay >= call.deadline:
        return None
    if call.silence is not None and delay > call.silence:
        # Without a deadline, the limit of silence also limits a delay.
        return None
    return delay if rules.budget.spend() else None


def _follow(call: Call, reply: Reply, rules: Rules, redirects: int) -> bool:
    """Follow a redirect of a GET. Other methods fail: their body is for this origin only."""
    target = reply.header("location")
    if reply.status not in _REDIRECTS or call.operation.method != "GET" or not target:
        return False
    if redirects >= MOST_REDIRECTS:
        return False
    here = call.wire
    try:
        url = targets.absolute(here.url, targets.located(target))
        away = rules.leave(here.method, url)
    except ValueError:
        return False
    if here.origin[0] == "https" and away.origin[0] == "http":
        # A request over TLS is never downgraded.
        return False
    if away.origin == here.origin:
        call.wire = Wire(here.method, here.origin, url, here.headers, here.content)
    else:
        call.wire = away
    return True

"""Makes the attempts of one call, as a generator that yields what to do and is sent the outcome.

The loop decides; a driver only sends and sleeps. So the same decisions serve threads and
coroutines, and are tested without either.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aion._engine import errors
from aion._engine.retry import Policy, may_repeat_fault, may_repeat_status
from aion._engine.retry_budget import Budget
from aion._http import targets
from aion._http.hosts import place
from aion._http.wire import BUSY, Fault, Reply, Wire
from aion.exceptions import AionvisionError

if TYPE_CHECKING:
    from aion._engine.call import Call
    from aion._engine.circuit_breaker import Breakers
    from aion._engine.observe import Observer

MOST_REDIRECTS = 5
_MORE_TIME = "; give timeout= more, for the call or for the client"
_MORE_TIME_TO_CONNECT = "; give the client a longer connect_timeout= if the network is slow"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(slots=True)
class Send:
    """Send this request and send back its outcome."""

    wire: Wire


@dataclass(slots=True)
class Sleep:
    """Wait so many seconds."""

    seconds: float


Step = Send | Sleep
Outcome = Reply | Fault | None
OnRepeat = Callable[[Reply | Fault], object]


@dataclass(slots=True)
class Rules:
    """What decides about the calls of one client.

    Attributes:
        policy: How often, and how patiently.
        now: A monotonic clock, in seconds.
        stamp: The request of one attempt: the same, with an id of its own.
        leave: The request that follows a redirect to another origin: no credential goes there.
        budget: The repetitions that the client has left.
        breakers: The circuits, or None where they are switched off.
        observer: Who watches, or None.
    """

    policy: Policy
    now: Callable[[], float]
    stamp: Callable[[Call], Wire]
    leave: Callable[[str, str], Wire]
    budget: Budget
    breakers: Breakers | None = None
    observer: Observer | None = None


def attempts(call: Call, rules: Rules) -> Generator[Step, Outcome, Reply]:
    """Repeat a call until it succeeds or has failed for good.

    Returns:
        The successful answer.

    Raises:
        AionvisionError: The typed error of the last attempt.
    """
    watched = rules.observer is not None and rules.observer.active()
    retries = redirects = 0
    if rules.breakers is not None:
        rules.breakers.enter(call.endpoint)
    while True:
        began = rules.now() if watched else 0.0
        outcome = yield Send(rules.stamp(call))
        # A driver answers a Send with a Reply or a Fault.
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
        if watched and rules.observer is not None:
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
            yield Sleep(delay)
        retries += 1


def _succeeded(reply: Reply, call: Call) -> bool:
    if 200 <= reply.status < 300:
        return True
    return call.operation.kind == "redirect" and reply.status in _REDIRECTS


def _record(call: Call, outcome: Reply | Fault, rules: Rules) -> None:
    if outcome is BUSY:
        # It says nothing of the service.
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
        return errors.error_of_reply(outcome, call.operation, call.path)
    bound = call.silence if call.limit is None else call.limit
    advice = _MORE_TIME
    if outcome.bound is not None:
        bound, advice = outcome.bound, _MORE_TIME_TO_CONNECT
    if outcome.kind != "timeout" or bound is None:
        return errors.error_of_fault(outcome, call.operation, number)
    # A driver that gives up knows neither the whole limit nor whether bytes were arriving.
    if not outcome.sent:
        text = f"no connection to {place(*call.wire.origin[1:])} within {bound:g} s"
    elif call.limit is not None:
        text = f"no complete answer within {bound:g} s"
    else:
        text = f"the service fell silent for {bound:g} s"
    late = Fault(outcome.kind, text, sent=outcome.sent)
    return errors.error_of_fault(late, call.operation, number, advice)


def _delay(
    call: Call, outcome: Reply | Fault, error: AionvisionError, retries: int, rules: Rules
) -> float | None:
    """Seconds until the next attempt, or None when there is to be none."""
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
        # Without a deadline, a wait may be as long as silence may.
        return None
    return delay if rules.budget.spend() else None


def _follow(call: Call, reply: Reply, rules: Rules, redirects: int) -> bool:
    """Let a read follow a redirect. Everything else fails: its body was meant for this origin."""
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
        # Nothing that was asked for over TLS is fetched without.
        return False
    if away.origin == here.origin:
        call.wire = Wire(here.method, here.origin, url, here.headers, here.content)
    else:
        call.wire = away
    return True

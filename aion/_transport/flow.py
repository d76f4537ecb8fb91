"""One call as a generator: it yields what to do next and is sent what came of it.

The loop decides; a driver only sends and sleeps. So the same decisions serve threads and
coroutines, and are tested without either.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from aion._transport import gate
from aion._transport.policy import Policy, may_repeat_fault, may_repeat_status
from aion._transport.wire import Fault, Reply
from aion_api import Operation


@dataclass(slots=True)
class Send:
    """Make attempt number `attempt`, counted from 0, and send back its outcome."""

    attempt: int


@dataclass(slots=True)
class Sleep:
    """Wait so many seconds."""

    seconds: float


Step = Send | Sleep
Outcome = Reply | Fault | None


def attempts(
    operation: Operation[Any],
    path: str,
    policy: Policy,
    *,
    deadline: float | None,
    now: Callable[[], float],
) -> Generator[Step, Outcome, Reply]:
    """Repeat an operation until it succeeds or has failed for good.

    Args:
        operation: What is called.
        path: The path of the call, for the error message.
        policy: How often, and how patiently.
        deadline: Where on the clock of `now` the call has to be over, or None.
        now: A monotonic clock, in seconds.

    Returns:
        The successful answer.

    Raises:
        AionvisionError: The typed error of the last attempt.
    """
    retries = 0
    while True:
        outcome = yield Send(retries)
        if isinstance(outcome, Reply):
            if 200 <= outcome.status < 300:
                return outcome
            if operation.kind == "redirect" and 300 <= outcome.status < 400:
                return outcome
            error = gate.error_of_reply(outcome, operation, path)
            again = may_repeat_status(outcome.status, error.code, repeatable=operation.repeatable)
            asked = gate.wait_of(outcome) if again else None
        else:
            # A driver answers a Send with a Reply or a Fault.
            assert outcome is not None
            error = gate.error_of_fault(outcome, operation, retries + 1)
            again = may_repeat_fault(sent=outcome.sent, repeatable=operation.repeatable)
            asked = None
        if not again or retries >= policy.max_retries:
            raise error
        delay = policy.delay(retries, asked)
        if deadline is not None and now() + delay >= deadline:
            raise error
        if delay > 0:
            yield Sleep(delay)
        retries += 1

"""One loop behind everything that is waited for."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from aion._polling import PollPlan
from aion._rt import aio as rt
from aion.exceptions import AionvisionTimeoutError

T = TypeVar("T")


def within(engine: rt.Engine, end: float) -> float:
    """Seconds that one of several calls may take, which together have to end in time.

    Args:
        engine: Makes the call.
        end: When the last of them has to have ended, on the monotonic clock.

    Raises:
        AionvisionTimeoutError: That is over.
    """
    left = end - time.monotonic()
    if left <= 0:
        raise AionvisionTimeoutError("there was no time left for another call")
    return min(engine.config.timeout, left)


async def until(
    look: Callable[[float], Awaitable[T]],
    done: Callable[[T], bool],
    plan: PollPlan,
    late: Callable[[T | None], AionvisionTimeoutError],
) -> T:
    """Look again and again until something is done.

    Args:
        look: Gets the state; is told how many seconds are left for that.
        done: Whether a state is the last one. Unknown states are not.
        plan: When to look, and until when.
        late: The error for a state that is still not the last one at the deadline; None where
            none was seen. It says what is stored already and how to go on waiting.

    Raises:
        AionvisionTimeoutError: What `late` made.
    """
    state: T | None = None
    while True:
        try:
            state = await look(plan.left(time.monotonic()))
        except AionvisionTimeoutError:
            # The last look was cut off by the deadline of the wait, not by one of its own.
            if plan.deadline > time.monotonic():
                raise
            raise late(state) from None
        if done(state):
            return state
        pause = plan.pause(time.monotonic())
        if pause is None:
            raise late(state)
        await rt.sleep(pause)

"""One loop behind everything that is waited for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from aion._clock import monotonic
from aion._runtime import aio as rt
from aion._waiting.errors import Awaited, passes
from aion._waiting.plan import PollPlan
from aion.exceptions import AionvisionError, AionvisionTimeoutError, RateLimitError

T = TypeVar("T")


def within(engine: rt.Engine, end: float) -> float:
    """Seconds that one of several calls may take, which together have to end in time.

    Args:
        engine: Makes the call.
        end: When the last of them has to have ended, on the monotonic clock.

    Raises:
        AionvisionTimeoutError: That is over.
    """
    left = end - monotonic()
    if left <= 0:
        raise AionvisionTimeoutError("there was no time left for another call")
    return min(engine.config.timeout, left)


async def until(
    look: Callable[[float], Awaitable[T]],
    done: Callable[[T], bool],
    plan: PollPlan,
    late: Callable[[T | None], AionvisionTimeoutError],
    told: Callable[[T], Any] | None = None,
) -> T:
    """Look again and again until something is done, whatever passing failure a look meets.

    Args:
        look: Gets the state; is told how many seconds are left for that.
        done: Whether a state is the last one. Unknown states are not.
        plan: When to look, and until when.
        late: The error for a state that is still not the last one at the deadline; None where
            none was seen. It says what is stored already and how to go on waiting.
        told: Told of each state.

    Raises:
        AionvisionTimeoutError: What `late` made; its cause is the error of the last look, if any.
        RateLimitError: The next look is not allowed before the deadline.
        AionvisionError: A look failed in a way that stays.
    """
    state: T | None = None
    while True:
        broken: AionvisionError | None = None
        try:
            state = await look(plan.left(monotonic()))
        except AionvisionError as error:
            if not passes(error):
                raise
            broken = error
        else:
            await rt.notify(told, state)
            if done(state):
                return state
        now = monotonic()
        pause = plan.pause(now)
        if pause is None:
            end = late(state)
            # A last look that was late was cut off by the deadline of the wait, and tells nothing.
            if broken is not None and not isinstance(broken, AionvisionTimeoutError):
                end.message = f"{end.message}. The last look failed: {broken.message}"
                end.details["cause"] = broken.code
            raise end from broken
        if isinstance(broken, RateLimitError) and broken.retry_after is not None:
            if now + broken.retry_after > plan.deadline:
                raise broken
            pause = max(pause, broken.retry_after)
        await rt.sleep(pause)


async def follow(
    look: Callable[[float], Awaitable[T]],
    done: Callable[[T], bool],
    plan: PollPlan,
    awaited: Awaited[T],
    *,
    first: T | None = None,
    told: Callable[[T], Any] | None = None,
) -> T:
    """The same for one thing, which every error that ends the wait names.

    Args:
        look: As in `until`.
        done: As in `until`.
        plan: As in `until`.
        awaited: What is waited for.
        first: Its state before the first look, where it is known.
        told: As in `until`.

    Raises:
        AionvisionError: As `until`; it has the last state as `last_result`, names what is waited
            for in `details`, and says how to go on.
    """
    last = first

    async def seen(left: float) -> T:
        nonlocal last
        last = await look(left)
        return last

    def late(_: T | None) -> AionvisionTimeoutError:
        return awaited.late(last, monotonic() - plan.start)

    try:
        return await until(seen, done, plan, late, told)
    except AionvisionError as error:
        awaited.tell(error, last)
        raise

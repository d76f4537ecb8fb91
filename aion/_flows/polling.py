"""Polls the service until an operation is done: one loop behind every wait."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from aion._clock import monotonic
from aion._engine.transient import is_transient, pause_reason
from aion._runtime import aio as rt
from aion._waiting.errors import Awaited, NotingCutOff
from aion._waiting.plan import PollPlan
from aion.exceptions import AionvisionError, AionvisionTimeoutError, RateLimitError

T = TypeVar("T")


def within(engine: rt.Engine, end: float) -> float:
    """Return the timeout in seconds of one of several calls with a common deadline.

    Args:
        engine: Sends the call.
        end: The deadline, on the monotonic clock.

    Raises:
        AionvisionTimeoutError: The deadline has passed.
    """
    left = end - monotonic()
    if left <= 0:
        raise AionvisionTimeoutError("there was no time left for another call")
    return min(engine.config.timeout, left)


async def until(
    poll: Callable[[float], Awaitable[T]],
    done: Callable[[T], bool],
    plan: PollPlan,
    late: Callable[[T | None], AionvisionTimeoutError],
    cut_off: Callable[[], str],
    on_state: Callable[[T], Any] | None = None,
) -> T:
    """Poll until done; transient errors do not end the wait.

    Args:
        poll: Gets the state, with a timeout in seconds.
        done: Returns whether a state is final. Unknown states are not.
        plan: When to poll, and until when.
        late: Creates the error when the deadline passes, from the last state, or None without one.
            It says what is stored already and how to resume the wait.
        cut_off: Creates the note that says the same on an exception from outside that ends the
            wait, such as a cancellation.
        on_state: Called with each state.

    Raises:
        AionvisionTimeoutError: From `late`; its cause is the error of the last poll, if any.
        RateLimitError: The next poll is not allowed before the deadline.
        AionvisionError: Polling failed with an error that retrying cannot fix.
    """
    with NotingCutOff(cut_off):
        return await _until(poll, done, plan, late, on_state)


async def _until(
    poll: Callable[[float], Awaitable[T]],
    done: Callable[[T], bool],
    plan: PollPlan,
    late: Callable[[T | None], AionvisionTimeoutError],
    on_state: Callable[[T], Any] | None,
) -> T:
    state: T | None = None
    while True:
        broken: AionvisionError | None = None
        try:
            state = await poll(plan.left(monotonic()))
        except AionvisionError as error:
            if not is_transient(error):
                raise
            broken = error
        else:
            await rt.notify(on_state, state)
            if done(state):
                return state
        now = monotonic()
        pause = plan.pause(now)
        if pause is None:
            end = late(state)
            # A timeout of the last poll only repeats that the deadline of the wait passed.
            if broken is not None and not isinstance(broken, AionvisionTimeoutError):
                end.message = f"{end.message}. The last poll failed: {broken.message}"
                end.details["cause"] = broken.code
            raise end from broken
        if isinstance(broken, RateLimitError) and broken.retry_after is not None:
            if now + broken.retry_after > plan.deadline:
                raise broken
            await rt.pause(max(pause, broken.retry_after), pause_reason(broken))
        else:
            await rt.sleep(pause)


async def follow(
    poll: Callable[[float], Awaitable[T]],
    done: Callable[[T], bool],
    plan: PollPlan,
    awaited: Awaited[T],
    *,
    first: T | None = None,
    on_state: Callable[[T], Any] | None = None,
) -> T:
    """Poll one operation until done, and name it in every error that ends the wait.

    Args:
        poll: As in `until`.
        done: As in `until`.
        plan: As in `until`.
        awaited: The operation.
        first: Its state before the first poll, if known.
        on_state: As in `until`.

    Raises:
        AionvisionError: As `until`; it has the last state as `last_result`, the ids of the
            operation in `details`, and says how to resume the wait. An exception from outside has a
            note that says so.
    """
    last = first

    async def poll_and_keep(left: float) -> T:
        nonlocal last
        last = await poll(left)
        return last

    def late(_: T | None) -> AionvisionTimeoutError:
        return awaited.late(last, monotonic() - plan.start)

    def cut_off() -> str:
        return awaited.cut_off(last, monotonic() - plan.start)

    try:
        return await until(poll_and_keep, done, plan, late, cut_off, on_state)
    except AionvisionError as error:
        awaited.annotate(error, last)
        raise


async def poll_job(
    engine: rt.Engine,
    call: Callable[[float], Awaitable[T]],
    done: Callable[[T], bool],
    plan: PollPlan,
    awaited: Awaited[T],
    *,
    first: T | None = None,
    on_state: Callable[[T], Any] | None = None,
) -> T:
    """Poll one job of the service by one call until done.

    Args:
        engine: Its settings bound each call.
        call: Gets the state of the job, with a timeout in seconds.
        done: As in `until`.
        plan: As in `until`.
        awaited: The job.
        first: As in `follow`.
        on_state: As in `until`.

    Raises:
        AionvisionError: As `follow`.
    """

    async def poll(left: float) -> T:
        return await call(min(engine.config.timeout, left))

    return await follow(poll, done, plan, awaited, first=first, on_state=on_state)


__all__ = ["follow", "poll_job", "until", "within"]

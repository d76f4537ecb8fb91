"""Sleeps before something is sent again, and reports the pause to a watch."""

from __future__ import annotations

from aion import _pauses
from aion._engine import coroutines as rt


async def pause(seconds: float, reason: str) -> None:
    """Sleep for a number of seconds.

    Args:
        seconds: How long.
        reason: Why, as a clause such as `_pauses.ASKED`.
    """
    watch = _pauses.noted_by()
    if watch is None or seconds < _pauses.SHORTEST:
        await rt.sleep(seconds)
        return
    reporter = _pauses.reported_by()
    with watch.noting(seconds, reason):
        left = seconds
        while left > 0:
            if reporter is not None and reporter.is_due():
                await reporter.report()
            await rt.sleep(min(left, _pauses.TICK))
            left -= _pauses.TICK
    if reporter is not None and reporter.is_due():
        await reporter.report()


__all__ = ["pause"]

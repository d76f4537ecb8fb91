"""The one plan behind everything that is waited for: when to look again, and when to give up."""

from __future__ import annotations

GROWTH = 1.1
"""Each pause is this much longer than the one before."""
LONGEST = 4.0
"""Pauses stop growing at this many times the first."""
LAST_LOOK = 0.05
"""The part of the whole wait that a look begun at the deadline may still take."""


class PollPlan:
    """Pauses between looks, the last of which ends at the deadline.

    Args:
        interval: Seconds before the second look.
        timeout: Seconds from `start` until giving up.
        start: The moment of the first look, on any monotonic clock.
    """

    def __init__(self, interval: float, timeout: float, start: float) -> None:
        self._pause = interval
        self._longest = interval * LONGEST
        self.timeout = timeout
        self.start = start
        self.deadline = start + timeout

    def pause(self, now: float) -> float | None:
        """Seconds until the next look, or None when there is no time left."""
        left = self.deadline - now
        if left <= 0:
            return None
        pause = min(self._pause, left)
        self._pause = min(self._pause * GROWTH, self._longest)
        return pause

    def left(self, now: float) -> float:
        """Seconds that a look may take: until the deadline, and a little for the last one."""
        return max(self.deadline - now, self.timeout * LAST_LOOK)

"""Plans when to poll next, and when to give up: one plan behind every wait."""

from __future__ import annotations

from aion import _checks as check
from aion._clock import monotonic
from aion.config import ClientConfig

GROWTH = 1.1
"""Each pause is this much longer than the one before."""
LONGEST = 4.0
"""Pauses stop growing at this many times the first."""
LAST_POLL = 0.05
"""The part of the whole wait that a poll begun at the deadline may still take."""


class PollPlan:
    """Pauses between polls, the last of which ends at the deadline.

    Args:
        interval: Seconds before the second poll.
        timeout: Seconds from `start` until giving up.
        start: The moment of the first poll, on any monotonic clock.
    """

    def __init__(self, interval: float, timeout: float, start: float) -> None:
        self._pause = interval
        self._longest = interval * LONGEST
        self.timeout = timeout
        self.start = start
        self.deadline = start + timeout

    def pause(self, now: float) -> float | None:
        """Return the seconds until the next poll, or None when there is no time left."""
        left = self.deadline - now
        if left <= 0:
            return None
        pause = min(self._pause, left)
        self._pause = min(self._pause * GROWTH, self._longest)
        return pause

    def left(self, now: float) -> float:
        """Return the seconds that a poll may take: until the deadline, or a little longer."""
        return max(self.deadline - now, self.timeout * LAST_POLL)


def begin(
    config: ClientConfig,
    timeout: float | None,
    poll_interval: float | None = None,
    *,
    usual_timeout: float | None = None,
    usual_interval: float | None = None,
) -> PollPlan:
    """Return the plan of a wait that begins now.

    Args:
        config: The settings of the client.
        timeout: Seconds that the caller gives it; None takes what is usual.
        poll_interval: Seconds between the first polls; None takes what is usual.
        usual_timeout: What is usual; None takes `polling_timeout` of the client.
        usual_interval: What is usual; None takes `polling_interval` of the client.

    Raises:
        ValidationError: One of the caller's is not a number of seconds.
    """
    if timeout is None:
        timeout = config.polling_timeout if usual_timeout is None else usual_timeout
    if poll_interval is None:
        poll_interval = config.polling_interval if usual_interval is None else usual_interval
    return PollPlan(
        check.seconds("poll_interval", poll_interval),
        check.seconds("timeout", timeout),
        monotonic(),
    )

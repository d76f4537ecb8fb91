"""Plans when to poll next, and when to give up. Every wait uses such a plan."""

from __future__ import annotations

from aion import _checks as check
from aion._clock import monotonic
from aion.config import ClientConfig

GROWTH = 1.1
"""Factor by which each pause is longer than the one before."""
LONGEST = 4.0
"""Pauses stop growing at this many times the first."""
LAST_POLL = 0.05
"""Share of the whole wait that a poll which begins at the deadline may take."""


class PollPlan:
    """Returns the pauses between polls. The last one ends at the deadline.

    Args:
        interval: Seconds before the second poll.
        timeout: Seconds from `start` to the deadline.
        start: The moment of the first poll, on any monotonic clock.
    """

    def __init__(self, interval: float, timeout: float, start: float) -> None:
        self._pause = interval
        self._longest = interval * LONGEST
        self.timeout = timeout
        self.start = start
        self.deadline = start + timeout

    def pause(self, now: float) -> float | None:
        """Return the seconds until the next poll, or None if the deadline has passed."""
        left = self.deadline - now
        if left <= 0:
            return None
        pause = min(self._pause, left)
        self._pause = min(self._pause * GROWTH, self._longest)
        return pause

    def left(self, now: float) -> float:
        """Return the seconds that a poll may take: up to the deadline, or slightly longer."""
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
        timeout: Seconds that the wait may take; None for the default.
        poll_interval: Seconds between the first polls; None for the default.
        usual_timeout: The default timeout; None for `polling_timeout` of the client.
        usual_interval: The default interval; None for `polling_interval` of the client.

    Raises:
        ValidationError: `timeout` or `poll_interval` is not a number of seconds.
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

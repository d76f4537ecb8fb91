"""Adapts the number of requests in flight to what the service can handle. No I/O.

Additive increase, multiplicative decrease, as in TCP: clients that share a limit converge to shares
of it without coordination.
"""

from __future__ import annotations


class Window:
    """Limits the requests in flight: shrinks when the service refuses some, grows on success.

    Args:
        most: Most requests that the service allows; the initial size.

    Attributes:
        size: Requests that may be in flight now, from 1 to `most`.
        epoch: Counts the decreases. A request belongs to the epoch in which it began, so its
            outcome does not affect a window that shrank meanwhile.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._successes = 0
        self.size = most
        self.epoch = 0

    def succeeded(self, epoch: int) -> None:
        """Count a success in an epoch. One success for each request in flight allows one more."""
        if epoch != self.epoch:
            return
        self._successes += 1
        if self._successes >= self.size:
            self._successes = 0
            self.size = min(self.size + 1, self._most)

    def refused(self, epoch: int) -> None:
        """Shrink after a refusal by the service. Several refusals in one epoch count once."""
        if epoch != self.epoch:
            return
        self.epoch += 1
        self._successes = 0
        self.size = max(1, self.size // 2)


__all__ = ["Window"]

"""How many requests are in flight at a time, as the service can take them. No I/O.

Additive increase, multiplicative decrease, as TCP does it: clients that share a limit arrive at
shares of it without knowing of each other.
"""

from __future__ import annotations


class Window:
    """A number of requests that goes down when the service is short, and up again.

    Args:
        most: What the service allows; it begins there.

    Attributes:
        size: Requests that may be in flight now, from 1 to `most`.
        epoch: Counts the decreases. A request belongs to the epoch in which it began: what comes
            of it afterwards says nothing of a smaller window.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._successes = 0
        self.size = most
        self.epoch = 0

    def succeeded(self, epoch: int) -> None:
        """A request of an epoch succeeded. As many of them as are in flight allow one more."""
        if epoch != self.epoch:
            return
        self._successes += 1
        if self._successes >= self.size:
            self._successes = 0
            self.size = min(self.size + 1, self._most)

    def refused(self, epoch: int) -> None:
        """A request of an epoch was one too many. However many are at once, it counts once."""
        if epoch != self.epoch:
            return
        self.epoch += 1
        self._successes = 0
        self.size = max(1, self.size // 2)


__all__ = ["Window"]

"""Limits the retries of a client, so that they do not multiply the load during an outage.

A full budget allows a burst; after that, successes earn further retries. Without a budget, a
thousand callers with three retries each send four thousand requests to a service that is down.
"""

from __future__ import annotations

CAPACITY = 100.0
"""Retries that a full budget allows."""
EARNED = 0.25
"""Retries that a success adds: four successes earn one retry."""


class Budget:
    """Counts the retries left. All calls of a client share it; being off by one does no harm."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = CAPACITY

    def spend(self) -> bool:
        """Spend one retry; return False if none is left."""
        if self.left < 1.0:
            return False
        self.left -= 1.0
        return True

    def earn(self) -> None:
        """Record a success."""
        if self.left < CAPACITY:
            self.left += EARNED

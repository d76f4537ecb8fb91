"""How many repetitions a client may make, so that an outage is not multiplied by its callers.

A full budget allows a burst; after that, repetitions have to be earned by successes. Without it,
a thousand callers with three retries each send four thousand requests to a service that is down.
"""

from __future__ import annotations

CAPACITY = 100.0
"""Repetitions that a full budget allows."""
EARNED = 0.25
"""What a success adds: one repetition for four successes."""


class Budget:
    """Repetitions left. Shared by all calls of a client; being off by one does no harm."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = CAPACITY

    def spend(self) -> bool:
        """Take one repetition; False when there is none left."""
        if self.left < 1.0:
            return False
        self.left -= 1.0
        return True

    def earn(self) -> None:
        """Note a success."""
        if self.left < CAPACITY:
            self.left += EARNED

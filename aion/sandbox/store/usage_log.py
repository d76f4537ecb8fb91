"""The usage log: one event for each request of an operation, newest last.

It holds the last 10,000 events, in memory: a restart and a reset empty it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from aion.sandbox.store.clock import Clock, seconds_of

_MOST: Final = 10_000
CREDITS_PER_ITEM: Final = 2
"""Credits for the description of one image."""


@dataclass(frozen=True, slots=True)
class UsageEvent:
    """One request of an operation."""

    n: int
    at: str
    operation: str
    method: str
    path: str
    """The path of the contract, without values."""
    status: int | None
    """Status of the response; None when the connection was cut instead."""
    milliseconds: float
    api_key_id: str | None

    @property
    def succeeded(self) -> bool:
        """Whether the response was a success."""
        return self.status is not None and self.status < 400

    @property
    def name(self) -> str:
        """The operation without its path."""
        return self.operation.partition("_api_v2")[0]


class UsageLog:
    """Stores the usage events of one sandbox."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._events: deque[UsageEvent] = deque(maxlen=_MOST)
        self._count = 0

    def add(
        self,
        operation: str,
        method: str,
        path: str,
        *,
        status: int | None,
        seconds: float,
        api_key_id: str | None,
    ) -> None:
        """Add one request."""
        self._count += 1
        # A stepped clock does not measure elapsed time: its numbers are the same in every run.
        milliseconds = 0.0 if self._clock.stepped else round(seconds * 1000, 3)
        event = UsageEvent(
            self._count,
            self._clock.stamp(),
            operation,
            method,
            path,
            status,
            milliseconds,
            api_key_id,
        )
        self._events.append(event)

    def clear(self) -> None:
        """Remove all."""
        self._events.clear()
        self._count = 0

    def between(
        self, start: float, end: float, *, api_key_id: str | None = None
    ) -> list[UsageEvent]:
        """Return events from one moment to another, both included, oldest first."""
        return [
            event
            for event in self._events
            if start <= seconds_of(event.at) <= end
            and (api_key_id is None or event.api_key_id == api_key_id)
        ]


def average_milliseconds(events: Iterable[UsageEvent]) -> float:
    """Return the average response time; 0 without events."""
    times = [event.milliseconds for event in events]
    return round(sum(times) / len(times), 3) if times else 0.0

"""The sandbox's own time: real, or frozen and moved by steps.

Everything that has a date, an expiry or a due time asks this clock, so a step moves them all.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Final

STEPPED_START: Final = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
"""Where a stepped clock begins, so that its dates are the same in every run."""


class Clock:
    """Seconds since the epoch, plus whatever the clock was stepped by."""

    def __init__(self, *, stepped: bool) -> None:
        self.stepped = stepped
        self.offset = 0.0
        """Seconds by which it was stepped."""

    def now(self) -> float:
        """The current time of the sandbox, in seconds since the epoch."""
        return (STEPPED_START if self.stepped else time.time()) + self.offset

    def step(self, seconds: float) -> None:
        """Move the clock forward; going back would make finished work unfinished."""
        if not 0 <= seconds <= 3_155_760_000:
            raise ValueError("step the clock by 0 seconds or more, at most a hundred years")
        self.offset += seconds

    def reset(self) -> None:
        """Undo all steps."""
        self.offset = 0.0
        """Seconds by which it was stepped."""

    def http_date(self) -> str:
        """The current time as the header of an answer has it, in whole seconds."""
        return formatdate(self.now(), usegmt=True)

    def stamp(self) -> str:
        """The current time as it is stored and sent."""
        return stamp(self.now())


def stamp(seconds: float) -> str:
    """ISO 8601 in UTC, of fixed width, so that stored times sort as text."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def seconds_of(text: str) -> float:
    """The inverse of `stamp`, for any ISO 8601 text; no zone means UTC."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()

"""The sandbox's clock: real, or frozen and moved by steps.

Every date, expiry and due time comes from this clock, so a step moves them all.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Final

STEPPED_START: Final = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
"""Start of a stepped clock; fixed, so that dates are the same in every run."""


class Clock:
    """Seconds since the epoch, plus the sum of all steps."""

    def __init__(self, *, stepped: bool) -> None:
        self.stepped = stepped
        self.offset = 0.0
        """Sum of all steps, in seconds."""

    def now(self) -> float:
        """Return the sandbox's current time, in seconds since the epoch."""
        return (STEPPED_START if self.stepped else time.time()) + self.offset

    def step(self, seconds: float) -> None:
        """Move the clock forward; a step back would make finished work unfinished."""
        if not 0 <= seconds <= 3_155_760_000:
            raise ValueError("step the clock by 0 seconds or more, at most a hundred years")
        self.offset += seconds

    def reset(self) -> None:
        """Undo all steps."""
        self.offset = 0.0
        """Sum of all steps, in seconds."""

    def http_date(self) -> str:
        """Return the current time as the Date header has it, in whole seconds."""
        return formatdate(self.now(), usegmt=True)

    def stamp(self) -> str:
        """Return the current time as it is stored and sent."""
        return stamp(self.now())


def stamp(seconds: float) -> str:
    """Return ISO 8601 in UTC, of fixed width, so that stored times sort as text."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def seconds_of(text: str) -> float:
    """Parse any ISO 8601 text, the inverse of `stamp`; without a zone it means UTC."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()

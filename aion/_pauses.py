"""Reports the pauses of a block of calls to its watch.

A watch belongs to the code inside a `watching` block, whichever thread or task sleeps there. It is
called in the block's own thread or coroutine, when a pause begins or ends, and once a second.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from aion._clock import monotonic

SHORTEST = 2.0
"""Pauses of fewer seconds are not reported."""
TICK = 1.0
"""Seconds between two reports of one pause."""

ASKED = "the service asked to"
FAILED = "the last attempt failed"
BROKEN = "too many calls failed"


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause before something is sent again.

    Attributes:
        seconds: How long it still takes.
        reason: Why, as a clause.
    """

    seconds: float
    reason: str

    def __str__(self) -> str:
        return f"waiting {max(round(self.seconds), 1):,} s: {self.reason}"


class Watch:
    """Notes the pauses of the calls in a block.

    Args:
        report: Called without arguments when `longest` has changed. In the async client it may
            return an awaitable.
    """

    def __init__(self, report: Callable[[], Any]) -> None:
        self.report = report
        # Changed by the threads that sleep, each with a key of its own.
        self._ends: dict[object, tuple[float, str]] = {}
        self._is_reported = False
        self._next = 0.0

    @contextmanager
    def noting(self, seconds: float, reason: str) -> Generator[None]:
        """Note a pause for the time of a block."""
        key = object()
        self._ends[key] = monotonic() + seconds, reason
        try:
            yield
        finally:
            del self._ends[key]

    def longest(self) -> Pause | None:
        """Return the pause that ends last, or None if there is none."""
        end, reason = max(list(self._ends.values()), default=(0.0, ""))
        return Pause(max(end - monotonic(), 0.0), reason) if reason else None

    def is_due(self) -> bool:
        """Return whether to call `report` now. It is then due again after `TICK` seconds."""
        now, waits = monotonic(), bool(self._ends)
        if waits == self._is_reported and not (waits and now >= self._next):
            return False
        self._is_reported, self._next = waits, now + TICK
        return True


_current: ContextVar[Watch | None] = ContextVar("aion: watches the pauses", default=None)
_is_own: ContextVar[bool] = ContextVar("aion: runs where the watch may report", default=True)


def noted_by() -> Watch | None:
    """Return the watch that notes the pauses of this code, or None."""
    return _current.get()


def reported_by() -> Watch | None:
    """Return the watch that this code may let report, or None: in workers it only notes."""
    return _current.get() if _is_own.get() else None


def in_worker() -> None:
    """Record that this context belongs to one of several concurrent calls."""
    _is_own.set(False)


@contextmanager
def watching(watch: Watch | None) -> Generator[None]:
    """Let a watch note the pauses inside a block, in place of an outer one; None for no watch."""
    before, was_own = _current.get(), _is_own.get()
    _current.set(watch)
    _is_own.set(True)
    try:
        yield
    finally:
        # Set, not reset: a coroutine that is collected may be closed in another context.
        _current.set(before)
        _is_own.set(was_own)


__all__ = [
    "ASKED",
    "BROKEN",
    "FAILED",
    "SHORTEST",
    "TICK",
    "Pause",
    "Watch",
    "in_worker",
    "noted_by",
    "reported_by",
    "watching",
]

"""Ends calls that are under way in other threads, as cancelling its task ends that of a coroutine.

Whoever runs calls in threads of its own gives each of them an `Abort`, by way of `current`. What
such a call waits for, it waits for so that `Abort.set` ends the wait; the call then raises
`Aborted`. A thread that nobody gave one waits as always.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import partial
from queue import Empty, SimpleQueue

POLL = 0.1
"""Seconds after which a wait that nobody can end looks whether it should."""


class Aborted(BaseException):
    """The call was given up. Like a cancellation, it is no failure that anybody handles."""


class Abort:
    """The wish that all calls of a group end, and the ways to end what they wait for."""

    def __init__(self) -> None:
        # A signal handler may come in while it is held, and use this again.
        self._lock = threading.RLock()
        self._set = False
        self._ways: list[Callable[[], object]] = []

    def set(self) -> None:
        """End the calls of this group, those to come included."""
        with self._lock:
            self._set = True
            for end in self._ways:
                end()

    def check(self) -> None:
        """Raise `Aborted` when the call is to end."""
        if self._set:
            raise Aborted

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        ended: SimpleQueue[None] = SimpleQueue()
        with self.ending(partial(ended.put, None)), suppress(Empty):
            ended.get(timeout=seconds)

    @contextmanager
    def ending(self, end: Callable[[], object]) -> Generator[None]:
        """Do something that can be ended from another thread by calling `end`, which is quick."""
        with self._lock:
            self.check()
            self._ways.append(end)
        try:
            yield
        finally:
            # Under the lock: what is let go of here is not ended any more.
            with self._lock:
                self._ways.remove(end)
        self.check()


current: ContextVar[Abort | None] = ContextVar("aion_abort", default=None)
"""What the calls of this thread are ended by."""


def sleep(seconds: float) -> None:
    """Let time pass, or raise `Aborted`."""
    abort = current.get()
    if abort is None:
        time.sleep(seconds)
    else:
        abort.sleep(seconds)


__all__ = ["POLL", "Abort", "Aborted", "current", "sleep"]

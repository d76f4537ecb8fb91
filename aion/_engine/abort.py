"""Ends calls in flight in other threads, as cancelling a task ends the call of a coroutine.

Code that runs calls in its own threads sets an `Abort` in `current` for each of them. `Abort.set`
then ends whatever such a call waits for, and the call raises `Aborted`. A thread without an `Abort`
waits as usual.
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
"""Polling interval, in seconds, of waits that cannot be interrupted."""


class Aborted(BaseException):
    """The call was aborted. Like a cancellation, this is not a failure to handle."""


class Abort:
    """Ends all calls of a group, and the waits inside them."""

    def __init__(self) -> None:
        # Reentrant: a signal handler may run while it is held, and use this object.
        self._lock = threading.RLock()
        self._set = False
        self._ways: list[Callable[[], object]] = []

    def set(self) -> None:
        """End the calls of this group, including future ones."""
        with self._lock:
            self._set = True
            for end in self._ways:
                end()

    def check(self) -> None:
        """Raise `Aborted` if the group was ended."""
        if self._set:
            raise Aborted

    def sleep(self, seconds: float) -> None:
        """Sleep for a number of seconds, or until the group is ended."""
        ended: SimpleQueue[None] = SimpleQueue()
        with self.ending(partial(ended.put, None)), suppress(Empty):
            ended.get(timeout=seconds)

    @contextmanager
    def ending(self, end: Callable[[], object]) -> Generator[None]:
        """Run a block that another thread can end by calling `end`, which must be quick."""
        with self._lock:
            self.check()
            self._ways.append(end)
        try:
            yield
        finally:
            # Under the lock: a block that has ended must not be ended by another thread.
            with self._lock:
                self._ways.remove(end)
        self.check()


current: ContextVar[Abort | None] = ContextVar("aion_abort", default=None)
"""The `Abort` that ends the calls of this thread."""


def sleep(seconds: float) -> None:
    """Sleep for a number of seconds, or raise `Aborted`."""
    abort = current.get()
    if abort is None:
        time.sleep(seconds)
    else:
        abort.sleep(seconds)


__all__ = ["POLL", "Abort", "Aborted", "current", "sleep"]

"""The requests in flight, so that a reset can cut them.

A request whose client gave up is still processed, and would be logged after the reset: in the
next test.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

_ITERATIONS: Final = 12
"""Iterations of the event loop after which all requests sent before have begun: about three until
a connection is read, and one more until its request begins."""


class RequestDiscarded(Exception):
    """A reset discards the request: the connection is cut and nothing is logged."""


class InFlight:
    """The requests of one sandbox that have begun. Use it in the thread of the server's loop."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object]] = set()
        self._cut: set[asyncio.Task[object]] = set()
        self._one_left = asyncio.Event()

    @contextmanager
    def track(self) -> Generator[None]:
        """Track the current task as a request; raises `RequestDiscarded` inside when it is cut."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            yield
        except asyncio.CancelledError:
            if task not in self._cut:
                raise
            # The caller now closes the connection, and must not be cancelled.
            task.uncancel()
            raise RequestDiscarded from None
        finally:
            self._tasks.discard(task)
            self._cut.discard(task)
            self._one_left.set()

    async def cut(self) -> None:
        """Cut every request that was sent by now."""
        for _ in range(_ITERATIONS):
            await asyncio.sleep(0)
        ending = set(self._tasks)
        self._cut |= ending
        for task in ending:
            task.cancel()
        # Does not wait for the tasks to end: the server would have to report the lost connection,
        # which it does not while another request waits on it.
        while ending & self._tasks:
            self._one_left.clear()
            await self._one_left.wait()

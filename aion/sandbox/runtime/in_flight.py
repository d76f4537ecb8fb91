"""The requests in flight, so that a reset can cut them.

A client that has given a request up leaves it with the server, where it would be answered, and
remembered, after the reset: in the next test.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

_ITERATIONS: Final = 12
"""Iterations of the event loop after which all that had been sent before has arrived: some three
until a connection is read from, and one more until its request has begun."""


class Forgotten(Exception):
    """A reset wants the connection cut, and the request to be as if it had never come."""


class InFlight:
    """The requests of one sandbox that have begun. Belongs to the thread of the server's loop."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object]] = set()
        self._cut: set[asyncio.Task[object]] = set()
        self._one_left = asyncio.Event()

    @contextmanager
    def answering(self) -> Generator[None]:
        """The current task answers a request inside; raises Forgotten there when it is cut."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            yield
        except asyncio.CancelledError:
            if task not in self._cut:
                raise
            # What follows closes the connection, and is not cancelled any more.
            task.uncancel()
            raise Forgotten from None
        finally:
            self._tasks.discard(task)
            self._cut.discard(task)
            self._one_left.set()

    async def cut(self) -> None:
        """End the answering of every request that was sent by now."""
        for _ in range(_ITERATIONS):
            await asyncio.sleep(0)
        ending = set(self._tasks)
        self._cut |= ending
        for task in ending:
            task.cancel()
        # Not until the tasks are done: that takes the server's word that the connection is lost,
        # which it does not give for a request behind which another one waits.
        while ending & self._tasks:
            self._one_left.clear()
            await self._one_left.wait()

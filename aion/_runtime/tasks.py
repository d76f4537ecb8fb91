"""Runs several calls at a time for a coroutine. `threads` has the same names."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from typing import Any, Generic, TypeVar

from aion import _pauses

T = TypeVar("T")
R = TypeVar("R")

_POLL = 0.25
"""Seconds after which a watched group checks for pauses of its calls."""
_FIRST = asyncio.FIRST_COMPLETED


class CallGroup(Generic[T, R]):
    """Runs calls of one function, and returns the result of each when it has ended.

    Everything except the calls runs in the caller's own coroutine.
    """

    def __init__(self, function: Callable[[T], Awaitable[R]]) -> None:
        self._function = function
        self._tasks: dict[asyncio.Future[R], T] = {}

    @property
    def busy(self) -> int:
        """Return the number of calls that have begun and whose results were not returned."""
        return len(self._tasks)

    def start(self, item: T) -> None:
        """Start a call."""
        # The task gets a copy of the context that it is created in.
        context = copy_context()
        context.run(_pauses.in_worker)
        self._tasks[context.run(asyncio.ensure_future, self._function(item))] = item

    async def ended(self) -> tuple[T, R]:
        """Return argument and result of the next call that has ended, or raise its error."""
        watch = _pauses.reported_by()
        limit = None if watch is None else _POLL
        while not (await asyncio.wait(self._tasks, timeout=limit, return_when=_FIRST))[0]:
            if watch is not None and watch.is_due():
                await watch.report()
        task = next(task for task in self._tasks if task.done())
        return self._tasks.pop(task), task.result()

    async def close(self) -> None:
        """Cancel the calls in flight, and wait until they have ended.

        If this itself is cancelled, the calls end a moment later.
        """
        tasks = list(self._tasks)
        self._tasks.clear()
        for task in tasks:
            task.cancel()
            task.add_done_callback(_ignore)
        if tasks:
            # Not `gather`, which would cancel them a second time in the middle of their cleanup.
            await asyncio.wait(tasks)


def _ignore(ended: asyncio.Future[Any]) -> None:
    """Retrieve the outcome, so that asyncio does not report it as never retrieved."""
    if not ended.cancelled():
        ended.exception()


__all__ = ["CallGroup"]

"""Work of a client that goes on though the task that asked for it was cancelled.

In a cancelled scope of anyio every await is cancelled again at once, so what has to be done at the
end of a block cannot be awaited there. It is done in a task of its own, which is in no scope and
which the client owns. Without a caller it ends within `LONGEST` seconds, and its failure is a DEBUG
line. Cancelling it begins it anew: `asyncio.run` cancels at its end what is left, and waits for it.
It is best effort where an event loop is stopped and closed without that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

from aion._transport.observe import logger

T = TypeVar("T")

LONGEST = 2.0
"""Seconds for which work goes on that nobody waits for."""
_ATTEMPTS = 3
"""How often work is begun that is cancelled each time."""
_alive: set[asyncio.Task[Any]] = set()
"""An event loop itself forgets tasks that nobody else holds."""


class Background:
    """The work of one client."""

    def __init__(self) -> None:
        self._jobs: set[_Job[Any]] = set()

    async def finish(
        self, work: Callable[[], Awaitable[object]], error: BaseException | None = None
    ) -> None:
        """Do what has to be done at the end of a block.

        Args:
            work: Does it. It may be begun again after a cancellation.
            error: What ended the block. A cancellation is not held up: the work then goes on
                in the background.
        """
        try:
            job = self._begin(work, repeatable=True)
        except RuntimeError:
            if isinstance(error, GeneratorExit):
                # Collected after its event loop has ended.
                return
            raise
        if error is not None and not isinstance(error, Exception):
            job.let_go()
        if not isinstance(error, asyncio.CancelledError | GeneratorExit):
            try:
                await job.result()
            finally:
                # What was raised knows this frame: together they would be a cycle.
                del job

    async def acquire(
        self, make: Callable[[], Awaitable[T]], undo: Callable[[T], Awaitable[object]]
    ) -> T:
        """What `make` makes.

        If the caller is cancelled meanwhile and it is made all the same, `undo` is called with it.
        """
        abandoned = False

        async def work() -> T:
            made = await make()
            if abandoned:
                self._undo(undo, made)
            return made

        job = self._begin(work)
        try:
            return await job.result()
        except asyncio.CancelledError:
            abandoned = True
            job.let_go()
            if job.has_succeeded():
                self._undo(undo, await job.result())
            raise
        finally:
            del job

    async def close(self, then: Callable[[], object]) -> None:
        """Wait until all is done, for `LONGEST` seconds at most, and call a function then.

        It is called even if the caller is cancelled meanwhile.
        """
        if not self._here():
            then()
            return

        async def work() -> None:
            if tasks := self._here():
                await asyncio.wait(tasks, timeout=LONGEST)
            then()

        await _Job(work, repeatable=True).result()

    def _here(self) -> list[asyncio.Task[Any]]:
        """The tasks of the running event loop that are not done."""
        loop = asyncio.get_running_loop()
        tasks = [job.task for job in list(self._jobs)]
        return [task for task in tasks if task.get_loop() is loop and not task.done()]

    def _undo(self, undo: Callable[[T], Awaitable[object]], made: T) -> None:
        self._begin(lambda: undo(made), repeatable=True).let_go()

    def _begin(self, work: Callable[[], Awaitable[T]], *, repeatable: bool = False) -> _Job[T]:
        job = _Job(work, repeatable=repeatable)
        self._jobs.add(job)
        job.task.add_done_callback(lambda _: self._jobs.discard(job))
        return job


class _Job(Generic[T]):
    """One piece of work in a task of its own, begun at once.

    Args:
        work: Does it.
        repeatable: Begin it anew when the task is cancelled.
    """

    def __init__(self, work: Callable[[], Awaitable[T]], *, repeatable: bool) -> None:
        self._work = work
        self._repeatable = repeatable
        self._end: float | None = None
        self._limit: asyncio.Timeout | None = None
        loop = asyncio.get_running_loop()
        coroutine = self._run(loop)
        self.task: asyncio.Task[T | None] = loop.create_task(coroutine)
        # As `asyncio.gather` does with its own: a loop that is closed before is no fault of theirs.
        self.task._log_destroy_pending = False  # type: ignore[attr-defined]  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue]
        _alive.add(self.task)
        self.task.add_done_callback(_forget)

    def let_go(self) -> None:
        """Nobody waits for it any more: it has to end soon, and whatever it raises is logged."""
        if self._end is None:
            self._end = self.task.get_loop().time() + LONGEST
            if self._limit is not None and not self.task.done():
                self._limit.reschedule(self._end)

    def has_succeeded(self) -> bool:
        """Whether it is done and has a result."""
        task = self.task
        return task.done() and not task.cancelled() and task.exception() is None

    async def result(self) -> T:
        """Wait for it; what it raised is raised. When this is cancelled, the work goes on."""
        task = self.task
        try:
            if not task.done():
                await asyncio.wait((task,))
            return task.result()  # type: ignore[return-value]  # None only where nobody waits
        except asyncio.CancelledError:
            self.let_go()
            raise
        finally:
            # What was raised knows this frame: together they would be a cycle.
            del task, self

    async def _run(self, loop: asyncio.AbstractEventLoop) -> T | None:
        for left in reversed(range(_ATTEMPTS)):
            try:
                return await self._bounded()
            except asyncio.CancelledError:
                if not (self._repeatable and left):
                    raise
                self.let_go()
                task = asyncio.current_task(loop)
                if task is not None:
                    task.uncancel()
            except Exception as error:
                if self._end is None:
                    raise
                logger.debug("work in the background failed: %s: %s", type(error).__name__, error)
                return None
        return None

    async def _bounded(self) -> T:
        try:
            async with asyncio.timeout_at(self._end) as self._limit:
                return await self._work()
        finally:
            self._limit = None


def _forget(task: asyncio.Task[Any]) -> None:
    _alive.discard(task)
    if not task.cancelled():
        # Whoever waited for it may be gone: it is not to be reported as never retrieved.
        task.exception()

"""Runs the cleanup of a client that must continue after its caller was cancelled.

In a cancelled scope of anyio every await is cancelled at once, so the cleanup at the end of a block
cannot be awaited there. It runs in a task of its own, outside any scope, which the client owns.
Without a caller it ends within `LONGEST` seconds, and a failure is logged at DEBUG. `asyncio.run`
waits for it at its end. If an event loop is stopped and closed without `shutdown_asyncgens`, the
cleanup is best effort.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import suppress
from typing import Any, Generic, TypeVar, cast

from aion._engine.observe import logger
from aion._http import private_names

private_names.require(private_names.ASYNCIO)

T = TypeVar("T")

LONGEST = 2.0
"""Longest duration of work without a caller, in seconds."""
_alive: set[_Job[Any]] = set()
"""Strong references, because an event loop holds its tasks weakly."""


class Background:
    """Runs the background work of one client."""

    def __init__(self) -> None:
        self._jobs: set[_Job[Any]] = set()

    async def finish(
        self, work: Callable[[], Awaitable[object]], error: BaseException | None = None
    ) -> None:
        """Run the cleanup at the end of a block.

        Args:
            work: Does the cleanup.
            error: The error that ended the block. A cancellation is not delayed: the cleanup
                then continues in the background.
        """
        try:
            job = self._begin(work)
        except RuntimeError:
            if isinstance(error, GeneratorExit):
                # Garbage-collected after its event loop has ended: no other loop can run it.
                return
            raise
        try:
            if isinstance(error, asyncio.CancelledError):
                job.let_go()
                return
            if error is not None and not isinstance(error, Exception):
                job.bound()
            await job.result()
        finally:
            # A raised error refers to this frame: the two would form a reference cycle.
            del job

    async def acquire(
        self, make: Callable[[], Awaitable[T]], undo: Callable[[T], Awaitable[object]]
    ) -> T:
        """Return the result of `make`.

        If the caller is cancelled meanwhile, and `make` succeeds all the same, call `undo` with the
        result.
        """
        abandoned = False

        async def work() -> T:
            made = await make()
            if abandoned:
                await undo(made)
            return made

        job = self._begin(work)
        try:
            return await job.result()
        except asyncio.CancelledError:
            abandoned = True
            if job.has_succeeded():
                # The cancellation arrived together with the result.
                made = await job.result()
                self._begin(lambda: undo(made)).let_go()
            raise
        finally:
            del job

    async def close(self, then: Callable[[], object]) -> None:
        """Wait until all work is done, at most `LONGEST` seconds, then call a function.

        The function is called even if the caller is cancelled meanwhile.
        """
        if not self._here():
            then()
            return

        async def work() -> None:
            if tasks := self._here():
                await asyncio.wait(tasks, timeout=LONGEST)
            then()

        await _Job(work).result()

    def _here(self) -> list[asyncio.Task[Any]]:
        """Return the unfinished tasks of the running event loop."""
        loop = asyncio.get_running_loop()
        tasks = [job.task for job in list(self._jobs)]
        return [task for task in tasks if task.get_loop() is loop and not task.done()]

    def _begin(self, work: Callable[[], Awaitable[T]]) -> _Job[T]:
        for lost in [job for job in list(self._jobs) if job.is_lost()]:
            self._jobs.discard(lost)
        job = _Job(work)
        self._jobs.add(job)
        job.task.add_done_callback(lambda _: self._jobs.discard(job))
        return job


class _Job(Generic[T]):
    """Runs work in a task of its own, which starts at once.

    Attributes:
        task: The task. It is hidden from `asyncio.all_tasks`, which are cancelled at the end of a
            program. Instead, `_keeper` makes the event loop wait for it then.
    """

    def __init__(self, work: Callable[[], Awaitable[T]]) -> None:
        self._end: float | None = None
        self._limit: asyncio.Timeout | None = None
        self._keeper: AsyncGenerator[None] | None = None
        self.task: asyncio.Task[T | None] = asyncio.get_running_loop().create_task(self._run(work))
        private_names.hide_task(self.task)
        for lost in [job for job in list(_alive) if job.is_lost()]:
            _alive.discard(lost)
        _alive.add(self)
        self.task.add_done_callback(self._done)

    def bound(self) -> None:
        """Limit the remaining time. An error from now on is logged, not raised."""
        if self._end is None:
            self._end = self.task.get_loop().time() + LONGEST
            if self._limit is not None:
                self._limit.reschedule(self._end)

    def let_go(self) -> None:
        """Limit the remaining time of work without a caller; the end of the loop waits for it."""
        self.bound()
        if self._keeper is None and not self.task.done():
            self._keeper = self._until_done()
            _step(self._keeper.__anext__())

    def has_succeeded(self) -> bool:
        """Return whether the work is done and has a result."""
        return self.task.done() and not self.task.cancelled() and self.task.exception() is None

    def is_lost(self) -> bool:
        """Return whether the work can never end, because its event loop was closed."""
        return self.task.get_loop().is_closed()

    async def result(self) -> T:
        """Return the result, or raise the error. If this is cancelled, the work continues."""
        task = self.task
        try:
            if not task.done():
                await asyncio.wait((task,))
            return task.result()  # type: ignore[return-value]  # None only without a caller
        except asyncio.CancelledError:
            self.let_go()
            raise
        finally:
            del task, self

    async def _run(self, work: Callable[[], Awaitable[T]]) -> T | None:
        try:
            async with asyncio.timeout_at(self._end) as self._limit:
                return await _Unhooked(work())
        except Exception as error:
            if self._end is None:
                raise
            logger.debug("work in the background failed: %s: %s", type(error).__name__, error)
            return None
        finally:
            self._limit = None
            # As in `finish`.
            del self

    async def _until_done(self) -> AsyncGenerator[None]:
        """Wait for the task when closed: the event loop closes open generators at its end."""
        try:
            yield
        finally:
            self._keeper = None
            while not self.task.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.wait((self.task,))

    def _done(self, task: asyncio.Task[Any]) -> None:
        _alive.discard(self)
        if self._keeper is not None:
            _step(self._keeper.aclose())
        if not task.cancelled():
            # Without a caller, asyncio would report the error as never retrieved.
            task.exception()


class _Unhooked(Generic[T]):
    """Wraps an awaitable so that the event loop does not track its asynchronous generators.

    While it waits for its last generators, an event loop warns about new ones. Those inside the
    awaitable are closed where they are used.
    """

    def __init__(self, awaitable: Awaitable[T]) -> None:
        self._awaitable = awaitable

    def __await__(self) -> Generator[Any, Any, T]:
        steps = self._awaitable.__await__()
        error: BaseException | None = None
        value: Any = None
        while True:
            hooks = sys.get_asyncgen_hooks()
            sys.set_asyncgen_hooks(None, None)
            try:
                step = steps.send(value) if error is None else steps.throw(error)
            except StopIteration as done:
                return cast("T", done.value)
            finally:
                sys.set_asyncgen_hooks(*hooks)
                error = None
            try:
                value = yield step
            except BaseException as thrown:  # noqa: BLE001 - it is passed to the awaitable
                error = thrown


def _step(awaitable: Awaitable[None]) -> None:
    """Run an awaitable that needs no event loop up to its next suspension."""
    with suppress(StopIteration):
        awaitable.__await__().send(None)

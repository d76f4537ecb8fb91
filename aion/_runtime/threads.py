"""Runs several calls at a time for a blocking caller, in the only threads of this package.

A single call runs in the caller's own thread. There are never more worker threads than concurrent
calls, and none remains when the group is closed. If the system has no more threads, or the
interpreter is ending, calls wait for an existing worker, or run in the caller's own thread.
"""

from __future__ import annotations

import os
import sys
import threading
from collections import deque
from collections.abc import Callable
from contextvars import Context, copy_context
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar, cast

from aion import _pauses
from aion._clock import monotonic
from aion._engine import abort
from aion.exceptions import NotOpenError

T = TypeVar("T")
R = TypeVar("R")

PATIENCE = 0.8
"""Seconds to wait for calls that were aborted. Only name resolution may take that long; its thread
ends afterwards, and sends nothing."""


@dataclass(slots=True, eq=False)
class _Job(Generic[T, R]):
    """A call in a worker thread, and its outcome."""

    item: T
    context: Context
    result: R | None = None
    error: BaseException | None = None


class CallGroup(Generic[T, R]):
    """Runs calls of one function, and returns the result of each when it has ended.

    Everything except the calls runs in the caller's own thread. A call sees the caller's context
    variables as they were when it began.
    """

    def __init__(self, function: Callable[[T], R]) -> None:
        self._function = function
        self._pid = os.getpid()
        self._abort = abort.Abort()
        self._waiting: deque[T] = deque()
        self._threads: list[threading.Thread] = []
        self._running = 0
        self._begun: SimpleQueue[_Job[T, R] | None] = SimpleQueue()
        self._ended: SimpleQueue[_Job[T, R]] = SimpleQueue()

    @property
    def busy(self) -> int:
        """Return the number of calls that have begun and whose results were not returned."""
        return len(self._waiting) + self._running

    def start(self, item: T) -> None:
        """Start a call. A single call runs only when `ended` asks for its result."""
        self._waiting.append(item)
        if self.busy > 1:
            while self._waiting:
                self._run(self._waiting.popleft())

    def ended(self) -> tuple[T, R]:
        """Return argument and result of the next call that has ended, or raise its error."""
        if not self._running:
            item = self._waiting.popleft()
            return item, self._function(item)
        if not self._threads:
            # No thread could be started.
            job = self._begun.get_nowait()
            assert job is not None
            self._running -= 1
            return job.item, job.context.run(self._function, job.item)
        job = self._next()
        self._running -= 1
        if job.error is not None:
            raise job.error
        return job.item, cast("R", job.result)

    def close(self) -> None:
        """Abort the calls in flight, and wait until they have ended."""
        self._waiting.clear()
        self._abort.set()
        for _ in self._threads:
            self._begun.put(None)
        end = monotonic() + PATIENCE
        here = threading.current_thread()
        for thread in self._threads:
            # The garbage collector closes a forgotten iterator in any thread, even in a worker.
            if thread is not here and thread.is_alive():
                thread.join(max(0.0, end - monotonic()))
        self._threads.clear()
        self._running = 0

    def _run(self, item: T) -> None:
        self._begun.put(_Job(item, copy_context()))
        self._running += 1
        # A thread that is started while the interpreter ends never runs, but would be joined.
        if self._running > len(self._threads) and not sys.is_finalizing():
            thread = threading.Thread(target=self._serve, name="aion-call", daemon=True)
            # Recorded first, so that it is known wherever Ctrl-C interrupts.
            self._threads.append(thread)
            try:
                thread.start()
            except RuntimeError:
                # The limit of the system or the container is reached: another thread takes the job.
                self._threads.remove(thread)

    def _serve(self) -> None:
        while (job := self._begun.get()) is not None:
            job.context.run(self._work, job)

    def _work(self, job: _Job[T, R]) -> None:
        abort.current.set(self._abort)
        _pauses.in_worker()
        try:
            job.result = self._function(job.item)
        except BaseException as error:  # noqa: BLE001 - it is raised in the caller's thread
            job.error = error
        self._ended.put(job)

    def _next(self) -> _Job[T, R]:
        outer, watch = abort.current.get(), _pauses.reported_by()
        while True:
            if self._pid != os.getpid():
                raise NotOpenError(
                    "the calls continue in the process that this one was forked from: make them"
                    " again here if they are needed here, too"
                )
            if outer is not None:
                outer.check()
            try:
                return self._ended.get(timeout=abort.POLL)
            except Empty:
                if watch is not None and watch.is_due():
                    watch.report()


__all__ = ["CallGroup"]

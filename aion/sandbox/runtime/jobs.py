"""The queue of background jobs: stored, and moved from stage to stage by the sandbox's clock.

A handler is called once for each stage of a job and returns the next one, or None. Its work
before the first await is one transaction with the move to the next stage; its work after an await
is not, and is repeated by a new process if the old one was killed.
"""

from __future__ import annotations

import asyncio
import heapq
import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Generic

from aion.sandbox.faults.registry import Faults
from aion.sandbox.runtime.job_handlers import JOBS, Result, StateT, Step
from aion.sandbox.store.clock import Clock
from aion.sandbox.store.database import Database
from aion.sandbox.store.jsontext import json_text

logger: Final = logging.getLogger("aion.sandbox")

_SLICE: Final = 256


@dataclass(order=True, slots=True)
class _Entry:
    due: float
    turn: int
    kind: str = field(compare=False)
    id: str = field(compare=False)


class Jobs(Generic[StateT]):
    """The queue of one sandbox. Call its methods in the thread of the server's loop only."""

    def __init__(
        self,
        state: StateT,
        *,
        database: Database,
        clock: Clock,
        faults: Faults,
        violations: list[str],
        pace: float,
    ) -> None:
        """Create an idle queue.

        Args:
            state: What handlers find as `Step.state`; the queue itself does not use it.
            database: Stores the jobs.
            clock: When a stage is due.
            faults: Hold and fail jobs.
            violations: Gets an entry for each handler that raises.
            pace: Seconds between two stages, unless a handler says otherwise.
        """
        self._state = state
        self._database = database
        self._clock = clock
        self._faults = faults
        self._violations = violations
        self._pace = pace
        self._queue: list[_Entry] = []
        self._held: list[_Entry] = []
        self._running: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._progress = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._pausing = asyncio.Lock()
        self._turn = 0

    def start(self) -> None:
        """Load the stored jobs and start."""
        latest = self._clock.now() + self._pace
        # The stepped clock of the previous process may have been ahead of this one.
        self._queue = [
            _Entry(min(due, latest), turn, kind, job_id)
            for due, turn, kind, job_id in self._database.rows(
                "SELECT due, turn, kind, id FROM jobs"
            )
        ]
        self._turn = max((entry.turn for entry in self._queue), default=0)
        heapq.heapify(self._queue)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop at once; unfinished jobs stay stored."""
        tasks = [*self._running, *([self._task] if self._task else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._task = None
        self._queue.clear()
        self._held.clear()

    @asynccontextmanager
    async def paused(self) -> AsyncGenerator[None]:
        """Run no job inside; the stored jobs are loaded again at the end.

        One pause waits for another: otherwise both would start the queue, and every job would
        run twice.
        """
        async with self._pausing:
            await self.stop()
            try:
                yield
            finally:
                self.start()

    def schedule(
        self,
        kind: str,
        id: str,  # noqa: A002 - an id is called id everywhere on the wire
        *,
        stage: str = "queued",
        delay: float | None = None,
        name: str = "",
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """Queue a job, or move it to another stage; the caller's transaction stores it.

        Args:
            kind: A kind with a handler.
            id: Id of its subject; one job of a kind and id exists at a time.
            stage: Stage at which the handler is called first.
            delay: Seconds until then; the sandbox's pace when None.
            name: What faults select it by.
            data: Further values for the handler.
        """
        if kind not in JOBS:
            raise LookupError(f"no handler for jobs of kind {kind!r}")
        wait = self._pace if delay is None else delay
        self._store(kind, id, stage, self._clock.now() + wait, name, dict(data or {}))

    def cancel(self, kind: str, id: str) -> bool:  # noqa: A002
        """Remove a job; returns whether it existed. A running step does not advance it."""
        sql = "DELETE FROM jobs WHERE kind = ? AND id = ?"
        return self._database.run(sql, (kind, id)) > 0

    def stage(self, kind: str, id: str) -> str | None:  # noqa: A002
        """Return the stage of a job, or None if it does not exist."""
        sql = "SELECT stage FROM jobs WHERE kind = ? AND id = ?"
        row = self._database.row(sql, (kind, id))
        return str(row[0]) if row is not None else None

    def release(self) -> None:
        """Retry the jobs that a fault held."""
        held, self._held = self._held, []
        now = self._clock.now()
        for entry in held:
            heapq.heappush(self._queue, _Entry(now, entry.turn, entry.kind, entry.id))
        self._wake.set()

    async def settle(self) -> None:
        """Wait until all due work is done."""
        self._wake.set()
        while self._running or (self._queue and self._queue[0].due <= self._clock.now()):
            self._progress.clear()
            await self._progress.wait()

    def _store(
        self, kind: str, job_id: str, stage: str, due: float, name: str, data: Mapping[str, Any]
    ) -> None:
        self._turn += 1
        self._database.run(
            "INSERT OR REPLACE INTO jobs (kind, id, due, stage, name, data, turn) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (kind, job_id, due, stage, name, json_text(data), self._turn),
        )
        heapq.heappush(self._queue, _Entry(due, self._turn, kind, job_id))
        self._wake.set()

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            due = self._due_entries()
            if due:
                try:
                    with self._database.transaction():
                        for entry in due:
                            self._advance(entry)
                except Exception as error:  # noqa: BLE001 - a full disk must not stop all work for good
                    self._note("background work failed", error)
                self._progress.set()
                # Requests get their turn between two slices of a long queue.
                await asyncio.sleep(0)
                continue
            await self._pause()

    def _due_entries(self) -> list[_Entry]:
        now = self._clock.now()
        due: list[_Entry] = []
        while self._queue and self._queue[0].due <= now and len(due) < _SLICE:
            due.append(heapq.heappop(self._queue))
        return due

    async def _pause(self) -> None:
        timeout = None
        if self._queue and not self._clock.stepped:
            timeout = max(0.0, self._queue[0].due - self._clock.now())
        try:
            async with asyncio.timeout(timeout):
                await self._wake.wait()
        except TimeoutError:
            pass

    def _advance(self, entry: _Entry) -> None:
        row = self._database.row(
            "SELECT stage, name, data FROM jobs WHERE kind = ? AND id = ? AND turn = ?",
            (entry.kind, entry.id, entry.turn),
        )
        if row is None:
            return
        stage, name, data = row
        if self._faults.job_held(entry.kind, stage, name):
            self._held.append(entry)
            return
        step = Step(
            state=self._state,
            kind=entry.kind,
            id=entry.id,
            stage=stage,
            name=name,
            data=json.loads(data),
            due=entry.due,
            _faults=self._faults,
            _clock=self._clock,
        )
        try:
            with self._database.transaction():
                result = JOBS[entry.kind](step)
                if not isinstance(result, Awaitable):
                    self._move(entry, step, result)
                    return
        except Exception as error:  # noqa: BLE001 - one job that breaks must not stop the others
            self._broken(entry, error)
            return
        task = asyncio.create_task(self._finish(entry, step, result))
        self._running.add(task)

        def done(task: asyncio.Task[None]) -> None:
            self._running.discard(task)
            self._progress.set()
            # A task that was cancelled before its first turn never started the handler.
            if isinstance(result, Coroutine):
                result.close()

        task.add_done_callback(done)

    async def _finish(self, entry: _Entry, step: Step[StateT], waiting: Awaitable[Result]) -> None:
        try:
            result = await waiting
            with self._database.transaction():
                if self._is_current(entry):
                    self._move(entry, step, result)
        except Exception as error:  # noqa: BLE001 - as above
            self._broken(entry, error)

    def _move(self, entry: _Entry, step: Step[StateT], result: Result) -> None:
        if not self._is_current(entry):
            # The handler itself moved or cancelled the job.
            return
        if result is None:
            self.cancel(entry.kind, entry.id)
            return
        wait = self._pace if result.delay is None else result.delay
        data = step.data if result.data is None else result.data
        # Counted from when it was due, so one long step of the clock goes through all stages.
        self._store(entry.kind, entry.id, result.stage, entry.due + wait, step.name, data)

    def _is_current(self, entry: _Entry) -> bool:
        sql = "SELECT 1 FROM jobs WHERE kind = ? AND id = ? AND turn = ?"
        return self._database.row(sql, (entry.kind, entry.id, entry.turn)) is not None

    def _broken(self, entry: _Entry, error: Exception) -> None:
        self._note(f"job {entry.kind} {entry.id} failed", error)
        if self._is_current(entry):
            self.cancel(entry.kind, entry.id)

    def _note(self, what: str, error: Exception) -> None:
        logger.error(what, exc_info=error)
        self._violations.append(f"{what}: {type(error).__name__}: {error}")

"""Background work: descriptions and variants, moved from state to state by the sandbox clock.

What is to do is stored beside the files, so that a new process goes on where the last one was
stopped. One task on the server's loop advances what is due; pixels are read in threads.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any, Final

from . import variants
from .clock import Clock, stamp
from .database import Database
from .describe import Description, describe_image
from .faults import FailDescription, Faults, HoldDescription
from .files import Files, StoredFile
from .images import Unusable
from .jsontext import json_text
from .objects import Objects
from .options import Options

logger: Final = logging.getLogger("aion.sandbox")

DESCRIBE: Final = "describe"
VARIANTS: Final = "variants"

_NEXT_DESCRIPTION: Final = {"pending": "queued", "queued": "processing"}
_MAX_TAGS: Final = 40
_SLICE: Final = 256


@dataclass(order=True, slots=True)
class _Job:
    due: float
    file_n: int
    kind: str = field(compare=False)


class Work:
    """The queue of one sandbox. All methods belong to the thread of the server's loop."""

    def __init__(
        self,
        options: Options,
        clock: Clock,
        database: Database,
        files: Files,
        objects: Objects,
        faults: Faults,
        executor: Executor,
    ) -> None:
        self._options = options
        self._clock = clock
        self._database = database
        self._files = files
        self._objects = objects
        self._faults = faults
        self._executor = executor
        self._queue: list[_Job] = []
        self._held: dict[int, _Job] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._progress = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Take up stored work and begin."""
        latest = self._clock.now() + self._options.pace
        rows = self._database.rows("SELECT due, file_n, kind FROM work")
        # A stepped clock of the last process may have been ahead of this one.
        self._queue = [_Job(min(due, latest), number, kind) for due, number, kind in rows]
        heapq.heapify(self._queue)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End at once; what is unfinished stays stored."""
        tasks = [*self._running, *([self._task] if self._task else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._task = None
        self._queue.clear()
        self._held.clear()

    def add(self, file_n: int, kind: str) -> None:
        """Queue work on a file; the caller's transaction stores it."""
        self._schedule(_Job(self._clock.now() + self._options.pace, file_n, kind))

    def cancel(self, file_n: int) -> None:
        """Forget the description work on a file."""
        self._database.run("DELETE FROM work WHERE file_n = ? AND kind = ?", (file_n, DESCRIBE))
        self._held.pop(file_n, None)

    def wake(self) -> None:
        """Look again: the clock was stepped."""
        self._wake.set()

    def release(self) -> None:
        """Look again at what a fault held."""
        held, self._held = self._held, {}
        for job in held.values():
            heapq.heappush(self._queue, _Job(self._clock.now(), job.file_n, job.kind))
        self._wake.set()

    async def settle(self) -> None:
        """Wait until nothing that is due by now is undone."""
        self._wake.set()
        while self._running or (self._queue and self._queue[0].due <= self._clock.now()):
            self._progress.clear()
            await self._progress.wait()

    def _schedule(self, job: _Job) -> None:
        self._database.run(
            "INSERT OR REPLACE INTO work (file_n, kind, due) VALUES (?, ?, ?)",
            (job.file_n, job.kind, job.due),
        )
        heapq.heappush(self._queue, job)
        self._wake.set()

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            due = self._due_jobs()
            if due:
                with self._database.transaction():
                    for job in due:
                        self._advance(job)
                self._progress.set()
                # Requests get their turn between two slices of a long queue.
                await asyncio.sleep(0)
                continue
            await self._pause()

    def _due_jobs(self) -> list[_Job]:
        now = self._clock.now()
        due: list[_Job] = []
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

    def _advance(self, job: _Job) -> None:
        file = self._files.get_numbered(job.file_n)
        wanted = file is not None and self._database.row(
            "SELECT 1 FROM work WHERE file_n = ? AND kind = ?", (job.file_n, job.kind)
        )
        if file is None or not wanted:
            self._forget(job)
        elif job.kind == DESCRIBE:
            self._advance_description(job, file)
        elif file.variant_status == "pending":
            self._move(job, file, variant_status="processing")
        else:
            self._spawn(self._finish_variants(job, file))

    def _advance_description(self, job: _Job, file: StoredFile) -> None:
        if file.described:
            self._forget(job)
            return
        state = file.description_status
        held = self._faults.take(
            HoldDescription, lambda fault: fault.state == state and fault.concerns(file.filename)
        )
        if held is not None:
            self._held[file.n] = job
        elif state in _NEXT_DESCRIPTION:
            following = _NEXT_DESCRIPTION[state]
            begun = {"described_from": stamp(job.due)} if following == "processing" else {}
            self._move(job, file, description_status=following, **begun)
        else:
            self._spawn(self._finish_description(job, file))

    def _move(self, job: _Job, file: StoredFile, **values: Any) -> None:
        self._files.update(file.n, **values, changed_at=stamp(job.due))
        # Counted from when it was due, so one long step of the clock goes through all states.
        self._schedule(_Job(job.due + self._options.pace, job.file_n, job.kind))

    def _forget(self, job: _Job) -> None:
        self._database.run("DELETE FROM work WHERE file_n = ? AND kind = ?", (job.file_n, job.kind))

    def _spawn(self, coroutine: Any) -> None:
        task: asyncio.Task[None] = asyncio.create_task(coroutine)
        self._running.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._progress.set()
        if not task.cancelled() and task.exception() is not None:
            logger.error("background work broke", exc_info=task.exception())

    async def _finish_description(self, job: _Job, file: StoredFile) -> None:
        began = time.perf_counter()
        failure = self._faults.take(FailDescription, lambda fault: fault.concerns(file.filename))
        path = self._objects.path(file.object_key)
        try:
            if failure is not None:
                raise Unusable(failure.message)
            made = await self._in_thread(
                describe_image, path, file.format, self._options.limits.max_pixels
            )
        except (Unusable, OSError) as error:
            self._end(job, began, description_status="failed", description_error=str(error))
        else:
            self._end_described(job, began, made)

    def _end_described(self, job: _Job, began: float, made: Description) -> None:
        # The user may have edited the file while its pixels were read.
        file = self._files.get_numbered(job.file_n)
        if file is None:
            self._forget(job)
            return
        tags = file.tag_list()
        if not file.tags_edited:
            tags = list(dict.fromkeys([*tags, *made.tags]))[:_MAX_TAGS]
        self._end(
            job,
            began,
            description_status="completed",
            description=made.text,
            visible_text=made.visible_text,
            confidence=made.confidence,
            tags=json_text(tags),
        )

    async def _finish_variants(self, job: _Job, file: StoredFile) -> None:
        began = time.perf_counter()
        path = self._objects.path(file.object_key)
        try:
            made = await self._in_thread(variants.make_variants, path, file.format)
        except (Unusable, OSError) as error:
            self._end(job, began, variant_status="failed", variant_error=str(error))
        else:
            self._end(
                job,
                began,
                variant_status="completed",
                variant_error=None,
                variant_suffix=made.suffix,
                blur_hash=made.blur_hash,
            )

    def _end(self, job: _Job, began: float, **values: Any) -> None:
        # Counted from when it was due, like all states; a stepped clock knows no elapsed time.
        elapsed = 0.0 if self._clock.stepped else time.perf_counter() - began
        now = stamp(job.due + elapsed)
        if job.kind == DESCRIBE:
            values["finished_at"] = now
        with self._database.transaction():
            file = self._files.get_numbered(job.file_n)
            cancelled = job.kind == DESCRIBE and file is not None and file.described
            if not cancelled:
                self._files.update(job.file_n, **values, changed_at=now)
            self._forget(job)

    async def _in_thread(self, function: Callable[..., Any], *values: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._executor, function, *values)

"""Reports the outcome of each file of a batch to the journal, the ledger and the callbacks.

The journal comes first: an outcome is on disk before a callback receives it.
"""

from __future__ import annotations

from array import array
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager

from attrs import evolve

from aion._pauses import Watch
from aion._runtime import aio as rt
from aion.types._skipped import Skipped
from aion.types.callbacks import (
    DescriptionFailedEvent,
    DescriptionProgressEvent,
    FileCompleteEvent,
    UploadProgressEvent,
)
from aion.types.common import DescriptionStatus
from aion.types.upload import BatchUploadResults, UploadResult
from aion.uploads._batch_files import BatchFiles
from aion.uploads._ledger import Ledger
from aion.uploads._matching import Sent
from aion.uploads._meter import Meter
from aion.uploads._plan import Callbacks, Item, RequestBatch
from aion.uploads._record import Record, restored
from aion.uploads.journal import State
from aion.uploads.progress import Phase
from aion_api.models.user_files import UserFile


class BatchReporter:
    """Reports the progress of one batch.

    Args:
        files: The files.
        callbacks: The callbacks of the caller.
        record: The journal, with the outcomes of an earlier call.
        describes: Whether stored files will be described.
        skipped: What directories left out, by reason.

    Attributes:
        ledger: The outcome of every file.
        record: The journal.
        sessions: Requests whose results have to be polled from their upload sessions.
        phase: What the batch does, except for `checking`.
        watch: Reports the progress when a pause begins or ends; None if nothing is reported.
    """

    def __init__(
        self,
        files: BatchFiles,
        callbacks: Callbacks,
        record: Record,
        *,
        describes: bool,
        skipped: Skipped | None = None,
    ) -> None:
        self.ledger = Ledger(files.all, skipped)
        self.record = record
        self.sessions: list[Sent] = []
        self._callbacks = callbacks
        self._describes = describes
        done = record.done()
        for index, row in sorted(done.items()):
            result = restored(row)
            if result is not None and result.is_stored:
                self.ledger.stored(index, self.ledger.placed(index, result))
            elif result is not None:
                self.ledger.lost(index, row.reason or "no reason was recorded", retryable=False)
        self._described = self.ledger.ended_count
        arrived = {index for index, row in done.items() if row.state is not State.SENDING}
        self._meter = Meter(files.items(), arrived)
        self.phase: Phase = "starting"
        self._checking = 0
        # Without progress to report, the pauses are those of an outer watch.
        self.watch = None if callbacks.on_step is None else Watch(self.step)

    async def step(self) -> None:
        """Report the progress of the batch."""
        if self._callbacks.on_step is not None:
            watch = self.watch
            pause = None if watch is None else watch.longest()
            now = self._meter.read(self.ledger, self.phase, self._checking, pause)
            await rt.notify(self._callbacks.on_step, now)

    @contextmanager
    def checking(self, count: int) -> Generator[None]:
        """Report, for the time of a block, that the outcome of some files is determined."""
        self._checking += count
        try:
            yield
        finally:
            self._checking -= count

    async def sending(self, batch: RequestBatch) -> None:
        """Report files that are about to be sent; a resend is reported to the journal alone."""
        self.record.sending(batch.items)
        if self._callbacks.on_progress is None or batch.tries:
            return
        for item in batch.items:
            size = item.upload.size
            event = UploadProgressEvent(item.index, size, size, item.upload.filename)
            await rt.notify(self._callbacks.on_progress, event)

    def arrived(self, items: Iterable[Item]) -> None:
        """Count files that were stored or refused, and need not be sent any more."""
        self._meter.sent(items)

    def refused(self, index: int, reason: str, *, retryable: bool | None = None) -> None:
        """Report a file that was not stored."""
        self.ledger.lost(index, reason, retryable=retryable)
        self.record.failed(index, reason, retryable)

    def unknown(self, index: int, reason: str) -> None:
        """Report a file that may be stored. Its journal row stays open: the next call checks it."""
        self.ledger.lost(index, reason, retryable=True)

    def new(self, result: UploadResult) -> UploadResult:
        """Return the result of a file that this batch stored, rather than an earlier upload."""
        if self._describes:
            return result
        return evolve(result, description_status=DescriptionStatus.SKIPPED)

    async def stored(self, results: Sequence[tuple[int, UploadResult]]) -> None:
        """Write stored files to the journal, then report them."""
        self.record.stored(results)
        results = [(index, self.ledger.placed(index, one)) for index, one in results]
        for index, result in results:
            self.ledger.stored(index, result)
        for index, result in results:
            if self._callbacks.on_file_complete is not None:
                complete = FileCompleteEvent(index, result)
                await rt.notify(self._callbacks.on_file_complete, complete)
            if not result.is_pending:
                await self._ended(index, result)

    async def described(self, page: array[int], files: Iterable[UserFile]) -> None:
        """Report the finished descriptions in a page of the library."""
        # A file stored a moment ago may not be listed yet: it stays pending.
        ended = self.ledger.described(page, files)
        self.record.stored(ended)
        for index, result in ended:
            await self._ended(index, result)

    def results(self) -> BatchUploadResults:
        """Return the result of every file, in the order of the input."""
        return self.ledger.report([item for sent in self.sessions for item in sent.items])

    async def _ended(self, index: int, result: UploadResult) -> None:
        self._described += 1
        if self._callbacks.on_description_progress is not None:
            open_items = sum(len(sent.items) for sent in self.sessions)
            total = self.ledger.stored_count + open_items
            progress = DescriptionProgressEvent(self._described, total, result)
            await rt.notify(self._callbacks.on_description_progress, progress)
        if result.is_failed:
            failure = DescriptionFailedEvent(index, result)
            await rt.notify(self._callbacks.on_description_failed, failure)


__all__ = ["BatchReporter"]

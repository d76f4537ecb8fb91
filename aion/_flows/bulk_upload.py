"""Uploads one batch of files: sends them, then polls until none is pending.

One bad file does not stop the others. When the service stops accepting files, the error lists the
stored ones. Outcomes are in the journal before a callback receives them. What happens to a stored
file depends on its kind: see `aion._flows.image_descriptions` and
`aion._flows.document_processing`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from aion._clock import monotonic
from aion._flows.bulk_follower import SessionFollower
from aion._flows.bulk_reporter import BatchReporter
from aion._flows.bulk_sender import BatchSender
from aion._flows.bulk_takeover import Takeover
from aion._flows.document_processing import DocumentProcessing
from aion._flows.image_descriptions import ImageDescriptions
from aion._flows.polling import until
from aion._flows.upload_sessions import forgotten
from aion._pauses import Watch
from aion._runtime import aio as rt
from aion._waiting.plan import PollPlan
from aion.exceptions import AionvisionError, AionvisionTimeoutError, QuotaExceededError
from aion.types._skipped import Skipped
from aion.types.documents import BatchDocumentUploadResults
from aion.types.upload import BatchUploadResults
from aion.uploads._batch_files import BatchFiles
from aion.uploads._document_file import DocumentCallbacks
from aion.uploads._errors import Results, Wording, add_resume_hint, cut_off, late, partial
from aion.uploads._expand import UploadInput
from aion.uploads._plan import Callbacks, Pace
from aion.uploads._record import NO_RECORD, Record, resume_plan
from aion.uploads.progress import Phase
from aion_api.models.user_files import StreamBatchUploadBody

R_co = TypeVar("R_co", bound=Results, covariant=True)


class FollowUp(Protocol[R_co]):
    """Follows the files of a batch once they are stored."""

    wording: Wording

    def waiting(self) -> Sequence[str]:
        """Return the ids of the stored files that are still pending."""
        ...

    async def poll(self, end: float, at_once: int, *, all_stored: bool) -> None:
        """Poll all pending files once.

        Args:
            end: Deadline of the last call, on the monotonic clock.
            at_once: Most requests in flight.
            all_stored: Whether the ids of all stored files are known.
        """
        ...

    def report(self) -> R_co:
        """Return the result of every file, in the order of the input."""
        ...


class BatchUpload(Generic[R_co]):
    """Uploads one batch.

    Args:
        engine: Sends the requests.
        files: The files.
        form: The fields of each request, without its files.
        reporter: Reports the outcomes.
        follow_up: Polls the stored files.
    """

    def __init__(
        self,
        engine: rt.Engine,
        files: BatchFiles,
        form: StreamBatchUploadBody,
        reporter: BatchReporter,
        follow_up: FollowUp[R_co],
    ) -> None:
        self._engine = engine
        # Needed until all files are sent, to determine the outcome of requests without a response.
        self._files = files
        self._reporter = reporter
        self._follow_up = follow_up
        self._takeover = Takeover(engine, files, reporter)
        self._sender = BatchSender(engine, form, files, reporter, self._takeover)
        self._follower = SessionFollower(engine, reporter)
        plan = resume_plan(files.items(), reporter.record.done())
        self._sender.plain, self._doubtful, reporter.sessions[:] = plan

    @property
    def size(self) -> int:
        """Number of files to send."""
        return len(self._sender.plain) + len(self._sender.guarded)

    @property
    def session_id(self) -> str | None:
        """The last upload session that accepted files."""
        return self._sender.session_id

    @property
    def stored_count(self) -> int:
        """Number of files that are known to be stored."""
        return self._reporter.ledger.stored_count

    @property
    def watch(self) -> Watch | None:
        """What reports the pauses of the batch; None if its progress is not reported."""
        return self._reporter.watch

    async def recover(self) -> None:
        """Determine which files are stored that an earlier call was sending when it ended.

        Files of an expired upload session are checked, too.

        Raises:
            AionvisionError: A request to the service failed.
        """
        sessions = self._reporter.sessions
        with self._reporter.checking(sum(len(sent.items) for sent in sessions)):
            await self._reporter.step()
            expired = await forgotten(self._engine, sessions)
        for sent in expired:
            sessions.remove(sent)
            self._reporter.record.doubtful(sent.items)
            self._doubtful += sent.items
        if self._doubtful:
            guarded, plain = await self._takeover.take_over(self._doubtful)
            self._sender.guarded += guarded
            self._sender.plain.extend(item.index for item in plain)
            self._doubtful = []

    async def send(self, pace: Pace, since: datetime | None) -> None:
        """Send all files.

        Args:
            pace: How the files are divided into requests.
            since: When the upload began, on the clock of the service; None if unknown.

        Raises:
            AionvisionError: The service accepted none of them.
            UploadError: The service stopped accepting files; `partial_results` lists every file.
            QuotaExceededError: The quota ran out midway; `partial_results` as above.
        """
        self._takeover.since, self._follower.at_once = since, pace.requests
        self._reporter.phase = "sending"
        await self._reporter.step()
        broken = await self._sender.send(pace)
        if broken is not None:
            raise await self._stopped(broken) from broken.__cause__

    async def follow(self, plan: PollPlan, *, ids_only: bool) -> None:
        """Poll until the id of every stored file is known, and no file is pending.

        Args:
            plan: When to poll, and until when.
            ids_only: Wait for the ids alone.

        Raises:
            AionvisionTimeoutError: The deadline passed; `last_result` holds all results so far.
            UploadError: Polling failed; `partial_results` as above.
        """

        def done() -> bool:
            return self._follower.done and (ids_only or not self._follow_up.waiting())

        async def step() -> bool:
            has_ended = done()
            waits_for: Phase = "storing" if ids_only else "describing"
            self._reporter.phase = "done" if has_ended else waits_for
            await self._reporter.step()
            return has_ended

        async def poll(left: float) -> bool:
            end = monotonic() + left
            await self._follower.poll(end)
            if not ids_only:
                at_once, all_stored = self._follower.at_once, self._follower.done
                await self._follow_up.poll(end, at_once, all_stored=all_stored)
            return await step()

        # All files are sent: only those of open sessions are still needed.
        self._files.release()
        if await step():
            return
        try:
            await until(poll, bool, plan, lambda _: self._late(plan), lambda: self._cut_off(plan))
        except AionvisionError as error:
            if isinstance(error, AionvisionTimeoutError) and error.last_result is not None:
                raise
            broken = self._partial(error, "session_results")
            add_resume_hint(broken, self._follow_up.wording, self._follow_up.waiting(), rt.AWAIT)
            raise broken from error

    def report(self) -> R_co:
        """Return the result of every file, in the order of the input."""
        return self._follow_up.report()

    async def _stopped(self, error: AionvisionError) -> AionvisionError:
        # Reading the results of open sessions is worth an attempt, but the first error is raised.
        with suppress(AionvisionError):
            await self._follower.poll(math.inf)
        self._give_up()
        is_partial = self.stored_count or not self._follower.done
        if is_partial or self.session_id or isinstance(error, QuotaExceededError):
            return self._partial(error, "upload")
        return error

    def _give_up(self) -> None:
        """Report every file without an outcome, and the reason."""
        ledger = self._reporter.ledger
        open_items = {item.index for sent in self._reporter.sessions for item in sent.items}
        for one in self._files.all:
            if ledger.known(one.index) or one.index in open_items:
                continue
            unclear = one.index in self._takeover.unclear
            reason = "its request broke: whether it is stored is not known"
            self._reporter.unknown(one.index, reason if unclear else "it was not sent")

    def _partial(self, cause: AionvisionError, stage: str) -> AionvisionError:
        return partial(cause, self.report(), self.stored_count, stage, self.session_id)

    def _late(self, plan: PollPlan) -> AionvisionTimeoutError:
        sessions = [sent.session_id for sent in self._reporter.sessions]
        waited = monotonic() - plan.start
        follow_up = self._follow_up
        ids = follow_up.waiting()
        return late(follow_up.wording, self.report(), ids, sessions, waited, rt.AWAIT)

    def _cut_off(self, plan: PollPlan) -> str:
        reporter = self._reporter
        return cut_off(
            self._follow_up.wording,
            self._follow_up.waiting(),
            [sent.session_id for sent in reporter.sessions],
            monotonic() - plan.start,
            rt.AWAIT,
            has_journal=reporter.record is not NO_RECORD,
        )


def image_batch(
    engine: rt.Engine,
    found: Sequence[UploadInput],
    form: StreamBatchUploadBody,
    callbacks: Callbacks,
    record: Record = NO_RECORD,
    skipped: Skipped | None = None,
) -> BatchUpload[BatchUploadResults]:
    """Create a batch of images, which are described once they are stored.

    Args:
        engine: Sends the requests.
        found: The images.
        form: The fields of each request, without its files.
        callbacks: The callbacks of the caller.
        record: The journal, with the outcomes of an earlier call.
        skipped: What directories left out, by reason.
    """
    files = BatchFiles(found)
    describes = form.auto_describe is not False
    reporter = BatchReporter(files, callbacks, record, describes=describes, skipped=skipped)
    return BatchUpload(engine, files, form, reporter, ImageDescriptions(engine, reporter))


def document_batch(
    engine: rt.Engine,
    found: Sequence[UploadInput],
    form: StreamBatchUploadBody,
    callbacks: DocumentCallbacks,
    record: Record = NO_RECORD,
    skipped: Skipped | None = None,
) -> BatchUpload[BatchDocumentUploadResults]:
    """Create a batch of documents, which are processed once they are stored; as `image_batch`."""
    files = BatchFiles(found)
    processing = DocumentProcessing(engine, found, callbacks, record)
    stored = Callbacks(on_file_complete=processing.stored)
    reporter = BatchReporter(files, stored, record, describes=True, skipped=skipped)
    processing.results = reporter.results
    return BatchUpload(engine, files, form, reporter, processing)


__all__ = ["BatchUpload", "FollowUp", "document_batch", "image_batch"]

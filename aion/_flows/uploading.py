"""A batch of images on its way: send its chunks, then follow it until its descriptions are there.

One bad file stops no other. When the service stops taking files, no more are sent, those on their
way are waited for, and the error tells what is stored.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress

import attrs

from aion._batches import Callbacks, Item, Ledger, Pace, Sent, apart, chunks, match
from aion._files import Found
from aion._flows.waiting import until
from aion._polling import PollPlan
from aion._rt import aio as rt
from aion.exceptions import (
    AionvisionError,
    AionvisionTimeoutError,
    QuotaExceededError,
    UploadError,
)
from aion.types.callbacks import (
    DescriptionFailedEvent,
    DescriptionProgressEvent,
    FileCompleteEvent,
    UploadProgressEvent,
)
from aion.types.common import DescriptionStatus
from aion.types.upload import BatchUploadResults, UploadResult
from aion_api import File
from aion_api.api import upload_sessions, user_files
from aion_api.models.upload_sessions import UploadSessionResultItem
from aion_api.models.user_files import StreamBatchUploadBody, StreamBatchUploadResponse

PAGE = 100
"""Files in one look at descriptions."""
RESULTS_PAGE = 500
"""Results in one page of a session."""
_SESSION_ENDS = frozenset({"completed", "failed", "expired", "cancelled"})
_SHOWN = 20


class BatchUpload:
    """One batch.

    Args:
        engine: Sends the requests.
        found: The files.
        form: The fields of each request, without its files.
        callbacks: What is told while it goes on.

    Attributes:
        size: How many files can be sent.
    """

    def __init__(
        self,
        engine: rt.Engine,
        found: Sequence[Found],
        form: StreamBatchUploadBody,
        callbacks: Callbacks,
    ) -> None:
        self._engine = engine
        self._items = [Item(one.index, one.upload) for one in found if one.upload is not None]
        self.size = len(self._items)
        self._form = form
        self._at_once = 1
        self._callbacks = callbacks
        self._ledger = Ledger(found)
        self._sessions: list[Sent] = []
        self._session_id: str | None = None
        self._broken: AionvisionError | None = None

    async def send(self, pace: Pace) -> None:
        """Send all files.

        Args:
            pace: How they are cut into requests.

        Raises:
            AionvisionError: The service took none of them.
            UploadError: It stopped taking them; `partial_results` tells what is stored.
            QuotaExceededError: The allowance ran out on the way; `partial_results` as above.
        """
        self._at_once = pace.requests
        await rt.each(self._send, chunks(self._items, pace), at_once=pace.requests)
        if self._broken is not None:
            raise await self._stopped(self._broken) from self._broken.__cause__

    async def follow(self, plan: PollPlan, *, descriptions: bool) -> None:
        """Wait until the id of every stored image is known, and its description has ended.

        Args:
            plan: When to look, and until when.
            descriptions: Wait for descriptions, and not only for ids.

        Raises:
            AionvisionTimeoutError: The deadline passed; `last_result` holds all results so far.
            UploadError: The batch could not be looked at; `partial_results` as above.
        """

        async def look(left: float) -> BatchUploadResults:
            timeout = min(self._engine.config.timeout, left)
            await self._look_at_sessions(timeout)
            if descriptions:
                await self._look_at_descriptions(timeout)
            return self.report()

        def done(_: BatchUploadResults) -> bool:
            return not self._sessions and not (descriptions and self._ledger.waiting())

        def late(_: BatchUploadResults | None) -> AionvisionTimeoutError:
            return self._late(plan)

        if done(self.report()):
            return
        try:
            await until(look, done, plan, late)
        except AionvisionError as error:
            if isinstance(error, AionvisionTimeoutError) and error.last_result is not None:
                raise
            raise self._partial(error, "session_results") from error

    def report(self) -> BatchUploadResults:
        """What became of every file that was sent, in the order of the input."""
        return self._ledger.report([item for sent in self._sessions for item in sent.items])

    async def _send(self, chunk: list[Item]) -> None:
        if self._broken is not None:
            return
        for item in chunk:
            size = item.upload.size
            event = UploadProgressEvent(item.index, size, size, item.upload.filename)
            await rt.notify(self._callbacks.on_progress, event)
        await self._submit(chunk)

    async def _submit(self, chunk: list[Item]) -> None:
        files = [
            File(one.upload.content, one.upload.filename, one.upload.content_type) for one in chunk
        ]
        body = attrs.evolve(self._form, files=files)
        try:
            answer = await self._engine.call(user_files.stream_batch_upload(body=body))
        except UploadError as error:
            # Not the service: a file vanished or changed while it was read, so that the request
            # was not completed and nothing of it is stored. The others go again without it.
            if len(chunk) == 1:
                self._ledger.lost(chunk[0].index, error.message, retryable=True)
                return
            for part in apart(chunk, error.filename):
                await self._submit(part)
        except AionvisionError as error:
            self._broken = self._broken or error
        else:
            await self._take(chunk, answer)

    async def _take(self, chunk: list[Item], answer: StreamBatchUploadResponse) -> None:
        self._session_id = answer.session_id
        for rejection in answer.rejections or ():
            if 0 <= rejection.index < len(chunk):
                index = chunk[rejection.index].index
                reason = f"it was not accepted: {rejection.reason}"
                self._ledger.lost(index, reason, retryable=rejection.retryable)
        left = [item for item in chunk if not self._ledger.known(item.index)]
        results = answer.immediate_results or ()
        for index, one in match(left, results, lambda one: one.filename, whole=True).items():
            if one.status == DescriptionStatus.FAILED.value:
                self._ledger.lost(index, one.error or "the service gave no reason")
            else:
                await self._stored(index, UploadResult.from_stored(one))
        left = [item for item in left if not self._ledger.known(item.index)]
        if left:
            self._sessions.append(Sent(answer.session_id, left))

    async def _look_at_sessions(self, timeout: float) -> None:
        async def look(sent: Sent) -> None:
            request = upload_sessions.get_session_status(sent.session_id)
            status = await self._engine.call(request, timeout=timeout)
            ended = status.completed_files + status.failed_files + status.skipped_files
            whole = status.status.value in _SESSION_ENDS
            if whole or ended > sent.seen:
                rows = await self._rows(sent.session_id, timeout)
                sent.seen = ended
                for index, row in sent.match(rows, whole=whole).items():
                    await self._read(index, row)
            if whole:
                for item in sent.items:
                    reason = f"the upload session is {status.status} and does not name it"
                    self._ledger.lost(item.index, reason, retryable=True)
                sent.items = []

        await rt.each(look, self._sessions, at_once=self._at_once)
        self._sessions = [sent for sent in self._sessions if sent.items]

    async def _rows(self, session_id: str, timeout: float) -> list[UploadSessionResultItem]:
        rows: list[UploadSessionResultItem] = []
        more = True
        while more:
            request = upload_sessions.get_session_results(
                session_id, include_failed=True, offset=len(rows), limit=RESULTS_PAGE
            )
            page = await self._engine.call(request, timeout=timeout)
            rows += page.results
            more = page.has_more and bool(page.results)
        return rows

    async def _read(self, index: int, row: UploadSessionResultItem) -> None:
        failed = row.status.value == DescriptionStatus.FAILED.value
        reason = row.error_message or "the service gave no reason"
        if not row.image_id:
            self._ledger.lost(index, reason)
            return
        result = UploadResult(
            row.image_id,
            row.filename,
            row.object_key,
            thumbnail_url=row.thumbnail_url,
            created_at=row.created_at,
        )
        await self._stored(index, result.with_failure(reason) if failed else result)
        if failed:
            await self._ended(index, result.with_failure(reason))

    async def _look_at_descriptions(self, timeout: float) -> None:
        ids = self._ledger.waiting()
        pages = [ids[start : start + PAGE] for start in range(0, len(ids), PAGE)]

        async def look(page: list[str]) -> None:
            request = user_files.list_user_files(ids=page, limit=PAGE)
            answer = await self._engine.call(request, timeout=timeout)
            # A file that was stored a moment ago may not be listed yet: that is not its end.
            for file in answer.files:
                for index, result in self._ledger.described(file):
                    await self._ended(index, result)

        await rt.each(look, pages, at_once=self._at_once)

    async def _stored(self, index: int, result: UploadResult) -> None:
        self._ledger.stored(index, result)
        await rt.notify(self._callbacks.on_file_complete, FileCompleteEvent(index, result))

    async def _ended(self, index: int, result: UploadResult) -> None:
        open_items = sum(len(sent.items) for sent in self._sessions)
        total = self._ledger.stored_count + open_items
        progress = DescriptionProgressEvent(self._ledger.ended_count, total, result)
        await rt.notify(self._callbacks.on_description_progress, progress)
        if result.is_failed:
            failure = DescriptionFailedEvent(index, result)
            await rt.notify(self._callbacks.on_description_failed, failure)

    async def _stopped(self, error: AionvisionError) -> AionvisionError:
        if not self._session_id:
            return error
        # What the sessions hold is good to know, but the first error is the one to tell.
        with suppress(AionvisionError):
            await self._look_at_sessions(self._engine.config.timeout)
        return self._partial(error, "upload")

    def _partial(self, cause: AionvisionError, stage: str) -> AionvisionError:
        results = self.report()
        if isinstance(cause, QuotaExceededError):
            cause.partial_results = results
            return cause
        stored = sum(one.is_stored for one in results)
        error = UploadError(
            f"{stored} files of the batch are known to be stored (see partial_results), then:"
            f" {cause.message}",
            stage=stage,
            session_id=self._session_id,
            partial_results=results,
        )
        error.details |= {"cause": cause.code, "session_id": self._session_id}
        return error.at(
            status_code=cause.status_code,
            request_id=cause.request_id,
            method=cause.method,
            path=cause.path,
        )

    def _late(self, plan: PollPlan) -> AionvisionTimeoutError:
        results = self.report()
        waited = time.monotonic() - plan.start
        error = AionvisionTimeoutError(
            f"{results.pending_count} of {len(results)} descriptions have not ended after"
            f" {waited:.3g} s. The images are stored: go on with wait_for_description() for each"
            " of last_result.pending(), do not upload them again",
            last_result=results,
        )
        error.details = {
            "pending": results.pending_count,
            "image_ids": self._ledger.waiting()[:_SHOWN],
            "session_ids": [sent.session_id for sent in self._sessions][:_SHOWN],
        }
        return error

"""Documents on their way: sent like every file, then followed until their text is there.

One look serves a hundred documents. One bad document stops no other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from aion._callbacks import pass_on, raised_by_callback
from aion._clock import monotonic
from aion._flows.bulk_upload import BatchUpload
from aion._flows.polling import until, within
from aion._runtime import aio as rt
from aion._waiting.plan import PollPlan
from aion.exceptions import (
    AionvisionError,
    AionvisionTimeoutError,
    QuotaExceededError,
    ResourceNotFoundError,
    UploadError,
)
from aion.types._document_processing import NO_REASON
from aion.types.callbacks import (
    DocumentFileCompleteEvent,
    DocumentProcessingFailedEvent,
    DocumentProcessingProgressEvent,
    DocumentUploadProgressEvent,
    FileCompleteEvent,
)
from aion.types.documents import (
    BatchDocumentUploadResults,
    DocumentStatusResult,
    DocumentUploadResult,
)
from aion.uploads._document_file import DocumentCallbacks
from aion.uploads._expand import Found
from aion.uploads._plan import Callbacks, Pace
from aion.uploads._record import NoRecord, restored_document, stored_document
from aion_api import evolve
from aion_api.api import document_uploads, user_files
from aion_api.models.user_files import FileList, StreamBatchUploadBody

PAGE = 100
"""Documents in one look."""
_FEW = 3
"""So many documents are asked for one by one: their own route knows most of them."""
_AT_ONCE = 8
_SHOWN = 20


async def status_of(engine: rt.Engine, document_id: str, timeout: float) -> DocumentStatusResult:
    """How far one document is."""
    request = document_uploads.get_document_status(document_id)
    return await engine.call(
        request.decoding(DocumentStatusResult.from_api_response), timeout=timeout
    )


async def reason_of(engine: rt.Engine, status: DocumentStatusResult, end: float) -> str | None:
    """Why a document failed: the status does not tell, its history among the files may.

    It is not waited for longer than until `end`, on the monotonic clock.
    """
    if status.error_message:
        return status.error_message
    try:
        request = user_files.get_user_file(status.document_id)
        details = await engine.call(request, timeout=within(engine, end))
    except AionvisionError as error:
        pass_on(error)
        # Nice to have; the failure itself is known.
        return None
    told = (entry.error_message for entry in reversed(details.processing_history or []))
    return next((text for text in told if text), None)


class DocumentBatch:
    """Some documents, from their files to their text.

    Args:
        engine: Sends the requests.
        found: The files.
        form: The fields of each request, without its files.
        callbacks: What is told while it goes on.
        record: Where it is written down, and what is known from an earlier call.
    """

    def __init__(
        self,
        engine: rt.Engine,
        found: Sequence[Found],
        form: StreamBatchUploadBody,
        callbacks: DocumentCallbacks,
        record: NoRecord | None = None,
    ) -> None:
        self._engine = engine
        self._found = found
        self._callbacks = callbacks
        self._record = record or NoRecord()
        self._results: dict[int, DocumentUploadResult] = {}
        self._places: dict[str, list[int]] = {}
        self._reasons: dict[str, str] = {}
        told = Callbacks(on_file_complete=self._stored)
        self._upload = BatchUpload(engine, found, form, told, self._record)
        for index, row in self._record.done().items():
            if (known := restored_document(row)) is not None:
                self._keep(index, known)
        self._done = sum(not one.is_pending for one in self._results.values())

    @property
    def size(self) -> int:
        """How many files are to be sent."""
        return self._upload.size

    async def recover(self) -> None:
        """Find out which files arrived that an earlier call was sending when it ended.

        Raises:
            AionvisionError: The service cannot be asked.
        """
        await self._upload.recover()

    async def send(self, pace: Pace, since: datetime | None) -> None:
        """Send all files.

        Args:
            pace: How they are cut into requests.
            since: When that began, on the clock of the service; None where it is not known.

        Raises:
            AionvisionError: The service took none of them.
            UploadError: It stopped taking them; `partial_results` tells what is stored.
            QuotaExceededError: The allowance ran out on the way; `partial_results` as above.
        """
        try:
            await self._upload.send(pace, since)
        except (UploadError, QuotaExceededError) as error:
            if not raised_by_callback(error):
                error.partial_results = self.report()
            raise

    async def follow(self, plan: PollPlan, *, processing: bool) -> None:
        """Wait until the id of every stored document is known, and its processing has ended.

        Args:
            plan: When to look, and until when.
            processing: Wait for the processing, and not only for ids.

        Raises:
            AionvisionTimeoutError: The deadline passed; `last_result` holds all results so far.
            UploadError: The documents could not be looked at; `partial_results` as above.
        """

        async def look(left: float) -> bool:
            await self._look(monotonic() + left)
            return not self._waiting()

        def late(_: bool | None) -> AionvisionTimeoutError:
            return self._late(plan)

        try:
            await self._upload.follow(plan, descriptions=False)
            if processing and self._waiting():
                await until(look, bool, plan, late)
        except AionvisionError as error:
            pass_on(error)
            if isinstance(error, AionvisionTimeoutError) and error.last_result is not None:
                raise self._late(plan) from None
            raise self._partial(error) from error

    def report(self) -> BatchDocumentUploadResults:
        """What became of every file that was sent, in the order of the input."""
        sent = self._upload.report()
        # Positions are known only of a whole report; without them a lost file is but a name.
        files = self._found if len(sent) == len(self._found) else [None] * len(sent)
        stored = iter(sorted(self._results.items()))
        results = BatchDocumentUploadResults()
        for one, found in zip(sent, files, strict=True):
            if one.is_stored:
                results.append(next(stored)[1])
                continue
            result = DocumentUploadResult.of_file(one.filename, found.upload if found else None)
            if one.is_failed:
                reason = one.description_error or NO_REASON
                result = result.lost(reason, retryable=one.description_is_retryable)
            results.append(result)
        return results

    async def _stored(self, event: FileCompleteEvent) -> None:
        file = self._found[event.file_index].upload
        if file is None:
            return
        image = event.result
        if image.description_error:
            # The session knows already that it failed, and why; its own status is still to come.
            self._reasons[image.image_id] = image.description_error
        result = stored_document(self._found[event.file_index], image)
        self._keep(event.file_index, result)
        sent = DocumentUploadProgressEvent(event.file_index, file.size, file.size, file.filename)
        await rt.notify(self._callbacks.on_progress, sent)
        complete = DocumentFileCompleteEvent(event.file_index, result)
        await rt.notify(self._callbacks.on_file_complete, complete)

    def _keep(self, index: int, result: DocumentUploadResult) -> None:
        self._places.setdefault(result.document_id, []).append(index)
        self._results[index] = result

    def _waiting(self) -> list[str]:
        pending = {
            one.document_id: None for _, one in sorted(self._results.items()) if one.is_pending
        }
        return list(pending)

    async def _look(self, end: float) -> None:
        ids = self._waiting()
        known: dict[str, DocumentStatusResult] = {}

        async def look(page: list[str]) -> FileList:
            request = user_files.list_user_files(ids=page, limit=PAGE)
            return await self._engine.call(request, timeout=within(self._engine, end))

        async def take(_: list[str], answer: FileList) -> None:
            for file in answer.files:
                if file.text_extraction_status is not None:
                    known[file.id] = DocumentStatusResult.from_file(file)

        async def ask(document_id: str) -> DocumentStatusResult | None:
            try:
                return await status_of(self._engine, document_id, within(self._engine, end))
            except ResourceNotFoundError as error:
                pass_on(error)
                # A document that was stored a moment ago may not be known everywhere yet.
                return None

        async def note(document_id: str, status: DocumentStatusResult | None) -> None:
            if status is not None:
                known[document_id] = status

        if len(ids) > _FEW:
            pages = [ids[start : start + PAGE] for start in range(0, len(ids), PAGE)]
            await rt.each(look, pages, at_once=_AT_ONCE, then=take)
        left = [one for one in ids if one not in known]
        await rt.each(ask, left, at_once=_AT_ONCE, then=note)
        for status in known.values():
            await self._know(status, end)

    async def _know(self, status: DocumentStatusResult, end: float) -> None:
        reason = self._reasons.get(status.document_id)
        if status.is_failed and reason is None:
            reason = await reason_of(self._engine, status, end)
        if reason is not None:
            status = evolve(status, error_message=reason)
        ended: list[tuple[int, DocumentUploadResult]] = []
        for index in self._places.get(status.document_id, ()):
            before = self._results[index]
            after = self._results[index] = DocumentUploadResult.from_status_result(status, before)
            if before.is_pending and not after.is_pending:
                ended.append((index, after))
        self._record.processed(ended)
        for index, result in ended:
            await self._ended(index, result)

    async def _ended(self, index: int, result: DocumentUploadResult) -> None:
        self._done += 1
        progress = DocumentProcessingProgressEvent(self._done, len(self._results), result)
        await rt.notify(self._callbacks.on_processing_progress, progress)
        if result.is_failed:
            failure = DocumentProcessingFailedEvent(index, result)
            await rt.notify(self._callbacks.on_processing_failed, failure)

    def _partial(self, cause: AionvisionError) -> UploadError:
        reason = cause.message.removesuffix(".")
        error = UploadError(
            f"the documents are stored (see partial_results), but not followed: {reason}. Go on"
            " with wait_for_processing() for each of partial_results.pending(), do not upload"
            " them again",
            stage="session_results",
            partial_results=self.report(),
        )
        error.details["document_ids"] = self._waiting()[:_SHOWN]
        return error.caused_by(cause)

    def _late(self, plan: PollPlan) -> AionvisionTimeoutError:
        results = self.report()
        waited = monotonic() - plan.start
        ids = self._waiting()
        error = AionvisionTimeoutError(
            f"{results.pending_count} of {len(results)} documents are not processed after"
            f" {waited:.3g} s. They are stored: go on with wait_for_processing() for each of"
            " last_result.pending(), do not upload them again",
            last_result=results,
        )
        error.details = {"pending": results.pending_count, "document_ids": ids[:_SHOWN]}
        return error

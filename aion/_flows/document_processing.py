"""Polls the processing of the documents of a batch until it has ended for all of them.

One request covers a hundred documents. One bad document does not stop the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import evolve

from aion._clock import monotonic
from aion._flows.library_pages import PAGE, each_page
from aion._flows.polling import poll_job, within
from aion._runtime import aio as rt
from aion._waiting.errors import Awaited
from aion._waiting.plan import PollPlan
from aion.exceptions import (
    AionvisionError,
    DocumentProcessingError,
    ResourceNotFoundError,
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
from aion.types.upload import BatchUploadResults
from aion.uploads._document_file import DocumentCallbacks
from aion.uploads._errors import DOCUMENTS
from aion.uploads._expand import UploadInput
from aion.uploads._record import Record, restored_document, stored_document
from aion_api.api import document_uploads, user_files
from aion_api.models.user_files import FileList

_FEW = 3
"""Most documents that are polled one by one: their own route returns more details."""
_AT_ONCE = 8


async def status_of(engine: rt.Engine, document_id: str, timeout: float) -> DocumentStatusResult:
    """Get the processing status of one document."""
    request = document_uploads.get_document_status(document_id)
    return await engine.call(
        request.decoding(DocumentStatusResult.from_api_response), timeout=timeout
    )


async def reason_of(engine: rt.Engine, status: DocumentStatusResult, end: float) -> str | None:
    """Get the reason why a document failed, from its status or its history.

    The call ends by `end`, on the monotonic clock.
    """
    if status.error_message:
        return status.error_message
    try:
        request = user_files.get_user_file(status.document_id)
        details = await engine.call(request, timeout=within(engine, end))
    except AionvisionError:
        # Optional: the failure itself is known.
        return None
    messages = (entry.error_message for entry in reversed(details.processing_history or []))
    return next((text for text in messages if text), None)


async def processed(engine: rt.Engine, document_id: str, plan: PollPlan) -> DocumentStatusResult:
    """Poll the processing of one stored document until it has succeeded.

    Raises:
        DocumentProcessingError: It failed.
        AionvisionError: As `poll_job`.
    """

    async def call(timeout: float) -> DocumentStatusResult:
        return await status_of(engine, document_id, timeout)

    awaited = Awaited[DocumentStatusResult](
        f"document {document_id}",
        DOCUMENTS.resume_hint(document_id, rt.AWAIT),
        {"document_id": document_id},
        lambda last: {"status": last.text_extraction_status},
    )
    status = await poll_job(engine, call, lambda state: not state.is_processing, plan, awaited)
    if status.is_failed:
        now = monotonic()
        reason = await reason_of(engine, status, now + plan.left(now)) or NO_REASON
        raise DocumentProcessingError(
            f"document {document_id} was not processed: {reason}",
            document_id=document_id,
            status=status.text_extraction_status,
        )
    return status


class DocumentProcessing:
    """Follows the processing of the documents of a batch once they are stored.

    Args:
        engine: Sends the requests.
        found: The files of the batch.
        callbacks: The callbacks of the caller.
        record: The journal, with the outcomes of an earlier call.

    Attributes:
        results: Returns the result of every file, in the form of an image.
    """

    wording = DOCUMENTS

    def __init__(
        self,
        engine: rt.Engine,
        found: Sequence[UploadInput],
        callbacks: DocumentCallbacks,
        record: Record,
    ) -> None:
        self._engine = engine
        self._found = found
        self._callbacks = callbacks
        self._record = record
        self.results: Callable[[], BatchUploadResults] = BatchUploadResults
        self._documents: dict[int, DocumentUploadResult] = {}
        self._places: dict[str, list[int]] = {}
        self._reasons: dict[str, str] = {}
        for index, row in record.done().items():
            if (known := restored_document(row)) is not None:
                self._add(index, evolve(known, path=found[index].source))
        self._done = sum(not one.is_pending for one in self._documents.values())

    def waiting(self) -> list[str]:
        """Return the ids of the stored documents whose processing has not ended."""
        pending = {
            one.document_id: None for _, one in sorted(self._documents.items()) if one.is_pending
        }
        return list(pending)

    async def stored(self, event: FileCompleteEvent) -> None:
        """Report a stored document."""
        file = self._found[event.file_index].upload
        if file is None:
            return
        image = event.result
        if image.description_error:
            # The session reports the failure and its reason before the document's own status does.
            self._reasons[image.image_id] = image.description_error
        result = stored_document(self._found[event.file_index], image)
        self._add(event.file_index, result)
        sent = DocumentUploadProgressEvent(event.file_index, file.size, file.size, file.filename)
        await rt.notify(self._callbacks.on_progress, sent)
        complete = DocumentFileCompleteEvent(event.file_index, result)
        await rt.notify(self._callbacks.on_file_complete, complete)

    async def poll(self, end: float, at_once: int, *, all_stored: bool) -> None:
        """Poll every pending document once.

        Raises:
            AionvisionError: Polling failed.
        """
        del at_once  # These requests are small, so there may be more of them than for sending.
        if not all_stored:
            # Documents share a request, so polling begins once all ids are known.
            return
        ids = self.waiting()
        known: dict[str, DocumentStatusResult] = {}

        async def take(_: Sequence[str], response: FileList) -> None:
            for file in response.files:
                if file.text_extraction_status is not None:
                    known[file.id] = DocumentStatusResult.from_file(file)

        async def ask(document_id: str) -> DocumentStatusResult | None:
            try:
                return await status_of(self._engine, document_id, within(self._engine, end))
            except ResourceNotFoundError:
                # A document stored a moment ago may not be known everywhere yet.
                return None

        async def note(document_id: str, status: DocumentStatusResult | None) -> None:
            if status is not None:
                known[document_id] = status

        if len(ids) > _FEW:
            pages = [ids[start : start + PAGE] for start in range(0, len(ids), PAGE)]
            await each_page(self._engine, pages, list, take, end=end, at_once=_AT_ONCE)
        left = [one for one in ids if one not in known]
        await rt.each(ask, left, at_once=_AT_ONCE, then=note)
        for status in known.values():
            await self._processed(status, end)

    def report(self) -> BatchDocumentUploadResults:
        """Return the result of every file that was sent, in the order of the input."""
        sent = self.results()
        # Positions exist only in a whole report; else a file that was not stored has only a name.
        files = self._found if len(sent) == len(self._found) else [None] * len(sent)
        stored = iter(sorted(self._documents.items()))
        results = BatchDocumentUploadResults(skipped=sent.skipped)
        for one, found in zip(sent, files, strict=True):
            if one.is_stored:
                results.append(next(stored)[1])
                continue
            file = found.upload if found else None
            result = DocumentUploadResult.of_file(one.filename, file, one.path)
            if one.is_failed:
                reason = one.description_error or NO_REASON
                result = result.lost(reason, retryable=one.description_is_retryable)
            results.append(result)
        return results

    def _add(self, index: int, result: DocumentUploadResult) -> None:
        self._places.setdefault(result.document_id, []).append(index)
        self._documents[index] = result

    async def _processed(self, status: DocumentStatusResult, end: float) -> None:
        reason = self._reasons.get(status.document_id)
        if status.is_failed and reason is None:
            reason = await reason_of(self._engine, status, end)
        if reason is not None:
            status = evolve(status, error_message=reason)
        ended: list[tuple[int, DocumentUploadResult]] = []
        for index in self._places.get(status.document_id, ()):
            before = self._documents[index]
            after = self._documents[index] = DocumentUploadResult.from_status_result(status, before)
            if before.is_pending and not after.is_pending:
                ended.append((index, after))
        self._record.processed(ended)
        for index, result in ended:
            await self._ended(index, result)

    async def _ended(self, index: int, result: DocumentUploadResult) -> None:
        self._done += 1
        progress = DocumentProcessingProgressEvent(self._done, len(self._documents), result)
        await rt.notify(self._callbacks.on_processing_progress, progress)
        if result.is_failed:
            failure = DocumentProcessingFailedEvent(index, result)
            await rt.notify(self._callbacks.on_processing_failed, failure)


__all__ = ["DocumentProcessing", "processed"]

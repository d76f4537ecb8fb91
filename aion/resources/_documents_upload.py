"""The part of `client.documents` that uploads files and polls their processing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from aion import _checks as check
from aion._flows.bulk_run import run_batch
from aion._flows.bulk_upload import document_batch
from aion._flows.document_processing import processed
from aion._requests.storage import target_of
from aion._runtime import aio as rt
from aion._waiting.plan import begin
from aion.exceptions import AionvisionTimeoutError
from aion.resources._documents_presigned import PresignedDocuments
from aion.types.callbacks import (
    DocumentFileCompleteEvent,
    DocumentProcessingFailedEvent,
    DocumentProcessingProgressEvent,
    DocumentUploadProgressEvent,
)
from aion.types.common import StorageTarget
from aion.types.documents import (
    BatchDocumentUploadResults,
    DocumentStatusResult,
    DocumentUploadResult,
)
from aion.uploads import _document_file, _expand, _media_types
from aion.uploads._document_file import DocumentCallbacks
from aion.uploads._expand import Expansion, UploadInput
from aion.uploads._plan import Pace
from aion.uploads._record import (
    NO_RECORD,
    DocumentJournalRecord,
    Record,
    options_of,
)
from aion_api.models.user_files import StreamBatchUploadBody

BATCH_CHUNK_SIZE = 100
"""Most documents in one request, whatever the service allows."""
DEFAULT_PROCESSING_TIMEOUT = 600.0
"""Default timeout of a wait, in seconds."""


class DocumentUploads(PresignedDocuments):
    """Uploads documents and polls their processing."""

    @rt.opens_callbacks
    async def upload_one(
        self,
        file: str | Path | bytes,
        *,
        filename: str | None = None,
        wait_for_processing: bool = True,
        raise_on_failure: bool = True,
        processing_timeout: float | None = None,
        storage_target: StorageTarget | str = "default",
    ) -> DocumentUploadResult:
        """Upload one document.

        Its content decides its type; only text and Markdown are distinguished by the name.

        Args:
            file: A path, or the bytes of a PDF, DOCX, text or Markdown file, at most 100 MB.
            filename: The name to store. Needed for bytes; a path has its own.
            wait_for_processing: Wait until its text is extracted and can be searched.
            raise_on_failure: Raise when processing fails; otherwise the result reports it.
            processing_timeout: Seconds to wait for it, 600 by default.
            storage_target: Where the bytes are stored. ``custom`` needs an S3 configuration.

        Returns:
            The stored document, with pages and passages if processing was waited for.

        Raises:
            ValidationError: The file is missing, a directory, empty, too large or not a document,
                or bytes come without a name. Nothing was sent.
            QuotaExceededError: The quota is used up. Nothing was stored.
            UploadError: The service did not accept the file.
            DocumentProcessingError: It is stored, but its processing failed.
            AionvisionTimeoutError: It is stored, but not processed in time; `last_result` holds
                the `DocumentUploadResult`, with the id to resume the wait.

        Endpoint: ``POST /user-files/upload/stream-batch``
        """
        target = target_of("storage_target", storage_target)
        check.optional_seconds("processing_timeout", processing_timeout)
        source = _document_file.document(file, filename)
        found = Expansion([UploadInput(0, source)])
        try:
            results = await self._take(
                found, target, DocumentCallbacks(), processing_timeout, wait_for_processing
            )
        except AionvisionTimeoutError as error:
            if isinstance(error.last_result, BatchDocumentUploadResults):
                error.last_result = error.last_result[0]
            raise
        if raise_on_failure or not results[0].is_stored:
            results.raise_on_failures()
        return results[0]

    @rt.opens_callbacks
    async def upload(
        self,
        files: str | Path | bytes | Iterable[str | Path | bytes],
        *,
        filename: str | None = None,
        filenames: Sequence[str | None] | None = None,
        recursive: bool = True,
        include_hidden: bool = False,
        wait_for_processing: bool = True,
        raise_on_failure: bool = True,
        processing_timeout: float | None = None,
        on_progress: Callable[[DocumentUploadProgressEvent], Any] | None = None,
        on_file_complete: Callable[[DocumentFileCompleteEvent], Any] | None = None,
        on_processing_progress: Callable[[DocumentProcessingProgressEvent], Any] | None = None,
        on_processing_failed: Callable[[DocumentProcessingFailedEvent], Any] | None = None,
        storage_target: StorageTarget | str = "default",
        journal: str | os.PathLike[str] | None = None,
    ) -> BatchDocumentUploadResults:
        """Upload documents and directories of documents.

        One bad document in a directory does not stop the others. A bad document that is named ends
        the call before anything is sent, unless `raise_on_failure` is false.

        After a lost response, the service is asked which documents are stored, by their hashes, and
        only the others are resent. With a `journal`, a second call with the same files and options
        resumes: it sends the files that are missing or have changed, and waits for those that are
        not processed. Callbacks are called for these files only. `aion.uploads.journal` reads it.

        Args:
            files: A path, a directory, bytes, or a list of them; at most 10,000 files. A directory
                stands for its .pdf, .docx, .txt and .md files.
            filename: The name to store, for one file.
            filenames: The names to store, one for each entry of `files`; None keeps the name of a
                path. Bytes need one.
            recursive: Include the directories below a directory.
            include_hidden: Include files and directories whose name begins with a dot.
            wait_for_processing: Wait until the texts are extracted and can be searched.
            raise_on_failure: Raise at the end when a document was not stored or not processed;
                otherwise its result reports it, even for a named file that cannot be uploaded.
            processing_timeout: Seconds to wait once all files are sent, 600 by default.
            on_progress: Called for each document after its last byte was sent.
            on_file_complete: Called for each stored document.
            on_processing_progress: Called for each document whose processing has ended.
            on_processing_failed: Called for each document whose processing failed.
            storage_target: Where the bytes are stored. ``custom`` needs an S3 configuration.
            journal: A file that records what is done. The same call with the same journal resumes
                after any end of this one.

        Returns:
            One result for each file, in the order of the input; `skipped` counts what directories
            left out, by reason.

        Raises:
            ValidationError: There is nothing to upload, or too much; named files cannot be uploaded
                (the message lists the first ten); the names do not match the files, or the journal
                belongs to other files or options. Nothing was sent.
            QuotaExceededError: The quota is used up, or ran out midway.
            UploadError: Some were not stored; `partial_results` holds all results.
            DocumentProcessingError: All are stored, but some were not processed;
                `partial_results` holds all results.
            AionvisionTimeoutError: All are stored, but some are not processed in time;
                `last_result` holds all results so far.

        Endpoint: ``POST /user-files/upload/stream-batch``
        """
        target = target_of("storage_target", storage_target)
        check.optional_seconds("processing_timeout", processing_timeout)
        rt.check_callbacks(
            on_progress=on_progress,
            on_file_complete=on_file_complete,
            on_processing_progress=on_processing_progress,
            on_processing_failed=on_processing_failed,
        )
        found = _expand.expand(
            files,
            _expand.names_of(filename, filenames),
            recursive=recursive,
            include_hidden=include_hidden,
            check=_document_file.document,
            extensions=frozenset(_media_types.DOCUMENT_TYPES),
            keep_bad=not raise_on_failure,
            journal=journal,
        )
        callbacks = DocumentCallbacks(
            on_progress, on_file_complete, on_processing_progress, on_processing_failed
        )
        results = await self._take(
            found, target, callbacks, processing_timeout, wait_for_processing, journal
        )
        return results.raise_on_failures() if raise_on_failure else results

    @rt.opens_callbacks
    async def wait_for_processing(
        self,
        document_id: str,
        *,
        timeout: float | None = None,
        poll_interval: float | None = None,
    ) -> DocumentStatusResult:
        """Wait until a document is processed.

        Args:
            document_id: The stored document.
            timeout: Seconds to wait, 600 by default.
            poll_interval: Seconds between two polls, instead of the client's `polling_interval`.

        Returns:
            Its final status, which is a success.

        Raises:
            ResourceNotFoundError: The document does not exist.
            DocumentProcessingError: Its processing failed.
            AionvisionTimeoutError: It has not ended in time; `last_result` holds its last status.
                Call this again with the same id to resume the wait.
            AionvisionError: Polling failed, and retrying cannot fix it; `details` has its id.

        Endpoint: ``GET /document-uploads/{document_id}/status``
        """
        identifier = check.identifier("document_id", document_id)
        plan = begin(
            self._engine.config,
            timeout,
            poll_interval,
            usual_timeout=DEFAULT_PROCESSING_TIMEOUT,
        )

        return await processed(self._engine, identifier, plan)

    async def _take(
        self,
        found: Expansion,
        target: str,
        callbacks: DocumentCallbacks,
        timeout: float | None,
        wait: bool,
        journal: str | os.PathLike[str] | None = None,
    ) -> BatchDocumentUploadResults:
        form = StreamBatchUploadBody(files=[], storage_target=target)
        record: Record = NO_RECORD
        try:
            if journal is not None:
                base_url = self._engine.config.base_url
                record = DocumentJournalRecord(journal, found, base_url, options_of(form))
            batch = document_batch(self._engine, found, form, callbacks, record, found.skipped)
            return await run_batch(
                self._engine,
                batch,
                partial(Pace.of, results_at_once=not wait, most=BATCH_CHUNK_SIZE),
                ids_only=not wait,
                timeout=timeout,
                usual_timeout=DEFAULT_PROCESSING_TIMEOUT,
                journal=journal,
            )
        finally:
            record.close()

"""The part of `client.documents` that uploads files and waits for their text."""

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
from aion.uploads import _document_file, _expand
from aion.uploads._document_file import DocumentCallbacks
from aion.uploads._expand import UploadInput
from aion.uploads._plan import Pace
from aion.uploads._record import (
    NO_RECORD,
    DocumentJournalRecord,
    Record,
    options_of,
)
from aion_api.models.user_files import StreamBatchUploadBody

BATCH_CHUNK_SIZE = 100
"""Documents in one request at most, whatever the service allows."""
DEFAULT_PROCESSING_TIMEOUT = 600.0
"""Seconds until a wait gives up."""


class DocumentUploads(PresignedDocuments):
    """Uploads documents and follows their processing."""

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

        What it is, is decided by its content; only text and Markdown are told apart by their names.

        Args:
            file: A path, or the bytes of a PDF, DOCX, text or Markdown file, at most 100 MB.
            filename: The name to store. Needed for bytes; a path has its own.
            wait_for_processing: Wait until its text is extracted and can be searched.
            raise_on_failure: Raise when that fails; otherwise the result says so.
            processing_timeout: Seconds to wait for it, 600 by default.
            storage_target: Where the bytes are kept. ``custom`` needs an S3 configuration.

        Returns:
            The stored document, with pages and passages when they were waited for.

        Raises:
            ValidationError: The file is missing, a directory, empty, too large or no document,
                or bytes come without a name. Nothing was sent.
            QuotaExceededError: The allowance is used up. Nothing was stored.
            UploadError: The service did not take the file.
            DocumentProcessingError: It is stored, but its processing failed.
            AionvisionTimeoutError: It is stored, but not processed in time; `last_result` holds
                the `DocumentUploadResult` to go on with.

        Endpoint: ``POST /user-files/upload/stream-batch``
        """
        target = target_of("storage_target", storage_target)
        check.optional_seconds("processing_timeout", processing_timeout)
        source = _document_file.document(file, filename)
        found = [UploadInput(0, source)]
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
        """Upload documents, and those in directories.

        One bad document in a directory stops no other; one that is named ends the call before
        anything is sent, but with ``raise_on_failure=False`` it stops no other either.

        When an answer is lost, the service is asked which documents it has, by their hashes, and
        only the others are sent again. With a `journal`, nothing is done twice: a second call with
        the same files and options sends what is missing or was changed since, and waits for what
        is not processed; callbacks are called for that alone. `aion.uploads.journal` reads it.

        Args:
            files: A path, a directory, bytes, or a list of them; at most 10,000 files. Of a
                directory, the files that end in .pdf, .docx, .txt and .md are taken.
            filename: The name to store, for one file.
            filenames: The names to store, one for each entry of `files`; None keeps the name of a
                path. Bytes need one.
            recursive: Look into the directories below a directory.
            include_hidden: Take files and directories whose name begins with a dot.
            wait_for_processing: Wait until the texts are extracted and can be searched.
            raise_on_failure: Raise at the end when a document was not stored or not processed;
                otherwise its result says so, even where a named file cannot be uploaded.
            processing_timeout: Seconds to wait once all are sent, 600 by default.
            on_progress: Called for each document after its last byte was sent.
            on_file_complete: Called for each stored document.
            on_processing_progress: Called for each document whose processing has ended.
            on_processing_failed: Called for each document whose processing failed.
            storage_target: Where the bytes are kept. ``custom`` needs an S3 configuration.
            journal: A file that keeps what is done. The same call with the same journal goes on
                where this one ended, however it ended.

        Returns:
            One result for each file, in the order of the input.

        Raises:
            ValidationError: There is nothing to upload, or too much; files that were named cannot
                be uploaded (the message lists the first ten); the names do not fit, or the journal
                is one of other files or options. Nothing was sent.
            QuotaExceededError: The allowance is used up, or ran out on the way.
            UploadError: Some were not stored; `partial_results` tells of all.
            DocumentProcessingError: All are stored, but some were not processed;
                `partial_results` tells of all.
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
            extensions=frozenset(_document_file.CONTENT_TYPES),
            keep_bad=not raise_on_failure,
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
            timeout: Seconds until giving up, 600 by default.
            poll_interval: Seconds between two polls, instead of the client's `polling_interval`.

        Returns:
            Its last status, which is a good one.

        Raises:
            ResourceNotFoundError: There is no such document.
            DocumentProcessingError: Its processing failed.
            AionvisionTimeoutError: It has not ended in time; `last_result` holds its last status.
                Call this again with the same id to go on waiting.
            AionvisionError: Polling failed, and retrying cannot fix it; `details` has its id.

        Endpoint: ``GET /document-uploads/{document_id}/status``
        """
        wanted = check.identifier("document_id", document_id)
        plan = begin(
            self._engine.config,
            timeout,
            poll_interval,
            usual_timeout=DEFAULT_PROCESSING_TIMEOUT,
        )

        return await processed(self._engine, wanted, plan)

    async def _take(
        self,
        found: Sequence[UploadInput],
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
            batch = document_batch(self._engine, found, form, callbacks, record)
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

"""The results of uploading documents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol, Self

from attrs import evolve, frozen

from aion.exceptions import DocumentProcessingError
from aion.types._document_processing import (
    NO_REASON,
    DocumentProcessingFailure,
    DocumentProcessingStatus,
    DocumentStatusResult,
)
from aion.types._reader import Reader
from aion.types._upload_results import UploadResults
from aion_api import Model


class Upload(Protocol):
    """The properties of a file to upload that its result needs."""

    @property
    def content_type(self) -> str:
        """Return its media type, detected from its first bytes."""
        ...

    @property
    def size(self) -> int:
        """Return its size in bytes."""
        ...


@frozen(slots=False)
class DocumentUploadResult(Model):
    """One uploaded document and its known properties.

    Attributes:
        document_id: The document, which is also its id among the files.
        filename: The name under which it was uploaded.
        object_key: Where it is stored.
        content_type: Its media type, detected from its first bytes.
        size_bytes: Its size in bytes.
        text_extraction_status: The status of its text extraction.
        embedding_status: The status of its search index, if the service reports it.
        page_count: Number of its pages, once they are counted.
        chunk_count: Number of passages of its text, once it is split.
        extracted_text_preview: The beginning of its text, if the service reports it.
        created_at: When it was stored.
        processing_error: Why it failed, if it did.
        processing_error_type: A value of `DocumentProcessingErrorType`, as text.
        processing_is_retryable: Whether uploading it again may help.
        path: Its path, as passed or as found below the directory that was passed, in the form of
            `pathlib.Path`; None for bytes.
    """

    document_id: str
    filename: str
    object_key: str
    content_type: str
    size_bytes: int
    text_extraction_status: DocumentProcessingStatus = DocumentProcessingStatus.PENDING
    embedding_status: str | None = None
    page_count: int | None = None
    chunk_count: int | None = None
    extracted_text_preview: str | None = None
    created_at: datetime | None = None
    processing_error: str | None = None
    processing_error_type: str | None = None
    processing_is_retryable: bool | None = None
    path: str | None = None

    @property
    def is_stored(self) -> bool:
        """Return whether the document is in the library, processed or not."""
        return bool(self.document_id)

    @property
    def status(self) -> DocumentProcessingStatus:
        """Return the same as `text_extraction_status`."""
        return self.text_extraction_status

    @property
    def is_failed(self) -> bool:
        """Return whether it was not stored, or its processing failed."""
        return (
            self.text_extraction_status is DocumentProcessingStatus.FAILED
            or self.embedding_status == "failed"
        )

    @property
    def is_completed(self) -> bool:
        """Return whether text and search index are ready, the latter if the service reports it."""
        done = self.text_extraction_status is DocumentProcessingStatus.COMPLETED
        return done and self.embedding_status in (None, "completed", "skipped")

    @property
    def is_pending(self) -> bool:
        """Return whether processing may still continue."""
        return not self.is_completed and not self.is_failed

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read a per-file result of an upload, or the output of `to_dict`."""
        read = Reader(data)
        state = read.get("text_extraction_status") or "pending"
        return cls(
            document_id=read.need("document_id", "image_id", "id"),
            filename=read.get("filename") or "",
            object_key=read.get("object_key") or "",
            content_type=read.get("content_type") or "",
            size_bytes=read.get("size_bytes") or 0,
            text_extraction_status=DocumentProcessingStatus(state),
            embedding_status=read.get("embedding_status"),
            page_count=read.get("page_count"),
            chunk_count=read.get("chunk_count"),
            extracted_text_preview=read.get("extracted_text_preview"),
            created_at=read.date("created_at"),
            processing_error=read.get("processing_error", "error"),
            processing_error_type=read.get("processing_error_type"),
            processing_is_retryable=read.get("processing_is_retryable"),
            path=read.get("path"),
            additional_properties=read.rest(),
        )

    _unlisted = frozenset({"lost", "of_file"})

    @classmethod
    def of_file(cls, filename: str, file: Upload | None, path: str | None = None) -> Self:
        """Return the result of a file that has no outcome yet."""
        kind, size = (file.content_type, file.size) if file else ("", 0)
        return cls("", filename, "", kind, size, path=path)

    def lost(self, reason: str, *, retryable: bool | None) -> Self:
        """Return a copy of the result for a file that was not stored.

        Args:
            reason: Why it was not stored.
            retryable: Whether a resend may help; None decides by the words of the reason.
        """
        failure = DocumentProcessingFailure.from_error_message("", reason, self.filename)
        return evolve(
            self,
            text_extraction_status=DocumentProcessingStatus.FAILED,
            processing_error=reason,
            processing_error_type=failure.error_type.value,
            processing_is_retryable=failure.is_retryable if retryable is None else retryable,
        )

    @classmethod
    def from_status_result(
        cls, status: DocumentStatusResult, initial: DocumentUploadResult
    ) -> Self:
        """Return the result of an upload, updated with the status of the document.

        Args:
            status: The status of the document.
            initial: The result so far.
        """
        error = status.error_message
        if status.is_failed and not error:
            error = initial.processing_error or NO_REASON
        failure = (
            DocumentProcessingFailure.from_error_message(
                initial.document_id, error, initial.filename
            )
            if error and status.is_failed
            else None
        )
        return cls(
            document_id=initial.document_id,
            filename=initial.filename,
            object_key=initial.object_key,
            content_type=initial.content_type,
            size_bytes=initial.size_bytes,
            text_extraction_status=DocumentProcessingStatus(status.text_extraction_status),
            embedding_status=status.embedding_status,
            page_count=status.page_count,
            chunk_count=status.chunk_count,
            extracted_text_preview=initial.extracted_text_preview,
            created_at=status.created_at or initial.created_at,
            processing_error=error if failure else None,
            processing_error_type=failure.error_type.value if failure else None,
            processing_is_retryable=failure.is_retryable if failure else None,
            path=initial.path,
            additional_properties=initial.additional_properties,
        )


class BatchDocumentUploadResults(UploadResults[DocumentUploadResult]):
    """The results of an upload of documents, in the order in which they were given."""

    _files = "documents"

    def raise_on_failures(self) -> BatchDocumentUploadResults:
        """Return this list if none failed.

        Raises:
            UploadError: Some were not stored; `partial_results` is this list.
            DocumentProcessingError: All are stored, but some were not processed;
                `partial_results` is this list.
        """
        self._require_stored()
        if failed := self.failed():
            raise DocumentProcessingError(
                self._failure(failed, "was not processed"),
                document_id=failed[0].document_id,
                status=failed[0].text_extraction_status.value,
                partial_results=self,
            )
        return self

    def _error_of(self, one: DocumentUploadResult) -> str | None:
        return one.processing_error

    def _is_retryable(self, one: DocumentUploadResult) -> bool | None:
        return one.processing_is_retryable

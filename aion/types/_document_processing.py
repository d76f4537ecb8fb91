"""The processing status of documents, and why one failed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from attrs import frozen

from aion.types._error_words import classified, without_name
from aion.types._reader import Reader
from aion_api import Model, OpenEnum
from aion_api.models.user_files import UserFile


class DocumentProcessingStatus(OpenEnum):
    """The status of the text extraction of a document."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"

    @property
    def is_terminal(self) -> bool:
        """Return whether it is final. An unknown status counts as running."""
        return self in (self.COMPLETED, self.FAILED)


class DocumentProcessingErrorType(OpenEnum):
    """Why a document failed, according to its error text."""

    TIMEOUT = "timeout"
    RATE_LIMIT = "rate_limit"
    EXTRACTION_ERROR = "extraction_error"
    UNSUPPORTED_FORMAT = "unsupported_format"
    CORRUPT_FILE = "corrupt_file"
    PASSWORD_PROTECTED = "password_protected"  # noqa: S105 - a kind of failure, not a credential
    TOO_LARGE = "too_large"
    EMBEDDING_ERROR = "embedding_error"
    RESOURCE_LIMIT = "resource_limit"
    UNKNOWN = "unknown"


NO_REASON = "the service gave no reason"
"""The error text of a failure without a reported reason."""


@frozen(slots=False)
class DocumentProcessingFailure(Model):
    """A failed document, classified.

    Attributes:
        document_id: The document, which is stored all the same.
        error_message: The message of the service.
        error_type: The kind of failure.
        is_retryable: Whether uploading the document again may help.
        filename: Its name, if known.
    """

    document_id: str
    error_message: str
    error_type: DocumentProcessingErrorType
    is_retryable: bool
    filename: str | None = None

    @staticmethod
    def classify_error(error_msg: str) -> tuple[DocumentProcessingErrorType, bool]:
        """Return the kind of a failure by its text, and whether a retry may help."""
        kind, is_retryable = classified(error_msg, "document")
        return DocumentProcessingErrorType(kind), is_retryable

    @classmethod
    def from_error_message(
        cls, document_id: str, error_msg: str, filename: str | None = None
    ) -> Self:
        """Classify the error text of a document."""
        kind, retryable = cls.classify_error(without_name(error_msg, filename))
        return cls(document_id, error_msg, kind, retryable, filename)


@frozen(slots=False)
class DocumentStatusResult(Model):
    """The processing status of one document.

    Attributes:
        document_id: The document.
        text_extraction_status: ``pending``, ``processing``, ``completed`` or ``failed``.
        embedding_status: The status of its search index, if the service reports it.
        page_count: Number of its pages, once they are counted.
        chunk_count: Number of passages of its text, once it is split.
        error_message: Why it failed, if the service reports it.
        filename: Its name.
        document_type: ``pdf``, ``docx``, ``txt`` or ``md``.
        created_at: When it was uploaded.
        processing_started_at: When processing began.
        completed_at: When processing ended.
    """

    document_id: str
    text_extraction_status: str
    embedding_status: str | None = None
    page_count: int | None = None
    chunk_count: int | None = None
    error_message: str | None = None
    filename: str | None = None
    document_type: str | None = None
    created_at: datetime | None = None
    processing_started_at: datetime | None = None
    completed_at: datetime | None = None

    @property
    def is_completed(self) -> bool:
        """Return whether text and search index are ready, the latter if the service reports it."""
        return self.text_extraction_status == "completed" and self.embedding_status in (
            None,
            "completed",
            "skipped",
        )

    @property
    def is_failed(self) -> bool:
        """Return whether it failed. The document is stored all the same."""
        return "failed" in (self.text_extraction_status, self.embedding_status)

    @property
    def is_processing(self) -> bool:
        """Return whether processing may still continue. An unknown status counts as running."""
        return not self.is_completed and not self.is_failed

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the response about the status of a document."""
        read = Reader(data)
        return cls(
            document_id=read.need("document_id", "id"),
            text_extraction_status=read.get("text_extraction_status", "extraction_status")
            or "pending",
            embedding_status=read.get("embedding_status"),
            page_count=read.get("page_count"),
            chunk_count=read.get("chunk_count"),
            error_message=read.get("error_message"),
            filename=read.get("filename"),
            document_type=read.get("document_type"),
            created_at=read.date("created_at"),
            processing_started_at=read.date("processing_started_at"),
            completed_at=read.date("completed_at"),
            additional_properties=read.rest(),
        )

    _unlisted = frozenset({"from_file"})

    @classmethod
    def from_file(cls, file: UserFile) -> Self:
        """Return the status of a document from a list of files."""
        return cls(
            document_id=file.id,
            text_extraction_status=file.text_extraction_status or "pending",
            page_count=file.page_count,
            chunk_count=file.chunk_count,
            filename=file.filename,
            document_type=file.document_type,
            created_at=file.created_at,
        )

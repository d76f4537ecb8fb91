"""Batches of documents that are uploaded by presigned URLs: preparation, confirmation, status."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from attrs import frozen

from aion.types._reader import Reader
from aion.types._upload_target import upload_target
from aion_api import Model


@frozen(slots=False)
class DocumentBatchFileInfo(Model):
    """The presigned URL for one document of a batch. Do not send your API key to it.

    Attributes:
        filename: The document.
        upload_url: The presigned URL.
        object_key: What to confirm once the bytes are stored.
        upload_headers: Headers to send with the bytes, exactly these.
        upload_method: ``PUT``, or ``POST`` with `upload_fields` as form fields before the file.
        upload_fields: Form fields of a ``POST``; None otherwise.
        expires_at: When the URL stops working.
        file_index: Its place in the request, from 0.
        upload_intent_id: The service's id of the planned upload; the document gets its own.
    """

    filename: str
    upload_url: str
    object_key: str
    upload_headers: dict[str, str] | None = None
    upload_method: str = "PUT"
    upload_fields: dict[str, Any] | None = None
    expires_at: datetime | None = None
    file_index: int | None = None
    upload_intent_id: str | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read one URL of a prepared batch."""
        read = Reader(data)
        return cls(
            filename=read.get("filename") or "",
            **upload_target(read),
            file_index=read.get("file_index"),
            upload_intent_id=read.get("upload_intent_id"),
            additional_properties=read.rest(),
        )


@frozen(slots=False)
class DocumentBatchPrepareResult(Model):
    """A prepared batch.

    Attributes:
        batch_id: The id to confirm the batch and to get its status.
        files: The URL for each document, in the order of the request.
        expires_at: When the URLs stop working.
        total_size_bytes: All documents together, if the service reports it.
        estimated_time_seconds: Estimated duration in seconds, if the service reports it.
        upload_plan: The service's advice on how to send them.
    """

    batch_id: str
    files: list[DocumentBatchFileInfo]
    expires_at: datetime | None = None
    total_size_bytes: int | None = None
    estimated_time_seconds: int | None = None
    upload_plan: dict[str, Any] | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the response to a preparation."""
        read = Reader(data)
        return cls(
            batch_id=read.need("batch_id"),
            files=read.items(DocumentBatchFileInfo, "files", "presigned_urls"),
            expires_at=read.date("expires_at"),
            total_size_bytes=read.get("total_size_bytes"),
            estimated_time_seconds=read.get("estimated_time_seconds"),
            upload_plan=read.get("upload_plan"),
            additional_properties=read.rest(),
        )


@frozen(slots=False)
class DocumentBatchConfirmItem(Model):
    """The outcome of one document of a confirmed batch.

    Attributes:
        document_id: The document; empty if none was made.
        filename: Its name.
        status: ``created`` or ``failed``.
        error: Why it failed, if the service reports it.
        object_key: Where it is stored.
        text_extraction_status: The status of its text extraction.
    """

    document_id: str
    filename: str
    status: str
    error: str | None = None
    object_key: str | None = None
    text_extraction_status: str | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read one created document."""
        read = Reader(data)
        return cls(
            document_id=read.get("document_id") or "",
            filename=read.get("filename") or "",
            status=read.get("status") or "created",
            error=read.get("error", "error_message"),
            object_key=read.get("object_key"),
            text_extraction_status=read.get("text_extraction_status"),
            additional_properties=read.rest(),
        )


@frozen(slots=False)
class DocumentBatchConfirmResult(Model):
    """The outcome of a confirmed batch.

    Attributes:
        batch_id: The batch.
        documents: The documents that were created, then the files that failed.
        created_count: How many documents were created.
        failed_count: How many files failed.
        processing_status: ``queued``, ``partial`` or ``failed``.
        message: The message of the service.
    """

    batch_id: str
    documents: list[DocumentBatchConfirmItem]
    created_count: int
    failed_count: int
    processing_status: str | None = None
    message: str = ""

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the response to a confirmation, in which failed files are only names."""
        read = Reader(data)
        items = read.items(DocumentBatchConfirmItem, "documents")
        lost = read.get("failed_files") or ()
        items += [DocumentBatchConfirmItem("", name, "failed") for name in lost]
        failed = sum(item.status == "failed" for item in items)
        return cls(
            batch_id=read.need("batch_id"),
            documents=items,
            created_count=read.get(
                "created_count", "successful_uploads", default=len(items) - failed
            ),
            failed_count=read.get("failed_count", "failed_uploads", default=failed),
            processing_status=read.get("processing_status"),
            message=read.get("message") or "",
            additional_properties=read.rest(),
        )


@frozen(slots=False)
class DocumentBatchStatusItem(Model):
    """The status of one document of a batch.

    Attributes:
        document_id: The document.
        filename: Its name.
        text_extraction_status: ``pending``, ``processing``, ``completed`` or ``failed``.
        embedding_status: The status of its search index, if the service reports it.
        error_message: Why it failed, if the service reports it.
        object_key: Where it is stored.
    """

    document_id: str
    filename: str
    text_extraction_status: str
    embedding_status: str | None = None
    error_message: str | None = None
    object_key: str | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read one document of a batch."""
        read = Reader(data)
        return cls(
            document_id=read.need("document_id"),
            filename=read.get("filename") or "",
            text_extraction_status=read.get("text_extraction_status") or "pending",
            embedding_status=read.get("embedding_status"),
            error_message=read.get("error_message", "error"),
            object_key=read.get("object_key"),
            additional_properties=read.rest(),
        )


@frozen(slots=False)
class DocumentBatchStatusResult(Model):
    """The status of a batch.

    Attributes:
        batch_id: The batch.
        documents: Its documents.
        completed_count: Documents whose text is extracted.
        processing_count: Documents that are in progress or pending.
        failed_count: Documents that failed.
        is_complete: Whether the batch has ended, successfully or not.
        status: ``pending``, ``uploading``, ``processing``, ``completed`` or ``failed``.
        total_documents: Documents of the batch, confirmed or not.
    """

    batch_id: str
    documents: list[DocumentBatchStatusItem]
    completed_count: int
    processing_count: int
    failed_count: int
    is_complete: bool
    status: str = ""
    total_documents: int = 0

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the status of a batch; missing counts are computed here."""
        read = Reader(data)
        items = read.items(DocumentBatchStatusItem, "documents")
        states = [item.text_extraction_status for item in items]
        status = read.get("status", "overall_status") or ""
        total = read.get("total_documents", default=len(items))
        done = read.get("completed_count", "processed_documents", default=states.count("completed"))
        failed = read.get("failed_count", "failed_documents", default=states.count("failed"))
        running = read.get("processing_count", default=max(0, total - done - failed))
        complete = status in ("completed", "failed") or (not status and running == 0)
        return cls(
            batch_id=read.need("batch_id"),
            documents=items,
            completed_count=done,
            processing_count=running,
            failed_count=failed,
            is_complete=read.get("is_complete", default=complete),
            status=status,
            total_documents=total,
            additional_properties=read.rest(),
        )

"""The upload of one document by a presigned URL, and the upload quota."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from attrs import frozen

from aion.types._reader import Reader
from aion.types._upload_target import upload_target
from aion_api import Model


@frozen(slots=False)
class DocumentPresignedUploadResult(Model):
    """The presigned URL for one document. Do not send your API key to it.

    Attributes:
        upload_url: The presigned URL.
        object_key: What to confirm once the bytes are stored.
        expires_at: When the URL stops working.
        upload_headers: Headers to send with the bytes, exactly these.
        upload_method: ``PUT``, or ``POST`` with `upload_fields` as form fields before the file.
        upload_fields: Form fields of a ``POST``; None otherwise.
        max_size_bytes: Largest accepted size in bytes.
        storage_target: Where the bytes are stored: ``default`` or ``custom``.
        bucket_name: Your own bucket, for ``custom``.
    """

    upload_url: str
    object_key: str
    expires_at: datetime | None = None
    upload_headers: dict[str, str] | None = None
    upload_method: str = "PUT"
    upload_fields: dict[str, Any] | None = None
    max_size_bytes: int | None = None
    storage_target: str = "default"
    bucket_name: str | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the response to a request for a URL."""
        read = Reader(data)
        return cls(
            **upload_target(read),
            max_size_bytes=read.get("max_size_bytes"),
            storage_target=read.get("storage_target") or "default",
            bucket_name=read.get("bucket_name"),
            additional_properties=read.rest(),
        )


@frozen(slots=False)
class DocumentConfirmResult(Model):
    """The document that a confirmed upload created.

    Attributes:
        document_id: The document, which is also its id among the files.
        filename: Its name.
        status: Its status right after that: ``pending``, or ``queued`` from older services.
        message: The message of the service, if any.
        object_key: Where it is stored.
        document_type: ``pdf``, ``docx``, ``txt`` or ``md``.
        confirmed: Whether the upload counts as confirmed.
        deduplicated: Whether the same bytes were already stored, and this is the older document.
        is_idempotent_retry: Whether this upload had already been confirmed.
    """

    document_id: str
    filename: str
    status: str
    message: str = ""
    object_key: str | None = None
    document_type: str | None = None
    confirmed: bool = True
    deduplicated: bool = False
    is_idempotent_retry: bool = False

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the response to a confirmation."""
        read = Reader(data)
        return cls(
            document_id=read.need("document_id"),
            filename=read.get("filename") or "",
            status=read.get("status") or "pending",
            message=read.get("message") or "",
            object_key=read.get("object_key"),
            document_type=read.get("document_type"),
            confirmed=read.get("confirmed", default=True),
            deduplicated=read.get("deduplicated") or False,
            is_idempotent_retry=read.get("is_idempotent_retry") or False,
            additional_properties=read.rest(),
        )


@frozen(slots=False)
class DocumentQuotaCheck(Model):
    """The upload quota that is left in this period.

    The service counts uploads. If it does not report numbers of bytes, these are 0.

    Attributes:
        can_proceed: Whether the requested documents may be uploaded.
        document_count: How many uploads are used.
        document_limit: The allowance of the period.
        storage_used_bytes: Bytes stored, if the service reports it; 0 otherwise.
        storage_limit_bytes: Bytes that may be stored, if the service reports it; 0 otherwise.
        message: The reason, if `can_proceed` is false.
        requested: Number of requested uploads.
        available: Number of uploads left, including prepaid ones, if the service reports it.
    """

    can_proceed: bool
    document_count: int
    document_limit: int
    storage_used_bytes: int
    storage_limit_bytes: int
    message: str = ""
    requested: int | None = None
    available: int | None = None

    @property
    def documents_remaining(self) -> int:
        """Return how many documents may still be uploaded."""
        if self.available is not None:
            return self.available
        return max(0, self.document_limit - self.document_count)

    @property
    def storage_remaining_bytes(self) -> int:
        """Return the bytes that may still be stored; 0 if the service does not report it."""
        return max(0, self.storage_limit_bytes - self.storage_used_bytes)

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the response of the quota check."""
        read = Reader(data)
        return cls(
            can_proceed=read.need("can_proceed"),
            document_count=read.get("document_count", "current_usage") or 0,
            document_limit=read.get("document_limit", "monthly_limit") or 0,
            storage_used_bytes=read.get("storage_used_bytes") or 0,
            storage_limit_bytes=read.get("storage_limit_bytes") or 0,
            message=read.get("message") or "",
            requested=read.get("requested"),
            available=read.get("available"),
            additional_properties=read.rest(),
        )

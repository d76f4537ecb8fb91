"""How one document comes in by a presigned URL, and how many still may."""

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
    """Where and how to send the bytes of one document. Do not send your API key there.

    Attributes:
        upload_url: The presigned URL.
        object_key: What to confirm once the bytes are there.
        expires_at: When the URL stops working.
        upload_headers: Headers to send with the bytes, exactly these.
        upload_method: ``PUT``, or ``POST`` with `upload_fields` as form fields before the file.
        upload_fields: Form fields of a ``POST``; None otherwise.
        max_size_bytes: The most bytes that are taken.
        storage_target: Where they go: ``default`` or ``custom``.
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
        """Read the answer to a request for a URL."""
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
    """The document that a confirmed upload led to.

    Attributes:
        document_id: The document, which is also its id among the files.
        filename: Its name.
        status: How far it is right after that: ``pending``, or ``queued`` from older services.
        message: What the service said, if anything.
        object_key: Where it is stored.
        document_type: ``pdf``, ``docx``, ``txt`` or ``md``.
        confirmed: Whether the upload counts as confirmed.
        deduplicated: Whether the same bytes were there before and this is the older document.
        is_idempotent_retry: Whether this very upload had been confirmed before.
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
        """Read the answer to a confirmation."""
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
    """What may still be uploaded in this period.

    The service counts uploads and tells no number of bytes: those are 0 then.

    Attributes:
        can_proceed: Whether the documents asked for may be uploaded.
        document_count: How many uploads are used.
        document_limit: The allowance of the period.
        storage_used_bytes: Bytes stored, where the service tells; 0 otherwise.
        storage_limit_bytes: Bytes that may be stored, where the service tells; 0 otherwise.
        message: Why not, where `can_proceed` is false.
        requested: How many were asked for.
        available: How many are left, prepaid ones included, where the service tells.
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
        """How many documents may still be uploaded."""
        if self.available is not None:
            return self.available
        return max(0, self.document_limit - self.document_count)

    @property
    def storage_remaining_bytes(self) -> int:
        """Bytes that may still be stored; 0 where the service does not tell."""
        return max(0, self.storage_limit_bytes - self.storage_used_bytes)

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the answer of the quota check."""
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

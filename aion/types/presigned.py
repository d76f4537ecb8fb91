"""Uploads that go straight to storage, by presigned URLs: inputs and results.

Only deployments of the older contract have them. `aion.types.upload` has all these names, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from attrs import field, frozen

from aion.types._reader import Reader
from aion.types._upload_target import upload_target
from aion_api import Model
from aion_api.models.uploads import ConfirmResult, UploadPlan

_ENDS = frozenset({"completed", "failed", "partially_completed"})
_NUMBERS = ("total", "completed", "failed", "processing", "queued")


@frozen(slots=False)
class PresignedUrlInfo(Model):
    """The presigned URL for one file.

    Attributes:
        upload_url: The URL for the bytes. Do not send an API key to it.
        upload_method: ``PUT``: the bytes are the body. ``POST``: they are a part of a form.
        upload_headers: Headers of a ``PUT``, to be sent unchanged.
        object_key: Identifies the file when its upload is confirmed.
        image_id: The future image, if the service reports it.
        expires_at: When the URL stops working.
        max_size_bytes: Largest accepted size in bytes.
        upload_fields: Fields of a ``POST``, to be sent before the file.
        storage_target: Where the file is stored, ``default`` or ``custom``.
        bucket_name: Your own bucket, for ``custom``.
    """

    upload_url: str
    upload_method: str
    upload_headers: dict[str, str]
    object_key: str
    image_id: str | None = None
    expires_at: datetime | None = None
    max_size_bytes: int | None = None
    upload_fields: dict[str, str] | None = None
    storage_target: str | None = None
    bucket_name: str | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the response to a request for a presigned URL."""
        read = Reader(data)
        return cls(
            **upload_target(read, no_headers={}),
            image_id=read.get("image_id"),
            max_size_bytes=read.get("max_size_bytes"),
            storage_target=read.get("storage_target"),
            bucket_name=read.get("bucket_name"),
            additional_properties=read.rest(),
        )


@frozen(slots=False)
class FileInfo(Model):
    """One file of a batch to prepare.

    Attributes:
        filename: The name to store.
        size_bytes: Its size, more than 0.
        content_type: Its media type.
        idempotency_key: Your own key for this upload; a repeated request has the same key.
        storage_target: Where it is stored, ``default`` or ``custom``; None lets the service decide.
    """

    filename: str
    size_bytes: int
    content_type: str
    idempotency_key: str | None = None
    storage_target: str | None = None


@frozen(slots=False)
class UploadConfirmation(Model):
    """The outcome of the upload of one file of a batch.

    Attributes:
        object_key: The key of the file in the prepared batch.
        success: Whether its bytes were sent.
        file_size: Its size, more than 0 even for a failed one.
        checksum: Checksum of the bytes that were sent.
        error_message: Why it failed.
        media_type: ``image`` or ``document``; the service decides by the key otherwise.
    """

    object_key: str
    success: bool
    file_size: int
    checksum: str | None = None
    error_message: str | None = None
    media_type: str | None = None


@frozen(slots=False)
class BatchPresignedUrl(Model):
    """The presigned URL for one file of a batch.

    Attributes:
        file_index: The position of the file in the request, from 0.
        filename: Its name.
        upload_url: The URL for the bytes. Do not send an API key to it.
        upload_method: ``PUT``: the bytes are the body. ``POST``: they are a part of a form.
        upload_headers: Headers of a ``PUT``, to be sent unchanged.
        object_key: Identifies the file when the batch is confirmed.
        expires_at: When the URL stops working.
        image_id: The future image.
        upload_fields: Fields of a ``POST``, to be sent before the file.
    """

    file_index: int
    filename: str
    upload_url: str
    upload_method: str
    upload_headers: dict[str, str]
    object_key: str
    expires_at: datetime | None = None
    image_id: str | None = None
    upload_fields: dict[str, str] | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read one entry of a prepared batch."""
        read = Reader(data)
        return cls(
            **upload_target(read, no_headers={}),
            file_index=read.need("file_index"),
            filename=read.need("filename"),
            image_id=read.get("image_id"),
            additional_properties=read.rest(),
        )


@frozen(slots=False)
class BatchPrepareResult(Model):
    """A prepared batch, whose files may be sent.

    Attributes:
        batch_id: The id to confirm the batch and to get its status.
        upload_plan: The service's advice on how to send the files.
        presigned_urls: One URL for each file.
        total_size_bytes: All files together.
        estimated_time_seconds: Estimated duration in seconds.
    """

    batch_id: str
    upload_plan: UploadPlan
    presigned_urls: list[BatchPresignedUrl]
    total_size_bytes: int
    estimated_time_seconds: int

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the response to the preparation of a batch."""
        read = Reader(data)
        return cls(
            batch_id=read.need("batch_id"),
            upload_plan=UploadPlan.from_api_response(read.need("upload_plan")),
            presigned_urls=read.items(BatchPresignedUrl, "presigned_urls"),
            total_size_bytes=read.get("total_size_bytes") or 0,
            estimated_time_seconds=read.get("estimated_time_seconds") or 0,
            additional_properties=read.rest(),
        )


@frozen(slots=False)
class StoredImage(Model):
    """A file that a confirmed batch added to the library.

    Attributes:
        image_id: The image.
        object_key: Where it is stored.
        filename: Its name.
        thumbnail_url: A small rendition, once it is made.
        variant_status: The status of the renditions.
        created_at: When it was stored.
    """

    image_id: str
    object_key: str
    filename: str
    thumbnail_url: str | None = None
    variant_status: str = "pending"
    created_at: datetime | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read one entry of a confirmed batch."""
        read = Reader(data)
        return cls(
            image_id=read.need("image_id"),
            object_key=read.need("object_key"),
            filename=read.need("filename"),
            thumbnail_url=read.get("thumbnail_url"),
            variant_status=read.get("variant_status") or "pending",
            created_at=read.date("created_at"),
            additional_properties=read.rest(),
        )


@frozen(slots=False)
class BatchConfirmResult(Model):
    """The outcome of the files of a confirmed batch.

    Attributes:
        batch_id: The batch.
        successful_uploads: Files that are stored.
        failed_uploads: Files that are not.
        processing_status: ``queued``, ``partial`` or ``failed``.
        failed_files: Names of the files that are not stored.
        message: The outcome, for people.
        stored_images: The files that are stored.
    """

    batch_id: str
    successful_uploads: int
    failed_uploads: int
    processing_status: str
    failed_files: list[str] | None = None
    message: str = ""
    stored_images: list[StoredImage] = field(factory=list[StoredImage])

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the response to the confirmation of a batch."""
        read = Reader(data)
        return cls(
            batch_id=read.need("batch_id"),
            successful_uploads=read.get("successful_uploads") or 0,
            failed_uploads=read.get("failed_uploads") or 0,
            processing_status=read.need("processing_status"),
            failed_files=read.get("failed_files"),
            message=read.get("message") or "",
            stored_images=read.items(StoredImage, "stored_images"),
            additional_properties=read.rest(),
        )


@frozen(slots=False)
class UploadBatchStatusResult(Model):
    """The status of the files of a batch.

    Attributes:
        batch_id: The batch.
        overall_status: ``uploading``, ``queued``, ``processing``, ``completed``, ``failed`` or
            ``partially_completed``.
        completion_percentage: From 0 to 100.
        total: Its files.
        completed: Files that are done.
        failed: Files that failed.
        processing: Files in progress.
        queued: Files that wait.
    """

    batch_id: str
    overall_status: str
    completion_percentage: float
    total: int
    completed: int
    failed: int
    processing: int
    queued: int

    @property
    def is_terminal(self) -> bool:
        """Return whether it is final. An unknown status counts as running."""
        return self.overall_status in _ENDS

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the status of a batch; its counts are inside ``counts`` or at the top level."""
        read = Reader(data)
        counts: Mapping[str, Any] = read.get("counts") or {}
        numbers = {name: read.get(name) or counts.get(name) or 0 for name in _NUMBERS}
        return cls(
            batch_id=read.need("batch_id"),
            overall_status=read.need("overall_status"),
            completion_percentage=float(read.get("completion_percentage") or 0),
            **numbers,
            # Counts without a field stay readable.
            additional_properties={**read.rest(), "counts": dict(counts)},
        )


__all__ = [
    "BatchConfirmResult",
    "BatchPrepareResult",
    "BatchPresignedUrl",
    "ConfirmResult",
    "FileInfo",
    "PresignedUrlInfo",
    "StoredImage",
    "UploadBatchStatusResult",
    "UploadConfirmation",
    "UploadPlan",
]

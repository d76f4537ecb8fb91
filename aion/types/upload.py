"""The results of uploading images."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from attrs import evolve, frozen

from aion.exceptions import DescriptionError
from aion.types._document_processing import NO_REASON
from aion.types._reader import Reader, text
from aion.types._skipped import SkipKind, SkipReason
from aion.types._upload_results import UploadResults
from aion.types.common import DescriptionStatus
from aion.types.describe import DescriptionFailure
from aion.types.presigned import (
    BatchConfirmResult,
    BatchPrepareResult,
    BatchPresignedUrl,
    ConfirmResult,
    FileInfo,
    PresignedUrlInfo,
    StoredImage,
    UploadBatchStatusResult,
    UploadConfirmation,
    UploadPlan,
)
from aion_api import Model, field_names
from aion_api.models.user_files import StreamBatchFileResult, UserFile


def stored_id(stored: StreamBatchFileResult) -> str:
    """Return the id of a stored file, or of the older file with the same content."""
    return text(stored.skipped_existing_image_id) or stored.image_id


@frozen(slots=False)
class UploadResult(Model):
    """One uploaded image and its known properties.

    Attributes:
        image_id: The id of the stored image; empty for a file of a batch that was not stored.
        filename: The name under which it was uploaded.
        object_key: Where it is stored; empty if the service did not report it.
        description: The AI description, once it is completed.
        tags: Tags found in the image.
        visible_text: Text that can be read in the image.
        confidence_score: The confidence of the model, from 0 to 1.
        description_status: The status of the description.
        thumbnail_url: A small rendition, once it is made.
        created_at: When the image was stored.
        description_error: Why the description failed, if it did.
        description_error_type: A value of `aion.types.describe.DescriptionErrorType`, as text.
        description_is_retryable: Whether uploading it again may help.
        path: Its path, as passed or as found below the directory that was passed, in the form of
            `pathlib.Path`; None for bytes.
    """

    image_id: str
    filename: str
    object_key: str
    description: str | None = None
    tags: list[str] | None = None
    visible_text: str | None = None
    confidence_score: float | None = None
    description_status: DescriptionStatus = DescriptionStatus.PENDING
    thumbnail_url: str | None = None
    created_at: datetime | None = None
    description_error: str | None = None
    description_error_type: str | None = None
    description_is_retryable: bool | None = None
    path: str | None = None

    @property
    def is_stored(self) -> bool:
        """Return whether the image is in the library, with or without a description."""
        return bool(self.image_id)

    @property
    def is_failed(self) -> bool:
        """Return whether there will be no description: it failed, or the image was not stored."""
        return self.description_status is DescriptionStatus.FAILED

    @property
    def is_completed(self) -> bool:
        """Return whether the description is ready."""
        return self.description_status is DescriptionStatus.COMPLETED

    @property
    def is_pending(self) -> bool:
        """Return whether the description is pending."""
        return not self.description_status.is_terminal

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read a per-file result of an upload or its session, a file item, or a `to_dict` output.

        Raises:
            KeyError: The id is missing.
        """
        read = Reader(data)
        image_id = read.need("image_id", "id")
        description = read.get("description", "upload_description")
        status = DescriptionStatus(read.get("description_status") or _state(data, description))
        error = read.get("description_error", "error_message", "error")
        if status is DescriptionStatus.FAILED and not error:
            error = NO_REASON
        name = read.get("filename") or ""
        failure = DescriptionFailure.from_error_message(image_id, error, name) if error else None
        kind = read.get("description_error_type")
        retryable = read.get("description_is_retryable")
        if failure is not None:
            kind = kind or failure.error_type.value
            retryable = failure.is_retryable if retryable is None else retryable
        return cls(
            image_id=read.get("skipped_existing_image_id") or image_id,
            filename=name,
            object_key=read.get("object_key") or "",
            description=description,
            tags=read.get("tags"),
            visible_text=read.get("visible_text"),
            confidence_score=read.get("confidence_score"),
            description_status=status,
            thumbnail_url=read.get("thumbnail_url"),
            created_at=read.date("created_at"),
            description_error=error,
            description_error_type=kind,
            description_is_retryable=retryable,
            path=read.get("path"),
            additional_properties=read.rest(),
        )

    _unlisted = frozenset({"from_stored", "not_stored", "with_failure", "with_file"})

    @classmethod
    def from_stored(cls, stored: StreamBatchFileResult) -> Self:
        """Return the result right after the upload, with a pending description."""
        return cls(
            image_id=stored_id(stored),
            filename=stored.filename,
            object_key=stored.object_key,
        )

    @classmethod
    def not_stored(cls, filename: str, reason: str, *, retryable: bool | None = None) -> Self:
        """Return the result of a file of a batch that was not stored.

        Args:
            filename: Its name.
            reason: Why it was not stored.
            retryable: Whether a resend may help; None decides by the words of the reason.
        """
        return cls("", filename, "").with_failure(reason, retryable=retryable)

    def with_failure(self, reason: str, *, retryable: bool | None = None) -> Self:
        """Return a copy of the result, failed for a reason."""
        failure = DescriptionFailure.from_error_message(self.image_id, reason, self.filename)
        return evolve(
            self,
            description_status=DescriptionStatus.FAILED,
            description_error=reason,
            description_error_type=failure.error_type.value,
            description_is_retryable=failure.is_retryable if retryable is None else retryable,
        )

    def with_file(self, file: UserFile) -> Self:
        """Return a copy of the result, updated from the file in the library."""
        status = DescriptionStatus(file.description_status or "pending")
        error = text(file.description_error)
        if status is DescriptionStatus.FAILED and not error:
            error = NO_REASON
        name = file.filename or self.filename
        failure = DescriptionFailure.from_error_message(file.id, error, name) if error else None
        return evolve(
            self,
            description=file.upload_description,
            tags=file.tags,
            visible_text=file.visible_text,
            confidence_score=file.confidence_score,
            description_status=status,
            thumbnail_url=file.thumbnail_url,
            created_at=file.created_at,
            description_error=error,
            description_error_type=failure.error_type.value if failure else None,
            description_is_retryable=failure.is_retryable if failure else None,
        )


def _state(data: Mapping[str, Any], description: str | None) -> str:
    """Return the status of a description whose response has only the status of the upload.

    That is ``completed`` as soon as the image is stored.
    """
    status: str | None = data.get("status")
    if status == "failed" or (status == "completed" and description is not None):
        return status
    return "pending"


class BatchUploadResults(UploadResults[UploadResult]):
    """The results of a batch, one per file, in the order in which the files were given.

    The counts are those of descriptions: a stored image whose description is not completed yet is
    pending, and one for which none is made is neither succeeded, failed nor pending.
    """

    def raise_on_failures(self) -> Self:
        """Return the results if none of them failed.

        Raises:
            UploadError: A file was not stored; `partial_results` holds all results.
            DescriptionError: All are stored, but a description failed; `partial_results` holds
                all results.
        """
        self._require_stored()
        if failed := self.failed():
            raise DescriptionError(
                self._failure(failed, "has no description"),
                image_id=failed[0].image_id,
                status=failed[0].description_status.value,
                partial_results=self,
            )
        return self

    def _error_of(self, one: UploadResult) -> str | None:
        return one.description_error

    def _is_retryable(self, one: UploadResult) -> bool | None:
        return one.description_is_retryable


@frozen(slots=False)
class QuotaInfo(Model):
    """The upload quota that is left in this period.

    Attributes:
        can_proceed: Whether the requested files may be uploaded.
        requested: Number of requested uploads.
        available: Number of uploads left, including prepaid credits.
        monthly_limit: The allowance of the period.
        current_usage: How much of it is used.
        message: The reason, if `can_proceed` is false.
        max_batch_size: Files in one upload request.
        prepaid_credits: Credits bought on top.
        max_concurrent_uploads: Most upload requests in flight.
    """

    can_proceed: bool
    requested: int
    available: int
    monthly_limit: int
    current_usage: int
    message: str | None = None
    max_batch_size: int | None = None
    prepaid_credits: int = 0
    max_concurrent_uploads: int | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the response of the quota check."""
        extra = {key: value for key, value in data.items() if key not in field_names(cls)}
        return cls(
            can_proceed=data["can_proceed"],
            requested=data["requested"],
            available=data["available"],
            monthly_limit=data["monthly_limit"],
            current_usage=data["current_usage"],
            message=data.get("message"),
            max_batch_size=data.get("max_batch_size"),
            prepaid_credits=data.get("prepaid_credits") or 0,
            max_concurrent_uploads=data.get("max_concurrent_uploads"),
            additional_properties=extra,
        )


__all__ = [
    "BatchConfirmResult",
    "BatchPrepareResult",
    "BatchPresignedUrl",
    "BatchUploadResults",
    "ConfirmResult",
    "FileInfo",
    "PresignedUrlInfo",
    "QuotaInfo",
    "SkipKind",
    "SkipReason",
    "StoredImage",
    "UploadBatchStatusResult",
    "UploadConfirmation",
    "UploadPlan",
    "UploadResult",
]

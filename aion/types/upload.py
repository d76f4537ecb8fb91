"""What an upload gives back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

import attrs

from aion.types.common import DescriptionStatus
from aion.types.describe import DescriptionFailure
from aion_api import Model
from aion_api.models.user_files import StreamBatchFileResult, UserFile


@attrs.frozen(slots=False)
class UploadResult(Model):
    """One uploaded image and what is known of it.

    Attributes:
        image_id: The id of the stored image.
        filename: The name under which it was uploaded.
        object_key: Where it is stored.
        description: The AI description, once it is completed.
        tags: Tags found in the image.
        visible_text: Text that can be read in the image.
        confidence_score: How sure the model is, from 0 to 1.
        description_status: How far the description is.
        thumbnail_url: A small rendition, once it is made.
        created_at: When the image was stored.
        description_error: Why the description failed, where it did.
        description_error_type: A value of `aion.types.describe.DescriptionErrorType`, as text.
        description_is_retryable: Whether uploading it again may help.
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

    @property
    def is_failed(self) -> bool:
        """Whether the description failed. The image is stored all the same."""
        return self.description_status is DescriptionStatus.FAILED

    @property
    def is_completed(self) -> bool:
        """Whether the description is there."""
        return self.description_status is DescriptionStatus.COMPLETED

    @property
    def is_pending(self) -> bool:
        """Whether the description may still come."""
        return not self.description_status.is_terminal

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read a per-file result of an upload, or a file item of a listing."""
        if "image_id" in data:
            return cls.from_stored(StreamBatchFileResult.from_api_response(data))
        file = UserFile.from_api_response(data)
        return cls(file.id, file.filename or "", "").with_file(file)

    @classmethod
    def from_stored(cls, stored: StreamBatchFileResult) -> Self:
        """The result right after the upload, before anything is known of the description."""
        return cls(
            image_id=stored.skipped_existing_image_id or stored.image_id,
            filename=stored.filename,
            object_key=stored.object_key,
        )

    def with_file(self, file: UserFile) -> Self:
        """The same result with what the library knows of the image by now."""
        status = DescriptionStatus(file.description_status or "pending")
        error = file.description_error
        if status is DescriptionStatus.FAILED and not error:
            error = "the service gave no reason"
        failure = DescriptionFailure.from_error_message(file.id, error) if error else None
        return attrs.evolve(
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


@attrs.frozen(slots=False)
class QuotaInfo(Model):
    """What may still be uploaded in this period.

    Attributes:
        can_proceed: Whether the files asked for may be uploaded.
        requested: How many were asked for.
        available: How many are left, prepaid credits included.
        monthly_limit: The allowance of the period.
        current_usage: How much of it is used.
        message: Why not, where `can_proceed` is false.
        max_batch_size: Files in one upload request.
        prepaid_credits: Credits bought on top.
        max_concurrent_uploads: Upload requests at a time.
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
        """Read the answer of the quota check."""
        names = {field.name for field in attrs.fields(cls)} - {"additional_properties"}
        extra = {key: value for key, value in data.items() if key not in names}
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


__all__ = ["QuotaInfo", "UploadResult"]

"""The status of a description, and why one failed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self, cast

from attrs import frozen

from aion.types._error_words import classified, without_name
from aion.types._reader import Reader
from aion.types.batch import BatchItemResult
from aion.types.common import DescriptionStatus as Status
from aion_api import Model, OpenEnum
from aion_api.models.user_files import UserFile


@frozen(slots=False)
class DescriptionStatus(Model):
    """The status of the description of one image.

    Not to be confused with the enum of the same name in `aion.types.common`, whose values `status`
    holds.

    Attributes:
        image_id: The image.
        status: A value of the enum, as text.
        description: The description, once it is completed.
        tags: Tags found in the image.
        visible_text: Text that can be read in the image.
        confidence_score: The confidence of the model, from 0 to 1.
        error_message: Why it failed, if it did.
        created_at: When the image was stored.
        completed_at: When the description was made, if the service reports it.
    """

    image_id: str
    status: str
    description: str | None = None
    tags: list[str] | None = None
    visible_text: str | None = None
    confidence_score: float | None = None
    error_message: str | None = None
    created_at: datetime | None = None
    completed_at: datetime | None = None

    @property
    def is_complete(self) -> bool:
        """Return whether it has ended, successfully or not."""
        return Status(self.status).is_terminal

    @property
    def is_successful(self) -> bool:
        """Return whether there is a description."""
        return self.status == Status.COMPLETED.value

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read a file item of a listing, or the output of `to_dict`.

        Raises:
            KeyError: The id is missing.
        """
        read = Reader(data)
        return cls(
            image_id=read.need("image_id", "id"),
            status=read.get("description_status", "status") or Status.PENDING.value,
            description=read.get("description", "upload_description"),
            tags=read.get("tags"),
            visible_text=read.get("visible_text"),
            confidence_score=read.get("confidence_score"),
            error_message=read.get("error_message", "description_error"),
            created_at=read.date("created_at"),
            completed_at=read.date("completed_at"),
            additional_properties=read.rest(),
        )

    _unlisted = frozenset({"from_file"})

    @classmethod
    def from_file(cls, file: UserFile) -> Self:
        """Return the description part of a file."""
        return cls(
            image_id=file.id,
            status=file.description_status or Status.PENDING.value,
            description=file.upload_description,
            tags=file.tags,
            visible_text=file.visible_text,
            confidence_score=file.confidence_score,
            error_message=file.description_error,
            created_at=file.created_at,
        )


class DescriptionErrorType(OpenEnum):
    """Why a description failed, according to its error text."""

    TIMEOUT = "timeout"
    RATE_LIMIT = "rate_limit"
    VLM_ERROR = "vlm_error"
    VALIDATION_ERROR = "validation"
    RESOURCE_LIMIT = "resource_limit"
    UNKNOWN = "unknown"


@frozen(slots=False)
class DescriptionFailure(Model):
    """A failed description, classified.

    Attributes:
        image_id: The image, which is stored all the same.
        error_message: The message of the service.
        error_type: The kind of failure.
        is_retryable: Whether uploading the image again may help.
        filename: Its name, if known.
        raw_error: The text as received.
    """

    image_id: str
    error_message: str
    error_type: DescriptionErrorType
    is_retryable: bool
    filename: str | None = None
    raw_error: str | None = None

    @staticmethod
    def classify_error(error_msg: str) -> tuple[DescriptionErrorType, bool]:
        """Return the kind of a failure by its text, and whether a retry may help."""
        kind, is_retryable = classified(error_msg, "image")
        return DescriptionErrorType(kind), is_retryable

    @classmethod
    def from_error_message(cls, image_id: str, error_msg: str, filename: str | None = None) -> Self:
        """Classify the error text of an image."""
        kind, retryable = cls.classify_error(without_name(error_msg, filename))
        return cls(image_id, error_msg, kind, retryable, filename, error_msg)


@frozen(slots=False)
class DescriptionResult(Model):
    """The description of an image that was not stored.

    Attributes:
        operation_id: The id of the operation, or of the item of a batch.
        description: The description.
        confidence_score: The agreement of the models, from 0 to 1; 0 if unknown.
        key_elements: What was recognized in the image.
        tags: Tags for the image, if they were requested.
        visible_text: Text that can be read in the image.
        provider_count: Number of AI providers used.
        processing_time_ms: Milliseconds of work.
        metadata: Further facts about the image, if requested.
    """

    operation_id: str
    description: str
    confidence_score: float
    key_elements: list[str] | None = None
    tags: list[str] | None = None
    visible_text: str | None = None
    provider_count: int = 1
    processing_time_ms: int = 0
    metadata: dict[str, Any] | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the response of the describe route, or the output of an item of a batch."""
        reader = Reader(data)
        elements = reader.get("key_elements", "features")
        used = reader.get("providers_used")
        count = reader.get("provider_count") or len(used or ()) or 1
        rest = {} if used is None else {"providers_used": used}
        return cls(
            operation_id=str(reader.get("operation_id") or ""),
            description=str(reader.get("description") or ""),
            confidence_score=reader.get("confidence_score", "consensus_score") or 0.0,
            key_elements=None if elements is None else [_element(one) for one in elements],
            tags=reader.get("tags"),
            visible_text=reader.get("visible_text"),
            provider_count=count,
            processing_time_ms=reader.get("processing_time_ms") or 0,
            metadata=reader.get("metadata"),
            additional_properties={**rest, **reader.rest()},
        )

    _unlisted = frozenset({"from_item"})

    @classmethod
    def from_item(cls, item: BatchItemResult) -> Self:
        """Return the description that an item of a batch ended with."""
        known = {"operation_id": item.item_id, "processing_time_ms": item.processing_time_ms}
        return cls.from_api_response({**known, **(item.output_data or {})})


def _element(feature: Any) -> str:
    """Return the name of a feature: features are texts or objects that have one."""
    if isinstance(feature, Mapping):
        reader = Reader(cast("Mapping[str, Any]", feature))
        return str(reader.get("name", "feature", "label", "description") or reader.rest())
    return str(feature)


__all__ = [
    "DescriptionErrorType",
    "DescriptionFailure",
    "DescriptionResult",
    "DescriptionStatus",
]

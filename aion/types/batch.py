"""Batch jobs that describe or verify many images: their inputs, status and results."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Self

from attrs import frozen

from aion.types._reader import Reader
from aion_api import Model, OpenEnum
from aion_api.models.batch import BatchStatus

_ENDED = frozenset(
    {
        BatchStatus.COMPLETED,
        BatchStatus.FAILED,
        BatchStatus.CANCELLED,
        BatchStatus.PARTIALLY_COMPLETED,
    }
)


class BatchItemStatus(OpenEnum):
    """The status of one item of a batch."""

    PENDING = "pending"
    PROCESSING = "processing"
    SUCCESS = "success"
    FAILED = "failed"
    SKIPPED = "skipped"


@frozen(slots=False)
class BatchImageInput(Model):
    """One image of a batch. Set exactly one of the first three.

    Attributes:
        image_url: The URL from which the service fetches the image; prefer HTTPS.
        image_base64: The image itself, as a base64 data URL.
        object_key: The storage key of an image that is already stored.
        metadata: Any data that the result is to repeat.
    """

    image_url: str | None = None
    image_base64: str | None = None
    object_key: str | None = None
    metadata: dict[str, Any] | None = None


@frozen(slots=False)
class BatchVerifyInput(Model):
    """An image and the text that is checked against it.

    Attributes:
        image: The image.
        content: The text, at least one character. `to_dict` names it ``text``, as requests do.
    """

    _wire_names: ClassVar[dict[str, str]] = {"content": "text"}

    image: BatchImageInput
    content: str


@frozen(slots=False)
class BatchSubmissionResult(Model):
    """A batch that was just accepted.

    Attributes:
        batch_id: Its id, for `client.batch`.
        status: A value of `BatchStatus`, as text.
        total_items: How many items it has.
        estimated_completion_time: When it may be done, if the service reports it.
    """

    batch_id: str
    status: str
    total_items: int
    estimated_completion_time: datetime | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the response to a submission."""
        reader = Reader(data)
        return cls(
            batch_id=reader.need("batch_id"),
            status=reader.need("status"),
            total_items=reader.need("total_items"),
            estimated_completion_time=reader.date("estimated_completion_time"),
            additional_properties=reader.rest(),
        )


@frozen(slots=False)
class BatchStatusResult(Model):
    """The status of a batch.

    Attributes:
        batch_id: Its id.
        status: Its status.
        total_items: How many items it has.
        processed_items: How many of them have ended, successfully or not.
        successful_items: How many succeeded.
        failed_items: How many failed.
        success_rate: The share of those that succeeded, from 0 to 1.
        progress_percentage: How much of it is done, from 0 to 100.
        created_at: When it was submitted.
        started_at: When processing began.
        completed_at: When it ended.
        estimated_completion_time: When it may be done, if the service reports it.
        avg_processing_time_ms: Milliseconds for one item, on average.
    """

    batch_id: str
    status: BatchStatus
    total_items: int
    processed_items: int
    successful_items: int
    failed_items: int
    success_rate: float
    progress_percentage: float
    created_at: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    estimated_completion_time: datetime | None = None
    avg_processing_time_ms: int | None = None

    def is_terminal(self) -> bool:
        """Return whether it is final. An unknown status counts as running."""
        return self.status in _ENDED

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the status of a batch."""
        reader = Reader(data)
        return cls(
            batch_id=reader.need("batch_id"),
            status=BatchStatus(reader.get("status") or "unknown"),
            total_items=reader.get("total_items") or 0,
            processed_items=reader.get("processed_items") or 0,
            successful_items=reader.get("successful_items") or 0,
            failed_items=reader.get("failed_items") or 0,
            success_rate=reader.get("success_rate") or 0.0,
            progress_percentage=reader.get("progress_percentage") or 0.0,
            created_at=reader.date("created_at"),
            started_at=reader.date("started_at"),
            completed_at=reader.date("completed_at"),
            estimated_completion_time=reader.date("estimated_completion_time"),
            avg_processing_time_ms=reader.get("avg_processing_time_ms"),
            additional_properties=reader.rest(),
        )


@frozen(slots=False)
class BatchItemResult(Model):
    """The outcome of one item of a batch.

    Attributes:
        item_id: Its id.
        item_index: Its position in the batch, from 0.
        status: Its status.
        input_data: Its input.
        output_data: Its output.
        error_message: Why it failed, if it did.
        processing_time_ms: Milliseconds of work on it.
        stored_image_url: Where the image is stored, if it is.
    """

    item_id: str
    item_index: int
    status: BatchItemStatus
    input_data: dict[str, Any] | None = None
    output_data: dict[str, Any] | None = None
    error_message: str | None = None
    processing_time_ms: int | None = None
    stored_image_url: str | None = None

    @property
    def description(self) -> str | None:
        """Return the description, if there is one."""
        return (self.output_data or {}).get("description")

    @property
    def confidence_score(self) -> float | None:
        """The confidence of the models, from 0 to 1."""
        return (self.output_data or {}).get("confidence_score")

    @property
    def is_verified(self) -> bool | None:
        """Return whether the text fits the image; None for an item that checked no text."""
        return (self.output_data or {}).get("is_verified")

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read one item of a page of results."""
        reader = Reader(data)
        return cls(
            item_id=reader.need("item_id"),
            item_index=reader.need("item_index"),
            status=BatchItemStatus(reader.get("status") or "unknown"),
            input_data=reader.get("input_data"),
            output_data=reader.get("output_data"),
            error_message=reader.get("error_message"),
            processing_time_ms=reader.get("processing_time_ms"),
            stored_image_url=reader.get("stored_image_url"),
            additional_properties=reader.rest(),
        )


@frozen(slots=False)
class BatchResultsPagination(Model):
    """The position of a page of results.

    Attributes:
        offset: Number of items before it.
        limit: Most items that it may have.
        total: Items on all pages.
        has_more: Whether more follow.
    """

    offset: int
    limit: int
    total: int
    has_more: bool

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the position of a page."""
        reader = Reader(data)
        return cls(
            offset=reader.get("offset") or 0,
            limit=reader.get("limit") or 0,
            total=reader.get("total") or 0,
            has_more=bool(reader.get("has_more")),
            additional_properties=reader.rest(),
        )


@frozen(slots=False)
class BatchResultsSummary(Model):
    """The totals of a batch.

    Attributes:
        total_items: How many items it has.
        successful_items: How many succeeded.
        failed_items: How many failed.
        skipped_items: How many were skipped.
        processing_time_ms: Milliseconds of work on all of them.
    """

    total_items: int
    successful_items: int
    failed_items: int
    skipped_items: int
    processing_time_ms: int

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the totals."""
        reader = Reader(data)
        return cls(
            total_items=reader.get("total_items") or 0,
            successful_items=reader.get("successful_items") or 0,
            failed_items=reader.get("failed_items") or 0,
            skipped_items=reader.get("skipped_items") or 0,
            processing_time_ms=reader.get("processing_time_ms") or 0,
            additional_properties=reader.rest(),
        )


@frozen(slots=False)
class BatchResults(Model):
    """One page of the results of a batch.

    Attributes:
        batch_id: The batch.
        status: The status of the whole batch.
        results: The items of this page.
        pagination: The position of the page.
        summary: The totals of the whole batch.
    """

    batch_id: str
    status: BatchStatus
    results: list[BatchItemResult]
    pagination: BatchResultsPagination
    summary: BatchResultsSummary

    def successful_results(self) -> list[BatchItemResult]:
        """Return the items of this page that succeeded."""
        return [one for one in self.results if one.status is BatchItemStatus.SUCCESS]

    def failed_results(self) -> list[BatchItemResult]:
        """Return the items of this page that failed."""
        return [one for one in self.results if one.status is BatchItemStatus.FAILED]

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read a page of results."""
        reader = Reader(data)
        return cls(
            batch_id=reader.need("batch_id"),
            status=BatchStatus(reader.get("status") or "unknown"),
            results=reader.items(BatchItemResult, "results"),
            pagination=BatchResultsPagination.from_api_response(reader.get("pagination") or {}),
            summary=BatchResultsSummary.from_api_response(reader.get("summary") or {}),
            additional_properties=reader.rest(),
        )


__all__ = [
    "BatchImageInput",
    "BatchItemResult",
    "BatchItemStatus",
    "BatchResults",
    "BatchResultsPagination",
    "BatchResultsSummary",
    "BatchStatus",
    "BatchStatusResult",
    "BatchSubmissionResult",
    "BatchVerifyInput",
]

"""Describes the requests of batch jobs: their submission, status and results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aion.types.batch import (
    BatchImageInput,
    BatchResults,
    BatchStatusResult,
    BatchSubmissionResult,
    BatchVerifyInput,
)
from aion_api import Request
from aion_api.api import batch
from aion_api.models import batch as wire

PAGE = 500
"""The maximum number of items of one page of results."""


def describe(
    images: Sequence[BatchImageInput], options: dict[str, Any]
) -> Request[BatchSubmissionResult]:
    """Return the request that submits images to be described.

    Args:
        images: The images, checked.
        options: The other fields of the body, checked.
    """
    body = wire.BatchDescribeRequest(images=[_data(one) for one in images], **options)
    return batch.batch_describe(body=body).decoding(BatchSubmissionResult.from_api_response)


def verify(
    pairs: Sequence[BatchVerifyInput], options: dict[str, Any]
) -> Request[BatchSubmissionResult]:
    """Return the request that submits texts to be checked against images.

    Args:
        pairs: The images and their texts, checked.
        options: The other fields of the body, checked.
    """
    texts = [wire.ImageTextPair(image=_data(one.image), text=one.content) for one in pairs]
    body = wire.BatchVerifyRequest(image_text_pairs=texts, **options)
    return batch.batch_verify(body=body).decoding(BatchSubmissionResult.from_api_response)


def status(batch_id: str) -> Request[BatchStatusResult]:
    """Return the request for the status of a batch."""
    return batch.get_batch_status(batch_id).decoding(BatchStatusResult.from_api_response)


def results(
    batch_id: str, *, include_failed: bool, offset: int, limit: int
) -> Request[BatchResults]:
    """Return the request for one page of results."""
    request = batch.get_batch_results(
        batch_id, include_failed=include_failed, offset=offset, limit=limit
    )
    return request.decoding(BatchResults.from_api_response)


def _data(image: BatchImageInput) -> wire.ImageData:
    return wire.ImageData(**image.to_dict())


__all__ = ["PAGE", "describe", "results", "status", "verify"]

"""Describes the requests that describe or check one image without storing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from aion._requests.idempotency import keyed
from aion.types.batch import BatchImageInput
from aion.types.describe import DescriptionResult
from aion.types.verify import VerificationResult
from aion_api import Request
from aion_api.api import description, verification
from aion_api.models.description import DescribeImageRequest
from aion_api.models.verification import VerifyRequest

if TYPE_CHECKING:
    from aion._http.embedded_text import Embedded


def describe(
    image: BatchImageInput, key: str, options: dict[str, Any]
) -> Request[DescriptionResult]:
    """Return the request that describes one image.

    Args:
        image: The image, checked.
        key: The idempotency key.
        options: The other fields of the body, checked.
    """
    body = DescribeImageRequest(**_source(image), **options)
    request = keyed(description.describe_image(body=body, idempotency_key=key))
    return request.decoding(DescriptionResult.from_api_response)


def verify(
    image: BatchImageInput, content: str, key: str, options: dict[str, Any]
) -> Request[VerificationResult]:
    """Return the request that checks a text against one image.

    Args:
        image: The image, checked.
        content: The text, checked.
        key: The idempotency key.
        options: The other fields of the body, checked.
    """
    body = VerifyRequest(content=content, **_source(image), **options)
    request = keyed(verification.verify_content(body=body, idempotency_key=key))
    return request.decoding(VerificationResult.from_api_response)


def _source(image: BatchImageInput) -> dict[str, Any]:
    """Return the fields that name the image. These routes take base64 without a data URL's head."""
    fields = image.to_dict()
    if image.image_base64:
        fields["image_base64"] = cast("Embedded", image.image_base64).bare()
    return fields


__all__ = ["describe", "verify"]

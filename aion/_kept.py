"""How the results of a batch are held while it goes on: there may be thousands of them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from aion.types.common import DescriptionStatus
from aion.types.upload import UploadResult


class Pending(NamedTuple):
    """A stored image of whose description nothing is known yet."""

    image_id: str
    filename: str
    object_key: str
    thumbnail_url: str | None
    created_at: datetime | None


Kept = UploadResult | Pending

_LATER = (
    "description",
    "tags",
    "visible_text",
    "confidence_score",
    "description_error",
    "description_error_type",
    "description_is_retryable",
)


def keep(result: UploadResult, filename: str) -> Kept:
    """A result in as little memory as it can be held in.

    Args:
        result: The result.
        filename: A name that is held anyway, and is taken for its own where both are equal.
    """
    name = filename if result.filename == filename else result.filename
    if (
        result.image_id
        and result.description_status is DescriptionStatus.PENDING
        and not result.additional_properties
        and all(getattr(result, field) is None for field in _LATER)
    ):
        return Pending(
            result.image_id, name, result.object_key, result.thumbnail_url, result.created_at
        )
    return _compact(result, name)


def result_of(kept: Kept) -> UploadResult:
    """The result that is held."""
    if isinstance(kept, UploadResult):
        return kept
    image_id, filename, object_key, thumbnail_url, created_at = kept
    return UploadResult(
        image_id, filename, object_key, thumbnail_url=thumbnail_url, created_at=created_at
    )


def _compact(result: UploadResult, filename: str) -> UploadResult:
    """The same result in half the memory.

    Attributes that are set one by one share the table of their names with those of all other
    results; attributes that came as a dictionary do not.
    """
    made = object.__new__(type(result))
    for name, value in {**vars(result), "filename": filename}.items():
        object.__setattr__(made, name, value)
    return made


# Python fills the table of names from the first objects of a class, and closes it after some.
_compact(UploadResult("", "", ""), "")

__all__ = ["Kept", "Pending", "keep", "result_of"]

"""What a listing gives at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Page(NamedTuple, Generic[T]):
    """A stretch of a listing.

    Attributes:
        items: What it brings.
        more: Whether there are more after it.
        total: How many the listing has altogether; None where that is not known, and pages are
            fetched one after the other.
    """

    items: Sequence[T]
    more: bool
    total: int | None = None


__all__ = ["Page"]

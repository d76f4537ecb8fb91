"""The tiers of a subscription and their limits, as the service documents them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

NO_LIMIT: Final = 1_000_000_000
"""Uploads of a month in a tier without a limit: more than any test reaches."""

_MB: Final = 1024 * 1024
_GB: Final = 1024 * _MB


@dataclass(frozen=True, slots=True)
class Tier:
    """The limits of one tier."""

    requests_per_minute: int
    """Requests of one key in a minute."""
    batch_files: int
    """Files in one stream-batch request."""
    monthly_uploads: int
    max_video_bytes: int
    video_chunk_bytes: int
    video_concurrent_chunks: int
    video_chunk_retries: int


TIERS: Final[Mapping[str, Tier]] = MappingProxyType(
    {
        "free": Tier(10, 10, 1_000, _GB, 10 * _MB, 2, 1),
        "starter": Tier(30, 50, 10_000, 2 * _GB, 15 * _MB, 3, 2),
        "professional": Tier(100, 100, 50_000, 4 * _GB, 20 * _MB, 5, 3),
        "enterprise": Tier(500, 200, NO_LIMIT, 4 * _GB, 25 * _MB, 10, 5),
    }
)
"""The tiers by name, smallest first."""

DEFAULT_TIER: Final = "professional"
"""The default tier."""


def tier_named(name: str) -> Tier:
    """Return a tier by its name.

    Raises:
        ValueError: unknown tier.
    """
    if name not in TIERS:
        raise ValueError(f"no tier {name!r}; there are {', '.join(TIERS)}")
    return TIERS[name]

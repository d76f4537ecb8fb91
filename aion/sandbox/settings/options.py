"""The options of a sandbox: address, folder, key, pace and limits.

Plain frozen values; this module opens no file and no socket.
"""

from __future__ import annotations

import re
from dataclasses import KW_ONLY, dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Self

from aion.sandbox.settings.rates import RateLimits
from aion.sandbox.settings.tiers import DEFAULT_TIER, tier_named

DEFAULT_API_KEY: Final = "aion_sandbox_0000000000000000_fake"
"""The default API key: well formed, and visibly not a real one."""

API_PREFIX: Final = "/api/v2"
"""The prefix of every path of the API."""

KEY_FORM: Final = re.compile(r"[a-z]+_[A-Za-z0-9_-]{20,}\Z")
"""The form of an API key."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes and counts that the sandbox enforces, with the service's documented values."""

    max_file_bytes: int = 100 * 1024 * 1024
    """Largest file of a stream upload, in bytes."""
    max_object_bytes: int = 4 * 1024 * 1024 * 1024
    """Largest object of a signed URL, in bytes, even if the URL was signed for more."""
    max_batch_files: int = 100
    """Most files in one stream-batch request."""
    max_pixels: int = 89_478_485
    """Most pixels of an image, all frames counted singly; Pillow's own bomb limit."""
    storage_bytes: int = 1024**4
    """Total bytes of all stored files."""
    max_video_bytes: int = 4 * 1024 * 1024 * 1024
    """Largest video, in bytes."""
    video_chunk_bytes: int = 20 * 1024 * 1024
    """Bytes of each chunk of a video but the last; tests set few, to get several chunks."""
    video_concurrent_chunks: int = 5
    """Chunks of a video that may be sent at a time; reported, not enforced."""
    video_chunk_retries: int = 3
    """New URLs that can be requested for one chunk of a video."""
    monthly_uploads: int = 50_000
    """Uploads included in a calendar month."""
    prepaid_credits: int = 0
    """Prepaid uploads on top of the monthly ones."""
    max_concurrent_uploads: int = 5
    """Stream-batch requests at a time; enforced where rate limits are on."""
    monthly_messages: int = 10_000
    """Chat messages included in a calendar month."""
    session_tokens: int = 1_000_000
    """Tokens that one chat session may use."""
    _: KW_ONLY
    tier: str = DEFAULT_TIER
    """Name of the reported tier; its rate holds unless another one is set."""
    max_presigned_bytes: int = 100 * 1024 * 1024
    """Largest image of a presigned upload, in bytes."""
    max_initiated_bytes: int = 50 * 1024 * 1024
    """The same on the older route, `upload/initiate`."""
    max_document_bytes: int = 50 * 1024 * 1024
    """Largest document of a presigned upload, in bytes."""
    max_batch_bytes: int = 10 * 1024 * 1024 * 1024
    """Bytes of all files of one stream-batch request together."""
    max_video_seconds: float = 7200.0
    """Longest video, in seconds."""

    def __post_init__(self) -> None:
        """Refuse an unknown tier with ValueError."""
        tier_named(self.tier)

    @classmethod
    def of_tier(cls, name: str, **others: Any) -> Self:
        """Return the limits of a tier: `free`, `starter`, `professional` or `enterprise`.

        Args:
            name: Name of the tier.
            others: Fields to override.

        Raises:
            ValueError: unknown tier.
        """
        tier = tier_named(name)
        allowed = cls(
            tier=name,
            max_batch_files=tier.batch_files,
            monthly_uploads=tier.monthly_uploads,
            max_video_bytes=tier.max_video_bytes,
            video_chunk_bytes=tier.video_chunk_bytes,
            video_concurrent_chunks=tier.video_concurrent_chunks,
            video_chunk_retries=tier.video_chunk_retries,
        )
        return replace(allowed, **others)


@dataclass(frozen=True, slots=True)
class Options:
    """All options of one sandbox."""

    host: str = "127.0.0.1"
    port: int = 0
    data: Path | None = None
    """Folder that keeps the state; None means a temporary one, removed on stop."""
    api_key: str = DEFAULT_API_KEY
    pace: float = 0.05
    """Seconds that a background job stays at each stage."""
    strict: bool = False
    """Validate every response against the contract, not only every request."""
    stepped: bool = False
    """Freeze the clock: only steps move it."""
    limits: Limits = field(default_factory=Limits)
    rate_limits: RateLimits | None = None
    """Rate limits that are enforced from the start; None enforces none."""
    strict_auth: bool = True
    """Accept known keys only; otherwise any well-formed key acts as the owner."""

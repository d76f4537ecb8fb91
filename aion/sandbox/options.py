"""What a sandbox can be told when it is made: address, folder, key, pace and limits.

Plain frozen values; nothing here opens a file or a socket.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

DEFAULT_API_KEY: Final = "aion_sandbox_0000000000000000_fake"
"""The key of a sandbox that was given none: well formed, and visibly not a real one."""

API_PREFIX: Final = "/api/v2"
"""What every path of the API begins with."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes and counts that the sandbox enforces, with the service's documented values."""

    max_file_bytes: int = 100 * 1024 * 1024
    """Largest file of a stream upload, in bytes."""
    max_object_bytes: int = 4 * 1024 * 1024 * 1024
    """Largest object behind a signed URL, in bytes, whatever the URL was signed for."""
    max_batch_files: int = 100
    """Most files in one stream-batch request."""
    max_pixels: int = 89_478_485
    """Most pixels of an image, all frames counted singly; Pillow's own bomb limit."""
    storage_bytes: int = 1024**4
    """Bytes that all files together may have; asking to upload a document beyond it is refused."""
    max_video_bytes: int = 4 * 1024 * 1024 * 1024
    """Largest video, in bytes."""
    video_chunk_bytes: int = 20 * 1024 * 1024
    """Bytes of each chunk of a video but the last; tests want few, so that there are several."""
    video_concurrent_chunks: int = 5
    """Chunks of a video that may be sent at a time; reported, not enforced."""
    video_chunk_retries: int = 3
    """New URLs that one chunk of a video may ask for."""
    monthly_uploads: int = 50_000
    """Uploads included in a calendar month."""
    prepaid_credits: int = 0
    """Uploads paid for on top of the monthly ones."""
    max_concurrent_uploads: int = 5
    """Reported by the quota check; not enforced."""
    monthly_messages: int = 10_000
    """Chat messages included in a calendar month."""
    session_tokens: int = 1_000_000
    """Tokens that one chat session may use."""


@dataclass(frozen=True, slots=True)
class Options:
    """Everything that shapes one sandbox."""

    host: str = "127.0.0.1"
    port: int = 0
    data: Path | None = None
    """Folder that keeps the state; None means a temporary one, removed on stop."""
    api_key: str = DEFAULT_API_KEY
    pace: float = 0.05
    """Seconds that background work rests in each of its states."""
    strict: bool = False
    """Check every answer against the contract, not only every request."""
    stepped: bool = False
    """Freeze the clock: it moves only when it is stepped."""
    limits: Limits = field(default_factory=Limits)

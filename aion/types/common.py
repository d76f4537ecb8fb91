"""Enums that several subjects share. All of them keep values that they do not know."""

from __future__ import annotations

from aion_api import OpenEnum


class DescriptionStatus(OpenEnum):
    """How far the AI description of an image is."""

    PENDING = "pending"
    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"

    @property
    def is_terminal(self) -> bool:
        """Whether it will not change any more. An unknown status counts as running."""
        return self in (self.COMPLETED, self.FAILED, self.SKIPPED)


class StorageTarget(OpenEnum):
    """Where uploaded bytes are kept: the service's storage, or the tenant's own S3 bucket."""

    DEFAULT = "default"
    CUSTOM = "custom"


__all__ = ["DescriptionStatus", "StorageTarget"]

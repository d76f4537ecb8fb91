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


class MessageRole(OpenEnum):
    """Who wrote a chat message."""

    USER = "user"
    ASSISTANT = "assistant"
    SYSTEM = "system"


class ChatTokenType(OpenEnum):
    """What an event of a chat stream is."""

    TOKEN = "token"  # noqa: S105 - a piece of text, no credential
    STATUS = "status"
    IMAGE_RESULTS = "image_results"
    DOCUMENT_RESULTS = "document_results"
    COMPLETE = "complete"
    ERROR = "error"
    RECONNECTING = "reconnecting"
    PLAN_PENDING_APPROVAL = "plan_pending_approval"
    THINKING = "thinking"
    THINKING_STEP = "thinking_step"
    TOOL_INVOCATION = "tool_invocation"
    TOOL_RESULT = "tool_result"
    CONNECTION = "connection"
    PING = "ping"
    CLOSE = "close"
    AUTH_ERROR = "auth_error"


class CloudStorageProvider(OpenEnum):
    """A cloud drive that can be connected."""

    GOOGLE_DRIVE = "google_drive"


class CloudStorageJobStatus(OpenEnum):
    """How far an import or export is."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_terminal(self) -> bool:
        """Whether it will not change any more. An unknown status counts as running."""
        return self in (self.COMPLETED, self.PARTIAL, self.FAILED, self.CANCELLED)


class CloudStorageJobType(OpenEnum):
    """Which way a job moves files."""

    IMPORT = "import"
    EXPORT = "export"


__all__ = [
    "ChatTokenType",
    "CloudStorageJobStatus",
    "CloudStorageJobType",
    "CloudStorageProvider",
    "DescriptionStatus",
    "MessageRole",
    "StorageTarget",
]

"""Enums that several subjects share. All of them preserve unknown values."""

from __future__ import annotations

from aion_api import OpenEnum


class DescriptionStatus(OpenEnum):
    """The status of the AI description of an image."""

    PENDING = "pending"
    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"

    @property
    def is_terminal(self) -> bool:
        """Return whether it is final. An unknown status counts as running."""
        return self in (self.COMPLETED, self.FAILED, self.SKIPPED)


class StorageTarget(OpenEnum):
    """Where uploaded bytes are stored: the service's storage, or the tenant's own S3 bucket."""

    DEFAULT = "default"
    CUSTOM = "custom"


class MessageRole(OpenEnum):
    """The author of a chat message."""

    USER = "user"
    ASSISTANT = "assistant"
    SYSTEM = "system"


class ChatTokenType(OpenEnum):
    """The kind of an event of a chat stream."""

    TOKEN = "token"  # noqa: S105 - a piece of text, not a credential
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
    """The status of an import or export."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_terminal(self) -> bool:
        """Return whether it is final. An unknown status counts as running."""
        return self in (self.COMPLETED, self.PARTIAL, self.FAILED, self.CANCELLED)


class CloudStorageJobType(OpenEnum):
    """The direction in which a job moves files."""

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

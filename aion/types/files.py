"""Files in the library, as `client.files` returns them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import frozen

from aion_api import Model
from aion_api.models.shared import UpdateFileResult
from aion_api.models.user_files import (
    BatchDeleteFileResult,
    DeleteFileResult,
    FileList,
    FullDescription,
    ProcessingHistory,
    UserFile,
    UserFileDetails,
)

_GROUPS = ("deleted", "skipped", "failed")


@frozen(slots=False)
class BatchDeleteFilesResponse(Model):
    """The outcome of each file of a batch deletion. A partial success is not an error.

    Attributes:
        deleted: Files that were deleted.
        skipped: Files that were skipped because they are being processed; retry them later.
        failed: Files that could not be deleted, each with the reason in `message`.
        summary: Counts under ``total``, ``deleted``, ``skipped`` and ``failed``.
    """

    deleted: list[BatchDeleteFileResult]
    skipped: list[BatchDeleteFileResult]
    failed: list[BatchDeleteFileResult]
    summary: dict[str, int]

    @property
    def all_deleted(self) -> bool:
        """Return whether every file of the request was deleted."""
        return not self.skipped and not self.failed

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read a response; a missing group is empty, a missing summary is computed."""
        groups = {
            name: [BatchDeleteFileResult.from_api_response(item) for item in data.get(name) or ()]
            for name in _GROUPS
        }
        summary: dict[str, int] | None = data.get("summary")
        if summary is None:
            counts = {name: len(items) for name, items in groups.items()}
            summary = {"total": sum(counts.values()), **counts}
        known = {*_GROUPS, "summary"}
        return cls(
            **groups,
            summary=dict(summary),
            additional_properties={key: data[key] for key in data if key not in known},
        )


__all__ = [
    "BatchDeleteFileResult",
    "BatchDeleteFilesResponse",
    "DeleteFileResult",
    "FileList",
    "FullDescription",
    "ProcessingHistory",
    "UpdateFileResult",
    "UserFile",
    "UserFileDetails",
]

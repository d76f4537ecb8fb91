"""Cloud drives: connections, imports and exports."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from attrs import frozen

from aion.types._reader import Reader
from aion.types.common import CloudStorageJobStatus
from aion_api import Model
from aion_api.models.cloud_storage import (
    CloudStorageConnection,
    CompleteAuthResult,
    ConnectionList,
    DisconnectResult,
    ExportResult,
    ImportResult,
    InitiateAuthResult,
)

_GOOD = frozenset({CloudStorageJobStatus.COMPLETED, CloudStorageJobStatus.PARTIAL})


@frozen(slots=False)
class CloudFileInput(Model):
    """One file of a cloud drive to import.

    Attributes:
        id: Its id there.
        name: Its name there.
        mime_type: Its media type.
        size_bytes: Its size.
    """

    id: str
    name: str
    mime_type: str | None = None
    size_bytes: int | None = None


@frozen(slots=False)
class CloudStorageJob(Model):
    """An import or an export.

    Attributes:
        job_id: Its id.
        type: ``import`` or ``export``.
        status: A value of `aion.types.common.CloudStorageJobStatus`, as text.
        connection_id: The connected account.
        provider: Its provider.
        total_files: Files that it moves.
        completed_files: Files that it has moved.
        failed_files: Files that it could not move.
        error: Why it failed, if it did.
        created_at: When it was requested.
        updated_at: When it last changed.
        completed_at: When it ended.
    """

    job_id: str
    type: str
    status: str
    connection_id: str
    provider: str
    total_files: int
    completed_files: int
    failed_files: int
    error: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    completed_at: datetime | None = None

    @property
    def is_terminal(self) -> bool:
        """Return whether it has ended. An unknown status counts as running."""
        return CloudStorageJobStatus(self.status).is_terminal

    @property
    def is_successful(self) -> bool:
        """Return whether it has ended and moved all files, or some for ``partial``."""
        return CloudStorageJobStatus(self.status) in _GOOD

    @property
    def progress_percent(self) -> float:
        """Return the percentage of files that were moved or failed, from 0 to 100."""
        if self.total_files <= 0:
            return 100.0 if self.is_terminal else 0.0
        ended = min(self.completed_files + self.failed_files, self.total_files)
        return 100.0 * (ended / self.total_files)

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read a job, alone or below the key ``job``."""
        read = Reader(data.get("job") or data)
        return cls(
            job_id=read.need("job_id", "id"),
            type=read.need("type"),
            status=read.need("status"),
            connection_id=read.get("connection_id") or "",
            provider=read.get("provider") or "",
            total_files=read.get("total_files") or 0,
            completed_files=read.get("completed_files") or 0,
            failed_files=read.get("failed_files") or 0,
            error=read.get("error"),
            created_at=read.date("created_at"),
            updated_at=read.date("updated_at"),
            completed_at=read.date("completed_at"),
            additional_properties=read.rest(),
        )


__all__ = [
    "CloudFileInput",
    "CloudStorageConnection",
    "CloudStorageJob",
    "CompleteAuthResult",
    "ConnectionList",
    "DisconnectResult",
    "ExportResult",
    "ImportResult",
    "InitiateAuthResult",
]

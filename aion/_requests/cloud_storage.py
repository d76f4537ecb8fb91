"""Validates what imports from cloud drives and exports to them send. No I/O."""

from __future__ import annotations

from typing import Any

from aion import _checks as check
from aion.types.cloud_storage import CloudFileInput, CloudStorageJob
from aion_api import UNSET
from aion_api.models import cloud_storage as wire

MOST_FILES = 10_000
"""Most files in one import or export."""
LONGEST = 2048
"""Most characters in a text that the contract does not limit."""


def cloud_files(files: Any) -> list[wire.CloudFileRequest]:
    """Validate the files of an import, and return them as they are sent."""
    entries = check.entries("files", files, most=MOST_FILES)
    return [_file(f"files[{number}]", one) for number, one in enumerate(entries)]


def _file(field: str, value: Any) -> wire.CloudFileRequest:
    facts = check.facts(field, value, CloudFileInput)
    size = facts.get("size_bytes")
    return wire.CloudFileRequest(
        id=check.text(f"{field}.id", facts.get("id"), 1, LONGEST),
        name=check.text(f"{field}.name", facts.get("name"), 1, LONGEST),
        mime_type=optional(f"{field}.mime_type", facts.get("mime_type")),
        size_bytes=UNSET if size is None else check.whole_number(f"{field}.size_bytes", size, 0),
    )


def optional(field: str, value: str | None) -> Any:
    """Validate an optional text; None becomes `UNSET`."""
    return UNSET if value is None else check.text(field, value, 1, LONGEST)


def done_at_once(kind: str, connection_id: str, count: int) -> CloudStorageJob:
    """Return the job of an import or export that an older deployment finished within the call."""
    return CloudStorageJob("", kind, "completed", connection_id, "", count, count, 0)

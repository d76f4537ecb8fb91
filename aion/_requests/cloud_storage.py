"""What imports from cloud drives and exports to them send, checked. No I/O."""

from __future__ import annotations

from typing import Any

from aion import _checks as check
from aion.types.cloud_storage import CloudFileInput, CloudStorageJob
from aion_api import UNSET
from aion_api.models import cloud_storage as wire

MOST_FILES = 10_000
"""Files of one import or export."""
LONGEST = 2048
"""Characters of a text that nothing else limits."""


def cloud_files(files: Any) -> list[wire.CloudFileRequest]:
    """The files of an import, as they are sent."""
    found = check.entries("files", files, most=MOST_FILES)
    return [_file(f"files[{number}]", one) for number, one in enumerate(found)]


def _file(field: str, given: Any) -> wire.CloudFileRequest:
    facts = check.facts(field, given, CloudFileInput)
    size = facts.get("size_bytes")
    return wire.CloudFileRequest(
        id=check.text(f"{field}.id", facts.get("id"), 1, LONGEST),
        name=check.text(f"{field}.name", facts.get("name"), 1, LONGEST),
        mime_type=optional(f"{field}.mime_type", facts.get("mime_type")),
        size_bytes=UNSET if size is None else check.whole_number(f"{field}.size_bytes", size, 0),
    )


def optional(field: str, value: str | None) -> Any:
    """A text that may be left out, as it is sent."""
    return UNSET if value is None else check.text(field, value, 1, LONGEST)


def done_at_once(kind: str, connection_id: str, count: int) -> CloudStorageJob:
    """The job of an import or export that an older deployment did within the call."""
    return CloudStorageJob("", kind, "completed", connection_id, "", count, count, 0)

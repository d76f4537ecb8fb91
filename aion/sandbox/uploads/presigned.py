"""What all presigned image uploads share: what may be sent, for how long, and under which key."""

from __future__ import annotations

from typing import Any, Final

from aion.sandbox.contract.errors import ApiError
from aion.sandbox.runtime.call import Call
from aion.sandbox.store.clock import stamp
from aion.sandbox.uploads.placeholders import IMAGE_TYPES
from aion.sandbox.uploads.quota import require_quota, require_storage
from aion.sandbox.uploads.upload_checks import check_size, check_type

LIFETIME: Final = 600
"""Seconds for which a URL takes bytes, as for documents."""


def check_announcement(
    call: Call, content_type: str, size: int, *, largest: int, files: int = 1
) -> None:
    """Refuse an upload before it begins: its type, its size, the allowance, or the storage."""
    check_type(content_type, sorted(IMAGE_TYPES), "image")
    check_size(size, largest)
    require_quota(call.state, files)
    require_storage(call.state, size)


def presigned_fields(call: Call, key: str, content_type: str, largest: int) -> dict[str, Any]:
    """The part of an answer that says where the bytes go, and how."""
    return {
        "upload_url": call.upload_url(
            key, content_type=content_type, max_bytes=largest, seconds=LIFETIME
        ),
        "upload_method": "PUT",
        "upload_fields": None,
        "upload_headers": {"Content-Type": content_type},
        "object_key": key,
        "expires_at": stamp(call.state.clock.now() + LIFETIME),
    }


def check_confirmation(call: Call, key: str, announced: int, checksum: str | None) -> None:
    """Refuse a confirmation that does not fit the bytes that arrived."""
    reason = mismatch(call, key, announced, checksum)
    if reason is not None:
        raise ApiError(400, reason, code="UPLOAD_MISMATCH", details={"object_key": key})


def mismatch(call: Call, key: str, announced: int, checksum: str | None) -> str | None:
    """Why a confirmation does not fit the bytes that arrived, or None."""
    info = call.state.objects.info(key)
    if info is None:
        return "no bytes were sent to the presigned URL"
    if info.size != announced:
        return f"{announced} bytes were announced, {info.size} arrived"
    if checksum is None:
        return None
    # Clients send what the upload answered (a quoted ETag) or a SHA-256, with or without a name.
    plain = checksum.strip('"').lower().rpartition(":")[2]
    return None if plain in {info.etag, info.sha256} else "the checksum is that of other bytes"
